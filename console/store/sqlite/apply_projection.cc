#include "console/store/sqlite/append.h"

namespace sekisho::console::store::sqlite {
namespace {

// A reference names one open block at a time; when the terminal draws the same digits again, years
// later, the newer block takes it.
absl::Status WriteRequest(Connection& connection, const ReportedBatch& batch,
                          const v1::Event& event, const Projection& projection) {
  if (event.kind() == v1::EVENT_KIND_EXCEPTION_REQUESTED) {
    Query query(connection,
                "UPDATE requests SET reason = ?3, person = ?4 "
                "WHERE terminal_id = ?1 AND reference = ?2 AND grant_id = '' AND denied = 0");
    query << batch.terminal_id << event.reference() << projection.request_reason
          << Blob{event.person().SerializeAsString()};
    if (absl::Status status = query.Run(); !status.ok()) return status;
    if (connection.changes() > 0) return absl::OkStatus();
  }
  Query query(connection,
              "INSERT INTO requests (organisation_id, group_path, terminal_id, reference, device, "
              "verdict, person, reason, received_at, grant_id, denied) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '', 0) "
              "ON CONFLICT (terminal_id, reference) DO UPDATE SET device = excluded.device, "
              "verdict = excluded.verdict, person = excluded.person, reason = excluded.reason, "
              "received_at = excluded.received_at, grant_id = '', denied = 0");
  query << batch.organisation_id << batch.group_path << batch.terminal_id << event.reference()
        << Blob{event.device().SerializeAsString()} << Blob{event.verdict().SerializeAsString()}
        << Blob{event.person().SerializeAsString()} << projection.request_reason
        << batch.received_at;
  return query.Run();
}

absl::Status WriteGrantChange(Connection& connection, const ReportedBatch& batch,
                              const Projection::GrantChange& change) {
  v1::GrantState from = v1::GRANT_STATE_UNSPECIFIED;
  {
    Query query(connection, "SELECT state FROM grants WHERE grant_id = ?1 AND terminal_id = ?2");
    query << change.grant_id << batch.terminal_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    // A grant of another console or another terminal: the event itself says so.
    if (!*row) return absl::OkStatus();
    from = static_cast<v1::GrantState>(query.Integer(0));
  }
  const bool opens = change.to == v1::GRANT_STATE_RUNNING;
  if (!MayFollow(from, change.to)) {
    if (opens || from != v1::GRANT_STATE_REVOKED || change.to == v1::GRANT_STATE_REFUSED) {
      return absl::OkStatus();
    }
    // Revoked here, and now confirmed by the terminal: when it really ended.
    Query query(connection, "UPDATE grants SET ended_at = ?2 WHERE grant_id = ?1");
    query << change.grant_id << batch.received_at;
    return query.Run();
  }
  Query query(connection,
              "UPDATE grants SET state = ?2, cause = ?3, "
              "opened_at = CASE WHEN ?4 = 1 THEN coalesce(opened_at, ?5) ELSE opened_at END, "
              "ended_at = CASE WHEN ?4 = 1 THEN ended_at ELSE ?5 END WHERE grant_id = ?1");
  query << change.grant_id << static_cast<int>(change.to) << change.cause << (opens ? 1 : 0)
        << batch.received_at;
  return query.Run();
}

absl::Status ExplainGaps(Connection& connection, const ReportedBatch& batch,
                         const Projection::Evicted& evicted) {
  Query query(connection,
              "UPDATE chain_gaps SET explained = 1 WHERE terminal_id = ?1 AND boot_id = ?2 "
              "AND first_sequence >= ?3 AND last_sequence <= ?4");
  query << batch.terminal_id << batch.boot_id << evicted.first << evicted.last;
  return query.Run();
}

}  // namespace

void ReportedDevices::Note(const ReportedBatch& batch, const v1::Device& device) {
  newest_.insert_or_assign({batch.terminal_id, device.fingerprint(), device.serial()},
                           Newest{&batch, &device});
}

absl::Status ReportedDevices::Write(Connection& connection) const {
  for (const auto& [key, newest] : newest_) {
    Query query(connection,
                "INSERT INTO reported_devices (organisation_id, terminal_id, fingerprint, serial, "
                "device, reported_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
                "ON CONFLICT (terminal_id, fingerprint, serial) "
                "DO UPDATE SET device = excluded.device, reported_at = excluded.reported_at");
    query << newest.batch->organisation_id << key.terminal_id << Blob{key.fingerprint} << key.serial
          << Blob{newest.device->SerializeAsString()} << newest.batch->received_at;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ApplyProjection(Connection& connection, const ReportedBatch& batch,
                             const v1::Event& event, ReportedDevices& devices) {
  const Projection projection = ProjectionOf(event);
  if (projection.reports_device) devices.Note(batch, event.device());
  if (projection.makes_request) {
    absl::Status status = WriteRequest(connection, batch, event, projection);
    if (!status.ok()) return status;
  }
  if (projection.grant.has_value()) {
    absl::Status status = WriteGrantChange(connection, batch, *projection.grant);
    if (!status.ok()) return status;
  }
  if (projection.evicted.has_value()) return ExplainGaps(connection, batch, *projection.evicted);
  return absl::OkStatus();
}

}  // namespace sekisho::console::store::sqlite
