#ifndef SEKISHO_CONSOLE_STORE_SQLITE_TERMINALS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_TERMINALS_H_

#include "console/store/sqlite/database.h"
#include "console/store/terminal_store.h"

namespace sekisho::console::store::sqlite {

class Terminals : public TerminalStore {
 public:
  explicit Terminals(Database& database) : database_(database) {}
  absl::Status CreateTerminal(const TerminalRecord& record, const AuditEntry& audit) override;
  absl::StatusOr<TerminalRecord> FindTerminal(const std::string& terminal_id) override;
  absl::StatusOr<TerminalRecord> FindTerminalByName(const std::string& organisation_id,
                                                    const std::string& name) override;
  absl::StatusOr<std::vector<TerminalRecord>> ListTerminalsBySerial(
      const std::string& organisation_id, const std::string& serial, std::uint32_t limit) override;
  absl::StatusOr<std::vector<TerminalRecord>> ListTerminals(const Scope& scope,
                                                            const std::string& after_name,
                                                            std::uint32_t limit) override;
  absl::Status RevokeTerminal(const std::string& terminal_id, WallTime at,
                              const AuditEntry& audit) override;
  absl::Status MarkDuplicated(const std::string& terminal_id) override;
  absl::StatusOr<std::vector<TerminalRecord>> ListNewlySilent(WallTime before) override;

 private:
  Database& database_;
};

class Tokens : public TokenStore {
 public:
  explicit Tokens(Database& database) : database_(database) {}
  absl::Status CreateToken(const EnrolmentTokenRecord& token, const AuditEntry& audit) override;
  absl::StatusOr<EnrolmentTokenRecord> FindToken(const std::string& token_id) override;
  absl::StatusOr<std::vector<EnrolmentTokenRecord>> ListTokens(const Scope& scope) override;
  absl::Status RevokeToken(const std::string& organisation_id, const std::string& token_id,
                           const AuditEntry& audit) override;
  absl::StatusOr<TerminalRecord> EnrolWithToken(const std::string& token_id, WallTime now,
                                                const TerminalRecord& terminal,
                                                const AuditEntry& audit) override;

 private:
  Database& database_;
};

// Upserts the entry; `enrolment` as given. Used inside a transaction.
absl::Status WriteTerminal(Connection& connection, const TerminalRecord& record);
absl::StatusOr<TerminalRecord> ReadTerminal(Connection& connection, const std::string& terminal_id);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_TERMINALS_H_
