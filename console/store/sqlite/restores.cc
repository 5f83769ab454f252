#include "console/store/sqlite/restores.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "console/store/sqlite/append.h"
#include "console/store/sqlite/media.h"
#include "console/store/sqlite/orders.h"
#include "console/store/sqlite/terminals.h"

namespace sekisho::console::store::sqlite {
namespace {

constexpr char kRecovered[] = "recovered-";
constexpr std::size_t kShownOfId = 8;

v1::Parameter Parameter(const char* key, std::string value) {
  v1::Parameter parameter;
  parameter.set_key(key);
  parameter.set_value(std::move(value));
  return parameter;
}

// RFC 3339, UTC, whole seconds.
std::string Written(WallTime time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::FromUnixMillis(time.time_since_epoch().count()),
                          absl::UTCTimeZone());
}

absl::StatusOr<std::vector<RestoreRecord>> ReadRestores(Connection& connection,
                                                        const std::string& organisation_id) {
  std::vector<RestoreRecord> restores;
  Query query(connection,
              "SELECT organisation_id, backed_up_at, restored_at, leap FROM restores "
              "WHERE organisation_id = ?1 ORDER BY restore_id DESC");
  query << organisation_id;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return restores;
    restores.push_back({query.Text(0), query.Time(1), query.Time(2),
                        static_cast<std::uint64_t>(query.Integer(3))});
  }
}

absl::Status InsertRestore(Connection& connection, const RestoreRecord& restore) {
  Query query(connection,
              "INSERT INTO restores (organisation_id, backed_up_at, restored_at, leap) "
              "VALUES (?1, ?2, ?3, ?4)");
  query << restore.organisation_id << restore.backed_up_at << restore.restored_at << restore.leap;
  return query.Run();
}

absl::StatusOr<std::uint64_t> VoidTokens(Connection& connection, const RestoreRecord& restore) {
  Query query(connection,
              // Also those that are over: the clock that says so may be wrong, and be set right.
              "UPDATE enrolment_tokens SET revoked = 1 WHERE organisation_id = ?1 "
              "AND revoked = 0 AND uses_left > 0");
  query << restore.organisation_id;
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return static_cast<std::uint64_t>(connection.changes());
}

