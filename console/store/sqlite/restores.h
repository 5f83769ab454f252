#ifndef SEKISHO_CONSOLE_STORE_SQLITE_RESTORES_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_RESTORES_H_

#include "console/store/restore_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Restores : public RestoreStore {
 public:
  explicit Restores(Database& database) : database_(database) {}
  absl::StatusOr<RestoreOutcome> Begin(const RestoreRecord& restore,
                                       const AuditEntry& audit) override;
  absl::StatusOr<std::vector<RestoreRecord>> ListRestores(
      const std::string& organisation_id) override;
  absl::StatusOr<TerminalRecord> Readmit(const TerminalRecord& terminal,
                                         const AuditEntry& audit) override;

 private:
  Database& database_;
};

// terminals.after_restore, as the migration says.
enum class AfterRestore { kComplete = 0, kUnheard = 1, kNoted = 2 };

// Whose history lost something, and by what is told.
struct LostBy {
  std::string organisation_id;
  std::string group_path;
  std::string terminal_id;
};
// Sequences, both ends included; 0 for what is not known.
struct LostSequences {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
// INTERVAL_LOST, with the newest restore's times. Nothing when there was none.
absl::Status NoteLost(Connection& connection, const LostBy& terminal, LostSequences lost,
                      WallTime at);
absl::Status SetAfterRestore(Connection& connection, const std::string& terminal_id,
                             AfterRestore state);
// The sum of all leaps of an organisation: 0 when it was never restored.
absl::StatusOr<std::uint64_t> TotalLeap(Connection& connection, const std::string& organisation_id);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_RESTORES_H_
