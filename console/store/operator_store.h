#ifndef SEKISHO_CONSOLE_STORE_OPERATOR_STORE_H_
#define SEKISHO_CONSOLE_STORE_OPERATOR_STORE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// Operators, robots and their sessions.
class OperatorStore {
 public:
  virtual ~OperatorStore() = default;
  // ALREADY_EXISTS when the name is taken in the organisation.
  virtual absl::Status CreateOperator(const OperatorRecord& record, const AuditEntry& audit) = 0;
  // A robot with its one token. ALREADY_EXISTS.
  virtual absl::Status CreateRobot(const OperatorRecord& record, const Session& session,
                                   const AuditEntry& audit) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<OperatorRecord> FindOperator(const std::string& organisation_id,
                                                      const std::string& name) = 0;
  virtual absl::StatusOr<std::vector<OperatorRecord>> ListOperators(const Scope& scope) = 0;
  // And ends all their sessions. NOT_FOUND.
  virtual absl::Status DisableOperator(const std::string& organisation_id, const std::string& name,
                                       const AuditEntry& audit) = 0;

  // Takes a TOTP step, once: ALREADY_EXISTS when that step or a later one was taken before.
  virtual absl::Status TakeTotpStep(const std::string& organisation_id, const std::string& name,
                                    std::int64_t step) = 0;

  virtual absl::Status CreateSession(const Session& session, const AuditEntry& audit) = 0;
  virtual absl::StatusOr<Session> FindSession(const std::string& token_hash) = 0;
  virtual absl::Status TouchSession(const std::string& token_hash, WallTime at) = 0;
  virtual absl::Status EndSession(const std::string& token_hash, const AuditEntry& audit) = 0;
  // Deletes sessions that were over at `now` (absolute expiry).
  virtual absl::Status DropEndedSessions(WallTime now) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_OPERATOR_STORE_H_
