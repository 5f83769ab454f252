#include "console/store/sqlite/append.h"
#include "console/store/sqlite/orders.h"
#include "proto/contract/convert.h"

namespace sekisho::console::store::sqlite {
namespace {

// A reference names one open block at a time; when the terminal draws the same digits again, years
// later, the newer block takes it.
absl::Status WriteRequest(Connection& connection, const ReportedBatch& batch,
                          const v1::Event& event, const Projection& projection) {
  if (event.kind() == v1::EVENT_KIND_EXCEPTION_REQUESTED) {
    Query query(connection,
                "UPDATE requests SET reason = ?3, person = ?4 "
                "WHERE terminal_id = ?1 AND reference = ?2 AND grant_id = '' AND denied = 0 "
                "AND adopted = 0");
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
              "received_at = excluded.received_at, grant_id = '', denied = 0, adopted = 0");
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

absl::Status WriteBelonging(Connection& connection, const ReportedBatch& batch,
                            const v1::Device& device, Projection::Belonging belonging) {
  if (belonging == Projection::Belonging::kNoLonger) {
    Query query(connection,
                "DELETE FROM adopted_devices WHERE terminal_id = ?1 AND port_path = ?2 "
                "AND fingerprint = ?3 AND serial = ?4");
    query << batch.terminal_id << device.port_path() << Blob{device.fingerprint()}
          << device.serial();
    return query.Run();
  }
  Query query(connection,
              "INSERT INTO adopted_devices (organisation_id, terminal_id, port_path, fingerprint, "
              "serial, device) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
              "ON CONFLICT (terminal_id, port_path) DO UPDATE SET "
              "fingerprint = excluded.fingerprint, serial = excluded.serial, "
              "device = excluded.device");
  query << batch.organisation_id << batch.terminal_id << device.port_path()
        << Blob{device.fingerprint()} << device.serial() << Blob{device.SerializeAsString()};
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

void ReportedDevices::Note(const ReportedBatch& batch, const v1::Event& event) {
  const v1::Device& device = event.device();
  const Key key{batch.terminal_id, device.fingerprint(), device.serial()};
  const auto found = newest_.find(key);
  Newest newest = found == newest_.end() ? Newest{} : found->second;
  newest.batch = &batch;
  newest.event = &event;
  if (event.has_verdict()) newest.judged = &event;
  switch (WouldBlockOf(event.kind())) {
    case WouldBlock::kSaysSo:
      ++newest.would_block;
      newest.verdict = &event.verdict();
      break;
    case WouldBlock::kSettled:
      newest.settled = true;
      newest.would_block = 0;
      break;
    case WouldBlock::kNothing:
      break;
  }
  // The key points into the batches: the older entry's is as good.
  newest_.insert_or_assign(key, newest);
}

absl::Status ReportedDevices::Write(Connection& connection) const {
  for (const auto& [key, newest] : newest_) {
    absl::Status written = WriteDevice(connection, key, newest);
    if (written.ok()) written = WriteWouldBlock(connection, key, newest);
    if (!written.ok()) return written;
  }
  return absl::OkStatus();
}

absl::Status ReportedDevices::WriteDevice(Connection& connection, const Key& key,
                                          const Newest& newest) {
  // Adopted or abandoned by an order, unseen: the terminal can say no more of it than its name,
  // which must not take the place of what it said when it saw it.
  const bool seen = newest.event->device().classes_size() > 0;
  Query query(connection,
              "INSERT INTO reported_devices (organisation_id, terminal_id, fingerprint, serial, "
              "device, reported_at, verdict, person, judged_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?8, ?9, ?10) "
              "ON CONFLICT (terminal_id, fingerprint, serial) DO UPDATE "
              "SET device = excluded.device, reported_at = excluded.reported_at, "
              "verdict = CASE WHEN ?11 = 1 THEN ?8 ELSE verdict END, "
              "person = CASE WHEN ?11 = 1 THEN ?9 ELSE person END, "
              "judged_at = CASE WHEN ?11 = 1 THEN ?10 ELSE judged_at END WHERE ?7 = 1");
  const v1::Event judged = newest.judged == nullptr ? v1::Event() : *newest.judged;
  std::optional<WallTime> judged_at;
  if (judged.has_wall_time()) judged_at = contract::ToCore(judged.wall_time());
  query << newest.batch->organisation_id << key.terminal_id << Blob{key.fingerprint} << key.serial
        << Blob{newest.event->device().SerializeAsString()} << newest.batch->received_at
        << (seen ? 1 : 0) << Blob{judged.verdict().SerializeAsString()}
        << Blob{judged.has_person() ? judged.person().SerializeAsString() : ""} << judged_at
        << (newest.judged == nullptr ? 0 : 1);
  return query.Run();
}

absl::Status ReportedDevices::WriteWouldBlock(Connection& connection, const Key& key,
                                              const Newest& newest) {
  if (newest.settled) {
    Query query(connection,
                "DELETE FROM would_be_blocked "
                "WHERE terminal_id = ?1 AND fingerprint = ?2 AND serial = ?3");
    query << key.terminal_id << Blob{key.fingerprint} << key.serial;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  if (newest.would_block == 0) return absl::OkStatus();
  Query query(connection,
              "INSERT INTO would_be_blocked (organisation_id, group_path, terminal_id, "
              "fingerprint, serial, device, verdict, times, last_seen_at) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
              "ON CONFLICT (terminal_id, fingerprint, serial) DO UPDATE SET "
              "device = excluded.device, verdict = excluded.verdict, "
              "times = would_be_blocked.times + excluded.times, "
              "last_seen_at = excluded.last_seen_at");
  query << newest.batch->organisation_id << newest.batch->group_path << key.terminal_id
        << Blob{key.fingerprint} << key.serial << Blob{newest.event->device().SerializeAsString()}
        << Blob{newest.verdict->SerializeAsString()} << newest.would_block
        << newest.batch->received_at;
  return query.Run();
}

absl::Status ApplyProjection(Connection& connection, const ReportedBatch& batch,
                             const v1::Event& event, Beside& beside) {
  const Projection projection = ProjectionOf(event);
  if (projection.reports_device) beside.devices.Note(batch, event);
  if (projection.presence.has_value()) beside.present.Note(batch, event, *projection.presence);
  if (projection.belonging.has_value()) {
    absl::Status status = WriteBelonging(connection, batch, event.device(), *projection.belonging);
    if (!status.ok()) return status;
  }
  if (projection.makes_request) {
    absl::Status status = WriteRequest(connection, batch, event, projection);
    if (!status.ok()) return status;
  }
  if (projection.grant.has_value()) {
    absl::Status status = WriteGrantChange(connection, batch, *projection.grant);
    if (!status.ok()) return status;
  }
  if (projection.order.has_value()) {
    absl::Status status = WriteOrderChange(connection, batch, *projection.order);
    if (!status.ok()) return status;
  }
  if (projection.evicted.has_value()) return ExplainGaps(connection, batch, *projection.evicted);
  return absl::OkStatus();
}

}  // namespace sekisho::console::store::sqlite
