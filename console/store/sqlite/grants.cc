#include "console/store/sqlite/grants.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {
namespace {

#define SEKISHO_GRANT_COLUMNS                                                                  \
  "g.organisation_id, g.group_path, g.terminal_id, t.name, g.claims, g.sealed, g.revocation, " \
  "g.state, g.device, g.seconds, g.created_at, g.opened_at, g.ended_at, g.cause "              \
  "FROM grants AS g JOIN terminals AS t ON t.terminal_id = g.terminal_id "

GrantRecord GrantOf(const Query& row) {
  GrantRecord grant;
  grant.organisation_id = row.Text(0);
  grant.group_path = row.Text(1);
  grant.terminal_id = row.Text(2);
  grant.terminal_name = row.Text(3);
  grant.claims.ParseFromString(row.Bytes(4));
  grant.sealed = row.Bytes(5);
  grant.revocation = row.Bytes(6);
  grant.state = static_cast<v1::GrantState>(row.Integer(7));
  grant.device.ParseFromString(row.Bytes(8));
  grant.seconds = static_cast<std::uint32_t>(row.Integer(9));
  grant.created_at = row.Time(10);
  grant.opened_at = row.OptionalTime(11);
  grant.ended_at = row.OptionalTime(12);
  grant.cause = row.Text(13);
  return grant;
}

std::int64_t ExpiryOf(const GrantRecord& grant) {
  return grant.claims.expires_at().seconds() * 1000 + grant.claims.expires_at().nanos() / 1'000'000;
}

absl::StatusOr<std::vector<GrantRecord>> AllOf(Query& query) {
  std::vector<GrantRecord> grants;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return grants;
    grants.push_back(GrantOf(query));
  }
}

}  // namespace

absl::StatusOr<std::vector<RequestRecord>> Grants::ListRequests(const RequestQuery& wanted) {
  std::vector<RequestRecord> requests;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(
        connection,
        "SELECT r.organisation_id, r.group_path, r.terminal_id, t.name, r.reference, r.device, "
        "r.verdict, r.person, r.reason, r.received_at, r.grant_id, r.denied, r.adopted "
        "FROM requests AS r JOIN terminals AS t ON t.terminal_id = r.terminal_id "
        "WHERE r.organisation_id = ?1 AND substr(r.group_path, 1, length(?2)) = ?2 "
        "AND (?3 = '' OR r.reference = ?3) AND (?4 = 1 OR r.reason <> '') "
        "AND (?5 = 1 OR (r.grant_id = '' AND r.denied = 0 AND r.adopted = 0)) "
        "ORDER BY r.received_at DESC, r.reference LIMIT ?6");
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.reference
          << (wanted.words == RequestQuery::Words::kAny ? 1 : 0)
          << (wanted.answered == RequestQuery::Answered::kIncluded ? 1 : 0) << wanted.limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      RequestRecord request;
      request.organisation_id = query.Text(0);
      request.group_path = query.Text(1);
      request.terminal_id = query.Text(2);
      request.terminal_name = query.Text(3);
      request.reference = query.Text(4);
      request.device.ParseFromString(query.Bytes(5));
      request.verdict.ParseFromString(query.Bytes(6));
      request.person.ParseFromString(query.Bytes(7));
      request.reason = query.Text(8);
      request.received_at = query.Time(9);
      request.grant_id = query.Text(10);
      request.denied = query.Integer(11) != 0;
      request.adopted = query.Integer(12) != 0;
      requests.push_back(std::move(request));
    }
  });
  if (!status.ok()) return status;
  return requests;
}

absl::StatusOr<v1::Device> Grants::FindReportedDevice(const std::string& terminal_id,
                                                      const std::string& fingerprint) {
  v1::Device device;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT device FROM reported_devices WHERE terminal_id = ?1 AND fingerprint = ?2 "
                "ORDER BY reported_at DESC LIMIT 1");
    query << terminal_id << Blob{fingerprint};
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) {
      return absl::NotFoundError("this terminal has not reported a device with that fingerprint");
    }
    device.ParseFromString(query.Bytes(0));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return device;
}

