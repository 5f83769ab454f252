#include "platform/linux/run_program.h"

#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <utility>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

std::string StepOf(const std::vector<std::string>& words) {
  std::string step = "run";
  for (const std::string& word : words) step += " " + word;
  return step;
}

// Each becomes the program's standard input or output, if it is one.
Result<pid_t> Start(std::vector<std::string> words, int input, int output) {
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (input >= 0) posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
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

struct Pipe {
  Fd reading;
  Fd writing;
};
Result<Pipe> MakePipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return LastFailure("pipe");
  return Pipe{Fd(ends[0]), Fd(ends[1])};
}

// The end from which `input` is read: a pipe takes PIPE_BUF bytes without anybody reading.
Result<Fd> Filled(std::string_view input) {
  if (input.size() > PIPE_BUF) return MakeFailure(EFBIG, "hand over what a program reads");
  Result<Pipe> pipe = MakePipe();
  if (!pipe.ok()) return pipe.failure();
  if (write(pipe->writing.get(), input.data(), input.size()) !=
      static_cast<ssize_t>(input.size())) {
    return LastFailure("hand over what a program reads");
  }
  return std::move(pipe->reading);
}

}  // namespace

Outcome RunProgram(const std::vector<std::string>& words) {
  Result<pid_t> pid = Start(words, -1, -1);
  if (!pid.ok()) return pid.failure();
  return WaitFor(*pid, StepOf(words));
}

Result<std::string> OutputOf(const std::vector<std::string>& words, std::size_t limit,
                             std::string_view input) {
  Fd reads;
  if (!input.empty()) {
    Result<Fd> filled = Filled(input);
    if (!filled.ok()) return filled.failure();
    reads = std::move(*filled);
  }
  Result<Pipe> pipe = MakePipe();
  if (!pipe.ok()) return pipe.failure();
  Result<pid_t> pid = Start(words, reads ? reads.get() : -1, pipe->writing.get());
  if (!pid.ok()) return pid.failure();
  pipe->writing = Fd();
  std::string output;
  std::array<char, 16384> part{};
  std::optional<Failure> failure;
  for (;;) {
    const ssize_t n = read(pipe->reading.get(), part.data(), part.size());
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
