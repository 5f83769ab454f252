#include "console/store/sqlite/chains.h"

#include <utility>
#include <vector>

#include "console/history/chain.h"
#include "console/store/sqlite/history.h"

namespace sekisho::console::store::sqlite {
namespace {

constexpr std::uint32_t kFillPage = 2000;

absl::StatusOr<std::vector<std::string>> Organisations(Connection& connection) {
  std::vector<std::string> ids;
  Query query(connection, "SELECT organisation_id FROM organisations");
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return ids;
    ids.push_back(query.Text(0));
  }
}

absl::Status FillEvents(Connection& connection, const std::string& organisation_id,
                        v1::HistoryHead& head) {
  std::string link = history::NoLink();
  for (;;) {
    absl::StatusOr<std::vector<v1::HistoryEvent>> page =
        ReadEventRows(connection, organisation_id, {head.cursor(), "", kFillPage});
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const v1::HistoryEvent& event : *page) {
      link = history::LinkOf(link, event.cursor(), history::EntryOf(organisation_id, event));
      Query query(connection, "UPDATE events SET link = ?2 WHERE cursor = ?1");
      query << event.cursor() << Blob{link};
      if (absl::Status status = query.Run(); !status.ok()) return status;
      head.set_cursor(event.cursor());
      head.set_events(head.events() + 1);
    }
  }
  head.set_event_link(link);
  return absl::OkStatus();
}

absl::Status FillAudit(Connection& connection, const std::string& organisation_id,
                       v1::HistoryHead& head) {
  std::string link = history::NoLink();
  for (;;) {
    absl::StatusOr<std::vector<v1::HistoryAudit>> page =
        ReadAuditRows(connection, organisation_id, head.audit_id(), kFillPage);
    if (!page.ok()) return page.status();
    if (page->empty()) break;
    for (const v1::HistoryAudit& audit : *page) {
      link = history::LinkOf(link, audit.audit_id(), history::EntryOf(organisation_id, audit));
      Query query(connection, "UPDATE audit SET link = ?2 WHERE audit_id = ?1");
      query << audit.audit_id() << Blob{link};
      if (absl::Status status = query.Run(); !status.ok()) return status;
      head.set_audit_id(audit.audit_id());
      head.set_audits(head.audits() + 1);
    }
  }
  head.set_audit_link(link);
  return absl::OkStatus();
}

absl::Status WriteEventHead(Connection& connection, const std::string& organisation_id,
                            const v1::HistoryHead& head) {
  Query query(connection,
              "INSERT INTO chain_heads (organisation_id, event_cursor, event_link, events, "
              "audit_id, audit_link, audits) VALUES (?1, ?2, ?3, ?4, 0, zeroblob(32), 0) "
              "ON CONFLICT (organisation_id) DO UPDATE SET event_cursor = excluded.event_cursor, "
              "event_link = excluded.event_link, events = excluded.events");
  query << organisation_id << head.cursor() << Blob{head.event_link()} << head.events();
  return query.Run();
}

absl::Status WriteAuditHead(Connection& connection, const std::string& organisation_id,
                            const v1::HistoryHead& head) {
  Query query(connection,
              "INSERT INTO chain_heads (organisation_id, event_cursor, event_link, events, "
              "audit_id, audit_link, audits) VALUES (?1, 0, zeroblob(32), 0, ?2, ?3, ?4) "
              "ON CONFLICT (organisation_id) DO UPDATE SET audit_id = excluded.audit_id, "
              "audit_link = excluded.audit_link, audits = excluded.audits");
  query << organisation_id << head.audit_id() << Blob{head.audit_link()} << head.audits();
  return query.Run();
}

}  // namespace

