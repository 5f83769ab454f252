#include "platform/fake/signal_flag.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdlib>

namespace sekisho::platform::fake {

SignalFlag::SignalFlag() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) std::abort();
}

SignalFlag::~SignalFlag() { close(fd_); }

void SignalFlag::Raise() {
  if (eventfd_write(fd_, 1) != 0) std::abort();
}

void SignalFlag::Lower() {
  eventfd_t ignored = 0;
  eventfd_read(fd_, &ignored);
}

}  // namespace sekisho::platform::fake
