#include "platform/linux/children.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

// What a child says about itself: errno, then the step's name; nothing more on success.
void Report(int pipe, const Outcome& outcome) {
  std::array<char, 512> message{};
  int error = 0;
  std::string step;
  if (!outcome.ok()) {
    error = outcome.failure().code.value();
    step = outcome.failure().step.substr(0, message.size() - sizeof error);
  }
  std::memcpy(message.data(), &error, sizeof error);
  std::memcpy(message.data() + sizeof error, step.data(), step.size());
  const ssize_t n = write(pipe, message.data(), sizeof error + step.size());
  static_cast<void>(n);
}

}  // namespace

Children::~Children() { Reap(); }

void Children::Reap() {
  std::erase_if(abandoned_, [](pid_t pid) { return waitpid(pid, nullptr, WNOHANG) != 0; });
}

Outcome Children::Run(const std::string& step, std::chrono::milliseconds bound,
                      const std::function<Outcome()>& task) {
  Reap();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return LastFailure("pipe for " + step);
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return LastFailure("fork for " + step);
  if (pid == 0) {
    // The parent blocks SIGTERM for its signalfd; a child that hangs must still be killable.
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    Report(writing.get(), task());
    _exit(0);
  }
  writing = Fd();

  const auto deadline = std::chrono::steady_clock::now() + bound;
  pollfd waited{reading.get(), POLLIN, 0};
  int ready = 0;
  do {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    ready = poll(&waited, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    kill(pid, SIGKILL);
    abandoned_.push_back(pid);
    return MakeFailure(ETIMEDOUT, step);
  }
  std::array<char, 512> message{};
  const ssize_t n = read(reading.get(), message.data(), message.size());
  // It has said all it will: no wait worth mentioning.
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  int error = 0;
  if (n < static_cast<ssize_t>(sizeof error)) return MakeFailure(ECHILD, step);
  std::memcpy(&error, message.data(), sizeof error);
  if (error != 0) {
    return MakeFailure(error, std::string(message.data() + sizeof error,
                                          static_cast<std::size_t>(n) - sizeof error));
  }
  return Done{};
}

}  // namespace sekisho::platform
