#include "platform/linux/keyboard_code.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <utility>

#include "platform/linux/worker_process.h"

namespace sekisho::platform {
namespace {

// Longer than anything that a worker has to say.
constexpr std::size_t kMaxSaid = 128;
// There is a login, or a way to one.
constexpr int kFirstScreen = 1;
constexpr WorkerLimits kLimits{.descriptors = 128, .cpu_seconds = 20};

void Say(int pipe, const std::string& line) {
  const ssize_t n = write(pipe, line.data(), line.size());
  static_cast<void>(n);
}

[[noreturn]] void BecomeWorker(const KeyboardCodeWorker& worker, const SysfsDevice& device,
                               int output, pid_t parent) {
  UnblockSignals();
  Result<Fd> screen = worker.take_screen(
      [&](int before) { Say(output, "screen " + std::to_string(before) + "\n"); });
  if (!screen.ok()) {
    Say(output, "no-screen " + std::to_string(screen.failure().code.value()) + "\n");
    _exit(kWorkerNotStarted);
  }
  const int descriptors[] = {-1, output, -1, device.directory(), screen->get()};
  const gid_t groups[] = {worker.input_gid};
  if (!KeepOnly(descriptors) || !BecomeUser(worker.uid, worker.gid, groups) ||
      !LimitResources(kLimits)) {
    _exit(kWorkerNotStarted);
  }
  BecomeProgram(worker.program, parent);
}

// "word number", a number of at most three digits.
std::optional<unsigned> NumberAfter(std::string_view line, std::string_view word) {
  if (!line.starts_with(word)) return std::nullopt;
  line.remove_prefix(word.size());
  unsigned number = 0;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != line.data() + line.size() || line.size() > 3) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

struct LinuxKeyboardCode::Running {
  Steps steps;
  pid_t pid = -1;
  Fd process;
  Fd output;
  std::string said;
  std::optional<int> before;  // the screen to go back to, once it is being left
  enum class Stage { kStarting, kShown, kJudged } stage = Stage::kStarting;
  std::unique_ptr<EventLoop::Handle> readable;
  std::unique_ptr<EventLoop::Handle> alarm;
};

class LinuxKeyboardCode::TakenScreen : public KeyboardCode::Round {
 public:
  explicit TakenScreen(LinuxKeyboardCode& owner) : owner_(owner) {}
  ~TakenScreen() override { owner_.End(); }

 private:
  LinuxKeyboardCode& owner_;
};

namespace {

// Refused before it began: nothing to let go of.
class NoRound : public KeyboardCode::Round {
 public:
  explicit NoRound(std::unique_ptr<EventLoop::Handle> tells) : tells_(std::move(tells)) {}

