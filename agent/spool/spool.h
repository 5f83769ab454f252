#ifndef SEKISHO_AGENT_SPOOL_SPOOL_H_
#define SEKISHO_AGENT_SPOOL_SPOOL_H_

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "platform/api/files.h"

namespace sekisho::spool {

class Database;
class Statement;

// Which go first when the spool is full; the numbers are on disk (and sekisho.v1.Retention's).
enum class Retention : std::uint8_t { kRoutine = 1, kBlock = 2, kKeep = 3 };

using Hash = std::array<std::uint8_t, 32>;

// A record and its name. `bytes` is opaque here.
struct Record {
  std::string boot_id;
  std::uint64_t sequence = 0;
  Retention retention = Retention::kKeep;
  Hash hash{};  // SHA-256 of `bytes`, by whoever made them
  std::string bytes;
};

// What the next record of this boot must carry.
struct Position {
  std::uint64_t sequence = 1;
  Hash previous_hash{};
};

// Records of one class that were thrown away and not yet reported.
struct Evicted {
  Retention retention = Retention::kRoutine;
  std::uint64_t count = 0;
  std::uint64_t first = 0;  // sequences; of whichever boots they were
  std::uint64_t last = 0;
};

struct Options {
  std::string path;       // the database
  std::string mark_path;  // high-water mark, on a file system that lives as long as the boot
  std::string boot_id;
  // Of records' bytes and 128 for each; the file itself stays below twice that.
  std::uint64_t max_bytes = 64ull << 20;
};

// A durable, bounded queue of the terminal's history. One thread.
//
// A sequence never repeats within a boot: the database knows the newest, and when the database is
// lost or restored from an older copy, the mark does.
class Spool {
 public:
  // A damaged file, or one of a newer version, is renamed beside itself and a fresh one begun:
  // `SetAside` says so. Fails only when there is no usable file either way.
  static absl::StatusOr<std::unique_ptr<Spool>> Open(const Options& options,
                                                     platform::Files& files);
  ~Spool();

  // What had to be set aside on opening: the new name and why.
  struct SetAsideFile {
    std::string name;
    std::string cause;  // "damaged", "newer-version"
  };
  const std::optional<SetAsideFile>& set_aside() const { return set_aside_; }

  Position Next() const { return next_; }

  // Durable when it returns OK. Its sequence must be Next().sequence. Evicts older routine records,
  // then blocks, to stay within the bound. RESOURCE_EXHAUSTED when the disk is full or only records
  // that are never evicted are left; UNAVAILABLE or DATA_LOSS when it cannot be written.
  absl::Status Append(const Record& record);
  // All of them or none, in one write to the disk; each must be the next after the one before it.
  // Fails like Append.
  absl::Status AppendMany(std::span<const Record> records);
  // The same as Append, for the record that reports the evictions of one class: they are counted
  // from 0 again in the same transaction.
  absl::Status AppendReport(const Record& record, Retention reported);

  // In the order of history, those after the row `after` (0: from the oldest), all of one boot, at
  // most `max_records` and `max_bytes` (but at least one).
  struct Stored {
    std::int64_t row = 0;
    Record record;
  };
  absl::StatusOr<std::vector<Stored>> Read(std::int64_t after, std::size_t max_records,
                                           std::size_t max_bytes);

  enum class AckResult {
    kDeleted,
    kAlready,      // not held any more: acknowledged before, or evicted
    kOtherHash,    // held, with another hash: nothing deleted
    kNeverWritten  // a sequence this boot has not reached
  };
  // Deletes everything up to and with the record of that name, if its hash is `hash`.
  absl::StatusOr<AckResult> Acknowledge(const std::string& boot_id, std::uint64_t sequence,
                                        const Hash& hash);

  // Tries to write, changing nothing. OK means that an Append now would be likely to succeed.
  absl::Status Probe();

  std::vector<Evicted> Evictions();
  std::uint64_t waiting() const { return waiting_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  Spool(Options options, platform::Files& files, std::unique_ptr<Database> database);
  absl::Status Load();
  absl::Status Insert(std::span<const Record> records, std::optional<Retention> reported);
  absl::Status InsertRow(const Record& record);
  absl::Status MakeRoom(std::uint64_t needed);
  absl::Status CountEviction(Retention retention, std::uint64_t sequence);
  absl::Status WriteMark(const Record& record);

  Options options_;
  platform::Files& files_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Statement> insert_, history_, evictable_, delete_row_, count_eviction_;
  std::optional<SetAsideFile> set_aside_;
  Position next_;
  std::uint64_t waiting_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace sekisho::spool

#endif  // SEKISHO_AGENT_SPOOL_SPOOL_H_
