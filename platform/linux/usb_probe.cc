#include "platform/linux/usb_probe.h"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr std::ptrdiff_t kMaxWorkers = 4;
constexpr int kNodeNumber = 3;
// How a child ends that did not become the worker.
constexpr int kNoNode = 100;
constexpr int kNotStarted = 101;

bool Limit(__rlimit_resource resource, rlim_t most) {
  const rlimit limit{most, most};
  return setrlimit(resource, &limit) == 0;
}

// Descriptors 0 to 3 as the worker gets them; nothing above stays.
bool Hand(int node, int output) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  // Out of the way of the numbers that are about to be taken.
  const std::array<int, 3> high = {fcntl(null, F_DUPFD_CLOEXEC, 10),
                                   fcntl(output, F_DUPFD_CLOEXEC, 10),
                                   fcntl(node, F_DUPFD_CLOEXEC, 10)};
  return std::ranges::all_of(high, [](int fd) { return fd >= 0; }) && dup2(high[0], 0) == 0 &&
         dup2(high[1], 1) == 1 && dup2(high[0], 2) == 2 &&
         dup2(high[2], kNodeNumber) == kNodeNumber &&
         syscall(SYS_close_range, kNodeNumber + 1, ~0u, 0) == 0;
}

// For good: saved ids too, and no set-uid program gives anything back.
bool DropPrivileges(const UsbProbeWorker& worker) {
  return setgroups(0, nullptr) == 0 && setresgid(worker.gid, worker.gid, worker.gid) == 0 &&
         setresuid(worker.uid, worker.uid, worker.uid) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool LimitResources() {
  return Limit(RLIMIT_CORE, 0) && Limit(RLIMIT_FSIZE, 0) && Limit(RLIMIT_NPROC, 0) &&
         Limit(RLIMIT_NOFILE, 16) && Limit(RLIMIT_CPU, 2) &&
         Limit(RLIMIT_AS, std::uint64_t{128} << 20);
}

[[noreturn]] void BecomeWorker(const UsbProbeWorker& worker, const SysfsDevice& device, int output,
                               pid_t parent) {
  // The parent blocks SIGTERM for its signalfd.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  Result<Fd> node = worker.open_node(device);
  if (!node.ok()) _exit(kNoNode);
  if (!Hand(node->get(), output) || !DropPrivileges(worker) || !LimitResources() ||
      chdir("/") != 0) {
    _exit(kNotStarted);
  }
  // Last: a change of user takes it away. Whoever lost its parent before then notices itself.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(kNotStarted);
  std::string program = worker.program;
  char* const arguments[] = {program.data(), nullptr};
  char* const environment[] = {nullptr};
  execve(program.c_str(), arguments, environment);
  _exit(kNotStarted);
}

}  // namespace

LinuxUsbProbe::~LinuxUsbProbe() {
  for (auto& [id, question] : questions_) {
    if (question.pid <= 0) continue;
    kill(question.pid, SIGKILL);
    waitpid(question.pid, nullptr, WNOHANG);
  }
}

void LinuxUsbProbe::Ask(const OpenDevice& device, std::function<void(Result<UsbAnswers>)> answer) {
  const std::uint64_t id = next_++;
  Question question;
  question.answer = std::move(answer);
  const std::string step = "ask " + device.PortPath();
  if (std::ranges::any_of(questions_, [&](const auto& each) {
        return each.second.port_path == device.PortPath();
      })) {
    return Refuse(id, std::move(question), MakeFailure(EALREADY, step));
  }
  if (std::ranges::count_if(questions_, [](const auto& each) { return each.second.pid > 0; }) >=
      kMaxWorkers) {
    return Refuse(id, std::move(question), MakeFailure(EAGAIN, step));
  }
  if (Outcome started = Start(question, device); !started.ok()) {
    return Refuse(id, std::move(question), started.failure());
  }
  question.port_path = device.PortPath();
  question.ended = loop_.WatchReadable(question.process.get(), [this, id] { Ended(id); });
  question.alarm = loop_.At(clock_.Now() + worker_.bound, [this, id] { TimedOut(id); });
  questions_.emplace(id, std::move(question));
}

Outcome LinuxUsbProbe::Start(Question& question, const OpenDevice& device) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return LastFailure("pipe for a worker");
  question.output = Fd(ends[0]);
  const Fd writing(ends[1]);
  if (fcntl(question.output.get(), F_SETFL, O_NONBLOCK) != 0) {
    return LastFailure("pipe for a worker");
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return LastFailure("fork for a worker");
  if (pid == 0) BecomeWorker(worker_, AsSysfs(device), writing.get(), parent);
  question.process = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!question.process) {
    const Failure failure = LastFailure("watch a worker");
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, WNOHANG);
    return failure;
  }
  question.pid = pid;
  return Done{};
}

void LinuxUsbProbe::Refuse(std::uint64_t id, Question question, Failure failure) {
  // Not from within Ask: whoever asks may not expect to be called.
  question.alarm = loop_.At(clock_.Now(), [this, id, failure = std::move(failure)] {
    const auto answer = std::move(questions_.at(id).answer);
    // This closure, and the failure in it, goes with the question.
    const Failure told = failure;  // NOLINT(performance-unnecessary-copy-initialization)
    questions_.erase(id);
    answer(told);
  });
  questions_.emplace(id, std::move(question));
}

void LinuxUsbProbe::Ended(std::uint64_t id) {
  Question& question = questions_.at(id);
  int status = -1;  // neither exited nor well, should it not be known
  if (waitpid(question.pid, &status, WNOHANG) == 0) return;
  const Question ended = std::move(question);
  questions_.erase(id);
  if (ended.answer) ended.answer(Read(ended, status));
}

void LinuxUsbProbe::TimedOut(std::uint64_t id) {
  // Stays in the list, and counts, until it is dead.
  Question& question = questions_.at(id);
  kill(question.pid, SIGKILL);
  const std::string port_path = std::exchange(question.port_path, "");
  question.alarm.reset();
  const auto answer = std::exchange(question.answer, nullptr);
  answer(MakeFailure(ETIMEDOUT, "ask " + port_path));
}

Result<UsbAnswers> LinuxUsbProbe::Read(const Question& question, int status) const {
  const std::string step = "ask " + question.port_path;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNoNode) return MakeFailure(ENODEV, step);
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotStarted) {
    return MakeFailure(ECHILD, step + ": cannot start " + worker_.program);
  }
  // What a worker said before it came to grief is not believed.
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return MakeFailure(EPROTO, step);
  // It is dead, so all it said is in the pipe.
  std::string text(worker_.max_output + 1, '\0');
  std::size_t used = 0;
  while (used < text.size()) {
    const ssize_t n = read(question.output.get(), text.data() + used, text.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    used += static_cast<std::size_t>(n);
  }
  text.resize(used);
  if (used > worker_.max_output) return MakeFailure(EPROTO, step);
  std::optional<UsbAnswers> answers = worker_.parse(text);
  if (!answers) return MakeFailure(EPROTO, step);
  return std::move(*answers);
}

}  // namespace sekisho::platform
