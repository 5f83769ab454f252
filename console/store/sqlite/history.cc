#include "console/store/sqlite/history.h"

#include "console/store/sqlite/chains.h"

namespace sekisho::console::store::sqlite {

absl::StatusOr<std::vector<v1::HistoryEvent>> ReadEventRows(Connection& connection,
                                                            const std::string& organisation_id,
                                                            const HistoryStore::Page& page) {
  std::vector<v1::HistoryEvent> events;
  Query query(connection,
              "SELECT cursor, group_path, terminal_id, boot_id, sequence, kind, received_at, "
              "record_hash, record, link, erased_by FROM events WHERE organisation_id = ?1 "
              "AND cursor > ?2 AND (?3 = '' OR terminal_id = ?3) ORDER BY cursor LIMIT ?4");
  query << organisation_id << page.after << page.terminal_id << page.limit;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return events;
    v1::HistoryEvent& event = events.emplace_back();
    event.set_cursor(static_cast<std::uint64_t>(query.Integer(0)));
    event.set_group_path(query.Text(1));
    event.set_terminal_id(query.Text(2));
    event.set_boot_id(query.Text(3));
    event.set_sequence(static_cast<std::uint64_t>(query.Integer(4)));
    event.set_kind(static_cast<v1::EventKind>(query.Integer(5)));
    event.set_received_at_ms(query.Integer(6));
    event.set_record_hash(query.Bytes(7));
    event.set_record(query.Bytes(8));
    event.set_link(query.Bytes(9));
    event.set_erased_by(static_cast<std::uint64_t>(query.Integer(10)));
  }
}

absl::StatusOr<std::vector<v1::HistoryAudit>> ReadAuditRows(Connection& connection,
                                                            const std::string& organisation_id,
                                                            std::uint64_t after,
                                                            std::uint32_t limit) {
  std::vector<v1::HistoryAudit> entries;
  Query query(connection,
              "SELECT audit_id, group_path, at, actor, method, target, detail, link FROM audit "
              "WHERE organisation_id = ?1 AND audit_id > ?2 ORDER BY audit_id LIMIT ?3");
  query << organisation_id << after << limit;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return entries;
    v1::HistoryAudit& entry = entries.emplace_back();
    entry.set_audit_id(static_cast<std::uint64_t>(query.Integer(0)));
    entry.set_group_path(query.Text(1));
    entry.set_at_ms(query.Integer(2));
    entry.set_actor(query.Text(3));
    entry.set_method(query.Text(4));
    entry.set_target(query.Text(5));
    entry.set_detail(query.Text(6));
    entry.set_link(query.Bytes(7));
  }
}

absl::StatusOr<std::vector<v1::HistoryEvent>> History::ReadEvents(
    const std::string& organisation_id, const Page& page) {
  absl::StatusOr<std::vector<v1::HistoryEvent>> events;
  absl::Status status = database_.Read([&](Connection& connection) {
    events = ReadEventRows(connection, organisation_id, page);
    return events.status();
  });
  if (!status.ok()) return status;
  return events;
}

absl::StatusOr<std::vector<v1::HistoryAudit>> History::ReadAudit(const std::string& organisation_id,
                                                                 std::uint64_t after,
                                                                 std::uint32_t limit) {
  absl::StatusOr<std::vector<v1::HistoryAudit>> entries;
  absl::Status status = database_.Read([&](Connection& connection) {
    entries = ReadAuditRows(connection, organisation_id, after, limit);
    return entries.status();
  });
  if (!status.ok()) return status;
  return entries;
}

absl::StatusOr<v1::HistoryHead> History::Head(const std::string& organisation_id) {
  absl::StatusOr<v1::HistoryHead> head;
  absl::Status status = database_.Read([&](Connection& connection) {
    head = ReadChainHead(connection, organisation_id);
    return head.status();
  });
  if (!status.ok()) return status;
  return head;
}

}  // namespace sekisho::console::store::sqlite
