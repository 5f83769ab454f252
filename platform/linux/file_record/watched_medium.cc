#include "platform/linux/file_record/watched_medium.h"

#include <fcntl.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <span>
#include <string_view>

namespace sekisho::platform {
namespace {

// No FAN_MODIFY: it comes with every write, and whoever wrote closes in the end.
constexpr std::uint64_t kMask =
    FAN_CREATE | FAN_DELETE | FAN_RENAME | FAN_CLOSE_WRITE | FAN_ACCESS | FAN_ONDIR;
constexpr unsigned kGroup =
    FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME_TARGET;
// One turn's worth: what is left is read in the next.
constexpr int kMaxReads = 64;
// What was only read is read again for its hash up to this size; a film that somebody looked into
// is not.
constexpr off_t kMaxReadAgain = off_t{256} << 20;

}  // namespace

struct WatchedMedium::Roots {
  struct Open {
    Fd root;
    std::optional<PathFinder> finder;
  };
  std::map<FileSystemId, std::unique_ptr<Open>> open;
};

WatchedMedium::WatchedMedium(std::string proc, std::string port_path, Blocks blocks, Actors& actors)
    : proc_(std::move(proc)),
      port_path_(std::move(port_path)),
      blocks_(std::move(blocks)),
      actors_(actors),
      group_(fanotify_init(kGroup, O_RDONLY | O_CLOEXEC)),
      activities_(port_path_) {
  if (!group_) Miss(LastFailure("fanotify").ToString(), 0);
}

void WatchedMedium::Miss(std::string cause, std::uint64_t count) {
  missed_[std::move(cause)] += count;
}

std::vector<FilesMissed> WatchedMedium::TakeMissed() {
  std::vector<FilesMissed> missed;
  if (const std::uint64_t count = activities_.TakeMissed(); count > 0) Miss("too many", count);
  for (const auto& [cause, count] : std::exchange(missed_, {})) {
    missed.push_back({port_path_, cause, count});
  }
  return missed;
}

std::vector<dev_t> WatchedMedium::Look() {
  std::vector<dev_t> added;
  if (!group_) return added;
  const std::set<dev_t> blocks = blocks_();
  Result<std::vector<MountedAt>> mounted = MountedFileSystems(proc_, blocks);
  if (!mounted.ok()) {
    Miss(mounted.failure().ToString(), 0);
    return added;
  }
  std::set<dev_t> there;
  for (const MountedAt& where : *mounted) {
    there.insert(where.mount.device);
    if (Add(where)) added.push_back(where.mount.device);
  }
  std::erase_if(marked_, [&](const auto& each) { return !there.contains(each.first); });
  std::erase_if(unwatchable_, [&](dev_t each) { return !there.contains(each); });
  return added;
}

bool WatchedMedium::Add(const MountedAt& where) {
  const dev_t device = where.mount.device;
  Result<Fd> root = OpenMountRoot(proc_, where);
  if (!root.ok()) {
    if (unwatchable_.insert(device).second) Miss(root.failure().ToString(), 0);
    return false;
  }
  Result<FileSystemId> id = IdOf(*root);
  // Again for one that is marked: it may have been unmounted and mounted in between, and its mark
  // with it.
  if (!id.ok() || fanotify_mark(group_.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, kMask,
                                root->get(), nullptr) != 0) {
    const Failure failure = id.ok() ? LastFailure("watch its file system") : id.failure();
    if (unwatchable_.insert(device).second) Miss(failure.ToString(), 0);
    marked_.erase(device);
    return false;
  }
  return marked_.insert_or_assign(device, Mark{where, *id}).second;
}

const WatchedMedium::Mark* WatchedMedium::Find(const FileSystemId& id) const {
  for (const auto& [device, marked] : marked_) {
    if (marked.id == id) return &marked;
  }
  return nullptr;
}

Result<Fd> WatchedMedium::OpenRoot(dev_t device) const {
  const auto found = marked_.find(device);
  if (found == marked_.end()) return MakeFailure(ESTALE, "file system");
  return OpenMountRoot(proc_, found->second.where);
}

std::vector<dev_t> WatchedMedium::Marked() const {
  std::vector<dev_t> devices;
  for (const auto& [device, mark] : marked_) devices.push_back(device);
  return devices;
}

void WatchedMedium::Found(dev_t device, const std::vector<std::string>& paths, BootTime now) {
  Result<Fd> root = OpenRoot(device);
  if (!root.ok()) return;
  for (const std::string& path : paths) {
    Result<FoundFile> file = FindFile(*root, path);
    if (!file.ok()) continue;  // it is gone again, and that was seen
    activities_.Add({marked_.at(device).id, file->handle},
                    {FileOperation::kWritten, path, "", FileActor{}, now}, NameInDirectory{},
                    FileActivities::Writer::kNone);
  }
}

void WatchedMedium::Read(BootTime now, const std::set<int>& ours) {
  if (!group_) return;
  Roots roots;
  alignas(fanotify_event_metadata) std::array<std::byte, 65536> buffer;
  for (int i = 0; i < kMaxReads; ++i) {
    const ssize_t n = read(group_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    for (const FanotifyEvent& event :
         ParseFanotifyEvents(std::span(buffer.data(), static_cast<std::size_t>(n)))) {
      if ((event.mask & FAN_Q_OVERFLOW) != 0) {
        Miss("overflow", 0);
        overflow_ = true;
      } else if (!ours.contains(event.pid)) {
        Take(event, now, roots);
      }
    }
  }
}

void WatchedMedium::Take(const FanotifyEvent& event, BootTime now, Roots& roots) {
  // Listing a directory is reading no file.
  if ((event.mask & FAN_ONDIR) != 0 && (event.mask & (FAN_CREATE | FAN_DELETE | FAN_RENAME)) == 0) {
    return;
  }
  const auto found = roots.open.try_emplace(event.file_system, nullptr);
  std::unique_ptr<Roots::Open>& open = found.first->second;
  if (found.second) {
    const Mark* marked = Find(event.file_system);
    Result<Fd> root = marked == nullptr ? MakeFailure(ESTALE, "file system")
                                        : OpenMountRoot(proc_, marked->where);
    if (root.ok()) {
      open = std::make_unique<Roots::Open>();
      open->root = std::move(*root);
      open->finder.emplace(proc_, open->root);
    }
  }
  // A directory that is gone, or whose file system is: the name is known, and not where it was.
  const auto path_of = [&](const NameInDirectory& name) {
    Result<std::string> path =
        open ? open->finder->PathOf(name) : MakeFailure(ESTALE, "file system");
    return path.ok() ? *path : "?/" + name.name;
  };
  if ((event.mask & FAN_RENAME) != 0 && event.from && event.to) {
    const bool directory = (event.mask & FAN_ONDIR) != 0;
    FileStep step{FileOperation::kRenamed, path_of(*event.from), path_of(*event.to),
                  actors_.Of(event.pid, now), now};
    // Paths below it are others now.
    if (directory && open) open->finder.emplace(proc_, open->root);
    if (directory) {
      step.path += '/';
      step.to += '/';
      return activities_.Tell(std::move(step));
    }
    return activities_.Add({event.file_system, event.file.value_or(FileHandle{})}, std::move(step),
                           *event.to, FileActivities::Writer::kNone);
  }
  if (!event.at) return;
  TakeNamed(event, now, path_of(*event.at));
}

void WatchedMedium::TakeNamed(const FanotifyEvent& event, BootTime now, const std::string& path) {
  const FileActor actor = actors_.Of(event.pid, now);
  using Writer = FileActivities::Writer;
  if ((event.mask & FAN_ONDIR) != 0) {
    const FileStep step{FileOperation::kCreated, path + "/", "", actor, now};
    if ((event.mask & FAN_CREATE) != 0) activities_.Tell(step);
    if ((event.mask & FAN_DELETE) != 0) {
      activities_.Tell({FileOperation::kDeleted, step.path, "", actor, now});
    }
    return;
  }
  const FileKey key{event.file_system, event.file.value_or(FileHandle{})};
  const auto add = [&](FileOperation operation, Writer writer) {
    activities_.Add(key, {operation, path, "", actor, now}, *event.at, writer);
  };
  // What is merged into one event happened to one file by one name, so in this order.
  if ((event.mask & FAN_CREATE) != 0) add(FileOperation::kCreated, Writer::kStays);
  if ((event.mask & FAN_CLOSE_WRITE) != 0) add(FileOperation::kWritten, Writer::kCloses);
  if ((event.mask & FAN_ACCESS) != 0) add(FileOperation::kRead, Writer::kNone);
  if ((event.mask & FAN_DELETE) != 0) add(FileOperation::kDeleted, Writer::kCloses);
}

Result<Fd> WatchedMedium::OpenPath(const FileActivities::Job& job) {
  const Mark* marked = Find(job.key.first);
  if (marked == nullptr) return MakeFailure(ESTALE, "file system");
  Result<Fd> root = OpenMountRoot(proc_, marked->where);
  if (!root.ok()) return root.failure();
  Result<Fd> file = OpenHandle(*root, job.key.second);
  if (file.ok()) return file;
  // FAT knows a file by its handle only as long as it is in memory.
  Result<Fd> directory = OpenHandle(*root, job.name.directory);
  if (!directory.ok()) return directory.failure();
  return OpenAt(directory->get(), job.name.name, O_PATH | O_NOFOLLOW);
}

std::variant<Fd, HashOutcome> WatchedMedium::Open(const FileActivities::Job& job) {
  const auto none = [](std::string why) {
    return HashOutcome{.size = {}, .sha256 = {}, .unhashed = std::move(why)};
  };
  Result<Fd> path = OpenPath(job);
  struct stat status {};
  if (!path.ok() || fstat(path->get(), &status) != 0) return none("gone");
  if (!S_ISREG(status.st_mode)) return none("");  // a link or a node: there is no content
  if (job.interest == FileActivities::Job::Interest::kOnlyRead && status.st_size > kMaxReadAgain) {
    HashOutcome large = none("large");
    large.size = static_cast<std::uint64_t>(status.st_size);
    return large;
  }
  Result<Fd> file = OpenForReading(proc_, *path);
  if (!file.ok()) return none("unreadable");
  return std::move(*file);
}

void WatchedMedium::LookAtUnclosed(BootTime now) {
  for (const FileActivities::Job& job : activities_.Unclosed(now)) {
    Result<Fd> path = OpenPath(job);
    struct stat status {};
    // A second name of a file that was there, or no file at all: nobody is writing it.
    const bool closes = path.ok() && fstat(path->get(), &status) == 0 && S_ISREG(status.st_mode) &&
                        status.st_nlink <= 1;
    if (!closes) activities_.NeverCloses(job.key);
  }
}

}  // namespace sekisho::platform
