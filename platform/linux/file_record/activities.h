#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTIVITIES_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTIVITIES_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/file_record.h"
#include "platform/linux/file_record/fanotify_events.h"

namespace sekisho::platform {

// A file, whatever it is called.
using FileKey = std::pair<FileSystemId, FileHandle>;

// One thing that happened to a file.
struct FileStep {
  FileOperation operation = FileOperation::kRead;
  std::string path;
  std::string to;
  FileActor actor;
  BootTime at{};
  friend bool operator==(const FileStep&, const FileStep&) = default;
};

// What hashing a file came to.
struct HashOutcome {
  std::optional<std::uint64_t> size;
  std::optional<std::array<std::uint8_t, 32>> sha256;
  std::string unhashed;  // FileRecorded::unhashed
};

// Collects what happens to each file until it has been quiet for a while, then has it hashed once:
// a copy is one record and not three. Pure. Everything is bounded: beyond kMaxFiles at a time,
// events are counted as missed.
class FileActivities {
 public:
  static constexpr std::size_t kMaxFiles = 50'000;
  // How long nothing may happen to a file before it is hashed.
  static constexpr std::chrono::milliseconds kQuiet{300};
  // A file that is written again and again is hashed now and then all the same.
  static constexpr std::chrono::seconds kLongest{30};

  explicit FileActivities(std::string port_path) : port_path_(std::move(port_path)) {}

  // Whether whoever created or opened a file may still be writing: its content is not looked at
  // before it was closed.
  enum class Writer { kNone, kStays, kCloses };
  void Add(const FileKey& key, FileStep step, const NameInDirectory& name, Writer writer);

  // A file to be hashed; answered by its id.
  struct Job {
    std::uint64_t id = 0;
    FileKey key;
    NameInDirectory name;  // the newest
    // Nothing but read: not worth any length of reading.
    enum class Interest { kWritten, kOnlyRead } interest = Interest::kWritten;
  };
  // Lets Take find those that are quiet by now; kAll: whether or not, but for those that are still
  // being written.
  enum class Which { kQuiet, kAll };
  void Ripen(BootTime now, Which which);
  // The next one to be hashed, if any.
  std::optional<Job> Take();
  void Finish(std::uint64_t id, HashOutcome outcome);
  // Everything becomes a record, hashed or not; those without, which should have one, say why.
  // Returns how many.
  std::uint64_t GiveUp(const std::string& why);
  // Files that were created and not closed yet, to be asked for what they are.
  std::vector<Job> Unclosed(BootTime now);
  // It is nothing that is going to be closed (a link, a directory's like).
  void NeverCloses(const FileKey& key);

  // What is ready to be told.
  std::vector<FileRecorded> TakeRecords() { return std::exchange(records_, {}); }
  std::uint64_t TakeMissed() { return std::exchange(missed_, 0); }
  bool Empty() const { return open_.empty() && hashing_.empty(); }
  // Told at once, without a content: directories.
  void Tell(FileStep step);

 private:
  struct Activity {
    FileKey key;
    std::vector<FileStep> steps;
    NameInDirectory name;
    BootTime first{};
    BootTime last{};
    bool unclosed = false;
    bool ripe = false;
    bool asked = false;    // what it is
    bool changed = false;  // while it was being hashed
  };
  void Emit(const Activity& activity, const HashOutcome& outcome);

  const std::string port_path_;
  std::map<FileKey, Activity> open_;
  std::deque<FileKey> ripe_;  // in order; those that are not ripe any more are passed over
  std::map<std::uint64_t, Activity> hashing_;
  std::map<FileKey, std::uint64_t> hashing_of_;
  std::uint64_t next_id_ = 1;
  std::vector<FileRecorded> records_;
  std::uint64_t missed_ = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTIVITIES_H_
