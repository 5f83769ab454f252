#include "platform/linux/file_record/hash_worker.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/linux/file_record/lowest_priority.h"
#include "platform/linux/worker_process.h"

namespace sekisho::platform {
namespace {

[[noreturn]] void BecomeWorker(const HashProgram& program, int socket, pid_t parent) {
  UnblockSignals();
  TakeLowestPriority();
  const int descriptors[] = {socket, -1, -1};
  const WorkerLimits limits{.descriptors = 32, .cpu_seconds = RLIM_INFINITY};
  if (!KeepOnly(descriptors) || !BecomeUser(program.uid, program.gid, {}) ||
      !LimitResources(limits)) {
    _exit(kWorkerNotStarted);
  }
  BecomeProgram(program.program, parent);
}

}  // namespace

Outcome HashWorker::Start() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return LastFailure("socket for a worker");
  }
  socket_ = Fd(ends[0]);
  const Fd theirs(ends[1]);
  if (fcntl(socket_.get(), F_SETFL, O_NONBLOCK) != 0) return LastFailure("socket for a worker");
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ < 0) return LastFailure("fork for a worker");
  if (pid_ == 0) BecomeWorker(program_, theirs.get(), parent);
  reading_ = loop_.WatchReadable(socket_.get(), [this] { Read(); });
  return Done{};
}

Outcome HashWorker::Ask(std::uint64_t id, Fd file) {
  if (pid_ <= 0) {
    if (Outcome started = Start(); !started.ok()) return started;
  }
  HashQuestion question{id};
  iovec part{&question, sizeof question};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> room{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room.data();
  message.msg_controllen = room.size();
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = file.get();
  std::memcpy(CMSG_DATA(control), &fd, sizeof fd);
  if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL) < 0) return LastFailure("ask for a hash");
  waiting_.insert(id);
  return Done{};
}

void HashWorker::Read() {
  for (;;) {
    HashAnswer answer;
    const ssize_t n = recv(socket_.get(), &answer, sizeof answer, MSG_TRUNC);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n != sizeof answer || waiting_.erase(answer.id) == 0) break;
    answered_(answer);
    if (!socket_) return;  // stopped by whoever was told
  }
  // It ended, or talks nonsense.
  std::set<std::uint64_t> lost = std::move(waiting_);
  Stop();
  died_(std::move(lost));
}

void HashWorker::Stop() {
  reading_.reset();
  socket_ = Fd();
  waiting_.clear();
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  // One that is stuck in a medium dies when that answers; its parent is not to wait for it.
  for (int i = 0; i < 50 && waitpid(pid_, nullptr, WNOHANG) == 0; ++i) usleep(1000);
  pid_ = -1;
}

}  // namespace sekisho::platform
