#include "platform/linux/usb_probe.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/linux/worker_process.h"

namespace sekisho::platform {
namespace {

constexpr std::ptrdiff_t kMaxWorkers = 4;
// How a child ends that found no node to give to the worker.
constexpr int kNoNode = 100;

[[noreturn]] void BecomeWorker(const UsbProbeWorker& worker, const SysfsDevice& device,
                               std::span<const std::uint8_t> interfaces, int output, pid_t parent) {
  UnblockSignals();
  Result<Fd> node = worker.open_node(device, interfaces);
  if (!node.ok()) _exit(kNoNode);
  const int descriptors[] = {-1, output, -1, node->get()};
  if (!KeepOnly(descriptors) || !BecomeUser(worker.uid, worker.gid, {}) || !LimitResources({})) {
    _exit(kWorkerNotStarted);
  }
  BecomeProgram(worker.program, parent);
}

}  // namespace

LinuxUsbProbe::~LinuxUsbProbe() {
  for (auto& [id, question] : questions_) {
    if (question.pid <= 0) continue;
    kill(question.pid, SIGKILL);
    waitpid(question.pid, nullptr, WNOHANG);
  }
}

void LinuxUsbProbe::AskReports(const OpenDevice& device, std::span<const std::uint8_t> interfaces,
                               std::function<void(Result<UsbAnswers>)> answer) {
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
  if (Outcome started = Start(question, device, interfaces); !started.ok()) {
    return Refuse(id, std::move(question), started.failure());
  }
  question.port_path = device.PortPath();
  question.ended = loop_.WatchReadable(question.process.get(), [this, id] { Ended(id); });
  question.alarm = loop_.At(clock_.Now() + worker_.bound, [this, id] { TimedOut(id); });
  questions_.emplace(id, std::move(question));
}

Outcome LinuxUsbProbe::Start(Question& question, const OpenDevice& device,
                             std::span<const std::uint8_t> interfaces) {
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
  if (pid == 0) BecomeWorker(worker_, AsSysfs(device), interfaces, writing.get(), parent);
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
  if (WIFEXITED(status) && WEXITSTATUS(status) == kWorkerNotStarted) {
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
