#ifndef SEKISHO_AGENT_SPOOL_DATABASE_H_
#define SEKISHO_AGENT_SPOOL_DATABASE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sekisho::spool {

// A prepared statement, used by one caller at a time. Errors are absl codes:
// RESOURCE_EXHAUSTED for a full disk, DATA_LOSS for a damaged file, UNAVAILABLE for the rest.
class Statement {
 public:
  Statement(sqlite3* database, const char* sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Parameters count from 1, as in SQL.
  Statement& Bind(int index, std::int64_t value);
  Statement& Bind(int index, std::string_view bytes);
  // True while there is a row. After false or an error the statement is ready to be bound again.
  absl::StatusOr<bool> Step();
  // Runs to the end.
  absl::Status Run();
  // Columns count from 0, of the row that Step found.
  std::int64_t Int(int column) const;
  std::string Bytes(int column) const;
  void Reset();

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
};

// What a file of ours holds, and how far it is trusted when it is opened.
struct Schema {
  int version = 0;
  // Makes it; sets user_version.
  const char* sql = "";
  // Read whole at the start, or found out when what is damaged is read.
  enum class Check { kWhole, kAsRead } check = Check::kWhole;
};

// One connection, one thread. WAL with synchronous=FULL, so that a finished transaction is on the
// disk; locked exclusively, so that a second daemon cannot write into the same history.
class Database {
 public:
  // The spool's. DATA_LOSS when the file is damaged, FAILED_PRECONDITION when a newer version wrote
  // it, ABORTED when another process holds it, UNAVAILABLE or RESOURCE_EXHAUSTED when it cannot be
  // used now.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);
  // Another's.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path,
                                                        const Schema& schema);
  ~Database();

  absl::Status Execute(const char* sql);
  sqlite3* handle() { return handle_; }
  // Rows that the last statement changed.
  std::int64_t Changes() const;

 private:
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3* handle_;
};

// Rolls back unless Commit succeeded.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) {}
  ~Transaction();
  absl::Status Begin();
  absl::Status Commit();

 private:
  Database& database_;
  bool open_ = false;
};

}  // namespace sekisho::spool

#endif  // SEKISHO_AGENT_SPOOL_DATABASE_H_