absl::StatusOr<std::uint64_t> EndSessions(Connection& connection, const RestoreRecord& restore) {
  {
    // RFC 6238: a code counts in its 30 seconds; none of those that were shown until now does.
    Query query(connection,
                "UPDATE operators SET last_totp_step = max(last_totp_step, ?2) "
                "WHERE organisation_id = ?1");
    query << restore.organisation_id
          << static_cast<std::int64_t>(restore.restored_at.time_since_epoch().count() / 30'000);
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  Query query(connection, "DELETE FROM sessions WHERE organisation_id = ?1");
  query << restore.organisation_id;
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return static_cast<std::uint64_t>(connection.changes());
}

absl::StatusOr<std::uint64_t> EndGrants(Connection& connection, const RestoreRecord& restore) {
  Query query(connection,
              "UPDATE grants SET state = ?3, cause = 'restored', ended_at = ?2 "
              "WHERE organisation_id = ?1 AND state IN (?4, ?5, ?6) "
              "AND (expires_at = 0 OR expires_at > ?2)");
  query << restore.organisation_id << restore.restored_at
        << static_cast<int>(v1::GRANT_STATE_REVOKED)
        << static_cast<int>(v1::GRANT_STATE_AWAITING_APPROVAL)
        << static_cast<int>(v1::GRANT_STATE_ISSUED) << static_cast<int>(v1::GRANT_STATE_RUNNING);
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return static_cast<std::uint64_t>(connection.changes());
}

absl::Status LeapBundles(Connection& connection, const RestoreRecord& restore) {
  Query query(connection,
              "UPDATE organisations SET highest_reported_bundle = ?2 + "
              "max(highest_reported_bundle, coalesce((SELECT max(version) FROM policies AS p "
              "WHERE p.organisation_id = ?1), 0)) WHERE organisation_id = ?1");
  query << restore.organisation_id << restore.leap;
  return query.Run();
}

absl::StatusOr<std::uint64_t> MarkTerminals(Connection& connection, const RestoreRecord& restore) {
  Query query(connection,
              "UPDATE terminals SET after_restore = ?2 WHERE organisation_id = ?1 AND state = ?3");
  query << restore.organisation_id << static_cast<int>(AfterRestore::kUnheard)
        << static_cast<int>(v1::TERMINAL_STATE_ENROLLED);
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return static_cast<std::uint64_t>(connection.changes());
}

// The path of the group; one that is not there any more is made again below the root, so that its
// terminals, which hold its id from their enrolment, find their policy again.
absl::StatusOr<std::string> PathOfGroup(Connection& connection, const TerminalRecord& terminal) {
  {
    Query query(connection, "SELECT path FROM groups WHERE organisation_id = ?1 AND group_id = ?2");
    query << terminal.organisation_id << terminal.group_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (*row) return query.Text(0);
  }
  std::string root_id;
  std::string root_path;
  {
    Query query(connection,
                "SELECT group_id, path FROM groups WHERE organisation_id = ?1 AND parent_id = ''");
    query << terminal.organisation_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::DataLossError("the organisation has no root group");
    root_id = query.Text(0);
    root_path = query.Text(1);
  }
  const std::string path = absl::StrCat(root_path, terminal.group_id, "/");
  Query query(connection,
              "INSERT INTO groups (organisation_id, group_id, parent_id, name, path) "
              "VALUES (?1, ?2, ?3, ?4, ?5)");
  query << terminal.organisation_id << terminal.group_id << root_id
        << absl::StrCat(kRecovered, terminal.group_id.substr(0, kShownOfId)) << path;
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return path;
}

}  // namespace

absl::Status NoteLost(Connection& connection, const LostBy& terminal, LostSequences lost,
                      WallTime at) {
  absl::StatusOr<std::vector<RestoreRecord>> restores =
      ReadRestores(connection, terminal.organisation_id);
  if (!restores.ok()) return restores.status();
  if (restores->empty()) return absl::OkStatus();
  std::vector<v1::Parameter> parameters{Parameter("from", Written(restores->front().backed_up_at)),
                                        Parameter("until", Written(restores->front().restored_at))};
  if (lost.first != 0) parameters.push_back(Parameter("first", absl::StrCat(lost.first)));
  if (lost.last != 0) parameters.push_back(Parameter("last", absl::StrCat(lost.last)));
  return InsertConsoleEvent(connection, terminal.organisation_id, terminal.group_path,
                            terminal.terminal_id, v1::EVENT_KIND_INTERVAL_LOST, parameters, at)
      .status();
}

absl::Status SetAfterRestore(Connection& connection, const std::string& terminal_id,
                             AfterRestore state) {
  Query query(connection, "UPDATE terminals SET after_restore = ?2 WHERE terminal_id = ?1");
  query << terminal_id << static_cast<int>(state);
  return query.Run();
}

absl::StatusOr<std::uint64_t> TotalLeap(Connection& connection,
                                        const std::string& organisation_id) {
  Query query(connection, "SELECT coalesce(sum(leap), 0) FROM restores WHERE organisation_id = ?1");
  query << organisation_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return static_cast<std::uint64_t>(query.Integer(0));
}

absl::StatusOr<RestoreOutcome> Restores::Begin(const RestoreRecord& restore,
                                               const AuditEntry& audit) {
  RestoreOutcome outcome;
  absl::Status status = database_.Write([&](Connection& connection) {
    absl::Status done = InsertRestore(connection, restore);
    if (done.ok()) done = LeapBundles(connection, restore);
    if (done.ok()) {
      done = RestartOrders(connection, restore.organisation_id, restore.leap, restore.restored_at);
    }
    if (done.ok()) done = RestartRegister(connection, restore.organisation_id, restore.leap);
    if (!done.ok()) return done;
    using Step = absl::StatusOr<std::uint64_t> (*)(Connection&, const RestoreRecord&);
    const std::pair<Step, std::uint64_t*> steps[] = {{VoidTokens, &outcome.tokens_voided},
                                                     {EndSessions, &outcome.sessions_ended},
                                                     {EndGrants, &outcome.grants_ended},
                                                     {MarkTerminals, &outcome.terminals}};
    for (const auto& [step, count] : steps) {
      absl::StatusOr<std::uint64_t> changed = step(connection, restore);
      if (!changed.ok()) return changed.status();
      *count = *changed;
    }
    return InsertAudit(connection, audit);
  });
  if (!status.ok()) return status;
  return outcome;
}

absl::StatusOr<std::vector<RestoreRecord>> Restores::ListRestores(
    const std::string& organisation_id) {
  absl::StatusOr<std::vector<RestoreRecord>> restores;
  absl::Status status = database_.Read([&](Connection& connection) {
    restores = ReadRestores(connection, organisation_id);
    return restores.status();
  });
  if (!status.ok()) return status;
  return restores;
}

absl::StatusOr<TerminalRecord> Restores::Readmit(const TerminalRecord& terminal,
                                                 const AuditEntry& audit) {
  TerminalRecord readmitted = terminal;
  absl::Status status = database_.Write([&](Connection& connection) -> absl::Status {
    absl::StatusOr<std::vector<RestoreRecord>> restores =
        ReadRestores(connection, terminal.organisation_id);
    if (!restores.ok()) return restores.status();
    if (restores->empty()) return absl::FailedPreconditionError("nothing was ever restored");
    absl::StatusOr<TerminalRecord> before = ReadTerminal(connection, terminal.terminal_id);
    if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
    if (before.ok()) {
      if (before->state == v1::TERMINAL_STATE_REVOKED || before->enrolment >= terminal.enrolment ||
          before->organisation_id != terminal.organisation_id) {
        return absl::PermissionDeniedError("this terminal is revoked or was enrolled anew");
      }
      readmitted.name = before->name;
      readmitted.group_id = before->group_id;
      readmitted.group_path = before->group_path;
    } else {
      readmitted.name = absl::StrCat(kRecovered, terminal.terminal_id.substr(0, kShownOfId));
      absl::StatusOr<std::string> path = PathOfGroup(connection, terminal);
      if (!path.ok()) return path.status();
      readmitted.group_path = *path;
    }
    readmitted.state = v1::TERMINAL_STATE_ENROLLED;
    absl::Status done = WriteTerminal(connection, readmitted);
    // Its history begins where this store knows none of it.
    if (done.ok()) done = SetAfterRestore(connection, terminal.terminal_id, AfterRestore::kNoted);
    if (done.ok()) {
      done = InsertConsoleEvent(connection, readmitted.organisation_id, readmitted.group_path,
                                readmitted.terminal_id, v1::EVENT_KIND_INTERVAL_LOST,
                                {Parameter("from", Written(restores->front().backed_up_at)),
                                 Parameter("until", Written(restores->front().restored_at)),
                                 Parameter("readmitted", "yes")},
                                audit.at)
                 .status();
    }
    if (!done.ok()) return done;
    AuditEntry entry = audit;
    entry.group_path = readmitted.group_path;
    entry.target = readmitted.name;
    return InsertAudit(connection, entry);
  });
  if (!status.ok()) return status;
  return readmitted;
}

}  // namespace sekisho::console::store::sqlite
