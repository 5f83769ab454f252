#ifndef SEKISHO_CONSOLE_STORE_SQLITE_DATABASE_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_DATABASE_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "console/store/model.h"
#include "console/store/sqlite/checkpointer.h"
#include "console/store/sqlite/connection.h"
#include "console/store/sqlite/write_gate.h"

namespace sekisho::console::store::sqlite {

// One writing connection behind a gate, and a few reading ones: in WAL mode readers neither wait
// for the writer nor hold it up. Thread-safe. Lock order: the writer before a reader.
class Database {
 public:
  // Opens, and migrates to this program's schema. FAILED_PRECONDITION for a newer schema.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& path);

  // Runs `work` in a transaction on the writing connection.
  absl::Status Write(const std::function<absl::Status(Connection&)>& work,
                     Lane lane = Lane::kPerson);
  // The same, and what it took out or wrote over is then nowhere in the files any more: neither in
  // pages that are free now nor in the log. (While a backup reads the log, the log keeps it until
  // its next turn.)
  absl::Status WriteLeavingNothing(const std::function<absl::Status(Connection&)>& work);
  // Runs `work` on a reading connection.
  absl::Status Read(const std::function<absl::Status(Connection&)>& work);

 private:
  static constexpr int kReaders = 4;
  WriteGate gate_;
  std::unique_ptr<Connection> writer_;
  std::mutex readers_mutex_;
  std::condition_variable reader_free_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::unique_ptr<Checkpointer> checkpointer_;  // last: it ends before what it works on
};

// The audit row of a change, in the change's own transaction; chained to the one before.
absl::Status InsertAudit(Connection& connection, const AuditEntry& audit);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_DATABASE_H_
