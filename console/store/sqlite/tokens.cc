#include "absl/strings/str_cat.h"
#include "console/store/sqlite/append.h"
#include "console/store/sqlite/orders.h"
#include "console/store/sqlite/restores.h"
#include "console/store/sqlite/terminals.h"

namespace sekisho::console::store::sqlite {
namespace {

#define SEKISHO_TOKEN_COLUMNS                                                                \
  "organisation_id, token_id, secret_hash, group_id, group_path, terminal_name, uses_left, " \
  "expires_at, created_by, revoked"

EnrolmentTokenRecord TokenOf(const Query& row) {
  EnrolmentTokenRecord token;
  token.organisation_id = row.Text(0);
  token.token_id = row.Text(1);
  token.secret_hash = row.Bytes(2);
  token.group_id = row.Text(3);
  token.group_path = row.Text(4);
  token.terminal_name = row.Text(5);
  token.uses_left = static_cast<std::uint32_t>(row.Integer(6));
  token.expires_at = row.Time(7);
  token.created_by = row.Text(8);
  token.revoked = row.Integer(9) != 0;
  return token;
}

// One use, only if the token is still good at `now`; says why when it is not.
absl::Status TakeOneUse(Connection& connection, const std::string& token_id, WallTime now) {
  Query query(connection,
              "UPDATE enrolment_tokens SET uses_left = uses_left - 1 "
              "WHERE token_id = ?1 AND uses_left > 0 AND revoked = 0 AND expires_at > ?2");
  query << token_id << now;
  if (absl::Status status = query.Run(); !status.ok()) return status;
  if (connection.changes() == 1) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the enrolment token is used up, expired or revoked: ask an admin or installer for a new one "
      "(sekishoctl tokens create)");
}

}  // namespace

absl::Status Tokens::CreateToken(const EnrolmentTokenRecord& token, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection, "INSERT INTO enrolment_tokens (" SEKISHO_TOKEN_COLUMNS
                              ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
      query << token.organisation_id << token.token_id << Blob{token.secret_hash} << token.group_id
            << token.group_path << token.terminal_name << token.uses_left << token.expires_at
            << token.created_by << (token.revoked ? 1 : 0);
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<EnrolmentTokenRecord> Tokens::FindToken(const std::string& token_id) {
  EnrolmentTokenRecord token;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT " SEKISHO_TOKEN_COLUMNS " FROM enrolment_tokens WHERE token_id = ?1");
    query << token_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError("no such enrolment token");
    token = TokenOf(query);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return token;
}

absl::StatusOr<std::vector<EnrolmentTokenRecord>> Tokens::ListTokens(const Scope& scope) {
  std::vector<EnrolmentTokenRecord> tokens;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_TOKEN_COLUMNS
                            " FROM enrolment_tokens WHERE organisation_id = ?1 "
                            "AND substr(group_path, 1, length(?2)) = ?2 "
                            "ORDER BY expires_at DESC, token_id LIMIT 1000");
    query << scope.organisation_id << scope.path;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      tokens.push_back(TokenOf(query));
    }
  });
  if (!status.ok()) return status;
  return tokens;
}

absl::Status Tokens::RevokeToken(const std::string& organisation_id, const std::string& token_id,
                                 const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE enrolment_tokens SET revoked = 1 "
                  "WHERE organisation_id = ?1 AND token_id = ?2");
      query << organisation_id << token_id;
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) return absl::NotFoundError("no such enrolment token");
    }
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<TerminalRecord> Tokens::EnrolWithToken(const std::string& token_id, WallTime now,
                                                      const TerminalRecord& terminal,
                                                      const AuditEntry& audit) {
  TerminalRecord enrolled = terminal;
  absl::Status status = database_.Write([&](Connection& connection) {
    if (absl::Status taken = TakeOneUse(connection, token_id, now); !taken.ok()) return taken;
    absl::StatusOr<TerminalRecord> before = ReadTerminal(connection, terminal.terminal_id);
    if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
    absl::StatusOr<std::uint64_t> leap = TotalLeap(connection, terminal.organisation_id);
    if (!leap.ok()) return leap.status();
    enrolled.enrolment = before.ok() ? before->enrolment + 1 + static_cast<std::int64_t>(*leap) : 1;
    enrolled.state = v1::TERMINAL_STATE_ENROLLED;
    enrolled.enrolled_at = now;
    enrolled.last_status.Clear();
    if (absl::Status written = WriteTerminal(connection, enrolled); !written.ok()) return written;
    {
      // The history before this installation is closed: what it lacks stays on record, but says
      // nothing about the new one.
      Query query(connection, "UPDATE chain_gaps SET explained = 1 WHERE terminal_id = ?1");
      query << terminal.terminal_id;
      if (absl::Status closed = query.Run(); !closed.ok()) return closed;
    }
    absl::Status void_orders = CloseOrders(connection, terminal.terminal_id, now);
    if (!void_orders.ok()) return void_orders;
    if (before.ok() && before->enrolment > 0) {
      v1::Parameter enrolment;
      enrolment.set_key("enrolment");
      enrolment.set_value(absl::StrCat(enrolled.enrolment));
      absl::StatusOr<std::uint64_t> told = InsertConsoleEvent(
          connection, enrolled.organisation_id, enrolled.group_path, enrolled.terminal_id,
          v1::EVENT_KIND_TERMINAL_REINSTALLED, {enrolment}, now);
      if (!told.ok()) return told.status();
    }
    return InsertAudit(connection, audit);
  });
  if (!status.ok()) return status;
  return enrolled;
}

#undef SEKISHO_TOKEN_COLUMNS

}  // namespace sekisho::console::store::sqlite
