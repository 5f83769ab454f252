#include "console/store/sqlite/events.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/store/sqlite/append.h"

namespace sekisho::console::store::sqlite {

absl::StatusOr<AppendResult> Events::Append(std::span<const ReportedBatch> batches,
                                            std::span<const ReportedStatus> statuses) {
  AppendResult result;
  const auto append = [&](Connection& connection) -> absl::Status {
    result.batches.reserve(batches.size());
    Beside beside;
    EventChain chain(connection);
    for (const ReportedBatch& batch : batches) {
      absl::StatusOr<AppendedBatch> appended = AppendBatch(connection, batch, beside, chain);
      if (!appended.ok()) return appended.status();
      result.batches.push_back(*std::move(appended));
    }
    if (absl::Status written = chain.Flush(); !written.ok()) return written;
    if (absl::Status written = beside.devices.Write(connection); !written.ok()) return written;
    if (absl::Status written = beside.present.Write(connection); !written.ok()) return written;
    for (const ReportedStatus& reported : statuses) {
      absl::Status written = WriteStatus(connection, reported);
      if (!written.ok()) return written;
    }
    Query query(connection, "SELECT coalesce(max(cursor), 0) FROM events");
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    result.cursor = static_cast<std::uint64_t>(query.Integer(0));
    return absl::OkStatus();
  };
  if (absl::Status status = database_.Write(append, Lane::kReports); !status.ok()) return status;
  return result;
}

absl::StatusOr<std::uint64_t> Events::AppendConsoleEvent(const TerminalRecord& terminal,
                                                         v1::EventKind kind,
                                                         std::vector<v1::Parameter> parameters,
                                                         WallTime at) {
  std::uint64_t cursor = 0;
  absl::Status status = database_.Write([&](Connection& connection) {
    if (kind == v1::EVENT_KIND_TERMINAL_SILENT) {
      Query query(connection, "UPDATE terminals SET silent = 1 WHERE terminal_id = ?1");
      query << terminal.terminal_id;
      if (absl::Status marked = query.Run(); !marked.ok()) return marked;
    }
    absl::StatusOr<std::uint64_t> inserted =
        InsertConsoleEvent(connection, terminal.organisation_id, terminal.group_path,
                           terminal.terminal_id, kind, parameters, at);
    if (!inserted.ok()) return inserted.status();
    cursor = *inserted;
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return cursor;
}

absl::StatusOr<std::vector<StoredEventRecord>> Events::ListEvents(const EventQuery& wanted) {
  std::vector<StoredEventRecord> events;
  // Kinds as ",20,21,": one statement for every filter.
  const std::string kinds =
      wanted.kinds.empty()
          ? ""
          : absl::StrCat(",",
                         absl::StrJoin(wanted.kinds, ",",
                                       [](std::string* out, v1::EventKind kind) {
                                         absl::StrAppend(out, static_cast<int>(kind));
                                       }),
                         ",");
  absl::Status status = database_.Read([&](Connection& connection) {
#define SEKISHO_EVENT_SELECT                                                                  \
  "SELECT e.cursor, e.terminal_id, t.name, e.received_at, e.record FROM events AS e "         \
  "JOIN terminals AS t ON t.terminal_id = e.terminal_id "                                     \
  "WHERE e.organisation_id = ?1 AND substr(e.group_path, 1, length(?2)) = ?2 "                \
  "AND (?3 = '' OR e.terminal_id = ?3) AND (?4 = '' OR instr(?4, ',' || e.kind || ',') > 0) " \
  "AND e.received_at >= coalesce(?5, e.received_at) "                                         \
  "AND e.received_at < coalesce(?6, e.received_at + 1) "
    Query query(connection, wanted.order == EventQuery::Order::kOldestFirst ? SEKISHO_EVENT_SELECT
                                "AND e.cursor > ?7 ORDER BY e.cursor LIMIT ?8"
                                                                            : SEKISHO_EVENT_SELECT
                                "AND (?7 = 0 OR e.cursor < ?7) ORDER BY e.cursor DESC LIMIT ?8");
#undef SEKISHO_EVENT_SELECT
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.terminal_id << kinds
          << wanted.since << wanted.until << wanted.cursor << wanted.limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      StoredEventRecord& event = events.emplace_back();
      event.cursor = static_cast<std::uint64_t>(query.Integer(0));
      event.terminal_id = query.Text(1);
      event.terminal_name = query.Text(2);
      event.received_at = query.Time(3);
      event.event.ParseFromString(query.Bytes(4));
    }
  });
  if (!status.ok()) return status;
  return events;
}

absl::StatusOr<std::uint64_t> Events::NewestCursor() {
  std::uint64_t cursor = 0;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT coalesce(max(cursor), 0) FROM events");
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    cursor = static_cast<std::uint64_t>(query.Integer(0));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return cursor;
}

absl::StatusOr<std::uint64_t> Events::HighestReportedBundle(const std::string& organisation_id) {
  std::uint64_t highest = 0;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT highest_reported_bundle FROM organisations WHERE organisation_id = ?1");
    query << organisation_id;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError("no such organisation");
    highest = static_cast<std::uint64_t>(query.Integer(0));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return highest;
}

}  // namespace sekisho::console::store::sqlite
