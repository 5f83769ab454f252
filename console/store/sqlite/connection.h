#ifndef SEKISHO_CONSOLE_STORE_SQLITE_CONNECTION_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/core/grant.h"

namespace sekisho::console::store::sqlite {

struct CloseConnection {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

// A BLOB parameter; text goes in as std::string_view.
struct Blob {
  std::string_view bytes;
};

// One SQLite connection with its prepared statements. One thread at a time.
class Connection {
 public:
  enum class Mode { kReadWrite, kReadOnly };
  static absl::StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, Mode mode);

  // Runs statements without parameters, separated by semicolons.
  absl::Status Execute(const std::string& sql);
  // BEGIN IMMEDIATE, `work`, COMMIT; rolls back and returns work's error.
  absl::Status InTransaction(const std::function<absl::Status()>& work);
  // What the newest INSERT, UPDATE or DELETE changed.
  int changes() const { return sqlite3_changes(db_.get()); }
  sqlite3* handle() const { return db_.get(); }

 private:
  friend class Query;
  explicit Connection(sqlite3* db) : db_(db) {}
  std::unique_ptr<sqlite3, CloseConnection> db_;
  // By address: SQL is always a literal.
  std::map<const char*, std::unique_ptr<sqlite3_stmt, FinalizeStatement>> statements_;
};

// One execution of a (cached) statement. The first error sticks and is what Step and Run return.
class Query {
 public:
  // `sql` must be a string literal: statements are cached by its address.
  Query(Connection& connection, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  // Binds the next parameter (?1, ?2, … in order).
  Query& operator<<(std::string_view text);
  Query& operator<<(const char* text) { return *this << std::string_view(text); }
  Query& operator<<(const std::string& text) { return *this << std::string_view(text); }
  Query& operator<<(Blob blob);
  Query& operator<<(std::int64_t value);
  Query& operator<<(std::uint64_t value) { return *this << static_cast<std::int64_t>(value); }
  Query& operator<<(int value) { return *this << static_cast<std::int64_t>(value); }
  Query& operator<<(std::uint32_t value) { return *this << static_cast<std::int64_t>(value); }
  Query& operator<<(core::WallTime time) {
    return *this << static_cast<std::int64_t>(time.time_since_epoch().count());
  }
  Query& operator<<(std::optional<core::WallTime> time);

  // True when a row is there to read.
  absl::StatusOr<bool> Step();
  // To the end. ALREADY_EXISTS on a broken uniqueness.
  absl::Status Run();

  // Columns of the current row, from 0.
  std::string Text(int column) const;
  std::string Bytes(int column) const { return Text(column); }
  std::int64_t Integer(int column) const;
  core::WallTime Time(int column) const {
    return core::WallTime(std::chrono::milliseconds(Integer(column)));
  }
  std::optional<core::WallTime> OptionalTime(int column) const;

 private:
  absl::Status Error(absl::string_view doing) const;
  Connection& connection_;
  sqlite3_stmt* statement_ = nullptr;
  int next_parameter_ = 1;
  absl::Status status_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_CONNECTION_H_
