#include "platform/linux/guard/file_watch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "platform/linux/dpkg_database.h"

namespace sekisho::platform {
namespace {

constexpr std::uint32_t kWritten =
    IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;
constexpr std::size_t kMaxLook = 4u << 20;

char Letter(GuardedFile::Word word) {
  switch (word) {
    case GuardedFile::Word::kNobodys:
      return '?';
    case GuardedFile::Word::kAgrees:
      return '=';
    case GuardedFile::Word::kDisagrees:
      return '!';
  }
  return '?';
}

std::optional<GuardedFile::Word> WordOf(std::string_view letter) {
  if (letter == "?") return GuardedFile::Word::kNobodys;
  if (letter == "=") return GuardedFile::Word::kAgrees;
  if (letter == "!") return GuardedFile::Word::kDisagrees;
  return std::nullopt;
}

[[noreturn]] void LookInChild(const GuardPaths& paths, int answer, pid_t parent) {
  // The parent blocks SIGTERM for its signalfd.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
  setpriority(PRIO_PROCESS, 0, 19);
  const std::string text = WriteLook(LookAtGuardedFiles(paths));
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

std::string WriteLook(const GuardedFiles& look) {
  std::string text;
  for (const GuardedFile& file : look.files) {
    if (file.path.find('\n') != std::string::npos) continue;  // nothing of ours is called so
    text +=
        (file.hash.empty() ? "-" : file.hash) + " " + Letter(file.word) + " " + file.path + "\n";
  }
  return text + (look.taken == GuardedFiles::Taken::kAtRest ? "end at-rest\n" : "end meanwhile\n");
}

std::optional<GuardedFiles> ParseLook(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  GuardedFiles look;
  const std::vector<std::string_view> lines = Lines(text);
  if (lines.back() == "end meanwhile") {
    look.taken = GuardedFiles::Taken::kMeanwhile;
  } else if (lines.back() != "end at-rest") {
    return std::nullopt;
  }
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::size_t blank = lines[i].find(' ');
    if (blank == std::string_view::npos || lines[i].size() < blank + 4) return std::nullopt;
    const std::optional<GuardedFile::Word> word = WordOf(lines[i].substr(blank + 1, 1));
    if (!word) return std::nullopt;
    const std::string_view hash = lines[i].substr(0, blank);
    look.files.push_back(
        {std::string(lines[i].substr(blank + 3)), hash == "-" ? "" : std::string(hash), *word});
  }
  return look;
}

Result<std::unique_ptr<LinuxFileWatch>> LinuxFileWatch::Start(EventLoop& loop, GuardPaths paths) {
  Fd notices(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!notices) return LastFailure("watch files");
  std::unique_ptr<LinuxFileWatch> watch(
      new LinuxFileWatch(loop, std::move(paths), std::move(notices)));
  watch->WatchDirectories();
  return watch;
}

LinuxFileWatch::~LinuxFileWatch() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  waitpid(child_, nullptr, 0);
}

void LinuxFileWatch::WatchDirectories() {
  for (const auto& [directory, names] : GuardedDirectories(paths_)) {
    const int watch =
        inotify_add_watch(notices_.get(), (paths_.root + directory).c_str(), kWritten);
    if (watch >= 0) names_[watch] = names;
  }
}

FileWatch::Touched LinuxFileWatch::Drain() {
  Touched touched = Touched::kNothing;
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = read(notices_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return touched;
    for (ssize_t at = 0; at < n;) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      at += static_cast<ssize_t>(sizeof event) + event.len;
      if ((event.mask & (IN_Q_OVERFLOW | IN_IGNORED)) != 0) {
        touched = Touched::kSomething;
        names_.erase(event.wd);
        continue;
      }
      const auto names = names_.find(event.wd);
      if (names == names_.end()) continue;
      if (names->second.empty() || (event.len > 0 && names->second.contains(name))) {
        touched = Touched::kSomething;
      }
    }
  }
}

void LinuxFileWatch::Look(std::function<void(Result<GuardedFiles>)> seen) {
  if (child_ > 0) return seen(MakeFailure(EALREADY, "look at files"));
  WatchDirectories();
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return seen(LastFailure("pipe for a look"));
  answer_ = Fd(ends[0]);
  const Fd writing(ends[1]);
  fcntl(answer_.get(), F_SETFL, O_NONBLOCK);
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) return seen(LastFailure("fork for a look"));
  if (child_ == 0) LookInChild(paths_, writing.get(), parent);
  text_.clear();
  seen_ = std::move(seen);
  reading_ = loop_.WatchReadable(answer_.get(), [this] { Read(); });
}

void LinuxFileWatch::Read() {
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t n = read(answer_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) break;
    text_.append(buffer.data(), static_cast<std::size_t>(n));
    if (text_.size() > kMaxLook) break;
  }
  int status = -1;
  kill(child_, SIGKILL);  // it has said all it will
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  std::optional<GuardedFiles> look = ParseLook(std::exchange(text_, ""));
  if (!look) return Finish(MakeFailure(EPROTO, "look at files"));
  Finish(*std::move(look));
}

void LinuxFileWatch::Finish(Result<GuardedFiles> result) {
  reading_.reset();
  answer_ = Fd();
  const auto seen = std::exchange(seen_, nullptr);
  seen(std::move(result));
}

}  // namespace sekisho::platform
