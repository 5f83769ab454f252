#include "platform/linux/boot_control.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <system_error>

#include "platform/linux/boot_mode.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/opening.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxText = 4096;
// Seconds from a change until the unit that carries it has taken its lock, and from a boot's start
// until that unit has had its turn there.
constexpr std::time_t kStartsWithin = 60;
constexpr std::time_t kFirstStartsWithin = 600;

std::optional<std::string> ReadText(Files& files, const std::string& path) {
  Result<std::vector<std::byte>> bytes = files.Read(path, kMaxText);
  if (!bytes.ok()) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

Outcome Write(Files& files, const std::string& path, const std::string& text, FileMode mode) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  if (error) return Failure{error, "create the directory of " + path};
  return files.Replace(path, std::as_bytes(std::span(text)), mode);
}

// Until it goes out of scope. Without the lock rather than not at all: what it orders is rare, and
// what it would keep from happening lets people in.
Fd LockOn(const std::string& path) {
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (fd) flock(fd.get(), LOCK_EX);
  return fd;
}

bool IsHeld(const std::string& path) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return fd && flock(fd.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

bool ChangedWithin(const std::string& path, std::time_t seconds) {
  struct stat status{};
  return stat(path.c_str(), &status) == 0 &&
         std::abs(time(nullptr) - status.st_mtim.tv_sec) < seconds;
}

}  // namespace

ThisBoot LinuxBootControl::Now() {
  const std::optional<std::string> text = ReadText(files_, paths_.boot);
  const std::optional<ThisBoot> boot = text ? ParseThisBoot(*text) : std::nullopt;
  return boot.value_or(ThisBoot{});
}

NextBoot LinuxBootControl::Next() { return NextBootOf(ReadText(files_, paths_.image.mode)); }

Outcome LinuxBootControl::Begin(const ThisBoot& boot) { return WriteNow(boot); }

Outcome LinuxBootControl::SetNext(const NextBoot& next) {
  if (next.mode == BootMode::kRescue || next.trial < kShortestTrial || next.trial > kLongestTrial) {
    return MakeFailure(EINVAL, "set the next boot's mode");
  }
  const Fd lock = LockOn(paths_.lock);
  ThisBoot now = Now();
  std::optional<Failure> failure;
  const std::optional<NextBoot> before = WrittenNext();
  const bool confirmed = before && before->mode == BootMode::kEnforce;
  if (now.mode == BootMode::kTrial && !confirmed && clock_() >= now.trial_deadline) {
    failure = Undo(now);
  }
  if (Outcome written = WriteNext(next); !written.ok()) return written;
  unlink(paths_.trial_undone.c_str());
  Outcome done = Done{};
  const bool shut = now.mode == BootMode::kTrial || now.mode == BootMode::kEnforce;
  const bool half_open =
      now.mode == BootMode::kObserve && access(paths_.opening.c_str(), F_OK) == 0;
  if (next.mode == BootMode::kEnforce && now.mode == BootMode::kTrial) {
    now.mode = BootMode::kEnforce;
    done = WriteNow(now);
  } else if (next.mode == BootMode::kObserve && (shut || half_open)) {
    done = Observe(now);
  }
  Outcome carried = carry_();
  for (Outcome* each : {&done, &carried}) {
    if (!each->ok() && !failure) failure = each->failure();
  }
  if (failure) return *failure;
  return Done{};
}

BootImage LinuxBootControl::Image() {
  BootImage image = ExamineBootImage(paths_.image);
  if (image.state == BootImage::State::kStale &&
      (IsHeld(paths_.image.lock) || ChangedWithin(paths_.image.mode, kStartsWithin) ||
       ChangedWithin(paths_.image.rules, kStartsWithin) || WaitsForItsTurn())) {
    image.state = BootImage::State::kCarrying;
  }
  return image;
}

Result<LinuxBootControl::Undoing> LinuxBootControl::UndoTrial() {
  const Fd lock = LockOn(paths_.lock);
  ThisBoot now = Now();
  const std::optional<NextBoot> next = WrittenNext();
  Undoing undoing = Undoing::kNothing;
  std::optional<Failure> failure;
  if (now.mode == BootMode::kTrial && next && next->mode == BootMode::kEnforce) {
    now.mode = BootMode::kEnforce;
    if (Outcome noted = WriteNow(now); !noted.ok()) return noted.failure();
  } else if (now.mode == BootMode::kTrial) {
    failure = Undo(now);
    undoing = Undoing::kUndone;
  }
  if (access(paths_.trial_undone.c_str(), F_OK) == 0) {
    if (!next || next->mode == BootMode::kTrial) {
      NextBoot observing = next.value_or(NextBoot{});
      observing.mode = BootMode::kObserve;
      if (Outcome written = WriteNext(observing); !written.ok()) return written.failure();
      if (Outcome carried = carry_(); !carried.ok() && !failure) failure = carried.failure();
    }
    unlink(paths_.trial_undone.c_str());
  }
  if (failure) return *failure;
  return undoing;
}

// In doubt not confirmed: a file that cannot be read must not keep people locked out.
std::optional<NextBoot> LinuxBootControl::WrittenNext() {
  const std::optional<std::string> text = ReadText(files_, paths_.image.mode);
  return text ? ParseNextBoot(*text) : std::nullopt;
}

std::optional<Failure> LinuxBootControl::Undo(ThisBoot& now) {
  // Before it is tried: dying half-way must not leave it half done for ever.
  Outcome marked = Write(files_, paths_.trial_undone, "", FileMode::kWorldReadable);
  Outcome opened = Open();
  now.mode = BootMode::kObserve;
  now.undone = "running";
  Outcome noted = WriteNow(now);
  for (Outcome* each : {&opened, &marked, &noted}) {
    if (!each->ok()) return each->failure();
  }
  return std::nullopt;
}

// Unlike Undo: nobody is locked out meanwhile, so what is said comes first.
Outcome LinuxBootControl::Observe(ThisBoot& now) {
  now.mode = BootMode::kObserve;
  Outcome marked = Write(files_, paths_.opening, "", FileMode::kWorldReadable);
  if (!marked.ok()) return marked;
  if (Outcome noted = WriteNow(now); !noted.ok()) return noted;
  if (Outcome opened = Open(); !opened.ok()) return opened;
  unlink(paths_.opening.c_str());
  return Done{};
}

// A restart that came before the change was carried: every boot carries what is missing, and makes
// the lock then for the first time. That is no protection that gave way.
bool LinuxBootControl::WaitsForItsTurn() {
  return access(paths_.image.lock.c_str(), F_OK) != 0 && errno == ENOENT &&
         ChangedWithin(paths_.boot, kFirstStartsWithin);
}

Outcome LinuxBootControl::WriteNow(const ThisBoot& boot) {
  return Write(files_, paths_.boot, WriteThisBoot(boot), FileMode::kWorldReadable);
}

Outcome LinuxBootControl::WriteNext(const NextBoot& next) {
  return Write(files_, paths_.image.mode, WriteNextBoot(next), FileMode::kWorldReadable);
}

Outcome LinuxBootControl::Open() {
  unlink(paths_.probe_record.c_str());
  return OpenEverything(paths_.sysfs);
}

}  // namespace sekisho::platform
