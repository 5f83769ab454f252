#include "console/store/sqlite/organisations.h"

namespace sekisho::console::store::sqlite {
namespace {

absl::Status InsertGroup(Connection& connection, const Group& group) {
  Query query(connection,
              "INSERT INTO groups (organisation_id, group_id, parent_id, name, path) "
              "VALUES (?1, ?2, ?3, ?4, ?5)");
  query << group.organisation_id << group.group_id << group.parent_id << group.name << group.path;
  return query.Run();
}

}  // namespace

absl::Status Organisations::CreateOrganisation(const Organisation& organisation, const Group& root,
                                               const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "INSERT INTO organisations (organisation_id, name, console_address) "
                  "VALUES (?1, ?2, ?3)");
      query << organisation.organisation_id << organisation.name << organisation.console_address;
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    if (absl::Status status = InsertGroup(connection, root); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<std::vector<Organisation>> Organisations::ListOrganisations() {
  std::vector<Organisation> organisations;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT organisation_id, name, console_address FROM organisations "
                "ORDER BY organisation_id");
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      organisations.push_back({query.Text(0), query.Text(1), query.Text(2)});
    }
  });
  if (!status.ok()) return status;
  return organisations;
}

absl::Status Organisations::CreateGroup(const Group& group, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    if (absl::Status status = InsertGroup(connection, group); !status.ok()) return status;
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<std::vector<Group>> Organisations::ListGroups(const Scope& scope) {
  std::vector<Group> groups;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT organisation_id, group_id, parent_id, name, path FROM groups "
                "WHERE organisation_id = ?1 AND substr(path, 1, length(?2)) = ?2 "
                "ORDER BY length(path), name");
    query << scope.organisation_id << scope.path;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      groups.push_back({query.Text(0), query.Text(1), query.Text(2), query.Text(3), query.Text(4)});
    }
  });
  if (!status.ok()) return status;
  return groups;
}

absl::Status Audit::Record(const AuditEntry& entry) {
  return database_.Write([&](Connection& connection) { return InsertAudit(connection, entry); });
}

absl::StatusOr<std::vector<AuditEntry>> Audit::ListAudit(const AuditQuery& wanted) {
  std::vector<AuditEntry> entries;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT organisation_id, group_path, at, actor, method, target, detail FROM audit "
                "WHERE organisation_id = ?1 AND substr(group_path, 1, length(?2)) = ?2 "
                "ORDER BY audit_id DESC LIMIT ?3");
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      entries.push_back({query.Text(0), query.Text(1), query.Time(2), query.Text(3), query.Text(4),
                         query.Text(5), query.Text(6)});
    }
  });
  if (!status.ok()) return status;
  return entries;
}

}  // namespace sekisho::console::store::sqlite
