#include "platform/linux/file_record/walk.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "platform/linux/file_record/lowest_priority.h"
#include "platform/linux/worker_process.h"

namespace sekisho::platform {
namespace {

constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxEntries = 500'000;
constexpr std::size_t kMaxText = std::size_t{8} << 20;
// FAT keeps times to two seconds, rounded down.
constexpr std::chrono::seconds kGrain{2};
// What carries a later time than now was given it by somebody else's clock.
constexpr std::chrono::seconds kAhead{5};
constexpr std::string_view kWhole("\0whole", 6);

FileTime TimeOf(const statx_timestamp& stamp) {
  return FileTime(std::chrono::seconds(stamp.tv_sec) + std::chrono::nanoseconds(stamp.tv_nsec));
}

struct Found {
  FileTime from;
  FileTime until;
  std::size_t entries = 0;
  std::size_t files = 0;
  int answer = -1;
};

bool Within(const statx_timestamp& stamp, const Found& found) {
  return TimeOf(stamp) >= found.from && TimeOf(stamp) <= found.until;
}

bool Say(int answer, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = write(answer, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// False once it is cut short.
bool LookInto(int directory, const std::string& path, int depth, Found& found) {
  if (depth > kMaxDepth) return false;
  DIR* const stream = fdopendir(directory);
  if (stream == nullptr) return false;
  bool whole = true;
  while (const dirent* entry = whole ? readdir(stream) : nullptr) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (++found.entries > kMaxEntries) whole = false;
    struct statx status{};
    if (statx(dirfd(stream), entry->d_name, AT_SYMLINK_NOFOLLOW,
              STATX_TYPE | STATX_MTIME | STATX_CTIME | STATX_BTIME, &status) != 0) {
      continue;
    }
    const std::string full = path + "/" + std::string(name);
    if (S_ISDIR(status.stx_mode)) {
      const int below =
          openat(dirfd(stream), entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
      if (below >= 0) whole = LookInto(below, full, depth + 1, found) && whole;
    } else if (S_ISREG(status.stx_mode) &&
               (Within(status.stx_mtime, found) || Within(status.stx_ctime, found) ||
                ((status.stx_mask & STATX_BTIME) != 0 && Within(status.stx_btime, found)))) {
      whole = ++found.files <= Walk::kMaxFound && Say(found.answer, full + '\0') && whole;
    }
  }
  closedir(stream);
  return whole;
}

[[noreturn]] void WalkInChild(int root, int answer, FileTime since, pid_t parent) {
  UnblockSignals();
  TakeLowestPriority();
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) _exit(1);
  Found found;
  found.from = std::chrono::floor<std::chrono::seconds>(since) - kGrain;
  found.until = std::chrono::system_clock::now() + kAhead;
  found.answer = answer;
  const int top = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (top >= 0 && LookInto(top, "", 0, found)) Say(answer, kWhole);
  _exit(0);
}

}  // namespace

Walk::Walk(EventLoop& loop, const Clock& clock, Fd root, FileTime since, Done done)
    : done_(std::move(done)) {
  const auto fails = [&] { alarm_ = loop.At(clock.Now(), [this] { Finish(End::kCutShort); }); };
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    fails();
    return;
  }
  answer_ = Fd(ends[0]);
  const Fd writing(ends[1]);
  fcntl(answer_.get(), F_SETFL, O_NONBLOCK);
  const pid_t parent = getpid();
  child_ = fork();
  if (child_ < 0) {
    fails();
    return;
  }
  if (child_ == 0) WalkInChild(root.get(), writing.get(), since, parent);
  reading_ = loop.WatchReadable(answer_.get(), [this] { Read(); });
  alarm_ = loop.At(clock.Now() + kBound, [this] { Finish(End::kCutShort); });
}

Walk::~Walk() {
  if (child_ <= 0) return;
  kill(child_, SIGKILL);
  // One that is stuck in a medium dies when that answers.
  for (int i = 0; i < 50 && waitpid(child_, nullptr, WNOHANG) == 0; ++i) usleep(1000);
}

void Walk::Read() {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t n = read(answer_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) break;
    text_.append(buffer.data(), static_cast<std::size_t>(n));
    if (text_.size() > kMaxText) return Finish(End::kCutShort);
  }
  const bool whole = std::string_view(text_).ends_with(kWhole) || text_ == kWhole.substr(1);
  Finish(whole ? End::kWhole : End::kCutShort);
}

void Walk::Finish(End end) {
  reading_.reset();
  alarm_.reset();
  std::vector<std::string> paths;
  for (std::size_t start = 0; start < text_.size();) {
    const std::size_t stop = text_.find('\0', start);
    if (stop == std::string::npos) break;  // cut in the middle of a name, or the end's mark
    if (text_[start] == '/') paths.push_back(text_.substr(start, stop - start));
    start = stop + 1;
  }
  const Done done = done_;
  done(std::move(paths), end);
}

}  // namespace sekisho::platform
