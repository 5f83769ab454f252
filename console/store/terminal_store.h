#ifndef SEKISHO_CONSOLE_STORE_TERMINAL_STORE_H_
#define SEKISHO_CONSOLE_STORE_TERMINAL_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// The inventory of terminals.
class TerminalStore {
 public:
  virtual ~TerminalStore() = default;
  // An entry that waits for its installation. ALREADY_EXISTS when the name is taken.
  virtual absl::Status CreateTerminal(const TerminalRecord& record, const AuditEntry& audit) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<TerminalRecord> FindTerminal(const std::string& terminal_id) = 0;
  virtual absl::StatusOr<TerminalRecord> FindTerminalByName(const std::string& organisation_id,
                                                            const std::string& name) = 0;
  // All that have this hardware serial, at most `limit`; none for an empty one.
  virtual absl::StatusOr<std::vector<TerminalRecord>> ListTerminalsBySerial(
      const std::string& organisation_id, const std::string& serial, std::uint32_t limit) = 0;
  // In the order of their names, after `after_name`.
  virtual absl::StatusOr<std::vector<TerminalRecord>> ListTerminals(const Scope& scope,
                                                                    const std::string& after_name,
                                                                    std::uint32_t limit) = 0;
  // FAILED_PRECONDITION when it already is.
  virtual absl::Status RevokeTerminal(const std::string& terminal_id, WallTime at,
                                      const AuditEntry& audit) = 0;
  // Until it is enrolled anew. Idempotent.
  virtual absl::Status MarkDuplicated(const std::string& terminal_id) = 0;
  // Enrolled terminals whose last status is older than `before` and that are not marked silent.
  virtual absl::StatusOr<std::vector<TerminalRecord>> ListNewlySilent(WallTime before) = 0;
};

// One-time (or few-times) tokens, and their use.
class TokenStore {
 public:
  virtual ~TokenStore() = default;
  virtual absl::Status CreateToken(const EnrolmentTokenRecord& token, const AuditEntry& audit) = 0;
  virtual absl::StatusOr<EnrolmentTokenRecord> FindToken(const std::string& token_id) = 0;
  virtual absl::StatusOr<std::vector<EnrolmentTokenRecord>> ListTokens(const Scope& scope) = 0;
  virtual absl::Status RevokeToken(const std::string& organisation_id, const std::string& token_id,
                                   const AuditEntry& audit) = 0;
  // One transaction: takes one use of the token (FAILED_PRECONDITION when none is left, it is
  // revoked or over at `now`), then writes `terminal` as enrolled, new or in place of the entry
  // with its id: chain and status start anew, `enrolment` is one more than before, and a
  // TERMINAL_REINSTALLED event says so when there was one before. Returns it.
  virtual absl::StatusOr<TerminalRecord> EnrolWithToken(const std::string& token_id, WallTime now,
                                                        const TerminalRecord& terminal,
                                                        const AuditEntry& audit) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_TERMINAL_STORE_H_
