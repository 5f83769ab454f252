#include "agent/spool/spool.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <span>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/spool/database.h"

namespace sekisho::spool {
namespace {

// What a row costs besides its bytes: key, hash, boot id, index.
constexpr std::uint64_t kRowOverhead = 128;

std::uint64_t CostOf(std::size_t bytes) { return bytes + kRowOverhead; }

// "<boot id> <sequence> <hash, 64 hex digits>": one line, for the life of the boot.
struct Mark {
  std::uint64_t sequence = 0;
  Hash hash{};
};

std::string_view AsView(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::optional<Hash> ToHash(const std::string& bytes) {
  Hash hash;
  if (bytes.size() != hash.size()) return std::nullopt;
  std::memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

std::optional<Mark> ReadMark(platform::Files& files, const Options& options) {
  platform::Result<std::vector<std::byte>> content = files.Read(options.mark_path, 256);
  if (!content.ok()) return std::nullopt;
  // Layout: boot id, NUL, eight bytes big-endian, hash.
  const std::string text(reinterpret_cast<const char*>(content->data()), content->size());
  const std::string prefix = options.boot_id + '\0';
  if (text.size() != prefix.size() + 8 + 32 || text.compare(0, prefix.size(), prefix) != 0) {
    return std::nullopt;
  }
  Mark mark;
  for (int i = 0; i < 8; ++i) {
    mark.sequence = mark.sequence << 8 | static_cast<std::uint8_t>(text[prefix.size() + i]);
  }
  const std::optional<Hash> hash = ToHash(text.substr(prefix.size() + 8));
  if (!hash) return std::nullopt;
  mark.hash = *hash;
  return mark;
}

// Renames the database and what belongs to it; the names are those that were not taken.
absl::StatusOr<std::string> SetAsideDatabase(const std::string& path, const std::string& cause) {
  std::string name;
  std::error_code error;
  for (int i = 1; i < 1000; ++i) {
    name = absl::StrCat(path, ".", cause, "-", i);
    if (!std::filesystem::exists(name, error)) break;
  }
  for (const char* suffix : {"-wal", "-shm", "-journal"}) {
    std::filesystem::rename(path + suffix, name + suffix, error);  // most are not there
  }
  std::filesystem::rename(path, name, error);
  if (error) return absl::UnavailableError(absl::StrCat("rename ", path, ": ", error.message()));
  return name;
}

}  // namespace

Spool::Spool(Options options, platform::Files& files, std::unique_ptr<Database> database)
    : options_(std::move(options)), files_(files), database_(std::move(database)) {}

Spool::~Spool() = default;

absl::StatusOr<std::unique_ptr<Spool>> Spool::Open(const Options& options, platform::Files& files) {
  std::optional<SetAsideFile> set_aside;
  for (int attempt = 0;; ++attempt) {
    absl::Status status;
    if (absl::StatusOr<std::unique_ptr<Database>> database = Database::Open(options.path);
        database.ok()) {
      std::unique_ptr<Spool> spool(new Spool(options, files, *std::move(database)));
      status = spool->Load();
      if (status.ok()) {
        spool->set_aside_ = std::move(set_aside);
        return spool;
      }
    } else {
      status = database.status();
    }
    const bool damaged = absl::IsDataLoss(status);
    if (attempt > 0 || !(damaged || absl::IsFailedPrecondition(status))) return status;
    const std::string cause = damaged ? "damaged" : "newer-version";
    absl::StatusOr<std::string> name = SetAsideDatabase(options.path, cause);
    if (!name.ok()) return name.status();
    set_aside = SetAsideFile{*std::move(name), cause};
  }
}

absl::Status Spool::Load() {
  sqlite3* handle = database_->handle();
  insert_ = std::make_unique<Statement>(
      handle,
      "INSERT INTO record(boot_id, sequence, retention, hash, bytes) VALUES(?, ?, ?, ?, ?)");
  history_ = std::make_unique<Statement>(
      handle,
      "INSERT INTO history(one, boot_id, sequence, hash) VALUES(1, ?, ?, ?) ON CONFLICT(one) DO "
      "UPDATE SET boot_id = excluded.boot_id, sequence = excluded.sequence, hash = excluded.hash");
  evictable_ = std::make_unique<Statement>(
      handle,
      "SELECT id, sequence, length(bytes), retention FROM record WHERE retention < 3 ORDER BY "
      "retention, id LIMIT 1");
  delete_row_ = std::make_unique<Statement>(handle, "DELETE FROM record WHERE id = ?");
  count_eviction_ = std::make_unique<Statement>(
      handle,
      "INSERT INTO eviction(retention, evicted, first, last) VALUES(?1, 1, ?2, ?2) ON "
      "CONFLICT(retention) DO UPDATE SET evicted = evicted + 1, last = excluded.last");

  Statement totals(handle, "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM record");
  absl::StatusOr<bool> row = totals.Step();
  if (!row.ok()) return row.status();
  waiting_ = static_cast<std::uint64_t>(totals.Int(0));
  bytes_ = static_cast<std::uint64_t>(totals.Int(1)) + waiting_ * kRowOverhead;

  next_ = Position{};
  Statement history(handle, "SELECT boot_id, sequence, hash FROM history WHERE one = 1");
  row = history.Step();
  if (!row.ok()) return row.status();
  std::uint64_t newest = 0;
  if (*row) {
    std::optional<Hash> hash = ToHash(history.Bytes(2));
    if (!hash) return absl::DataLossError("spool: history without a hash");
    next_.previous_hash = *hash;
    if (history.Bytes(0) == options_.boot_id) newest = static_cast<std::uint64_t>(history.Int(1));
  }
  // The mark is written before the record, so one above the newest is a record that never was.
  // Further above means that records were lost with their file: never use their numbers again.
  if (std::optional<Mark> mark = ReadMark(files_, options_); mark && mark->sequence > newest + 1) {
    newest = mark->sequence;
    next_.previous_hash = mark->hash;
  }
  next_.sequence = newest + 1;
  return absl::OkStatus();
}

absl::Status Spool::WriteMark(const Record& record) {
  std::string mark = options_.boot_id + '\0';
  for (int shift = 56; shift >= 0; shift -= 8) {
    mark += static_cast<char>(record.sequence >> shift & 0xff);
  }
  mark += AsView(record.hash);
  platform::Outcome written =
      files_.Replace(options_.mark_path, std::as_bytes(std::span(mark.data(), mark.size())),
                     platform::FileMode::kOwnerOnly);
  if (!written.ok()) return absl::UnavailableError(written.failure().ToString());
  return absl::OkStatus();
}

absl::Status Spool::Append(const Record& record) { return Insert({&record, 1}, std::nullopt); }

absl::Status Spool::AppendMany(std::span<const Record> records) {
  return records.empty() ? absl::OkStatus() : Insert(records, std::nullopt);
}

absl::Status Spool::AppendReport(const Record& record, Retention reported) {
  return Insert({&record, 1}, reported);
}

absl::Status Spool::Insert(std::span<const Record> records, std::optional<Retention> reported) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].boot_id != options_.boot_id || records[i].sequence != next_.sequence + i) {
      return absl::InvalidArgumentError("spool: not the next record of this boot");
    }
  }
  // The mark may be one ahead of what is stored, and no more: it is the first's before they are
  // written, and the last's once they are.
  if (absl::Status status = WriteMark(records.front()); !status.ok()) return status;
  const std::uint64_t waiting = waiting_, bytes = bytes_;
  const auto insert = [&]() -> absl::Status {
    Transaction transaction(*database_);
    if (absl::Status status = transaction.Begin(); !status.ok()) return status;
    if (reported) {
      Statement clear(database_->handle(), "DELETE FROM eviction WHERE retention = ?");
      clear.Bind(1, static_cast<std::int64_t>(*reported));
      if (absl::Status status = clear.Run(); !status.ok()) return status;
    }
    for (const Record& record : records) {
      if (absl::Status status = InsertRow(record); !status.ok()) return status;
    }
    const Record& last = records.back();
    history_->Bind(1, last.boot_id)
        .Bind(2, static_cast<std::int64_t>(last.sequence))
        .Bind(3, AsView(last.hash));
    if (absl::Status status = history_->Run(); !status.ok()) return status;
    return transaction.Commit();
  };
  if (absl::Status status = insert(); !status.ok()) {
    waiting_ = waiting;
    bytes_ = bytes;
    return status;
  }
  next_ = Position{records.back().sequence + 1, records.back().hash};
  // They are durable whether or not this one can be written; it only serves a lost database.
  if (records.size() > 1) (void)WriteMark(records.back());
  return absl::OkStatus();
}

