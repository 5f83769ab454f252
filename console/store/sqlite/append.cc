#include "console/store/sqlite/append.h"

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "proto/contract/convert.h"

namespace sekisho::console::store::sqlite {
namespace {

v1::Parameter Parameter(std::string key, std::string value) {
  v1::Parameter parameter;
  parameter.set_key(std::move(key));
  parameter.set_value(std::move(value));
  return parameter;
}

absl::StatusOr<Head> ReadHead(Connection& connection, const std::string& terminal_id) {
  Query query(connection,
              "SELECT head_boot_id, head_sequence, head_hash FROM terminals "
              "WHERE terminal_id = ?1");
  query << terminal_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(absl::StrCat("no terminal ", terminal_id));
  return Head{query.Text(0), static_cast<std::uint64_t>(query.Integer(1)), query.Bytes(2)};
}

absl::Status WriteHead(Connection& connection, const std::string& terminal_id, const Head& head) {
  Query query(connection,
              "UPDATE terminals SET head_boot_id = ?2, head_sequence = ?3, head_hash = ?4 "
              "WHERE terminal_id = ?1");
  query << terminal_id << head.boot_id << head.sequence << Blob{head.hash};
  return query.Run();
}

// The hash of a stored record; empty when there is none.
absl::StatusOr<std::string> StoredHash(Connection& connection, const std::string& terminal_id,
                                       const std::string& boot_id, std::uint64_t sequence) {
  Query query(connection,
              "SELECT record_hash FROM events "
              "WHERE terminal_id = ?1 AND boot_id = ?2 AND sequence = ?3");
  query << terminal_id << boot_id << sequence;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return *row ? query.Bytes(0) : std::string();
}

enum class Inserted { kAdded, kKeyTaken };

absl::StatusOr<Inserted> InsertRecord(Connection& connection, const ReportedBatch& batch,
                                      const NewEvent& entry) {
  Query query(connection,
              "INSERT INTO events (organisation_id, group_path, terminal_id, boot_id, sequence, "
              "kind, received_at, record_hash, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) "
              "ON CONFLICT (terminal_id, boot_id, sequence) DO NOTHING");
  query << batch.organisation_id << batch.group_path << batch.terminal_id << batch.boot_id
        << entry.event.sequence() << static_cast<int>(entry.event.kind()) << batch.received_at
        << Blob{entry.record_hash} << Blob{entry.record};
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return connection.changes() == 1 ? Inserted::kAdded : Inserted::kKeyTaken;
}

absl::Status RaiseChainBroken(Connection& connection, const ReportedBatch& batch,
                              std::uint64_t sequence, const char* cause) {
  return InsertConsoleEvent(connection, batch.organisation_id, batch.group_path, batch.terminal_id,
                            v1::EVENT_KIND_CHAIN_BROKEN,
                            {Parameter("sequence", absl::StrCat(sequence)),
                             Parameter("boot_id", batch.boot_id), Parameter("cause", cause)},
                            batch.received_at)
      .status();
}

absl::Status MarkAltered(Connection& connection, const ReportedBatch& batch, std::uint64_t sequence,
                         const char* cause) {
  {
    Query query(connection, "UPDATE terminals SET altered = 1 WHERE terminal_id = ?1");
    query << batch.terminal_id;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return RaiseChainBroken(connection, batch, sequence, cause);
}

// Other bytes under a key that is taken: kept as evidence, and an alarm the first time they come.
absl::Status KeepDisputed(Connection& connection, const ReportedBatch& batch,
                          const NewEvent& entry) {
  {
    Query query(connection,
                "INSERT INTO disputed_records (organisation_id, terminal_id, boot_id, sequence, "
                "record_hash, received_at, record) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                "ON CONFLICT DO NOTHING");
    query << batch.organisation_id << batch.terminal_id << batch.boot_id << entry.event.sequence()
          << Blob{entry.record_hash} << batch.received_at << Blob{entry.record};
    if (absl::Status status = query.Run(); !status.ok()) return status;
    if (connection.changes() == 0) return absl::OkStatus();
  }
  return MarkAltered(connection, batch, entry.event.sequence(), "altered");
}

absl::Status NoteGap(Connection& connection, const ReportedBatch& batch, std::uint64_t first,
                     std::uint64_t last) {
  {
    Query query(connection,
                "INSERT INTO chain_gaps (organisation_id, terminal_id, boot_id, first_sequence, "
                "last_sequence, noticed_at, explained) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0) "
                "ON CONFLICT DO NOTHING");
    query << batch.organisation_id << batch.terminal_id << batch.boot_id << first << last
          << batch.received_at;
    if (absl::Status status = query.Run(); !status.ok()) return status;
    if (connection.changes() == 0) return absl::OkStatus();
  }
  return RaiseChainBroken(connection, batch, first, "gap");
}

// Whether `event` continues the history at `head`; what does not is recorded, never refused: a
// broken chain must be seen, and what came after it too.
absl::Status FollowChain(Connection& connection, const ReportedBatch& batch, const v1::Event& event,
                         const Head& head) {
  const bool same_boot = event.boot_id() == head.boot_id;
  if (event.previous_hash() == head.hash &&
      (same_boot ? event.sequence() == head.sequence + 1 : event.sequence() == 1)) {
    return absl::OkStatus();
  }
  if (same_boot && event.sequence() > head.sequence + 1) {
    return NoteGap(connection, batch, head.sequence + 1, event.sequence() - 1);
  }
  if (!same_boot && event.sequence() > 1) {
    return NoteGap(connection, batch, 1, event.sequence() - 1);
  }
  if (!same_boot) {
    // Its first record names another predecessor: the end of the boot before never came. Kept as
    // a gap after the newest known record of that boot.
    ReportedBatch before = batch;
    before.boot_id = head.boot_id;
    return NoteGap(connection, before, head.sequence + 1, head.sequence + 1);
  }
  return MarkAltered(connection, batch, event.sequence(),
                     event.sequence() <= head.sequence ? "out of order" : "previous hash");
}

}  // namespace

absl::StatusOr<std::uint64_t> InsertConsoleEvent(Connection& connection,
                                                 const std::string& organisation_id,
                                                 const std::string& group_path,
                                                 const std::string& terminal_id, v1::EventKind kind,
                                                 const std::vector<v1::Parameter>& parameters,
                                                 WallTime at) {
  std::uint64_t cursor = 0;
  {
    Query query(connection, "SELECT coalesce(max(cursor), 0) + 1 FROM events");
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    cursor = static_cast<std::uint64_t>(query.Integer(0));
  }
  v1::Event event;
  event.set_boot_id("console");
  event.set_sequence(cursor);
  event.set_kind(kind);
  event.set_retention(v1::RETENTION_KEEP);
  *event.mutable_wall_time() = contract::ToProto(at);
  for (const v1::Parameter& parameter : parameters) *event.add_parameters() = parameter;
  const std::string record = event.SerializeAsString();
  Query query(connection,
              "INSERT INTO events (cursor, organisation_id, group_path, terminal_id, boot_id, "
              "sequence, kind, received_at, record_hash, record) "
              "VALUES (?1, ?2, ?3, ?4, 'console', ?1, ?5, ?6, ?7, ?8)");
  query << cursor << organisation_id << group_path << terminal_id << static_cast<int>(kind) << at
        << Blob{Sha256Of(record)} << Blob{record};
  if (absl::Status status = query.Run(); !status.ok()) return status;
  return cursor;
}

absl::StatusOr<AppendedBatch> AppendBatch(Connection& connection, const ReportedBatch& batch,
                                          ReportedDevices& devices) {
  absl::StatusOr<Head> head = ReadHead(connection, batch.terminal_id);
  if (!head.ok()) return head.status();
  AppendedBatch result;
  for (const NewEvent& entry : batch.records) {
    const std::uint64_t sequence = entry.event.sequence();
    absl::StatusOr<Inserted> inserted = InsertRecord(connection, batch, entry);
    if (!inserted.ok()) return inserted.status();
    if (*inserted == Inserted::kAdded) {
      ++result.added;
      absl::Status status = FollowChain(connection, batch, entry.event, *head);
      if (status.ok()) status = ApplyProjection(connection, batch, entry.event, devices);
      if (!status.ok()) return status;
      if (batch.boot_id != head->boot_id || sequence > head->sequence) {
        *head = Head{batch.boot_id, sequence, entry.record_hash};
      }
    } else {
      absl::StatusOr<std::string> stored =
          StoredHash(connection, batch.terminal_id, batch.boot_id, sequence);
      if (!stored.ok()) return stored.status();
      if (*stored == entry.record_hash) {
        ++result.duplicates;
      } else if (absl::Status status = KeepDisputed(connection, batch, entry); !status.ok()) {
        return status;
      }
    }
    result.last_sequence = sequence;
    result.last_record_hash = entry.record_hash;
  }
  if (result.added > 0) {
    if (absl::Status status = WriteHead(connection, batch.terminal_id, *head); !status.ok()) {
      return status;
    }
  }
  return result;
}

absl::Status WriteStatus(Connection& connection, const ReportedStatus& reported) {
  {
    Query query(connection,
                "UPDATE terminals SET last_status = ?2, last_status_at = ?3, silent = 0 "
                "WHERE terminal_id = ?1");
    query << reported.terminal_id << Blob{reported.status.SerializeAsString()}
          << reported.received_at;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  Query query(connection,
              "UPDATE organisations SET highest_reported_bundle = ?2 "
              "WHERE highest_reported_bundle < ?2 AND organisation_id = "
              "(SELECT organisation_id FROM terminals WHERE terminal_id = ?1)");
  query << reported.terminal_id << reported.status.bundle_version();
  return query.Run();
}

}  // namespace sekisho::console::store::sqlite
