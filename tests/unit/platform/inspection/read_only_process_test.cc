#include "platform/linux/read_only_process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

// What `attempt` says inside, as an exit status; 100 when there is no inside.
int Inside(const std::function<int()>& attempt) {
  const pid_t pid = fork();
  if (pid == 0) _exit(BecomeReadOnly().ok() ? attempt() : 100);
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int Refused(long result) { return result < 0 && errno == EPERM ? 0 : 1; }

TEST(ReadOnlyProcess, ChangesNoFile) {
  const Scratch scratch;
  scratch.Write("file", "as it was");
  const std::string file = scratch.path("file");
  EXPECT_EQ(Inside([&] { return Refused(open(file.c_str(), O_WRONLY)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(open(file.c_str(), O_RDWR | O_TRUNC)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(open(file.c_str(), O_RDONLY | O_TRUNC)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(open(scratch.path("new").c_str(), O_CREAT, 0600)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(unlink(file.c_str())); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(chmod(file.c_str(), 0777)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(mkdir(scratch.path("d").c_str(), 0700)); }), 0);
  EXPECT_EQ(Inside([&] { return Refused(rename(file.c_str(), scratch.path("b").c_str())); }), 0);
  EXPECT_EQ(scratch.Read("file"), "as it was");
}

TEST(ReadOnlyProcess, WritesOnlyToWhereItWasToldToSpeak) {
  const Scratch scratch;
  const int before = open(scratch.path("before").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(before, 3);
  EXPECT_EQ(Inside([&] { return Refused(write(before, "x", 1)); }), 0);
  EXPECT_EQ(Inside([] { return write(STDERR_FILENO, "", 0) == 0 ? 0 : 1; }), 0);
  close(before);
}

TEST(ReadOnlyProcess, ReachesNobodyElse) {
  EXPECT_EQ(Inside([] { return Refused(socket(AF_INET, SOCK_STREAM, 0)); }), 0);
  EXPECT_EQ(Inside([] { return Refused(kill(getppid(), 0)); }), 0);
  EXPECT_EQ(Inside([] {
              char* const nothing[] = {nullptr};
              return Refused(execve("/bin/true", nothing, nothing));
            }),
            0);
}

TEST(ReadOnlyProcess, Reads) {
  EXPECT_EQ(Inside([] { return open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ? 0 : 1; }), 0);
}

}  // namespace
}  // namespace sekisho::platform