absl::Status Spool::InsertRow(const Record& record) {
  const std::uint64_t cost = CostOf(record.bytes.size());
  if (absl::Status status = MakeRoom(cost); !status.ok()) return status;
  insert_->Bind(1, record.boot_id)
      .Bind(2, static_cast<std::int64_t>(record.sequence))
      .Bind(3, static_cast<std::int64_t>(record.retention))
      .Bind(4, AsView(record.hash))
      .Bind(5, record.bytes);
  if (absl::Status status = insert_->Run(); !status.ok()) return status;
  ++waiting_;
  bytes_ += cost;
  return absl::OkStatus();
}

absl::Status Spool::MakeRoom(std::uint64_t needed) {
  while (bytes_ + needed > options_.max_bytes) {
    absl::StatusOr<bool> row = evictable_->Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::ResourceExhaustedError("spool: full of records that are kept");
    const std::int64_t id = evictable_->Int(0);
    const auto sequence = static_cast<std::uint64_t>(evictable_->Int(1));
    const std::uint64_t cost = CostOf(static_cast<std::size_t>(evictable_->Int(2)));
    const Retention retention = evictable_->Int(3) == 1 ? Retention::kRoutine : Retention::kBlock;
    evictable_->Reset();
    delete_row_->Bind(1, id);
    if (absl::Status status = delete_row_->Run(); !status.ok()) return status;
    if (absl::Status status = CountEviction(retention, sequence); !status.ok()) return status;
    --waiting_;
    bytes_ -= std::min(bytes_, cost);
  }
  return absl::OkStatus();
}