absl::StatusOr<v1::HistoryHead> ReadChainHead(Connection& connection,
                                              const std::string& organisation_id) {
  v1::HistoryHead head;
  head.set_event_link(history::NoLink());
  head.set_audit_link(history::NoLink());
  Query query(connection,
              "SELECT event_cursor, event_link, events, audit_id, audit_link, audits "
              "FROM chain_heads WHERE organisation_id = ?1");
  query << organisation_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return head;
  head.set_cursor(static_cast<std::uint64_t>(query.Integer(0)));
  head.set_event_link(query.Bytes(1));
  head.set_events(static_cast<std::uint64_t>(query.Integer(2)));
  head.set_audit_id(static_cast<std::uint64_t>(query.Integer(3)));
  head.set_audit_link(query.Bytes(4));
  head.set_audits(static_cast<std::uint64_t>(query.Integer(5)));
  return head;
}

absl::StatusOr<std::uint64_t> EventChain::NextCursor() {
  if (next_cursor_ != 0) return next_cursor_;
  Query query(connection_, "SELECT coalesce(max(cursor), 0) + 1 FROM events");
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return next_cursor_ = static_cast<std::uint64_t>(query.Integer(0));
}

absl::StatusOr<EventChain::Place> EventChain::Next(const std::string& organisation_id,
                                                   const std::string& entry) {
  absl::StatusOr<std::uint64_t> cursor = NextCursor();
  if (!cursor.ok()) return cursor.status();
  auto head = heads_.find(organisation_id);
  if (head == heads_.end()) {
    absl::StatusOr<v1::HistoryHead> read = ReadChainHead(connection_, organisation_id);
    if (!read.ok()) return read.status();
    head = heads_.emplace(organisation_id, *std::move(read)).first;
  }
  return Place{*cursor, history::LinkOf(head->second.event_link(), *cursor, entry)};
}

void EventChain::Take(const std::string& organisation_id, Place place) {
  v1::HistoryHead& head = heads_[organisation_id];
  head.set_cursor(place.cursor);
  head.set_event_link(std::move(place.link));
  head.set_events(head.events() + 1);
  next_cursor_ = place.cursor + 1;
}

absl::Status EventChain::Flush() {
  for (const auto& [organisation_id, head] : std::exchange(heads_, {})) {
    absl::Status status = WriteEventHead(connection_, organisation_id, head);
    if (!status.ok()) return status;
  }
  next_cursor_ = 0;
  return absl::OkStatus();
}

absl::Status InsertAudit(Connection& connection, const AuditEntry& audit) {
  absl::StatusOr<v1::HistoryHead> head = ReadChainHead(connection, audit.organisation_id);
  if (!head.ok()) return head.status();
  std::uint64_t newest = 0;
  {
    Query query(connection, "SELECT coalesce(max(audit_id), 0) FROM audit");
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    newest = static_cast<std::uint64_t>(query.Integer(0));
  }
  v1::HistoryAudit row;
  row.set_audit_id(newest + 1);
  row.set_group_path(audit.group_path);
  row.set_at_ms(audit.at.time_since_epoch().count());
  row.set_actor(audit.actor);
  row.set_method(audit.method);
  row.set_target(audit.target);
  row.set_detail(audit.detail);
  row.set_link(history::LinkOf(head->audit_link(), row.audit_id(),
                               history::EntryOf(audit.organisation_id, row)));
  {
    Query query(connection,
                "INSERT INTO audit (audit_id, organisation_id, group_path, at, actor, method, "
                "target, detail, link) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    query << row.audit_id() << audit.organisation_id << audit.group_path << audit.at << audit.actor
          << audit.method << audit.target << audit.detail << Blob{row.link()};
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  head->set_audit_id(row.audit_id());
  head->set_audit_link(row.link());
  head->set_audits(head->audits() + 1);
  return WriteAuditHead(connection, audit.organisation_id, *head);
}

absl::Status FillChains(Connection& connection) {
  absl::StatusOr<std::vector<std::string>> organisations = Organisations(connection);
  if (!organisations.ok()) return organisations.status();
  for (const std::string& organisation_id : *organisations) {
    v1::HistoryHead head;
    absl::Status status = FillEvents(connection, organisation_id, head);
    if (status.ok()) status = WriteEventHead(connection, organisation_id, head);
    if (status.ok()) status = FillAudit(connection, organisation_id, head);
    if (status.ok()) status = WriteAuditHead(connection, organisation_id, head);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace sekisho::console::store::sqlite
