#ifndef SEKISHO_CONSOLE_STORE_SQLITE_OPERATORS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_OPERATORS_H_

#include "console/store/operator_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Operators : public OperatorStore {
 public:
  explicit Operators(Database& database) : database_(database) {}
  absl::Status CreateOperator(const OperatorRecord& record, const AuditEntry& audit) override;
  absl::Status CreateRobot(const OperatorRecord& record, const Session& session,
                           const AuditEntry& audit) override;
  absl::StatusOr<OperatorRecord> FindOperator(const std::string& organisation_id,
                                              const std::string& name) override;
  absl::StatusOr<std::vector<OperatorRecord>> ListOperators(const Scope& scope) override;
  absl::Status DisableOperator(const std::string& organisation_id, const std::string& name,
                               const AuditEntry& audit) override;
  absl::Status TakeTotpStep(const std::string& organisation_id, const std::string& name,
                            std::int64_t step) override;
  absl::Status CreateSession(const Session& session, const AuditEntry& audit) override;
  absl::StatusOr<Session> FindSession(const std::string& token_hash) override;
  absl::Status TouchSession(const std::string& token_hash, WallTime at) override;
  absl::Status EndSession(const std::string& token_hash, const AuditEntry& audit) override;
  absl::Status DropEndedSessions(WallTime now) override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_OPERATORS_H_