absl::Status Spool::CountEviction(Retention retention, std::uint64_t sequence) {
  count_eviction_->Bind(1, static_cast<std::int64_t>(retention))
      .Bind(2, static_cast<std::int64_t>(sequence));
  return count_eviction_->Run();
}

absl::StatusOr<std::vector<Spool::Stored>> Spool::Read(std::int64_t after, std::size_t max_records,
                                                       std::size_t max_bytes) {
  Statement select(database_->handle(),
                   "SELECT id, boot_id, sequence, retention, hash, bytes FROM record WHERE id > ? "
                   "ORDER BY id LIMIT ?");
  select.Bind(1, after).Bind(2, static_cast<std::int64_t>(max_records));
  std::vector<Stored> found;
  std::size_t total = 0;
  while (true) {
    absl::StatusOr<bool> row = select.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    Stored stored;
    stored.row = select.Int(0);
    stored.record.boot_id = select.Bytes(1);
    stored.record.sequence = static_cast<std::uint64_t>(select.Int(2));
    stored.record.retention = static_cast<Retention>(select.Int(3));
    stored.record.bytes = select.Bytes(5);
    std::optional<Hash> hash = ToHash(select.Bytes(4));
    if (!hash) return absl::DataLossError("spool: a record without a hash");
    stored.record.hash = *hash;
    total += stored.record.bytes.size();
    if (!found.empty() &&
        (found.front().record.boot_id != stored.record.boot_id || total > max_bytes)) {
      break;
    }
    found.push_back(std::move(stored));
  }
  return found;
}

absl::StatusOr<Spool::AckResult> Spool::Acknowledge(const std::string& boot_id,
                                                    std::uint64_t sequence, const Hash& hash) {
  if (boot_id == options_.boot_id && sequence >= next_.sequence) return AckResult::kNeverWritten;
  Statement find(database_->handle(),
                 "SELECT id, hash FROM record WHERE boot_id = ? AND sequence = ?");
  find.Bind(1, boot_id).Bind(2, static_cast<std::int64_t>(sequence));
  absl::StatusOr<bool> row = find.Step();
  if (!row.ok()) return row.status();
  if (!*row) return AckResult::kAlready;
  const std::int64_t id = find.Int(0);
  if (find.Bytes(1) != AsView(hash)) return AckResult::kOtherHash;
  find.Reset();

  // Counted and deleted in one transaction, so that the totals stay those of the file.
  Transaction transaction(*database_);
  if (absl::Status status = transaction.Begin(); !status.ok()) return status;
  Statement totals(database_->handle(),
                   "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM record WHERE id <= ?");
  totals.Bind(1, id);
  row = totals.Step();
  if (!row.ok()) return row.status();
  const auto count = static_cast<std::uint64_t>(totals.Int(0));
  const std::uint64_t cost = static_cast<std::uint64_t>(totals.Int(1)) + count * kRowOverhead;
  totals.Reset();
  Statement erase(database_->handle(), "DELETE FROM record WHERE id <= ?");
  erase.Bind(1, id);
  if (absl::Status status = erase.Run(); !status.ok()) return status;
  if (absl::Status status = transaction.Commit(); !status.ok()) return status;
  waiting_ -= std::min(waiting_, count);
  bytes_ -= std::min(bytes_, cost);
  return AckResult::kDeleted;
}

absl::Status Spool::Probe() {
  // A row is written and committed, then taken back: only a commit proves that the disk takes it.
  // Retention 9 is no record's, so a crash in between leaves nothing that is ever read.
  Transaction transaction(*database_);
  if (absl::Status status = transaction.Begin(); !status.ok()) return status;
  if (absl::Status status = database_->Execute(
          "INSERT INTO eviction(retention, evicted, first, last) VALUES(9, 0, 0, 0) ON "
          "CONFLICT(retention) DO UPDATE SET evicted = 1 - evicted");
      !status.ok()) {
    return status;
  }
  return transaction.Commit();
}

std::vector<Evicted> Spool::Evictions() {
  Statement select(database_->handle(),
                   "SELECT retention, evicted, first, last FROM eviction WHERE retention < 3 AND "
                   "evicted > 0 ORDER BY retention");
  std::vector<Evicted> evictions;
  while (true) {
    absl::StatusOr<bool> row = select.Step();
    if (!row.ok() || !*row) return evictions;
    evictions.push_back(Evicted{select.Int(0) == 1 ? Retention::kRoutine : Retention::kBlock,
                                static_cast<std::uint64_t>(select.Int(1)),
                                static_cast<std::uint64_t>(select.Int(2)),
                                static_cast<std::uint64_t>(select.Int(3))});
  }
}

}  // namespace sekisho::spool
