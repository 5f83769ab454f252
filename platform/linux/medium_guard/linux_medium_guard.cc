#include "platform/linux/medium_guard/linux_medium_guard.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

namespace sekisho::platform {
namespace {

std::uint32_t NumberOf(const MediumNode& node) { return SG_NUMBER(node.major, node.minor); }

std::string SysfsOf(const MediumGuardPaths& paths, const MediumNode& node) {
  return paths.sysfs + "/dev/block/" + std::to_string(node.major) + ":" +
         std::to_string(node.minor);
}

std::optional<std::uint64_t> SequenceNow(const MediumGuardPaths& paths, const MediumNode& node) {
  Result<std::string> text = ReadTextAt(AT_FDCWD, SysfsOf(paths, node) + "/diskseq");
  std::uint64_t sequence = 0;
  if (!text.ok()) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), sequence);
  if (read.ec != std::errc()) return std::nullopt;
  return sequence;
}

enum class Tell { kAdded, kChanged };

// udev could not open it when the kernel told of it, and ran no rule at all (udevd locks a disk
// first); or would go on showing what nobody may open. A disk is told before its partitions, which
// others look for beneath it.
void TellUdev(const MediumGuardPaths& paths, const MediumNode& node, Tell tell) {
  const char* action = tell == Tell::kAdded ? "add" : "change";
  const std::string disk = SysfsOf(paths, node);
  (void)WriteAt(AT_FDCWD, disk + "/uevent", action);
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(disk + "/", error)) {
    const std::string directory = entry.path().string();
    if (access((directory + "/partition").c_str(), F_OK) == 0) {
      (void)WriteAt(AT_FDCWD, directory + "/uevent", action);
    }
  }
}

MediumRefusal::Operation OperationOf(std::uint32_t operation) {
  switch (operation) {
    case kSgWrite:
      return MediumRefusal::Operation::kWrite;
    case kSgMount:
      return MediumRefusal::Operation::kMount;
    case kSgCommand:
      return MediumRefusal::Operation::kCommand;
    default:
      return MediumRefusal::Operation::kOpen;
  }
}

std::string TextIn(const char* text, std::size_t size) { return {text, strnlen(text, size)}; }

// Sets the process that may set a disk read-only, for as long as it lives.
class Keeping {
 public:
  explicit Keeping(const MediumGuardPaths& paths) : paths_(paths) {
    (void)WriteSetting(paths_, kSgSettingKeeper, static_cast<std::uint32_t>(getpid()));
  }
  ~Keeping() { (void)WriteSetting(paths_, kSgSettingKeeper, 0); }
  Keeping(const Keeping&) = delete;
  Keeping& operator=(const Keeping&) = delete;

 private:
  const MediumGuardPaths& paths_;
};

}  // namespace

// The kernel's ring buffer (bpf_ringbuf_output): a page that we write, a page that the kernel
// writes. Only that there is something is of interest.
class LinuxMediumGuard::Ring {
 public:
  static std::unique_ptr<Ring> Open(const MediumGuardPaths& paths) {
    Result<Fd> map = OpenGuardMap(paths, "wake");
    struct stat pin{};
    if (!map.ok() || stat((paths.Maps() + "/wake").c_str(), &pin) != 0) return nullptr;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* ours = mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, map->get(), 0);
    if (ours == MAP_FAILED) return nullptr;
    void* kernels =
        mmap(nullptr, page, PROT_READ, MAP_SHARED, map->get(), static_cast<off_t>(page));
    if (kernels == MAP_FAILED) {
      munmap(ours, page);
      return nullptr;
    }
    return std::unique_ptr<Ring>(new Ring(std::move(*map), pin.st_ino, page, ours, kernels));
  }
  ~Ring() {
    munmap(ours_, page_);
    munmap(kernels_, page_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  int fd() const { return map_.get(); }
  ino_t pin() const { return pin_; }
  void Swallow() {
    const std::uint64_t end =
        __atomic_load_n(static_cast<const std::uint64_t*>(kernels_), __ATOMIC_ACQUIRE);
    __atomic_store_n(static_cast<std::uint64_t*>(ours_), end, __ATOMIC_RELEASE);
  }

 private:
  Ring(Fd map, ino_t pin, std::size_t page, void* ours, void* kernels)
      : map_(std::move(map)), pin_(pin), page_(page), ours_(ours), kernels_(kernels) {}
  Fd map_;
  ino_t pin_;
  std::size_t page_;
  void* ours_;
  void* kernels_;
};

LinuxMediumGuard::LinuxMediumGuard(MediumGuardPaths paths, MachinePaths machine)
    : paths_(std::move(paths)),
      machine_(std::move(machine)),
      wait_(epoll_create1(EPOLL_CLOEXEC)),
      pause_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(wait_.get(), EPOLL_CTL_ADD, pause_.get(), &event);
  Listen();
}

LinuxMediumGuard::~LinuxMediumGuard() = default;

