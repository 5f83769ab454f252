#include "platform/linux/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

std::string StepOf(const std::vector<std::string>& words) {
  std::string step = "run";
  for (const std::string& word : words) step += " " + word;
  return step;
}

// `output` becomes the program's standard output, if it is one.
Result<pid_t> Start(std::vector<std::string> words, int output) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t pid = -1;
  const int error = posix_spawn(&pid, argv.front(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return MakeFailure(error, StepOf(words));
  return pid;
}

Outcome WaitFor(pid_t pid, const std::string& step) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return LastFailure(step);
  }
  if (status != 0) return MakeFailure(EIO, step);
  return Done{};
}

}  // namespace

Outcome RunProgram(const std::vector<std::string>& words) {
  Result<pid_t> pid = Start(words, -1);
  if (!pid.ok()) return pid.failure();
  return WaitFor(*pid, StepOf(words));
}

Result<std::string> OutputOf(const std::vector<std::string>& words, std::size_t limit) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return LastFailure("pipe");
  const Fd reading(ends[0]);
  std::optional<Fd> writing(std::in_place, ends[1]);
  Result<pid_t> pid = Start(words, writing->get());
  if (!pid.ok()) return pid.failure();
  writing.reset();
  std::string output;
  std::array<char, 16384> part{};
  std::optional<Failure> failure;
  for (;;) {
    const ssize_t n = read(reading.get(), part.data(), part.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && !failure) failure = LastFailure("read what was written by " + words.front());
    if (n <= 0) break;
    // Read to its end in any case: a program that cannot write does not end well.
    if (output.size() + static_cast<std::size_t>(n) > limit) {
      failure = MakeFailure(EFBIG, StepOf(words));
    } else {
      output.append(part.data(), static_cast<std::size_t>(n));
    }
  }
  if (Outcome ended = WaitFor(*pid, StepOf(words)); !ended.ok()) return ended.failure();
  if (failure) return *failure;
  return output;
}

}  // namespace sekisho::platform
