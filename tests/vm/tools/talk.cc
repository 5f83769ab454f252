// talk SECONDS [EXPECT SEND]... -- PROGRAM [ARGUMENT]...: types to a program on a terminal of its
// own.
//
// login, su and sudo throw away what was typed before they asked, and ask on a terminal alone.
// Waits until each EXPECT was printed since the answer before, then types SEND and Enter; a SEND of
// "-" hangs up instead. Prints what the program printed, and ends as it did: with its status, with
// 124 when SECONDS were over before something expected came, with 125 when it hung up.
//
// Source: pty(7), posix_openpt(3), tty_ioctl(4) (TIOCSCTTY).

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

pid_t Start(int master, char** program) {
  const pid_t child = fork();
  if (child != 0) return child;
  setsid();
  const int terminal = open(ptsname(master), O_RDWR);
  if (terminal < 0) _exit(127);
  ioctl(terminal, TIOCSCTTY, 0);
  for (int fd = 0; fd < 3; ++fd) dup2(terminal, fd);
  close(master);
  if (terminal > 2) close(terminal);
  execvp(program[0], program);
  _exit(127);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::pair<std::string, std::string>> turns;
  int at = 2;
  for (; at + 1 < argc && std::strcmp(argv[at], "--") != 0; at += 2) {
    turns.emplace_back(argv[at], argv[at + 1]);
  }
  if (argc < 4 || at + 1 >= argc || std::strcmp(argv[at], "--") != 0) return 2;
  const Clock::time_point end = Clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 2;
  const pid_t child = Start(master, argv + at + 1);
  std::string heard;
  std::size_t turn = 0;
  int outcome = -1;
  while (outcome < 0) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd waited{master, POLLIN, 0};
    if (left <= 0 || poll(&waited, 1, static_cast<int>(left)) == 0) {
      outcome = 124;
      break;
    }
    char buffer[1024];
    const ssize_t size = read(master, buffer, sizeof buffer);
    if (size <= 0) break;  // EIO: the program has closed it
    std::fwrite(buffer, 1, static_cast<std::size_t>(size), stdout);
    heard.append(buffer, static_cast<std::size_t>(size));
    const std::size_t found =
        turn < turns.size() ? heard.find(turns[turn].first) : std::string::npos;
    if (found == std::string::npos) continue;
    heard.erase(0, found + turns[turn].first.size());
    const std::string& send = turns[turn++].second;
    if (send == "-") {
      outcome = 125;
    } else if (write(master, (send + "\n").data(), send.size() + 1) < 0) {
      break;
    }
  }
  if (outcome >= 0) kill(child, SIGKILL);
  close(master);
  int status = 0;
  waitpid(child, &status, 0);
  if (outcome >= 0) return outcome;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
