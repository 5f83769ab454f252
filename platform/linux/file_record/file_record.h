#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_RECORD_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_RECORD_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/file_record.h"
#include "platform/linux/file_record/hash_worker.h"
#include "platform/linux/file_record/walk.h"
#include "platform/linux/file_record/watched_medium.h"

namespace sekisho::platform {

// fanotify, by file handle and name (Linux 5.17 and later). Needs CAP_SYS_ADMIN and
// CAP_DAC_READ_SEARCH, and the host's mount namespace. Wakes nobody while no medium is recorded or
// nothing happens on one. For a single-threaded process.
class LinuxFileRecord : public FileRecord {
 public:
  // The block devices of a device; for tests something else than what sysfs says.
  using BlocksOf = std::function<std::set<dev_t>(const OpenDevice&)>;
  // `loop` and `clock` outlive this. `mark` is a file that lives as long as the boot: until when
  // everything on which medium was told, so that an agentd that starts again looks for what changed
  // meanwhile. Empty: none.
  LinuxFileRecord(EventLoop& loop, const Clock& clock, HashProgram program, std::string mark,
                  BlocksOf blocks_of = BlocksInSysfs);
  ~LinuxFileRecord() override;
  LinuxFileRecord(const LinuxFileRecord&) = delete;
  LinuxFileRecord& operator=(const LinuxFileRecord&) = delete;

  void Tell(std::function<void(std::vector<FileNotice>)> told) override { told_ = std::move(told); }
  void Record(std::shared_ptr<OpenDevice> device) override;
  void Forget(const std::string& port_path) override;
  [[nodiscard]] std::unique_ptr<EventLoop::Handle> Settle(const std::string& port_path,
                                                          std::chrono::milliseconds bound,
                                                          std::function<void()> settled) override;
  // Processes of ours that may have files of a medium open.
  std::set<int> Workers() const;

  static std::set<dev_t> BlocksInSysfs(const OpenDevice& device);

 private:
  class Settling;
  struct Medium {
    std::shared_ptr<OpenDevice> held;
    std::unique_ptr<WatchedMedium> watched;
    std::unique_ptr<EventLoop::Handle> readable;
    std::unique_ptr<EventLoop::Handle> pause;
    Settling* settling = nullptr;
    // Until when all was told.
    FileTime told{};
    // Since when it is to be looked for what nobody saw, and in which file systems it was.
    std::optional<FileTime> since;
    std::set<dev_t> walked;
    std::map<dev_t, std::unique_ptr<Walk>> walks;
  };

  void Look();
  void Look(Medium& medium);
  void StartWalk(Medium& medium, dev_t device, FileTime since, const std::string& cause);
  // Ports and times, from and to the file.
  void ReadMarks();
  void WriteMarks();
  void OnReadable(const std::string& port_path);
  void Read(Medium& medium);
  void WatchReadable(const std::string& port_path);
  void OnBeat();
  void KeepBeat();
  // Hands files to the worker as long as it takes them.
  void Pump();
  void Answered(const HashAnswer& answer);
  void Died(const std::set<std::uint64_t>& lost);
  void Finish(std::uint64_t question, HashOutcome outcome);
  void CheckSettled(const std::string& port_path);
  void GiveUp(Medium& medium, const std::string& port_path, const std::string& why);
  void Collect(Medium& medium);
  void TellNow();

  EventLoop& loop_;
  const Clock& clock_;
  const BlocksOf blocks_of_;
  const std::string mark_;
  const std::string proc_ = "/proc";
  Actors actors_;
  HashWorker worker_;
  std::function<void(std::vector<FileNotice>)> told_;
  std::map<std::string, Medium> media_;  // by port path
  // Of the agentd before this one, until their media are recorded again.
  std::map<std::string, FileTime> marks_;
  FileTime marks_written_{};
  // Which file a question to the worker is about.
  struct Asked {
    std::string port_path;
    std::uint64_t job = 0;
  };
  std::map<std::uint64_t, Asked> asked_;
  std::uint64_t next_question_ = 1;
  std::vector<FileNotice> notices_;
  std::unique_ptr<EventLoop::Handle> beat_;
  Fd mounts_, mounts_changed_;
  std::unique_ptr<EventLoop::Handle> mounts_watch_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_FILE_RECORD_H_
