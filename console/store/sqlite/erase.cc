// History's erasing: the only code that changes a stored record.
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/history/chain.h"
#include "console/store/sqlite/chains.h"
#include "console/store/sqlite/history.h"
#include "sekisho/v1/grant.pb.h"

namespace sekisho::console::store::sqlite {
namespace {

constexpr std::uint32_t kPage = 2000;

bool Names(const v1::Person& stored, const std::string& person) {
  return stored.name() == person || (!stored.staff_id().empty() && stored.staff_id() == person);
}

// What may name a person, or let one be guessed: who, by which uid, and what they wrote.
std::string Redacted(v1::Event event) {
  event.clear_person();
  google::protobuf::RepeatedPtrField<v1::Parameter> kept;
  for (v1::Parameter& parameter : *event.mutable_parameters()) {
    if (parameter.key() == "reason" || parameter.key() == "uid") continue;
    *kept.Add() = std::move(parameter);
  }
  event.mutable_parameters()->Swap(&kept);
  return event.SerializeAsString();
}

struct Request {
  std::string terminal_id;
  std::string reference;
  std::string grant_id;
};

absl::StatusOr<std::vector<Request>> FindRequests(Connection& connection,
                                                  const std::string& organisation_id,
                                                  const std::string& person) {
  std::vector<Request> found;
  Query query(connection,
              "SELECT terminal_id, reference, grant_id, person FROM requests "
              "WHERE organisation_id = ?1");
  query << organisation_id;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return found;
    v1::Person stored;
    if (!stored.ParseFromString(query.Bytes(3)) || !Names(stored, person)) continue;
    found.push_back({query.Text(0), query.Text(1), query.Text(2)});
  }
}

// Their exceptions: the reason in a grant's signed claims is what the person asked for. Only those
// that are over: a terminal may still have to be sent the others.
absl::StatusOr<std::set<std::string>> FindGrants(Connection& connection,
                                                 const std::vector<Request>& requests) {
  std::set<std::string> found;
  for (const Request& request : requests) {
    if (request.grant_id.empty()) continue;
    Query query(connection, "SELECT 1 FROM grants WHERE grant_id = ?1 AND ended_at IS NOT NULL");
    query << request.grant_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (*row) found.insert(request.grant_id);
  }
  return found;
}

struct Found {
  std::vector<Request> requests;
  std::set<std::string> grants;
  struct Row {
    std::uint64_t cursor = 0;
    std::string redacted;
  };
  std::vector<Row> rows;
  history::ErasureDigest digest;
};

absl::StatusOr<Found> Find(Connection& connection, const std::string& organisation_id,
                           const std::string& person) {
  Found found;
  absl::StatusOr<std::vector<Request>> requests = FindRequests(connection, organisation_id, person);
  if (!requests.ok()) return requests.status();
  found.requests = *std::move(requests);
  absl::StatusOr<std::set<std::string>> grants = FindGrants(connection, found.requests);
  if (!grants.ok()) return grants.status();
  found.grants = *std::move(grants);
  std::uint64_t after = 0;
  for (;;) {
    absl::StatusOr<std::vector<v1::HistoryEvent>> page =
        ReadEventRows(connection, organisation_id, {after, "", kPage});
    if (!page.ok()) return page.status();
    if (page->empty()) return found;
    after = page->back().cursor();
    for (const v1::HistoryEvent& row : *page) {
      v1::Event event;
      if (row.erased_by() != 0 || !event.ParseFromString(row.record())) continue;
      const bool theirs = (event.has_person() && Names(event.person(), person)) ||
                          (!event.grant_id().empty() && found.grants.contains(event.grant_id()));
      if (!theirs) continue;
      std::string redacted = Redacted(std::move(event));
      found.digest.Add(row.cursor(), row.record_hash(), redacted);
      found.rows.push_back({row.cursor(), std::move(redacted)});
    }
  }
}

PersonsData CountOf(const Found& found) {
  return {found.rows.size(), found.requests.size(), found.grants.size()};
}

absl::Status EraseEvents(Connection& connection, const Found& found, std::uint64_t audit_id) {
  for (const Found::Row& row : found.rows) {
    Query query(connection, "UPDATE events SET record = ?2, erased_by = ?3 WHERE cursor = ?1");
    query << row.cursor << Blob{row.redacted} << audit_id;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EraseRequests(Connection& connection, const Found& found) {
  for (const Request& request : found.requests) {
    Query query(connection,
                "UPDATE requests SET person = x'', reason = '' "
                "WHERE terminal_id = ?1 AND reference = ?2");
    query << request.terminal_id << request.reference;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status EraseGrant(Connection& connection, const std::string& grant_id) {
  v1::GrantClaims claims;
  {
    Query query(connection, "SELECT claims FROM grants WHERE grant_id = ?1");
    query << grant_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    claims.ParseFromString(query.Bytes(0));
  }
  claims.clear_reason();
  Query query(connection, "UPDATE grants SET claims = ?2, sealed = x'' WHERE grant_id = ?1");
  query << grant_id << Blob{claims.SerializeAsString()};
  return query.Run();
}

// Records that came with other bytes under a taken key: evidence, and in no chain.
absl::Status EraseDisputed(Connection& connection, const std::string& organisation_id,
                           const std::string& person) {
  std::vector<std::pair<std::int64_t, std::string>> rows;
  {
    Query query(connection,
                "SELECT rowid, record FROM disputed_records WHERE organisation_id = ?1");
    query << organisation_id;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      v1::Event event;
      if (!event.ParseFromString(query.Bytes(1)) || !Names(event.person(), person)) continue;
      rows.emplace_back(query.Integer(0), Redacted(std::move(event)));
    }
  }
  for (const auto& [id, redacted] : rows) {
    Query query(connection, "UPDATE disputed_records SET record = ?2 WHERE rowid = ?1");
    query << id << Blob{redacted};
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PersonsData> History::CountPerson(const std::string& organisation_id,
                                                 const std::string& person) {
  PersonsData data;
  absl::Status status = database_.Read([&](Connection& connection) {
    absl::StatusOr<Found> found = Find(connection, organisation_id, person);
    if (found.ok()) data = CountOf(*found);
    return found.status();
  });
  if (!status.ok()) return status;
  return data;
}

absl::StatusOr<HistoryStore::Erased> History::ErasePerson(const std::string& organisation_id,
                                                          const std::string& person,
                                                          std::uint64_t expected_events,
                                                          const AuditEntry& audit) {
  Erased erased;
  const auto erase = [&](Connection& connection) -> absl::Status {
    absl::StatusOr<Found> found = Find(connection, organisation_id, person);
    if (!found.ok()) return found.status();
    if (found->rows.size() != expected_events) {
      return absl::AbortedError(absl::StrCat("there are ", found->rows.size(),
                                             " events by now, not ", expected_events,
                                             ": look again before anything is erased"));
    }
    AuditEntry entry = audit;
    entry.detail = history::EraseDetail(found->digest, audit.detail);
    if (absl::Status status = InsertAudit(connection, entry); !status.ok()) return status;
    absl::StatusOr<v1::HistoryHead> head = ReadChainHead(connection, organisation_id);
    if (!head.ok()) return head.status();
    erased = {CountOf(*found), head->audit_id()};
    absl::Status status = EraseEvents(connection, *found, erased.audit_id);
    if (status.ok()) status = EraseRequests(connection, *found);
    if (status.ok()) status = EraseDisputed(connection, organisation_id, person);
    for (const std::string& grant_id : found->grants) {
      if (status.ok()) status = EraseGrant(connection, grant_id);
    }
    return status;
  };
  if (absl::Status status = database_.WriteLeavingNothing(erase); !status.ok()) return status;
  return erased;
}

}  // namespace sekisho::console::store::sqlite
