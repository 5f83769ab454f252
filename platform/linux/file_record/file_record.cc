#include "platform/linux/file_record/file_record.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "platform/linux/device_nodes.h"
#include "platform/linux/sysfs_device.h"

namespace sekisho::platform {
namespace {

// The first event is read at once, while its program is still there to be asked for its name; those
// of a burst this much later, when many have been merged.
constexpr std::chrono::milliseconds kPause{20};
// How often quiet files are looked for while something happens.
constexpr std::chrono::milliseconds kBeat{100};
// Told at once when there are so many: what one write to the disk is shared by.
constexpr std::size_t kMany = 256;
constexpr char kRemoved[] = "removed";
constexpr std::chrono::seconds kMarkEvery{1};

using FileClock = std::chrono::system_clock;

}  // namespace

// Whoever waits until a medium's files are all told.
class LinuxFileRecord::Settling : public EventLoop::Handle {
 public:
  Settling(LinuxFileRecord& record, std::string port_path, std::function<void()> settled)
      : record_(record), port_path_(std::move(port_path)), settled_(std::move(settled)) {}
  ~Settling() override { Leave(); }
  void Leave() {
    const auto medium = record_.media_.find(port_path_);
    if (medium != record_.media_.end() && medium->second.settling == this) {
      medium->second.settling = nullptr;
    }
  }
  void Bound(std::unique_ptr<EventLoop::Handle> alarm) { alarm_ = std::move(alarm); }
  // Once, and from the loop: whoever asked may not expect to be called.
  void Done() {
    Leave();
    alarm_ = record_.loop_.At(record_.clock_.Now(), settled_);
  }

 private:
  LinuxFileRecord& record_;
  const std::string port_path_;
  const std::function<void()> settled_;
  std::unique_ptr<EventLoop::Handle> alarm_;
};

LinuxFileRecord::LinuxFileRecord(EventLoop& loop, const Clock& clock, HashProgram program,
                                 std::string mark, BlocksOf blocks_of)
    : loop_(loop),
      clock_(clock),
      blocks_of_(std::move(blocks_of)),
      mark_(std::move(mark)),
      actors_(proc_),
      worker_(
          loop, std::move(program), [this](const HashAnswer& answer) { Answered(answer); },
          [this](const std::set<std::uint64_t>& lost) { Died(lost); }) {
  ReadMarks();
}

LinuxFileRecord::~LinuxFileRecord() = default;

std::set<dev_t> LinuxFileRecord::BlocksInSysfs(const OpenDevice& device) {
  std::set<dev_t> blocks;
  Result<std::vector<DeviceNode>> nodes = NodesBelow(AsSysfs(device).directory());
  if (!nodes.ok()) return blocks;
  for (const DeviceNode& node : *nodes) {
    if (node.kind == NodeKind::kBlock) blocks.insert(node.number);
  }
  return blocks;
}

std::set<int> LinuxFileRecord::Workers() const {
  std::set<int> workers;
  if (worker_.pid() != 0) workers.insert(worker_.pid());
  for (const auto& [port_path, medium] : media_) {
    for (const auto& [device, walk] : medium.walks) {
      if (walk->pid() != 0) workers.insert(walk->pid());
    }
  }
  return workers;
}

void LinuxFileRecord::Record(std::shared_ptr<OpenDevice> device) {
  const std::string port_path = device->PortPath();
  auto found = media_.find(port_path);
  if (found != media_.end() && found->second.held != device) {
    Forget(port_path);
    found = media_.end();
  }
  if (!mounts_watch_) {
    // mountinfo says that something changed by an exceptional condition; in an epoll of its own
    // that is something to read.
    mounts_ = Fd(open((proc_ + "/self/mountinfo").c_str(), O_RDONLY | O_CLOEXEC));
    mounts_changed_ = Fd(epoll_create1(EPOLL_CLOEXEC));
    epoll_event wanted{};
    wanted.events = EPOLLPRI;
    if (mounts_changed_ &&
        epoll_ctl(mounts_changed_.get(), EPOLL_CTL_ADD, mounts_.get(), &wanted) == 0) {
      mounts_watch_ = loop_.WatchReadable(mounts_changed_.get(), [this] {
        epoll_event changed{};
        epoll_wait(mounts_changed_.get(), &changed, 1, 0);
        Look();
      });
    }
  }
  if (found == media_.end()) {
    Medium medium;
    medium.held = device;
    medium.watched = std::make_unique<WatchedMedium>(
        proc_, port_path, [this, held = std::move(device)] { return blocks_of_(*held); }, actors_);
    medium.told = FileClock::now();
    if (const auto before = marks_.find(port_path); before != marks_.end()) {
      medium.since = before->second;
      medium.told = before->second;
      medium.watched->Miss("restart", 0);
      marks_.erase(before);
    }
    found = media_.emplace(port_path, std::move(medium)).first;
    WatchReadable(port_path);
    WriteMarks();
  }
  Look(found->second);
  Collect(found->second);
  TellNow();
}

void LinuxFileRecord::Look() {
  for (auto& [port_path, medium] : media_) {
    // What was unmounted said its last before that.
    Read(medium);
    Look(medium);
    Collect(medium);
  }
  KeepBeat();
}

void LinuxFileRecord::Look(Medium& medium) {
  for (const dev_t device : medium.watched->Look()) {
    if (medium.since && medium.walked.insert(device).second) {
      StartWalk(medium, device, *medium.since, "restart");
    }
  }
}

void LinuxFileRecord::StartWalk(Medium& medium, dev_t device, FileTime since,
                                const std::string& cause) {
  if (medium.settling != nullptr || medium.walks.contains(device)) return;
  Result<Fd> root = medium.watched->OpenRoot(device);
  if (!root.ok()) return;
  const std::string& port_path = medium.held->PortPath();
  medium.walks[device] = std::make_unique<Walk>(
      loop_, clock_, std::move(*root), since,
      [this, port_path, device, cause](const std::vector<std::string>& paths, Walk::End end) {
        Medium& walked = media_.at(port_path);
        walked.watched->Found(device, paths, clock_.Now());
        if (end == Walk::End::kCutShort) walked.watched->Miss(cause + ", and not all was found", 0);
        Collect(walked);
        KeepBeat();
        walked.walks.erase(device);
      });
}

void LinuxFileRecord::ReadMarks() {
  if (mark_.empty()) return;
  const Result<std::string> text = ReadTextAt(AT_FDCWD, mark_, 65536);
  if (!text.ok()) return;
  std::istringstream lines(*text);
  std::string port_path;
  std::int64_t seconds = 0;
  while (lines >> port_path >> seconds) {
    marks_[port_path] = FileTime(std::chrono::seconds(seconds));
  }
}

void LinuxFileRecord::WriteMarks() {
  if (mark_.empty()) return;
  marks_written_ = FileClock::now();
  std::string text;
  const auto add = [&](const std::string& port_path, FileTime time) {
    text +=
        port_path + " " +
        std::to_string(std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count()) +
        "\n";
  };
  for (const auto& [port_path, medium] : media_) add(port_path, medium.told);
  for (const auto& [port_path, time] : marks_) add(port_path, time);
  // Never seen half written; it need not survive more than this process.
  const std::string fresh = mark_ + ".new";
  const Fd file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return;
  }
  (void)rename(fresh.c_str(), mark_.c_str());
}

