#include "tests/unit/console/rpc/console_program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

extern char** environ;

namespace sekisho::console::testing {
namespace {

// The program's pid, or 0. Its standard output goes to `out` when that is a descriptor.
pid_t Spawn(const std::vector<std::string>& arguments, int out) {
  std::vector<std::string> words{SEKISHO_CONSOLE_PROGRAM, "--config", "/dev/null"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (out >= 0) posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  pid_t pid = 0;
  const int failed =
      ::posix_spawn(&pid, pointers.front(), &actions, nullptr, pointers.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? pid : 0;
}

}  // namespace

Served::Served(const std::string& data) {
  int out[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return;
  pid_ = Spawn({"--data", data, "--listen", "127.0.0.1:0", "serve"}, out[1]);
  ::close(out[1]);
  std::FILE* text = ::fdopen(out[0], "r");
  if (std::fscanf(text, "listening on port %d", &port_) != 1) port_ = 0;
  std::fclose(text);
}

void Served::Kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

int RunConsole(const std::vector<std::string>& arguments) {
  const pid_t pid = Spawn(arguments, -1);
  int status = 0;
  if (pid <= 0 || ::waitpid(pid, &status, 0) != pid || !WIFEXITED(status)) return -1;
  return WEXITSTATUS(status);
}

}  // namespace sekisho::console::testing
