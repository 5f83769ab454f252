#include "agent/spool/database.h"

#include <sqlite3.h>

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sekisho::spool {
namespace {

// `hash` is what an acknowledgement must name; `history` holds the newest record's name and hash,
// so that the chain goes on when everything has been acknowledged and deleted.
constexpr Schema kSchema{.version = 1, .sql = R"sql(
CREATE TABLE record(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  boot_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  retention INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE(boot_id, sequence)
);
CREATE INDEX record_retention ON record(retention, id);
CREATE TABLE history(
  one INTEGER PRIMARY KEY CHECK (one = 1),
  boot_id TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  hash BLOB NOT NULL
);
CREATE TABLE eviction(
  retention INTEGER PRIMARY KEY,
  evicted INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL
);
PRAGMA user_version = 1;
)sql"};

absl::Status ErrorOf(sqlite3* database, int code) {
  const std::string message = absl::StrCat(
      "spool: ", database != nullptr ? sqlite3_errmsg(database) : sqlite3_errstr(code));
  switch (code & 0xff) {
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      return absl::DataLossError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::AbortedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::int64_t> ReadInt(sqlite3* database, const char* sql) {
  Statement statement(database, sql);
  absl::StatusOr<bool> row = statement.Step();
  if (!row.ok()) return row.status();
  const std::int64_t value = *row ? statement.Int(0) : 0;
  statement.Reset();
  return value;
}

absl::Status CheckWhole(sqlite3* database) {
  Statement statement(database, "PRAGMA quick_check(1)");
  absl::StatusOr<bool> row = statement.Step();
  if (!row.ok()) return row.status();
  if (!*row || statement.Bytes(0) != "ok") return absl::DataLossError("spool: quick_check failed");
  return absl::OkStatus();
}

}  // namespace

Statement::Statement(sqlite3* database, const char* sql) : database_(database) {
  sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
}

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement& Statement::Bind(int index, std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, index, value);
  return *this;
}

Statement& Statement::Bind(int index, std::string_view bytes) {
  // Copied: the statement may outlive what the caller holds.
  if (statement_ != nullptr) {
    sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  }
  return *this;
}

absl::StatusOr<bool> Statement::Step() {
  // A statement that could not be prepared says why through the connection.
  if (statement_ == nullptr) return ErrorOf(database_, sqlite3_errcode(database_));
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  absl::Status status = code == SQLITE_DONE ? absl::OkStatus() : ErrorOf(database_, code);
  Reset();
  if (!status.ok()) return status;
  return false;
}

absl::Status Statement::Run() {
  while (true) {
    absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

std::int64_t Statement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string Statement::Bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

void Statement::Reset() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path) {
  return Open(path, kSchema);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& path,
                                                         const Schema& schema) {
  sqlite3* handle = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &handle,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (code != SQLITE_OK) return ErrorOf(handle, code);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, 1 << 20);
  // Exclusive before WAL: no shared-memory file, and the daemon stays small with a 256 kB cache.
  constexpr std::array kSettings = {
      "PRAGMA locking_mode = EXCLUSIVE", "PRAGMA journal_mode = WAL",
      "PRAGMA synchronous = FULL",       "PRAGMA cache_size = -256",
      "PRAGMA wal_autocheckpoint = 256", "PRAGMA journal_size_limit = 1048576",
      "PRAGMA trusted_schema = OFF"};
  for (const char* setting : kSettings) {
    if (absl::Status status = database->Execute(setting); !status.ok()) return status;
  }
  absl::StatusOr<std::int64_t> version = ReadInt(handle, "PRAGMA user_version");
  if (!version.ok()) return version.status();
  if (*version > schema.version) {
    return absl::FailedPreconditionError("spool: written by a newer version");
  }
  if (schema.check == Schema::Check::kWhole) {
    if (absl::Status status = CheckWhole(handle); !status.ok()) return status;
  }
  if (*version == 0) {
    Transaction transaction(*database);
    if (absl::Status status = transaction.Begin(); !status.ok()) return status;
    if (absl::Status status = database->Execute(schema.sql); !status.ok()) {
      // Something else is in there that is not ours.
      return absl::IsUnavailable(status) ? absl::DataLossError(status.message()) : status;
    }
    if (absl::Status status = transaction.Commit(); !status.ok()) return status;
  }
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

absl::Status Database::Execute(const char* sql) {
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? absl::OkStatus() : ErrorOf(handle_, code);
}

std::int64_t Database::Changes() const { return sqlite3_changes64(handle_); }

Transaction::~Transaction() {
  if (open_) (void)database_.Execute("ROLLBACK");
}

absl::Status Transaction::Begin() {
  absl::Status status = database_.Execute("BEGIN IMMEDIATE");
  open_ = status.ok();
  return status;
}

absl::Status Transaction::Commit() {
  absl::Status status = database_.Execute("COMMIT");
  if (status.ok()) open_ = false;
  return status;
}

}  // namespace sekisho::spool
