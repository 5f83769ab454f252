#ifndef SEKISHO_PLATFORM_FAKE_SIGNAL_FLAG_H_
#define SEKISHO_PLATFORM_FAKE_SIGNAL_FLAG_H_

#include "platform/api/event_loop.h"

namespace sekisho::platform::fake {

// A real descriptor that is readable while raised, so that fakes work under the manual loop and
// under the real one.
class SignalFlag {
 public:
  SignalFlag();
  ~SignalFlag();
  SignalFlag(const SignalFlag&) = delete;
  SignalFlag& operator=(const SignalFlag&) = delete;
  Waitable Readable() const { return fd_; }
  void Raise();
  void Lower();

 private:
  int fd_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_SIGNAL_FLAG_H_
