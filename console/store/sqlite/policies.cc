#include "console/store/sqlite/policies.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

#define SEKISHO_POLICY_COLUMNS                                                                  \
  "organisation_id, group_id, group_path, version, published_at, published_by, comment, yaml, " \
  "policy, content_of_version"

PolicyRecord PolicyOf(const Query& row) {
  PolicyRecord record;
  record.organisation_id = row.Text(0);
  record.group_id = row.Text(1);
  record.group_path = row.Text(2);
  record.version = static_cast<std::uint64_t>(row.Integer(3));
  record.published_at = row.Time(4);
  record.published_by = row.Text(5);
  record.comment = row.Text(6);
  record.yaml = row.Text(7);
  record.policy.ParseFromString(row.Bytes(8));
  record.content_of_version = static_cast<std::uint64_t>(row.Integer(9));
  return record;
}

absl::StatusOr<PolicyRecord> One(Query& query, const char* missing) {
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(missing);
  return PolicyOf(query);
}

absl::StatusOr<std::uint64_t> NextVersion(Connection& connection,
                                          const std::string& organisation_id) {
  Query query(connection,
              "SELECT max(o.highest_reported_bundle, coalesce((SELECT max(p.version) FROM "
              "policies AS p WHERE p.organisation_id = ?1), 0)) + 1 "
              "FROM organisations AS o WHERE o.organisation_id = ?1");
  query << organisation_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no such organisation");
  return static_cast<std::uint64_t>(query.Integer(0));
}

absl::Status InsertBundle(Connection& connection, const std::string& organisation_id,
                          std::uint64_t version, const PolicyStore::GroupBundle& bundle) {
  Query query(connection,
              "INSERT INTO bundles (organisation_id, version, group_path, sealed) "
              "VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING");
  query << organisation_id << version << bundle.group_path << Blob{bundle.sealed};
  return query.Run();
}

}  // namespace

absl::StatusOr<PolicyRecord> Policies::Publish(const PolicyRecord& draft,
                                               const MakeBundles& make_bundles,
                                               const AuditEntry& audit) {
  PolicyRecord record = draft;
  absl::Status status = database_.Write([&](Connection& connection) {
    absl::StatusOr<std::uint64_t> version = NextVersion(connection, draft.organisation_id);
    if (!version.ok()) return version.status();
    record.version = *version;
    absl::StatusOr<std::vector<GroupBundle>> bundles = make_bundles(record);
    if (!bundles.ok()) return bundles.status();
    {
      Query query(connection, "INSERT INTO policies (" SEKISHO_POLICY_COLUMNS
                              ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
      query << record.organisation_id << record.group_id << record.group_path << record.version
            << record.published_at << record.published_by << record.comment << record.yaml
            << Blob{record.policy.SerializeAsString()} << record.content_of_version;
      if (absl::Status inserted = query.Run(); !inserted.ok()) return inserted;
    }
    for (const GroupBundle& bundle : *bundles) {
      absl::Status inserted =
          InsertBundle(connection, record.organisation_id, record.version, bundle);
      if (!inserted.ok()) return inserted;
    }
    AuditEntry entry = audit;
    entry.target = absl::StrCat("version ", record.version);
    return InsertAudit(connection, entry);
  });
  if (!status.ok()) return status;
  return record;
}

absl::Status Policies::AddBundle(const std::string& organisation_id, std::uint64_t version,
                                 const GroupBundle& bundle) {
  return database_.Write([&](Connection& connection) {
    return InsertBundle(connection, organisation_id, version, bundle);
  });
}

absl::StatusOr<std::string> Policies::FindBundle(const std::string& organisation_id,
                                                 std::uint64_t version,
                                                 const std::string& group_path) {
  std::string sealed;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT sealed FROM bundles "
                "WHERE organisation_id = ?1 AND version = ?2 AND group_path = ?3");
    query << organisation_id << version << group_path;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError("no bundle of that version for that group");
    sealed = query.Bytes(0);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return sealed;
}

absl::StatusOr<PolicyRecord> Policies::FindEffective(const std::string& organisation_id,
                                                     const std::string& group_path) {
  absl::StatusOr<PolicyRecord> record;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_POLICY_COLUMNS
                            " FROM policies WHERE organisation_id = ?1 "
                            "AND substr(?2, 1, length(group_path)) = group_path "
                            "ORDER BY length(group_path) DESC, version DESC LIMIT 1");
    query << organisation_id << group_path;
    record = One(query, "no policy has been published for this group or above it");
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<PolicyRecord> Policies::FindPolicy(const std::string& organisation_id,
                                                  std::uint64_t version) {
  absl::StatusOr<PolicyRecord> record;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_POLICY_COLUMNS
                            " FROM policies WHERE organisation_id = ?1 AND version = ?2");
    query << organisation_id << version;
    record = One(query, "no policy of that version");
    return record.status();
  });
  if (!status.ok()) return status;
  return record;
}

absl::StatusOr<std::vector<PolicyRecord>> Policies::ListPolicies(const Scope& scope) {
  std::vector<PolicyRecord> records;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_POLICY_COLUMNS
                            " FROM policies WHERE organisation_id = ?1 "
                            "AND substr(group_path, 1, length(?2)) = ?2 "
                            "ORDER BY version DESC LIMIT 200");
    query << scope.organisation_id << scope.path;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      records.push_back(PolicyOf(query));
    }
  });
  if (!status.ok()) return status;
  return records;
}

#undef SEKISHO_POLICY_COLUMNS

}  // namespace sekisho::console::store::sqlite
