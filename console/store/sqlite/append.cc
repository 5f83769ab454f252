#include "console/store/sqlite/append.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/store/sqlite/orders.h"
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
              "SELECT head_boot_id, head_sequence, head_hash, after_restore FROM terminals "
              "WHERE terminal_id = ?1");
  query << terminal_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError(absl::StrCat("no terminal ", terminal_id));
  return Head{{query.Text(0), static_cast<std::uint64_t>(query.Integer(1)), query.Bytes(2)},
              static_cast<AfterRestore>(query.Integer(3))};
}

absl::Status WriteHead(Connection& connection, const std::string& terminal_id, const Head& head) {
  Query query(connection,
              "UPDATE terminals SET head_boot_id = ?2, head_sequence = ?3, head_hash = ?4, "
              "after_restore = 0 "
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

absl::StatusOr<Inserted> InsertRecord(Connection& connection, EventChain& chain,
                                      const ReportedBatch& batch, const NewEvent& entry) {
  absl::StatusOr<EventChain::Place> place = chain.Next(
      batch.organisation_id,
      entry.chained_as.empty()
          ? history::EntryOfEvent(batch.organisation_id, batch.group_path, batch.terminal_id,
                                  batch.boot_id, entry.event.sequence(),
                                  batch.received_at.time_since_epoch().count(), entry.record_hash)
          : entry.chained_as);
  if (!place.ok()) return place.status();
  Query query(connection,
              "INSERT INTO events (cursor, link, organisation_id, group_path, terminal_id, "
              "boot_id, sequence, kind, received_at, record_hash, record) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
              "ON CONFLICT (terminal_id, boot_id, sequence) DO NOTHING");
  query << place->cursor << Blob{place->link} << batch.organisation_id << batch.group_path
        << batch.terminal_id << batch.boot_id << entry.event.sequence()
        << static_cast<int>(entry.event.kind()) << batch.received_at << Blob{entry.record_hash}
        << Blob{entry.record};
  if (absl::Status status = query.Run(); !status.ok()) return status;
  if (connection.changes() != 1) return Inserted::kKeyTaken;
  chain.Take(batch.organisation_id, *std::move(place));
  return Inserted::kAdded;
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

absl::Status NoteGap(Connection& connection, const ReportedBatch& batch, LostSequences lost,
                     AfterRestore after_restore) {
  const bool explained = after_restore != AfterRestore::kComplete;
  {
    Query query(connection,
                "INSERT INTO chain_gaps (organisation_id, terminal_id, boot_id, first_sequence, "
                "last_sequence, noticed_at, explained) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                "ON CONFLICT DO NOTHING");
    query << batch.organisation_id << batch.terminal_id << batch.boot_id << lost.first << lost.last
          << batch.received_at << (explained ? 1 : 0);
    if (absl::Status status = query.Run(); !status.ok()) return status;
    if (connection.changes() == 0) return absl::OkStatus();
  }
  switch (after_restore) {
    case AfterRestore::kComplete:
      return RaiseChainBroken(connection, batch, lost.first, "gap");
    case AfterRestore::kUnheard:
      return NoteLost(connection, {batch.organisation_id, batch.group_path, batch.terminal_id},
                      lost, batch.received_at);
    case AfterRestore::kNoted:
      break;
  }
  return absl::OkStatus();
}

// Whether `event` follows a record of the terminal, of any enrolment.
absl::StatusOr<bool> FollowsOneStored(Connection& connection, const ReportedBatch& batch,
                                      const v1::Event& event) {
  Query query(connection,
              "SELECT 1 FROM events WHERE terminal_id = ?1 AND record_hash = ?2 LIMIT 1");
  query << batch.terminal_id << Blob{event.previous_hash()};
  return query.Step();
}

// Whether `event` continues the history at `head`; what does not is recorded, never refused: a
// broken chain must be seen, and what came after it too.
absl::Status FollowChain(Connection& connection, EventChain& chain, const ReportedBatch& batch,
                         const v1::Event& event, const Head& head) {
  using Kind = history::Continuation::Kind;
  const history::Continuation continuation = history::ContinuationOf(head, event);
  if (continuation.kind == Kind::kFollows) return absl::OkStatus();
  if (absl::Status status = chain.Flush(); !status.ok()) return status;
  if (head.boot_id.empty()) {
    // Enrolled anew on a disk that kept its history (another mainboard): it goes on where it stood.
    absl::StatusOr<bool> goes_on = FollowsOneStored(connection, batch, event);
    if (!goes_on.ok()) return goes_on.status();
    if (*goes_on) return absl::OkStatus();
  }
  if (continuation.kind == Kind::kGap) {
    ReportedBatch missing = batch;
    missing.boot_id = continuation.boot_id;
    return NoteGap(connection, missing, {continuation.first, continuation.last},
                   head.after_restore);
  }
  return MarkAltered(connection, batch, event.sequence(),
                     continuation.kind == Kind::kOutOfOrder ? "out of order" : "previous hash");
}

// The first Status since a restore: what it says was acknowledged and is not stored is lost. When
// that cannot be told from it, the next record will tell.
absl::Status NoteWhatRestoreLost(Connection& connection, const ReportedStatus& reported,
                                 const LostBy& terminal, const Head& head) {
  const v1::Status& status = reported.status;
  const bool same_boot = status.boot_id() == head.boot_id;
  const std::uint64_t known = same_boot ? head.sequence : 0;
  const std::uint64_t acknowledged =
      status.last_sequence() - std::min(status.last_sequence(), status.spool_waiting());
  if (acknowledged > known) {
    absl::Status noted =
        NoteLost(connection, terminal, {known + 1, acknowledged}, reported.received_at);
    if (!noted.ok()) return noted;
    return SetAfterRestore(connection, terminal.terminal_id, AfterRestore::kNoted);
  }
  if (!same_boot || status.last_sequence() > known) return absl::OkStatus();
  return SetAfterRestore(connection, terminal.terminal_id, AfterRestore::kComplete);
}

}  // namespace

absl::StatusOr<std::uint64_t> InsertConsoleEvent(Connection& connection,
                                                 const std::string& organisation_id,
                                                 const std::string& group_path,
                                                 const std::string& terminal_id, v1::EventKind kind,
                                                 const std::vector<v1::Parameter>& parameters,
                                                 WallTime at) {
  v1::Event event;
  event.set_kind(kind);
  for (const v1::Parameter& parameter : parameters) *event.add_parameters() = parameter;
  return InsertConsoleEvent(connection, organisation_id, group_path, terminal_id, std::move(event),
                            at);
}

absl::StatusOr<std::uint64_t> InsertConsoleEvent(Connection& connection,
                                                 const std::string& organisation_id,
                                                 const std::string& group_path,
                                                 const std::string& terminal_id, v1::Event event,
                                                 WallTime at) {
  EventChain chain(connection);
  absl::StatusOr<std::uint64_t> cursor = chain.NextCursor();
  if (!cursor.ok()) return cursor.status();
  event.set_boot_id(std::string(history::kConsoleBoot));
  event.set_sequence(*cursor);
  event.set_retention(v1::RETENTION_KEEP);
  *event.mutable_wall_time() = contract::ToProto(at);
  const std::string record = event.SerializeAsString();
  const std::string hash = Sha256Of(record);
  absl::StatusOr<EventChain::Place> place =
      chain.Next(organisation_id,
                 history::EntryOfEvent(organisation_id, group_path, terminal_id, event.boot_id(),
                                       *cursor, at.time_since_epoch().count(), hash));
  if (!place.ok()) return place.status();
  Query query(connection,
              "INSERT INTO events (cursor, organisation_id, group_path, terminal_id, boot_id, "
              "sequence, kind, received_at, record_hash, record, link) "
              "VALUES (?1, ?2, ?3, ?4, 'console', ?1, ?5, ?6, ?7, ?8, ?9)");
  query << *cursor << organisation_id << group_path << terminal_id << static_cast<int>(event.kind())
        << at << Blob{hash} << Blob{record} << Blob{place->link};
  if (absl::Status status = query.Run(); !status.ok()) return status;
  chain.Take(organisation_id, *std::move(place));
  if (absl::Status status = chain.Flush(); !status.ok()) return status;
  return cursor;
}

absl::StatusOr<AppendedBatch> AppendBatch(Connection& connection, const ReportedBatch& batch,
                                          Beside& beside, EventChain& chain) {
  absl::StatusOr<Head> head = ReadHead(connection, batch.terminal_id);
  if (!head.ok()) return head.status();
  AppendedBatch result;
  for (const NewEvent& entry : batch.records) {
    const std::uint64_t sequence = entry.event.sequence();
    absl::StatusOr<Inserted> inserted = InsertRecord(connection, chain, batch, entry);
    if (!inserted.ok()) return inserted.status();
    if (*inserted == Inserted::kAdded) {
      ++result.added;
      absl::Status status = FollowChain(connection, chain, batch, entry.event, *head);
      if (status.ok()) status = ApplyProjection(connection, batch, entry.event, beside);
      if (!status.ok()) return status;
      if (history::Advances(*head, batch.boot_id, sequence)) {
        *head = Head{{batch.boot_id, sequence, entry.record_hash}, AfterRestore::kComplete};
      }
    } else {
      absl::StatusOr<std::string> stored =
          StoredHash(connection, batch.terminal_id, batch.boot_id, sequence);
      if (!stored.ok()) return stored.status();
      if (*stored == entry.record_hash) {
        ++result.duplicates;
      } else {
        ++result.disputed;
        absl::Status status = chain.Flush();
        if (status.ok()) status = KeepDisputed(connection, batch, entry);
        if (!status.ok()) return status;
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
  LostBy terminal{.organisation_id = "", .group_path = "", .terminal_id = reported.terminal_id};
  Head head;
  {
    Query query(connection,
                "UPDATE terminals SET last_status = ?2, last_status_at = ?3, silent = 0, "
                "hardware = CASE WHEN length(hardware) = 0 THEN ?4 ELSE hardware END "
                "WHERE terminal_id = ?1 AND (?5 = 0 OR enrolment = ?5) "
                "RETURNING organisation_id, group_path, head_boot_id, head_sequence, "
                "after_restore");
    query << reported.terminal_id << Blob{reported.status.SerializeAsString()}
          << reported.received_at << Blob{reported.status.hardware()} << reported.enrolment;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (*row) {
      terminal.organisation_id = query.Text(0);
      terminal.group_path = query.Text(1);
      head.boot_id = query.Text(2);
      head.sequence = static_cast<std::uint64_t>(query.Integer(3));
      head.after_restore = static_cast<AfterRestore>(query.Integer(4));
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
  }
  if (head.after_restore == AfterRestore::kUnheard) {
    absl::Status noted = NoteWhatRestoreLost(connection, reported, terminal, head);
    if (!noted.ok()) return noted;
  }
  if (absl::Status status = WriteOrderVersion(connection, reported); !status.ok()) return status;
  Query query(connection,
              "UPDATE organisations SET highest_reported_bundle = ?2 "
              "WHERE highest_reported_bundle < ?2 AND organisation_id = "
              "(SELECT organisation_id FROM terminals WHERE terminal_id = ?1)");
  query << reported.terminal_id << reported.status.bundle_version();
  return query.Run();
}

}  // namespace sekisho::console::store::sqlite
