#include "console/store/sqlite/operators.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

#define SEKISHO_OPERATOR_COLUMNS                                                    \
  "organisation_id, name, role, group_id, group_path, password_hash, totp_secret, " \
  "last_totp_step, disabled, robot, expires_at"

OperatorRecord OperatorOf(const Query& row) {
  OperatorRecord record;
  record.organisation_id = row.Text(0);
  record.name = row.Text(1);
  record.role = static_cast<v1::Role>(row.Integer(2));
  record.group_id = row.Text(3);
  record.group_path = row.Text(4);
  record.password_hash = row.Text(5);
  record.totp_secret = row.Bytes(6);
  record.last_totp_step = row.Integer(7);
  record.disabled = row.Integer(8) != 0;
  record.robot = row.Integer(9) != 0;
  record.expires_at = row.OptionalTime(10);
  return record;
}

absl::Status InsertOperator(Connection& connection, const OperatorRecord& record) {
  Query query(connection, "INSERT INTO operators (" SEKISHO_OPERATOR_COLUMNS
                          ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)");
  query << record.organisation_id << record.name << static_cast<int>(record.role) << record.group_id
        << record.group_path << record.password_hash << Blob{record.totp_secret}
        << record.last_totp_step << (record.disabled ? 1 : 0) << (record.robot ? 1 : 0)
        << record.expires_at;
  absl::Status status = query.Run();
  if (absl::IsAlreadyExists(status)) {
    return absl::AlreadyExistsError(absl::StrCat("an operator or robot named \"", record.name,
                                                 "\" exists: choose another name"));
  }
  return status;
}

absl::Status InsertSession(Connection& connection, const Session& session) {
  Query query(connection,
              "INSERT INTO sessions (token_hash, organisation_id, operator_name, last_used_at, "
              "expires_at) VALUES (?1, ?2, ?3, ?4, ?5)");
  query << Blob{session.token_hash} << session.organisation_id << session.operator_name
        << session.last_used_at << session.expires_at;
  return query.Run();
}

}  // namespace

absl::Status Operators::CreateOperator(const OperatorRecord& record, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    if (absl::Status status = InsertOperator(connection, record); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::Status Operators::CreateRobot(const OperatorRecord& record, const Session& session,
                                    const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    if (absl::Status status = InsertOperator(connection, record); !status.ok()) return status;
    if (absl::Status status = InsertSession(connection, session); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<OperatorRecord> Operators::FindOperator(const std::string& organisation_id,
                                                       const std::string& name) {
  OperatorRecord record;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_OPERATOR_COLUMNS
                            " FROM operators WHERE organisation_id = ?1 AND name = ?2");
    query << organisation_id << name;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError(absl::StrCat("no operator named \"", name, "\""));
    record = OperatorOf(query);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<std::vector<OperatorRecord>> Operators::ListOperators(const Scope& scope) {
  std::vector<OperatorRecord> records;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_OPERATOR_COLUMNS
                            " FROM operators WHERE organisation_id = ?1 "
                            "AND substr(group_path, 1, length(?2)) = ?2 ORDER BY name");
    query << scope.organisation_id << scope.path;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      records.push_back(OperatorOf(query));
    }
  });
  if (!status.ok()) return status;
  return records;
}

absl::Status Operators::DisableOperator(const std::string& organisation_id, const std::string& name,
                                        const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE operators SET disabled = 1 WHERE organisation_id = ?1 AND name = ?2");
      query << organisation_id << name;
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) {
        return absl::NotFoundError(absl::StrCat("no operator named \"", name, "\""));
      }
    }
    {
      Query query(connection,
                  "DELETE FROM sessions WHERE organisation_id = ?1 AND operator_name = ?2");
      query << organisation_id << name;
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    return InsertAudit(connection, audit);
  });
}

absl::Status Operators::TakeTotpStep(const std::string& organisation_id, const std::string& name,
                                     std::int64_t step) {
  return database_.Write([&](Connection& connection) {
    Query query(connection,
                "UPDATE operators SET last_totp_step = ?3 "
                "WHERE organisation_id = ?1 AND name = ?2 AND last_totp_step < ?3");
    query << organisation_id << name << step;
    if (absl::Status status = query.Run(); !status.ok()) return status;
    if (connection.changes() == 0) return absl::AlreadyExistsError("this code was used before");
    return absl::OkStatus();
  });
}

absl::Status Operators::CreateSession(const Session& session, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    if (absl::Status status = InsertSession(connection, session); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<Session> Operators::FindSession(const std::string& token_hash) {
  Session session;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT token_hash, organisation_id, operator_name, last_used_at, expires_at "
                "FROM sessions WHERE token_hash = ?1");
    query << Blob{token_hash};
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError("no such session");
    session = {query.Bytes(0), query.Text(1), query.Text(2), query.Time(3), query.Time(4)};
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return session;
}

absl::Status Operators::TouchSession(const std::string& token_hash, WallTime at) {
  return database_.Write([&](Connection& connection) {
    Query query(connection, "UPDATE sessions SET last_used_at = ?2 WHERE token_hash = ?1");
    query << Blob{token_hash} << at;
    return query.Run();
  });
}

absl::Status Operators::EndSession(const std::string& token_hash, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection, "DELETE FROM sessions WHERE token_hash = ?1");
      query << Blob{token_hash};
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    return InsertAudit(connection, audit);
  });
}

absl::Status Operators::DropEndedSessions(WallTime now) {
  return database_.Write([&](Connection& connection) {
    Query query(connection, "DELETE FROM sessions WHERE expires_at <= ?1");
    query << now;
    return query.Run();
  });
}

#undef SEKISHO_OPERATOR_COLUMNS

}  // namespace sekisho::console::store::sqlite