void LinuxFileRecord::WatchReadable(const std::string& port_path) {
  Medium& medium = media_.at(port_path);
  if (medium.watched->group() < 0) return;
  medium.readable =
      loop_.WatchReadable(medium.watched->group(), [this, port_path] { OnReadable(port_path); });
}

void LinuxFileRecord::OnReadable(const std::string& port_path) {
  Medium& medium = media_.at(port_path);
  Read(medium);
  medium.readable.reset();
  medium.pause = loop_.At(clock_.Now() + kPause, [this, port_path] {
    Medium& paused = media_.at(port_path);
    Read(paused);
    WatchReadable(port_path);
  });
}

void LinuxFileRecord::Read(Medium& medium) {
  std::set<int> ours = Workers();
  ours.insert(getpid());
  medium.watched->Read(clock_.Now(), ours);
  if (medium.watched->TakeOverflow()) {
    for (const dev_t device : medium.watched->Marked()) {
      StartWalk(medium, device, medium.told, "overflow");
    }
  }
  Collect(medium);
  KeepBeat();
}

void LinuxFileRecord::KeepBeat() {
  const bool busy = !notices_.empty() || std::ranges::any_of(media_, [](const auto& each) {
    return !each.second.watched->activities().Empty();
  });
  if (busy && !beat_) beat_ = loop_.At(clock_.Now() + kBeat, [this] { OnBeat(); });
}

void LinuxFileRecord::OnBeat() {
  beat_.reset();
  const FileTime before = FileClock::now();
  for (auto& [port_path, medium] : media_) {
    FileActivities& activities = medium.watched->activities();
    if (activities.Empty()) continue;
    medium.watched->LookAtUnclosed(clock_.Now());
    activities.Ripen(clock_.Now(), medium.settling != nullptr ? FileActivities::Which::kAll
                                                              : FileActivities::Which::kQuiet);
  }
  Pump();
  for (auto& [port_path, medium] : media_) Collect(medium);
  TellNow();
  std::vector<std::string> ports;
  for (const auto& [port_path, medium] : media_) ports.push_back(port_path);
  for (const std::string& port_path : ports) CheckSettled(port_path);
  for (auto& [port_path, medium] : media_) {
    if (medium.watched->activities().Empty() && medium.walks.empty()) medium.told = before;
  }
  KeepBeat();
  // The last beat of a burst writes it in any case: nothing more is to be told.
  if (!beat_ || before - marks_written_ >= kMarkEvery) WriteMarks();
}