void LinuxMediumGuard::Listen() {
  struct stat pin{};
  const bool there = stat((paths_.Maps() + "/wake").c_str(), &pin) == 0;
  if (ring_ && there && ring_->pin() == pin.st_ino) return;
  if (ring_) epoll_ctl(wait_.get(), EPOLL_CTL_DEL, ring_->fd(), nullptr);
  ring_ = Ring::Open(paths_);
  if (!ring_) return;
  epoll_event event{};
  event.events = EPOLLIN;
  epoll_ctl(wait_.get(), EPOLL_CTL_ADD, ring_->fd(), &event);
}

GuardState LinuxMediumGuard::State() {
  Listen();
  return StateOfGuard(paths_);
}

std::optional<Failure> LinuxMediumGuard::WhyNot() const {
  if (LookForBpfLsm(paths_) == BpfLsm::kNotAsked) {
    return MakeFailure(ENOTSUP, "speak with the medium guard");
  }
  if (ComparePins(paths_) == Pins::kMissing) {
    return MakeFailure(ENOENT, "speak with the medium guard");
  }
  return std::nullopt;
}

Result<bool> LinuxMediumGuard::IsOwn(const MediumNode& node) {
  if (node.kind == MediumNode::Kind::kCharacter) {
    Result<Fd> map = OpenGuardMap(paths_, "chars");
    if (!map.ok()) return map.failure();
    const std::optional<SgChar> known = ValueIn<SgChar>(*map, NumberOf(node));
    if (!known) return MakeFailure(ENODEV, "find " + node.name);
    return (known->flags & kSgOwn) != 0;
  }
  const std::optional<std::uint64_t> sequence = SequenceNow(paths_, node);
  if (!sequence || *sequence != node.sequence) return MakeFailure(ENODEV, "find " + node.name);
  Result<std::string> disk = DiskOf(machine_, makedev(node.major, node.minor));
  if (!disk.ok()) return disk.failure();
  Result<std::set<std::string>> beneath = DisksBeneath(machine_, *disk);
  if (!beneath.ok()) return beneath.failure();
  Result<std::set<std::string>> running = RunningDisks(machine_);
  const std::vector<Place> recorded = RecordedPlaces(machine_);
  return std::ranges::all_of(*beneath, [&](const std::string& name) {
    if (running.ok() && running->contains(name)) return true;
    Result<Place> place = PlaceOfDisk(machine_, name);
    return place.ok() && std::ranges::find(recorded, *place) != recorded.end();
  });
}

Outcome LinuxMediumGuard::Admit(const MediumNode& node, MediumAccess access,
                                std::optional<BootTime> deadline) {
  if (std::optional<Failure> failure = WhyNot()) return *failure;
  // 0 is "none" in the map.
  const std::uint64_t until =
      deadline ? static_cast<std::uint64_t>(std::max<std::int64_t>(deadline->count(), 1)) : 0;
  switch (node.kind) {
    case MediumNode::Kind::kBlock:
      return AdmitDisk(node, access, until);
    case MediumNode::Kind::kCharacter:
      return AdmitCharacter(node, access, until);
  }
  return MakeFailure(EINVAL, "admit " + node.name);
}

Outcome LinuxMediumGuard::AdmitCharacter(const MediumNode& node, MediumAccess access,
                                         std::uint64_t deadline) {
  // What speaks the drive's own language cannot be held to reading.
  if (access == MediumAccess::kReadOnly) return MakeFailure(EINVAL, "admit " + node.name);
  Result<Fd> chars = OpenGuardMap(paths_, "chars");
  Result<Fd> admissions = OpenGuardMap(paths_, "char_admissions");
  if (!chars.ok()) return chars.failure();
  if (!admissions.ok()) return admissions.failure();
  const std::uint32_t number = NumberOf(node);
  if (!ValueIn<SgChar>(*chars, number)) return MakeFailure(ENODEV, "admit " + node.name);
  const SgAdmission admission{deadline, kSgReadWrite, 0};
  return UpdateMap(*admissions, &number, &admission, MapUpdate::kAny);
}

Outcome LinuxMediumGuard::AdmitDisk(const MediumNode& node, MediumAccess access,
                                    std::uint64_t deadline) {
  Result<Fd> admissions = OpenGuardMap(paths_, "admissions");
  if (!admissions.ok()) return admissions.failure();
  if (SequenceNow(paths_, node) != node.sequence || node.sequence == 0) {
    return MakeFailure(ENODEV, "admit " + node.name);
  }
  // In sysfs already, and nothing that can be opened: the kernel is about to add it.
  Result<Fd> nodes = OpenGuardMap(paths_, "nodes");
  if (!nodes.ok()) return nodes.failure();
  if (!ValueIn<SgU64>(*nodes, NumberOf(node))) {
    return MakeFailure(ENODEV, "find the disk of " + node.name);
  }
  const SgU32 level = access == MediumAccess::kReadOnly ? SgU32{kSgReadOnly} : SgU32{kSgReadWrite};
  const SgAdmission admission{deadline, level, 0};
  Outcome done = UpdateMap(*admissions, &node.sequence, &admission, MapUpdate::kAny);
  if (done.ok()) done = OpenOnce(node, access);
  if (done.ok() && SequenceNow(paths_, node) != node.sequence) {
    done = MakeFailure(ENODEV, "admit " + node.name);
  }
  if (!done.ok()) {
    (void)DeleteFromMap(*admissions, &node.sequence);
    return done;
  }
  return Done{};
}