 private:
  std::unique_ptr<EventLoop::Handle> tells_;
};

}  // namespace

LinuxKeyboardCode::LinuxKeyboardCode(EventLoop& loop, const Clock& clock, KeyboardCodeWorker worker)
    : loop_(loop), clock_(clock), worker_(std::move(worker)) {}

LinuxKeyboardCode::~LinuxKeyboardCode() {
  End();
  for (const auto& [pid, leaving] : leaving_) waitpid(pid, nullptr, WNOHANG);
}

std::unique_ptr<KeyboardCode::Round> LinuxKeyboardCode::Begin(const OpenDevice& device,
                                                              Steps steps) {
  const std::string step = "ask for a code at " + device.PortPath();
  if (running_ != nullptr) {
    return std::make_unique<NoRound>(loop_.At(clock_.Now(), [steps, step] {
      const auto failed = steps.failed;
      const Failure told = MakeFailure(EALREADY, step);
      failed(told);
    }));
  }
  running_ = std::make_unique<Running>();
  running_->steps = std::move(steps);
  if (Outcome started = Start(*running_, AsSysfs(device)); !started.ok()) {
    FailSoon(started.failure());
  } else {
    running_->readable = loop_.WatchReadable(running_->output.get(), [this] { Readable(); });
    running_->alarm = loop_.At(clock_.Now() + worker_.until_shown,
                               [this, step] { Fail(MakeFailure(ETIMEDOUT, step)); });
  }
  return std::make_unique<TakenScreen>(*this);
}

Outcome LinuxKeyboardCode::Start(Running& running, const SysfsDevice& device) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return LastFailure("pipe for a worker");
  running.output = Fd(ends[0]);
  const Fd writing(ends[1]);
  if (fcntl(running.output.get(), F_SETFL, O_NONBLOCK) != 0) {
    return LastFailure("pipe for a worker");
  }
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return LastFailure("fork for a worker");
  if (pid == 0) BecomeWorker(worker_, device, writing.get(), parent);
  running.process = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  running.pid = pid;
  return Done{};
}

void LinuxKeyboardCode::Readable() {
  std::array<char, kMaxSaid> part{};
  const ssize_t n = read(running_->output.get(), part.data(), part.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return Fail(MakeFailure(ECHILD, "the worker that shows the code has ended"));
  running_->said.append(part.data(), static_cast<std::size_t>(n));
  // What is told may end the round, and begin another.
  const pid_t pid = running_->pid;
  while (running_ != nullptr && running_->pid == pid) {
    const std::size_t end = running_->said.find('\n');
    if (end == std::string::npos) {
      if (running_->said.size() < kMaxSaid) return;
      return Fail(MakeFailure(EPROTO, "the worker that shows the code talks too much"));
    }
    const std::string line = running_->said.substr(0, end);
    running_->said.erase(0, end + 1);
    if (!Said(line)) {
      return Fail(MakeFailure(EPROTO, "the worker that shows the code said \"" + line + "\""));
    }
  }
}

bool LinuxKeyboardCode::Said(std::string_view line) {
  using Stage = Running::Stage;
  switch (running_->stage) {
    case Stage::kStarting:
      if (const auto screen = NumberAfter(line, "screen "); screen && !running_->before) {
        running_->before = static_cast<int>(*screen);
        return true;
      }
      if (const auto error = NumberAfter(line, "no-screen ")) {
        Fail(MakeFailure(static_cast<int>(*error), "take the screen"));
        return true;
      }
      if (line == "shown") {
        running_->stage = Stage::kShown;
        running_->alarm = loop_.At(clock_.Now() + worker_.until_judged, [this] {
          Fail(MakeFailure(ETIMEDOUT, "the worker that shows the code does not judge"));
        });
        const auto shown = running_->steps.shown;
        shown();
        return true;
      }
      return false;
    case Stage::kShown: {
      constexpr std::pair<std::string_view, Verdict> kVerdicts[] = {
          {"right ", Verdict::kRight}, {"wrong ", Verdict::kWrong}, {"late ", Verdict::kLate}};
      for (const auto& [word, verdict] : kVerdicts) {
        const auto attempts = NumberAfter(line, word);
        if (!attempts) continue;
        running_->stage = Stage::kJudged;
        running_->alarm.reset();
        const auto judged = running_->steps.judged;
        judged(verdict, *attempts);
        return true;
      }
      return false;
    }
    case Stage::kJudged:
      return false;  // it has nothing more to say
  }
  return false;
}

void LinuxKeyboardCode::Fail(Failure failure) {
  // Told once; what is taken is held until the round ends.
  running_->readable.reset();
  running_->alarm.reset();
  const auto failed = std::exchange(running_->steps.failed, nullptr);
  if (failed) failed(failure);
}

void LinuxKeyboardCode::FailSoon(Failure failure) {
  // Not from within Begin: whoever asks may not expect to be called.
  running_->alarm = loop_.At(clock_.Now(), [this, failure = std::move(failure)] { Fail(failure); });
}

void LinuxKeyboardCode::End() {
  const std::unique_ptr<Running> ended = std::move(running_);
  if (ended == nullptr) return;
  if (ended->pid > 0) {
    kill(ended->pid, SIGKILL);
    const pid_t pid = ended->pid;
    Leaving& leaving = leaving_[pid];
    leaving.process = std::move(ended->process);
    leaving.ended = loop_.WatchReadable(leaving.process.get(), [this, pid] {
      if (waitpid(pid, nullptr, WNOHANG) != 0) leaving_.erase(pid);
    });
  }
  // It may have told of it just before it was killed.
  std::array<char, kMaxSaid> part{};
  const ssize_t n = read(ended->output.get(), part.data(), part.size());
  if (!ended->before && n > 0) {
    const std::string_view said(part.data(), static_cast<std::size_t>(n));
    if (const auto screen = NumberAfter(said.substr(0, said.find('\n')), "screen ")) {
      ended->before = static_cast<int>(*screen);
    }
  }
  // It was shown already when an agentd before this one died.
  if (ended->before == kOwnScreen) ended->before = kFirstScreen;
  if (ended->before) worker_.give_back(*ended->before);
}

void LinuxKeyboardCode::GiveBackScreen() {
  Result<int> shown = worker_.shown_screen();
  if (shown.ok() && *shown == kOwnScreen) worker_.give_back(kFirstScreen);
}

}  // namespace sekisho::platform
