#include "platform/linux/forked_look.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "platform/linux/worker_process.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxText = 4u << 20;

[[noreturn]] void LookInChild(const std::function<std::string()>& look, int answer, pid_t parent) {
  UnblockSignals();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  setpriority(PRIO_PROCESS, 0, 19);
  const std::string text = look();
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t n = write(answer, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) _exit(1);
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  _exit(0);
}

}  // namespace

ForkedLook::~ForkedLook() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void ForkedLook::Start(std::function<std::string()> look,
                       std::function<void(Result<std::string>)> seen) {
  if (child_ > 0) return seen(MakeFailure(EALREADY, "look"));
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return seen(LastFailure("pipe for a look"));
  answer_ = Fd(ends[0]);
  const Fd writing(ends[1]);
  fcntl(answer_.get(), F_SETFL, O_NONBLOCK);
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) return seen(LastFailure("fork for a look"));
  if (child_ == 0) LookInChild(look, writing.get(), parent);
  text_.clear();
  seen_ = std::move(seen);
  reading_ = loop_.WatchReadable(answer_.get(), [this] { Read(); });
}

void ForkedLook::Read() {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = read(answer_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) break;
    text_.append(buffer.data(), static_cast<std::size_t>(n));
    if (text_.size() > kMaxText) break;
  }
  int status = -1;
  kill(child_, SIGKILL);  // it has said all it will
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  reading_.reset();
  answer_ = Fd();
  const auto seen = std::exchange(seen_, nullptr);
  seen(std::exchange(text_, ""));
}

}  // namespace sekisho::platform
