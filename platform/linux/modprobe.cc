#include "platform/linux/modprobe.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

Outcome Modprobe(const std::vector<std::string>& arguments) {
  constexpr const char* kProgram = "/sbin/modprobe";
  std::string step = "modprobe";
  std::vector<std::string> words = {kProgram, "-q"};
  for (const std::string& argument : arguments) {
    words.push_back(argument);
    step += " " + argument;
  }
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  if (const int error = posix_spawn(&pid, kProgram, nullptr, nullptr, argv.data(), environ)) {
    return MakeFailure(error, step);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return LastFailure(step);
  }
  if (status != 0) return MakeFailure(EIO, step);
  return Done{};
}

}  // namespace sekisho::platform
