#ifndef SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_H_
#define SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_H_

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/keyboard_code.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/own_screen.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {

// The program that shows the code and reads the keys, and what it is held to.
struct KeyboardCodeWorker {
  std::string program = "/usr/lib/sekisho/sekisho-keyboard-code";
  // Nobody else's; and the group that may read what is typed (udev's "input").
  unsigned uid = 0;
  unsigned gid = 0;
  unsigned input_gid = 0;
  // Until the code can be read; and from then on. The worker's own two minutes end before.
  std::chrono::seconds until_shown{10};
  std::chrono::seconds until_judged{150};
  // In the child, still as root (own_screen.h); and in this process.
  std::function<Result<Fd>(const std::function<void(int)>& before)> take_screen =
      [](const std::function<void(int)>& before) { return TakeScreen("/dev", before); };
  std::function<void(int before)> give_back = [](int before) { GiveBackScreen("/dev", before); };
  std::function<Result<int>()> shown_screen = [] { return ShownScreen("/dev"); };
  std::function<KeyboardCode::OtherKeyboards()> others;
};

// Starts the worker for a round: forked, takes the screen as root, and only then becomes the
// worker, with the device's directory in sysfs as descriptor 3, the screen as 4, a pipe as 1 and
// nothing else, as `uid` without capabilities. It shows the code, grabs what the device types
// (EVIOCGRAB) as it appears, judges, and holds on until it is killed: the end of the round. Never
// waits; for a single-threaded process.
class LinuxKeyboardCode : public KeyboardCode {
 public:
  // `loop` and `clock` outlive this, and this every round.
  LinuxKeyboardCode(EventLoop& loop, const Clock& clock, KeyboardCodeWorker worker);
  ~LinuxKeyboardCode() override;
  LinuxKeyboardCode(const LinuxKeyboardCode&) = delete;
  LinuxKeyboardCode& operator=(const LinuxKeyboardCode&) = delete;

  OtherKeyboards Others() override { return worker_.others(); }
  std::unique_ptr<Round> Begin(const OpenDevice& device, Steps steps) override;
  // To the first one: it is not known which was shown before.
  void GiveBackScreen() override;

 private:
  class TakenScreen;
  struct Running;

  Outcome Start(Running& running, const SysfsDevice& device);
  void Readable();
  // One line of the worker's; false when it is none that a worker says now.
  bool Said(std::string_view line);
  void Fail(Failure failure);
  void FailSoon(Failure failure);
  void End();

  EventLoop& loop_;
  const Clock& clock_;
  const KeyboardCodeWorker worker_;
  std::unique_ptr<Running> running_;
  // Killed, and not yet reaped.
  struct Leaving {
    Fd process;
    std::unique_ptr<EventLoop::Handle> ended;
  };
  std::map<pid_t, Leaving> leaving_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_H_
