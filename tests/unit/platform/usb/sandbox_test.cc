#include "platform/usb/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

namespace sekisho::platform {
namespace {

// What `attempt` says inside, as an exit status; 100 when there is no inside.
int Inside(const std::function<int()>& attempt) {
  const pid_t pid = fork();
  if (pid == 0) _exit(EnterSandbox(3).ok() ? attempt() : 100);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Refused(long result) { return result < 0 && errno == EPERM ? 0 : 1; }

TEST(Sandbox, LetsNoFileSocketProcessOrSignalThrough) {
  EXPECT_EQ(Inside([] { return Refused(open("/etc/passwd", O_RDONLY)); }), 0);
  EXPECT_EQ(Inside([] { return Refused(socket(AF_UNIX, SOCK_STREAM, 0)); }), 0);
  EXPECT_EQ(Inside([] { return Refused(kill(getppid(), 0)); }), 0);
  EXPECT_EQ(Inside([] { return Refused(fork()); }), 0);
  EXPECT_EQ(Inside([] {
              char* const nothing[] = {nullptr};
              return Refused(execve("/bin/true", nothing, nothing));
            }),
            0);
}

TEST(Sandbox, LetsNoCodeInAndNoOtherDescriptorBeCommanded) {
  EXPECT_EQ(Inside([] {
              void* page =
                  mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return Refused(page == MAP_FAILED ? -1 : 0);
            }),
            0);
  int unread = 0;
  EXPECT_EQ(Inside([&] { return Refused(ioctl(4, FIONREAD, &unread)); }), 0);
  EXPECT_EQ(Inside([&] { return ioctl(3, FIONREAD, &unread) < 0 && errno == EPERM ? 1 : 0; }), 0);
}

TEST(Sandbox, LeavesRoomToWorkAndToSpeak) {
  EXPECT_EQ(Inside([] {
              void* page = mmap(nullptr, 1 << 20, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
              return page != MAP_FAILED && write(STDERR_FILENO, "", 0) == 0 ? 0 : 1;
            }),
            0);
}

}  // namespace
}  // namespace sekisho::platform
