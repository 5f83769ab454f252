#include "console/store/sqlite/connection.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

constexpr int kBusyMilliseconds = 10000;

absl::Status ErrorOf(sqlite3* db, int code, absl::string_view doing) {
  const std::string message = absl::StrCat("store: ", doing, ": ", sqlite3_errmsg(db));
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
      return absl::AlreadyExistsError(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return absl::UnavailableError(message);
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(message);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(message);
    default:
      return absl::InternalError(message);
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<Connection>> Connection::Open(const std::string& path, Mode mode) {
  sqlite3* db = nullptr;
  const int flags =
      SQLITE_OPEN_NOMUTEX | (mode == Mode::kReadWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                      : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) return ErrorOf(db, code, absl::StrCat("opening ", path));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, kBusyMilliseconds);
  absl::Status status = mode == Mode::kReadWrite ? connection->Execute(
                                                       "PRAGMA journal_mode=WAL;"
                                                       "PRAGMA synchronous=FULL;"
                                                       "PRAGMA cache_size=-16384;"
                                                       "PRAGMA foreign_keys=ON;"
                                                       "PRAGMA trusted_schema=OFF")
                                                 : connection->Execute("PRAGMA query_only=ON");
  if (!status.ok()) return status;
  return connection;
}

absl::Status Connection::Execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(db_.get(), code, "executing");
  return absl::OkStatus();
}

absl::Status Connection::InTransaction(const std::function<absl::Status()>& work) {
  if (absl::Status status = Execute("BEGIN IMMEDIATE"); !status.ok()) return status;
  absl::Status status = work();
  if (status.ok()) status = Execute("COMMIT");
  if (!status.ok()) {
    // SQLite may have rolled back by itself (disk full); then this says so, and that is fine.
    (void)Execute("ROLLBACK");
  }
  return status;
}

Query::Query(Connection& connection, const char* sql) : connection_(connection) {
  auto found = connection.statements_.find(sql);
  if (found == connection.statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(connection.db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) {
      status_ = ErrorOf(connection.db_.get(), code, absl::StrCat("preparing ", sql));
      return;
    }
    found = connection.statements_.emplace(sql, statement).first;
  }
  statement_ = found->second.get();
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

absl::Status Query::Error(absl::string_view doing) const {
  return ErrorOf(connection_.db_.get(), sqlite3_extended_errcode(connection_.db_.get()), doing);
}

Query& Query::operator<<(std::string_view text) {
  if (!status_.ok()) return *this;
  // A null pointer would bind NULL, which no column takes.
  const char* data = text.data() == nullptr ? "" : text.data();
  if (sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), SQLITE_TRANSIENT,
                          SQLITE_UTF8) != SQLITE_OK) {
    status_ = Error("binding");
  }
  return *this;
}

Query& Query::operator<<(Blob blob) {
  if (!status_.ok()) return *this;
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  if (sqlite3_bind_blob64(statement_, next_parameter_++, data, blob.bytes.size(),
                          SQLITE_TRANSIENT) != SQLITE_OK) {
    status_ = Error("binding");
  }
  return *this;
}

Query& Query::operator<<(std::int64_t value) {
  if (!status_.ok()) return *this;
  if (sqlite3_bind_int64(statement_, next_parameter_++, value) != SQLITE_OK) {
    status_ = Error("binding");
  }
  return *this;
}

Query& Query::operator<<(std::optional<core::WallTime> time) {
  if (time.has_value()) return *this << *time;
  if (!status_.ok()) return *this;
  if (sqlite3_bind_null(statement_, next_parameter_++) != SQLITE_OK) status_ = Error("binding");
  return *this;
}

absl::StatusOr<bool> Query::Step() {
  if (!status_.ok()) return status_;
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
    default:
      status_ = Error("running");
      return status_;
  }
}

absl::Status Query::Run() {
  for (;;) {
    absl::StatusOr<bool> row = Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::OkStatus();
  }
}

std::string Query::Text(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), size);
}

std::int64_t Query::Integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::optional<core::WallTime> Query::OptionalTime(int column) const {
  if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
  return Time(column);
}

}  // namespace sekisho::console::store::sqlite