void LinuxFileRecord::Pump() {
  for (auto& [port_path, medium] : media_) {
    FileActivities& activities = medium.watched->activities();
    while (!worker_.Full()) {
      std::optional<FileActivities::Job> job = activities.Take();
      if (!job) break;
      std::variant<Fd, HashOutcome> file = medium.watched->Open(*job);
      if (HashOutcome* outcome = std::get_if<HashOutcome>(&file)) {
        activities.Finish(job->id, std::move(*outcome));
        continue;
      }
      const std::uint64_t question = next_question_++;
      asked_[question] = {port_path, job->id};
      if (!worker_.Ask(question, std::move(std::get<Fd>(file))).ok()) {
        asked_.erase(question);
        activities.Finish(job->id, {.size = {}, .sha256 = {}, .unhashed = "worker"});
      }
    }
  }
}

void LinuxFileRecord::Answered(const HashAnswer& answer) {
  HashOutcome outcome;
  if (answer.error == 0) {
    outcome.size = answer.size;
    outcome.sha256 = answer.sha256;
  } else {
    outcome.unhashed = "unreadable";
  }
  Finish(answer.id, std::move(outcome));
  Pump();
  if (notices_.size() >= kMany) TellNow();
}

void LinuxFileRecord::Died(const std::set<std::uint64_t>& lost) {
  for (const std::uint64_t question : lost) {
    Finish(question, {.size = {}, .sha256 = {}, .unhashed = "worker"});
  }
}

void LinuxFileRecord::Finish(std::uint64_t question, HashOutcome outcome) {
  const auto asked = asked_.find(question);
  if (asked == asked_.end()) return;
  const Asked about = std::move(asked->second);
  asked_.erase(asked);
  const auto medium = media_.find(about.port_path);
  if (medium == media_.end()) return;
  medium->second.watched->activities().Finish(about.job, std::move(outcome));
  Collect(medium->second);
  KeepBeat();
  CheckSettled(about.port_path);
}

std::unique_ptr<EventLoop::Handle> LinuxFileRecord::Settle(const std::string& port_path,
                                                           std::chrono::milliseconds bound,
                                                           std::function<void()> settled) {
  auto settling = std::make_unique<Settling>(*this, port_path, std::move(settled));
  const auto medium = media_.find(port_path);
  if (medium == media_.end()) {
    settling->Done();
    return settling;
  }
  medium->second.settling = settling.get();
  // What it finds could not be hashed any more, and it holds the medium.
  medium->second.walks.clear();
  settling->Bound(loop_.At(clock_.Now() + bound, [this, port_path] {
    Medium& late = media_.at(port_path);
    GiveUp(late, port_path, "late");
    CheckSettled(port_path);
  }));
  Read(medium->second);
  medium->second.watched->activities().Ripen(clock_.Now(), FileActivities::Which::kAll);
  Pump();
  Collect(medium->second);
  CheckSettled(port_path);
  return settling;
}

void LinuxFileRecord::CheckSettled(const std::string& port_path) {
  const auto medium = media_.find(port_path);
  if (medium == media_.end() || medium->second.settling == nullptr) return;
  if (!medium->second.watched->activities().Empty()) return;
  Collect(medium->second);
  TellNow();
  std::exchange(medium->second.settling, nullptr)->Done();
}

void LinuxFileRecord::GiveUp(Medium& medium, const std::string& port_path, const std::string& why) {
  const bool held = std::ranges::any_of(
      asked_, [&](const auto& each) { return each.second.port_path == port_path; });
  if (held) {
    // It lets go of the medium's files at once; what others have asked is asked again by nobody.
    worker_.Stop();
    std::set<std::uint64_t> lost;
    for (const auto& [question, about] : asked_) lost.insert(question);
    std::erase_if(lost, [&](std::uint64_t each) { return asked_.at(each).port_path == port_path; });
    std::erase_if(asked_, [&](const auto& each) { return each.second.port_path == port_path; });
    Died(lost);
  }
  const std::uint64_t count = medium.watched->activities().GiveUp(why);
  // Taken away before it could be looked at: more than a hash that came too late.
  if (count > 0 && why == kRemoved) medium.watched->Miss(why, count);
  Collect(medium);
}

void LinuxFileRecord::Forget(const std::string& port_path) {
  const auto found = media_.find(port_path);
  if (found == media_.end()) return;
  Read(found->second);
  GiveUp(found->second, port_path, kRemoved);
  CheckSettled(port_path);
  Settling* settling = found->second.settling;
  media_.erase(found);
  TellNow();
  if (settling != nullptr) settling->Done();
  WriteMarks();
  if (!media_.empty()) return;
  mounts_watch_.reset();
  mounts_changed_ = Fd();
  mounts_ = Fd();
  worker_.Stop();
}

void LinuxFileRecord::Collect(Medium& medium) {
  for (FileRecorded& each : medium.watched->activities().TakeRecords()) {
    notices_.emplace_back(std::move(each));
  }
  for (FilesMissed& each : medium.watched->TakeMissed()) notices_.emplace_back(std::move(each));
}

void LinuxFileRecord::TellNow() {
  if (notices_.empty()) return;
  const auto told = told_;
  std::vector<FileNotice> notices = std::exchange(notices_, {});
  if (told) told(std::move(notices));
}

}  // namespace sekisho::platform