absl::Status Grants::DenyRequest(const std::string& terminal_id, const std::string& reference,
                                 const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE requests SET denied = 1 "
                  "WHERE terminal_id = ?1 AND reference = ?2 AND grant_id = '' AND denied = 0 "
                  "AND adopted = 0");
      query << terminal_id << reference;
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) {
        return absl::FailedPreconditionError("the request has been answered already");
      }
    }
    return InsertAudit(connection, audit);
  });
}

absl::Status Grants::CreateGrant(const GrantRecord& grant, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "INSERT INTO grants (organisation_id, group_path, grant_id, terminal_id, claims, "
                  "sealed, revocation, state, device, seconds, created_at, expires_at, opened_at, "
                  "ended_at, cause) "
                  "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
      query << grant.organisation_id << grant.group_path << grant.claims.grant_id()
            << grant.terminal_id << Blob{grant.claims.SerializeAsString()} << Blob{grant.sealed}
            << Blob{grant.revocation} << static_cast<int>(grant.state)
            << Blob{grant.device.SerializeAsString()} << grant.seconds << grant.created_at
            << ExpiryOf(grant) << grant.opened_at << grant.ended_at << grant.cause;
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    if (!grant.claims.reference().empty()) {
      Query query(connection,
                  "UPDATE requests SET grant_id = ?3 WHERE terminal_id = ?1 AND reference = ?2");
      query << grant.terminal_id << grant.claims.reference() << grant.claims.grant_id();
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    return InsertAudit(connection, audit);
  });
}

absl::Status Grants::ChangeGrant(const GrantRecord& grant, v1::GrantState from,
                                 const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE grants SET claims = ?3, sealed = ?4, revocation = ?5, state = ?6, "
                  "expires_at = ?7, opened_at = ?8, ended_at = ?9, cause = ?10 "
                  "WHERE grant_id = ?1 AND state = ?2");
      query << grant.claims.grant_id() << static_cast<int>(from)
            << Blob{grant.claims.SerializeAsString()} << Blob{grant.sealed}
            << Blob{grant.revocation} << static_cast<int>(grant.state) << ExpiryOf(grant)
            << grant.opened_at << grant.ended_at << grant.cause;
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) {
        return absl::AbortedError("the grant has changed meanwhile: look at it again");
      }
    }
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<GrantRecord> Grants::FindGrant(const std::string& grant_id) {
  GrantRecord grant;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_GRANT_COLUMNS "WHERE g.grant_id = ?1");
    query << grant_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError(absl::StrCat("no grant ", grant_id));
    grant = GrantOf(query);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return grant;
}

absl::StatusOr<std::vector<GrantRecord>> Grants::ListGrants(const GrantQuery& wanted) {
  absl::StatusOr<std::vector<GrantRecord>> grants;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT " SEKISHO_GRANT_COLUMNS
                "WHERE g.organisation_id = ?1 AND substr(g.group_path, 1, length(?2)) = ?2 "
                "AND (?3 = '' OR g.terminal_id = ?3) AND (?4 = 0 OR g.state IN (1, 2, 3)) "
                "AND (?5 = '' OR (g.created_at, g.grant_id) < "
                "(SELECT created_at, grant_id FROM grants WHERE grant_id = ?5)) "
                "ORDER BY g.created_at DESC, g.grant_id DESC LIMIT ?6");
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.terminal_id
          << (wanted.which == GrantQuery::Which::kLive ? 1 : 0) << wanted.before_grant_id
          << wanted.limit;
    grants = AllOf(query);
    return grants.status();
  });
  if (!status.ok()) return status;
  return grants;
}

absl::StatusOr<std::vector<GrantRecord>> Grants::ListUnexpired(const std::string& terminal_id,
                                                               WallTime now) {
  absl::StatusOr<std::vector<GrantRecord>> grants;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_GRANT_COLUMNS
                            "WHERE g.terminal_id = ?1 AND g.expires_at > ?2 "
                            "AND g.state IN (2, 3, 6) ORDER BY g.created_at");
    query << terminal_id << now;
    grants = AllOf(query);
    return grants.status();
  });
  if (!status.ok()) return status;
  return grants;
}

#undef SEKISHO_GRANT_COLUMNS

}  // namespace sekisho::console::store::sqlite