Outcome LinuxMediumGuard::Announce(const MediumNode& node) {
  if (SequenceNow(paths_, node) != node.sequence) {
    return MakeFailure(ENODEV, "announce " + node.name);
  }
  TellUdev(paths_, node, Tell::kAdded);
  return Done{};
}

Outcome LinuxMediumGuard::OpenOnce(const MediumNode& node, MediumAccess access) {
  std::string name = node.name;
  std::ranges::replace(name, '!', '/');  // as sysfs writes a slash
  const Keeping keeping(paths_);
  Result<Fd> disk = OpenAt(AT_FDCWD, paths_.dev + "/" + name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
  // A number without a disk: not yet, or not any more.
  if (!disk.ok() && disk.failure().code.value() == ENXIO)
    return MakeFailure(ENODEV, "open " + name);
  if (!disk.ok()) return disk.failure();
  struct stat facts{};
  if (fstat(disk->get(), &facts) != 0 || !S_ISBLK(facts.st_mode) ||
      facts.st_rdev != makedev(node.major, node.minor)) {
    return MakeFailure(ENODEV, "open " + name);
  }
  int now = 0;
  const int wanted = access == MediumAccess::kReadOnly ? 1 : 0;
  if (ioctl(disk->get(), BLKROGET, &now) != 0) return LastFailure("BLKROGET of " + name);
  if (now == wanted) return Done{};
  // A card with its lock set stays read-only; that is no failure of ours.
  if (ioctl(disk->get(), BLKROSET, &wanted) != 0 && wanted == 1) {
    return LastFailure("BLKROSET of " + name);
  }
  return Done{};
}

Outcome LinuxMediumGuard::Withdraw(const MediumNode& node) {
  if (std::optional<Failure> failure = WhyNot()) return *failure;
  const bool block = node.kind == MediumNode::Kind::kBlock;
  Result<Fd> map = OpenGuardMap(paths_, block ? "admissions" : "char_admissions");
  if (!map.ok()) return map.failure();
  const std::uint32_t number = NumberOf(node);
  const void* key = block ? static_cast<const void*>(&node.sequence) : &number;
  Outcome deleted = DeleteFromMap(*map, key);
  if (!deleted.ok() && deleted.failure().code.value() != ENOENT) return deleted;
  if (deleted.ok() && block && SequenceNow(paths_, node) == node.sequence) {
    TellUdev(paths_, node, Tell::kChanged);
  }
  return Done{};
}

Outcome LinuxMediumGuard::Refuse() {
  if (std::optional<Failure> failure = WhyNot()) return *failure;
  // Who calls this admits what USB authorisation lets in.
  if (Outcome set = WriteSetting(paths_, kSgSettingUsb, 1); !set.ok()) return set;
  return WriteSetting(paths_, kSgSettingRefuses, 1);
}

Outcome LinuxMediumGuard::Observe() {
  if (std::optional<Failure> failure = WhyNot()) return *failure;
  return WriteSetting(paths_, kSgSettingRefuses, 0);
}

std::vector<MediumRefusal> LinuxMediumGuard::Drain() {
  std::uint64_t fired = 0;
  (void)!read(pause_.get(), &fired, sizeof fired);
  if (ring_) ring_->Swallow();
  std::vector<MediumRefusal> refusals;
  Result<Fd> map = OpenGuardMap(paths_, "refusals");
  if (!map.ok()) return refusals;
  for (const SgRefusalKey& key : KeysOfMap<SgRefusalKey>(*map)) {
    SgRefusal told{};
    if (!TakeFromMap(*map, &key, &told).ok()) continue;
    MediumRefusal refusal;
    refusal.operation = OperationOf(key.operation);
    refusal.node.kind =
        key.character != 0 ? MediumNode::Kind::kCharacter : MediumNode::Kind::kBlock;
    refusal.node.major = key.number >> 20;
    refusal.node.minor = key.number & 0xfffff;
    refusal.node.sequence = key.sequence;
    refusal.node.name = TextIn(told.name, sizeof told.name);
    refusal.pid = static_cast<int>(told.pid);
    refusal.uid = key.uid;
    refusal.program = TextIn(key.program, sizeof key.program);
    refusal.count = told.count;
    refusals.push_back(std::move(refusal));
  }
  // The kernel wakes us once a second at most; the last of a second would wait for the next.
  if (!refusals.empty()) {
    itimerspec second{};
    second.it_value.tv_sec = 1;
    timerfd_settime(pause_.get(), 0, &second, nullptr);
  }
  return refusals;
}

}  // namespace sekisho::platform
