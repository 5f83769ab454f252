#include "console/store/sqlite/terminals.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

// The first record of a history names this as the one before it.
const std::string& NoHash() {
  static const std::string hash(32, '\0');
  return hash;
}

#define SEKISHO_TERMINAL_COLUMNS                                                                \
  "organisation_id, terminal_id, group_id, group_path, name, state, report_public_key, "        \
  "hostname, hardware_serial, machine_id, enrolment, enrolled_at, revoked_at, last_status_at, " \
  "last_status, silent, altered OR EXISTS (SELECT 1 FROM chain_gaps AS g WHERE g.terminal_id "  \
  "= terminals.terminal_id AND g.explained = 0), hardware, duplicated"

TerminalRecord TerminalOf(const Query& row) {
  TerminalRecord record;
  record.organisation_id = row.Text(0);
  record.terminal_id = row.Text(1);
  record.group_id = row.Text(2);
  record.group_path = row.Text(3);
  record.name = row.Text(4);
  record.state = static_cast<v1::TerminalState>(row.Integer(5));
  record.report_public_key = row.Bytes(6);
  record.hostname = row.Text(7);
  record.hardware_serial = row.Text(8);
  record.machine_id = row.Text(9);
  record.enrolment = row.Integer(10);
  record.enrolled_at = row.OptionalTime(11);
  record.revoked_at = row.OptionalTime(12);
  record.last_status_at = row.OptionalTime(13);
  record.last_status.ParseFromString(row.Bytes(14));
  record.silent = row.Integer(15) != 0;
  record.chain_broken = row.Integer(16) != 0;
  record.hardware = row.Bytes(17);
  record.duplicated = row.Integer(18) != 0;
  return record;
}

absl::StatusOr<TerminalRecord> One(Query& query, const std::string& wanted) {
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(absl::StrCat("no terminal \"", wanted, "\""));
  return TerminalOf(query);
}

}  // namespace

absl::Status WriteTerminal(Connection& connection, const TerminalRecord& record) {
  Query query(
      connection,
      "INSERT INTO terminals (organisation_id, terminal_id, group_id, group_path, name, state, "
      "report_public_key, hostname, hardware_serial, machine_id, enrolment, enrolled_at, "
      "last_status, head_hash) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) "
      "ON CONFLICT (terminal_id) DO UPDATE SET state = excluded.state, "
      "report_public_key = excluded.report_public_key, hostname = excluded.hostname, "
      "hardware_serial = excluded.hardware_serial, machine_id = excluded.machine_id, "
      "enrolment = excluded.enrolment, enrolled_at = excluded.enrolled_at, revoked_at = NULL, "
      "last_status_at = NULL, last_status = excluded.last_status, silent = 0, altered = 0, "
      "hardware = x'', duplicated = 0, "
      "head_boot_id = '', head_sequence = 0, head_hash = excluded.head_hash, after_restore = 0");
  query << record.organisation_id << record.terminal_id << record.group_id << record.group_path
        << record.name << static_cast<int>(record.state) << Blob{record.report_public_key}
        << record.hostname << record.hardware_serial << record.machine_id << record.enrolment
        << record.enrolled_at << Blob{record.last_status.SerializeAsString()} << Blob{NoHash()};
  absl::Status status = query.Run();
  if (absl::IsAlreadyExists(status)) {
    return absl::AlreadyExistsError(absl::StrCat("a terminal named \"", record.name, "\" exists"));
  }
  return status;
}

absl::StatusOr<TerminalRecord> ReadTerminal(Connection& connection,
                                            const std::string& terminal_id) {
  Query query(connection,
              "SELECT " SEKISHO_TERMINAL_COLUMNS " FROM terminals WHERE terminal_id = ?1");
  query << terminal_id;
  return One(query, terminal_id);
}

absl::Status Terminals::CreateTerminal(const TerminalRecord& record, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    if (absl::Status status = WriteTerminal(connection, record); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<TerminalRecord> Terminals::FindTerminal(const std::string& terminal_id) {
  absl::StatusOr<TerminalRecord> record;
  absl::Status status = database_.Read([&](Connection& connection) {
    record = ReadTerminal(connection, terminal_id);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<TerminalRecord> Terminals::FindTerminalByName(const std::string& organisation_id,
                                                             const std::string& name) {
  absl::StatusOr<TerminalRecord> record;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_TERMINAL_COLUMNS
                            " FROM terminals WHERE organisation_id = ?1 AND name = ?2");
    query << organisation_id << name;
    record = One(query, name);
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<std::vector<TerminalRecord>> Terminals::ListTerminalsBySerial(
    const std::string& organisation_id, const std::string& serial, std::uint32_t limit) {
  std::vector<TerminalRecord> records;
  if (serial.empty()) return records;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_TERMINAL_COLUMNS
                            " FROM terminals WHERE organisation_id = ?1 "
                            "AND hardware_serial = ?2 ORDER BY name LIMIT ?3");
    query << organisation_id << serial << limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      records.push_back(TerminalOf(query));
    }
  });
  if (!status.ok()) return status;
  return records;
}

absl::StatusOr<std::vector<TerminalRecord>> Terminals::ListTerminals(const Scope& scope,
                                                                     const std::string& after_name,
                                                                     std::uint32_t limit) {
  std::vector<TerminalRecord> records;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_TERMINAL_COLUMNS
                            " FROM terminals WHERE organisation_id = ?1 "
                            "AND substr(group_path, 1, length(?2)) = ?2 AND name > ?3 "
                            "ORDER BY name LIMIT ?4");
    query << scope.organisation_id << scope.path << after_name << limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      records.push_back(TerminalOf(query));
    }
  });
  if (!status.ok()) return status;
  return records;
}

absl::Status Terminals::RevokeTerminal(const std::string& terminal_id, WallTime at,
                                       const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE terminals SET state = ?2, revoked_at = ?3 "
                  "WHERE terminal_id = ?1 AND state <> ?2");
      query << terminal_id << static_cast<int>(v1::TERMINAL_STATE_REVOKED) << at;
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) {
        return absl::FailedPreconditionError("the terminal is revoked already");
      }
    }
    return InsertAudit(connection, audit);
  });
}

absl::Status Terminals::MarkDuplicated(const std::string& terminal_id) {
  return database_.Write([&](Connection& connection) {
    Query query(connection, "UPDATE terminals SET duplicated = 1 WHERE terminal_id = ?1");
    query << terminal_id;
    return query.Run();
  });
}

absl::StatusOr<std::vector<TerminalRecord>> Terminals::ListNewlySilent(WallTime before) {
  std::vector<TerminalRecord> records;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_TERMINAL_COLUMNS
                            " FROM terminals WHERE state = ?1 AND silent = 0 "
                            "AND coalesce(last_status_at, enrolled_at) < ?2 ORDER BY name");
    query << static_cast<int>(v1::TERMINAL_STATE_ENROLLED) << before;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      records.push_back(TerminalOf(query));
    }
  });
  if (!status.ok()) return status;
  return records;
}

#undef SEKISHO_TERMINAL_COLUMNS

}  // namespace sekisho::console::store::sqlite
