#include "console/store/sqlite/orders.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::console::store::sqlite {
namespace {

#define SEKISHO_ORDER_COLUMNS                                                               \
  "o.organisation_id, o.group_path, o.terminal_id, t.name, o.enrolment, o.kind, o.sealed, " \
  "o.state, o.device, o.created_at, o.sent_at, o.ended_at, o.cause "                        \
  "FROM orders AS o JOIN terminals AS t ON t.terminal_id = o.terminal_id "

OrderRecord OrderOf(const Query& row) {
  OrderRecord record;
  record.organisation_id = row.Text(0);
  record.group_path = row.Text(1);
  record.terminal_id = row.Text(2);
  record.terminal_name = row.Text(3);
  record.enrolment = row.Integer(4);
  record.kind = static_cast<v1::OrderKind>(row.Integer(5));
  record.sealed = row.Bytes(6);
  v1::Sealed sealed;
  if (sealed.ParseFromString(record.sealed)) record.order.ParseFromString(sealed.payload());
  record.state = static_cast<v1::OrderState>(row.Integer(7));
  record.device.ParseFromString(row.Bytes(8));
  record.created_at = row.Time(9);
  record.sent_at = row.OptionalTime(10);
  record.ended_at = row.OptionalTime(11);
  record.cause = row.Text(12);
  return record;
}

absl::StatusOr<std::vector<OrderRecord>> AllOf(Query& query) {
  std::vector<OrderRecord> orders;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return orders;
    orders.push_back(OrderOf(query));
  }
}

bool IsAboutMode(v1::OrderKind kind) {
  return kind == v1::ORDER_KIND_SET_MODE || kind == v1::ORDER_KIND_CONFIRM_TRIAL;
}

absl::StatusOr<std::uint64_t> NewestVersion(Connection& connection, const OrderRecord& draft) {
  Query query(connection,
              "SELECT max(t.order_version, g.order_floor, coalesce((SELECT max(o.version) FROM "
              "orders AS o WHERE o.terminal_id = t.terminal_id), 0)) FROM terminals AS t "
              "JOIN organisations AS g ON g.organisation_id = t.organisation_id "
              "WHERE t.terminal_id = ?1");
  query << draft.terminal_id;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no such terminal");
  return std::max(static_cast<std::uint64_t>(query.Integer(0)), draft.order.version());
}

// Those that wait unsent, and that the draft takes the place of.
absl::Status CancelSuperseded(Connection& connection, const OrderRecord& draft) {
  const bool about_logins = draft.kind == v1::ORDER_KIND_SET_LOGINS_MODE;
  if (!about_logins && !IsAboutMode(draft.kind)) return absl::OkStatus();
  Query query(connection,
              "UPDATE orders SET state = ?2, cause = 'superseded', ended_at = ?3 "
              "WHERE terminal_id = ?1 AND state = 1 AND sent_at IS NULL "
              "AND CASE WHEN ?4 = 1 THEN kind = ?5 ELSE mode <> 0 END");
  query << draft.terminal_id << static_cast<int>(v1::ORDER_STATE_CANCELLED) << draft.created_at
        << (about_logins ? 1 : 0) << static_cast<int>(v1::ORDER_KIND_SET_LOGINS_MODE);
  return query.Run();
}

absl::Status Insert(Connection& connection, const OrderRecord& record) {
  Query query(connection,
              "INSERT INTO orders (organisation_id, group_path, terminal_id, version, enrolment, "
              "kind, mode, state, sealed, device, created_at, sent_at, ended_at, boot_id, cause) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '', ?14)");
  query << record.organisation_id << record.group_path << record.terminal_id
        << record.order.version() << record.enrolment << static_cast<int>(record.kind)
        << (IsAboutMode(record.kind) ? static_cast<int>(record.order.set_mode().mode()) : 0)
        << static_cast<int>(record.state) << Blob{record.sealed}
        << Blob{record.device.SerializeAsString()} << record.created_at << record.sent_at
        << record.ended_at << record.cause;
  return query.Run();
}

absl::Status AnswerRequest(Connection& connection, const OrderRecord& record) {
  Query query(connection,
              "UPDATE requests SET adopted = 1 WHERE terminal_id = ?1 AND reference = ?2");
  query << record.terminal_id << record.reference;
  return query.Run();
}

absl::Status CreateOne(Connection& connection, OrderRecord& draft, const OrderStore::Sign& sign) {
  absl::StatusOr<std::uint64_t> newest = NewestVersion(connection, draft);
  if (!newest.ok()) return newest.status();
  draft.order.set_version(*newest + 1);
  absl::StatusOr<std::string> sealed = sign(draft.order);
  if (!sealed.ok()) return sealed.status();
  draft.sealed = *std::move(sealed);
  draft.state = v1::ORDER_STATE_WAITING;
  absl::Status status = CancelSuperseded(connection, draft);
  if (status.ok()) status = Insert(connection, draft);
  if (status.ok() && !draft.reference.empty()) status = AnswerRequest(connection, draft);
  return status;
}

absl::Status ReadWaitingLogins(Connection& connection, const std::string& terminal_id,
                               OrderStanding& standing) {
  Query query(connection, "SELECT " SEKISHO_ORDER_COLUMNS
                          "WHERE o.terminal_id = ?1 AND o.state = 1 AND o.kind = ?2 "
                          "ORDER BY o.version DESC LIMIT 1");
  query << terminal_id << static_cast<int>(v1::ORDER_KIND_SET_LOGINS_MODE);
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok() || !*row) return row.status();
  standing.logins = OrderOf(query).order.set_logins_mode();
  return absl::OkStatus();
}

// The names of a few terminals that have seen the device, the latest first.
absl::StatusOr<std::vector<std::string>> NamesOf(Connection& connection,
                                                 const WouldBeBlockedQuery& wanted,
                                                 const std::string& fingerprint,
                                                 const std::string& serial) {
  Query query(connection,
              "SELECT t.name FROM would_be_blocked AS w "
              "JOIN terminals AS t ON t.terminal_id = w.terminal_id "
              "WHERE w.organisation_id = ?1 AND w.fingerprint = ?2 AND w.serial = ?3 "
              "AND substr(w.group_path, 1, length(?4)) = ?4 AND t.state = ?5 "
              "AND (?6 = '' OR w.terminal_id = ?6) AND w.last_seen_at >= coalesce(?7, 0) "
              "ORDER BY w.last_seen_at DESC, t.name LIMIT 20");
  query << wanted.scope.organisation_id << Blob{fingerprint} << serial << wanted.scope.path
        << static_cast<int>(v1::TERMINAL_STATE_ENROLLED) << wanted.terminal_id << wanted.since;
  std::vector<std::string> names;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return names;
    names.push_back(query.Text(0));
  }
}

}  // namespace

absl::StatusOr<std::vector<OrderRecord>> Orders::CreateOrders(std::vector<OrderRecord> drafts,
                                                              const Sign& sign,
                                                              const AuditEntry& audit) {
  absl::Status status = database_.Write([&](Connection& connection) {
    for (OrderRecord& draft : drafts) {
      absl::Status created = CreateOne(connection, draft, sign);
      if (!created.ok()) return created;
    }
    return InsertAudit(connection, audit);
  });
  if (!status.ok()) return status;
  return drafts;
}

absl::StatusOr<std::vector<OrderRecord>> Orders::ListWaiting(const std::string& terminal_id) {
  absl::StatusOr<std::vector<OrderRecord>> orders;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection, "SELECT " SEKISHO_ORDER_COLUMNS
                            "WHERE o.terminal_id = ?1 AND o.state = 1 ORDER BY o.version");
    query << terminal_id;
    orders = AllOf(query);
    return orders.status();
  });
  if (!status.ok()) return status;
  return orders;
}

absl::StatusOr<std::vector<v1::Device>> Orders::ListAdopted(const std::string& terminal_id) {
  std::vector<v1::Device> devices;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT device FROM adopted_devices WHERE terminal_id = ?1 ORDER BY port_path");
    query << terminal_id;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      devices.emplace_back().ParseFromString(query.Bytes(0));
    }
  });
  if (!status.ok()) return status;
  return devices;
}

absl::Status Orders::MarkSent(const std::string& terminal_id, std::uint64_t version, WallTime at) {
  return database_.Write([&](Connection& connection) {
    Query query(connection,
                "UPDATE orders SET sent_at = ?3 "
                "WHERE terminal_id = ?1 AND version <= ?2 AND state = 1 AND sent_at IS NULL");
    query << terminal_id << version << at;
    return query.Run();
  });
}

absl::Status Orders::CancelOrder(const std::string& terminal_id, std::uint64_t version,
                                 Cancel which, const std::string& cause, const AuditEntry& audit) {
  return database_.Write([&](Connection& connection) {
    {
      Query query(connection,
                  "UPDATE orders SET state = ?3, cause = ?4, ended_at = ?5 WHERE terminal_id = ?1 "
                  "AND version = ?2 AND state = 1 AND (?6 = 1 OR sent_at IS NULL)");
      query << terminal_id << version << static_cast<int>(v1::ORDER_STATE_CANCELLED) << cause
            << audit.at << (which == Cancel::kSentToo ? 1 : 0);
      if (absl::Status status = query.Run(); !status.ok()) return status;
      if (connection.changes() == 0) {
        return absl::FailedPreconditionError(
            "the order has been sent already, or is over: order the reverse instead");
      }
    }
    return InsertAudit(connection, audit);
  });
}

absl::StatusOr<OrderStanding> Orders::FindStanding(const std::string& terminal_id,
                                                   std::int64_t enrolment) {
  OrderStanding standing;
  absl::Status status = database_.Read([&](Connection& connection) -> absl::Status {
    {
      Query query(connection, "SELECT count(*) FROM orders WHERE terminal_id = ?1 AND state = 1");
      query << terminal_id;
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) return row.status();
      standing.waiting = static_cast<std::uint32_t>(query.Integer(0));
    }
    if (standing.waiting > 0) {
      absl::Status read = ReadWaitingLogins(connection, terminal_id, standing);
      if (!read.ok()) return read;
    }
    // 1, 2, 5: ORDER_STATE_WAITING, APPLIED, PASSED.
    Query query(connection,
                "SELECT mode, state, boot_id FROM orders WHERE terminal_id = ?1 AND enrolment = ?2 "
                "AND mode <> 0 AND state IN (1, 2, 5) ORDER BY version DESC LIMIT 1");
    query << terminal_id << enrolment;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    standing.mode = static_cast<v1::Mode>(query.Integer(0));
    standing.state = static_cast<v1::OrderState>(query.Integer(1));
    standing.boot_id = query.Text(2);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return standing;
}

absl::StatusOr<OrderRecord> Orders::FindOrder(const std::string& terminal_id,
                                              std::uint64_t version) {
  OrderRecord order;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT " SEKISHO_ORDER_COLUMNS "WHERE o.terminal_id = ?1 AND o.version = ?2");
    query << terminal_id << version;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return absl::NotFoundError(absl::StrCat("no order ", version, " for this terminal"));
    order = OrderOf(query);
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return order;
}

absl::StatusOr<std::vector<OrderRecord>> Orders::ListOrders(const OrderQuery& wanted) {
  absl::StatusOr<std::vector<OrderRecord>> orders;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT " SEKISHO_ORDER_COLUMNS
                "WHERE o.organisation_id = ?1 AND substr(o.group_path, 1, length(?2)) = ?2 "
                "AND (?3 = '' OR o.terminal_id = ?3) AND (?4 = 0 OR o.state = 1) "
                "AND (?6 = 0 OR (o.created_at, o.terminal_id, o.version) < "
                "(SELECT created_at, terminal_id, version FROM orders "
                "WHERE terminal_id = ?5 AND version = ?6)) "
                "ORDER BY o.created_at DESC, o.terminal_id DESC, o.version DESC LIMIT ?7");
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.terminal_id
          << (wanted.which == OrderQuery::Which::kWaiting ? 1 : 0) << wanted.before.terminal_id
          << wanted.before.version << wanted.limit;
    orders = AllOf(query);
    return orders.status();
  });
  if (!status.ok()) return status;
  return orders;
}

absl::StatusOr<std::vector<WouldBeBlockedRecord>> Orders::ListWouldBeBlocked(
    const WouldBeBlockedQuery& wanted) {
  std::vector<WouldBeBlockedRecord> devices;
  absl::Status status = database_.Read([&](Connection& connection) {
    // device and verdict are those of the row with the greatest last_seen_at: SQLite's rule for
    // columns beside max() (lang_select.html, 2.5). PostgreSQL says it with DISTINCT ON.
    Query query(connection,
                "SELECT count(*), sum(w.times), max(w.last_seen_at), w.device, w.verdict, "
                "w.fingerprint, w.serial FROM would_be_blocked AS w "
                "JOIN terminals AS t ON t.terminal_id = w.terminal_id "
                "WHERE w.organisation_id = ?1 AND substr(w.group_path, 1, length(?2)) = ?2 "
                "AND (?3 = '' OR w.terminal_id = ?3) AND w.last_seen_at >= coalesce(?4, 0) "
                "AND (w.fingerprint, w.serial) > (?5, ?6) AND t.state = ?7 "
                "GROUP BY w.fingerprint, w.serial ORDER BY w.fingerprint, w.serial LIMIT ?8");
    query << wanted.scope.organisation_id << wanted.scope.path << wanted.terminal_id << wanted.since
          << Blob{wanted.after.fingerprint} << wanted.after.serial
          << static_cast<int>(v1::TERMINAL_STATE_ENROLLED) << wanted.limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      WouldBeBlockedRecord& device = devices.emplace_back();
      device.terminals = static_cast<std::uint32_t>(query.Integer(0));
      device.times = static_cast<std::uint64_t>(query.Integer(1));
      device.last_seen_at = query.Time(2);
      device.device.ParseFromString(query.Bytes(3));
      device.verdict.ParseFromString(query.Bytes(4));
      absl::StatusOr<std::vector<std::string>> names =
          NamesOf(connection, wanted, query.Bytes(5), query.Text(6));
      if (!names.ok()) return names.status();
      device.terminal_names = *std::move(names);
    }
  });
  if (!status.ok()) return status;
  return devices;
}

absl::Status WriteOrderChange(Connection& connection, const ReportedBatch& batch,
                              const Projection::OrderChange& change) {
  v1::OrderState from = v1::ORDER_STATE_UNSPECIFIED;
  {
    Query query(connection, "SELECT state FROM orders WHERE terminal_id = ?1 AND version = ?2");
    query << batch.terminal_id << change.version;
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    from = static_cast<v1::OrderState>(query.Integer(0));
  }
  if (!MayFollow(from, change.to)) return absl::OkStatus();
  Query query(connection,
              "UPDATE orders SET state = ?3, cause = ?4, boot_id = ?5, ended_at = ?6 "
              "WHERE terminal_id = ?1 AND version = ?2");
  query << batch.terminal_id << change.version << static_cast<int>(change.to) << change.cause
        << batch.boot_id << batch.received_at;
  return query.Run();
}

absl::Status WriteOrderVersion(Connection& connection, const ReportedStatus& reported) {
  const v1::Status& status = reported.status;
  if (status.order_version() == 0) return absl::OkStatus();
  {
    Query query(connection,
                "UPDATE terminals SET order_version = ?2 "
                "WHERE terminal_id = ?1 AND order_version < ?2");
    query << reported.terminal_id << status.order_version();
    if (absl::Status raised = query.Run(); !raised.ok()) return raised;
  }
  // While events wait there, the one that says how is on its way.
  if (status.spool_waiting() > 0) return absl::OkStatus();
  Query query(connection,
              "UPDATE orders SET state = ?3, boot_id = ?4, ended_at = ?5 "
              "WHERE terminal_id = ?1 AND version <= ?2 AND state = 1");
  query << reported.terminal_id << status.order_version()
        << static_cast<int>(v1::ORDER_STATE_PASSED) << status.boot_id() << reported.received_at;
  return query.Run();
}

absl::Status RestartOrders(Connection& connection, const std::string& organisation_id,
                           std::uint64_t leap, WallTime at) {
  {
    Query query(connection,
                "UPDATE orders SET state = ?2, cause = 'restored', ended_at = ?3 "
                "WHERE organisation_id = ?1 AND state = 1");
    query << organisation_id << static_cast<int>(v1::ORDER_STATE_CANCELLED) << at;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  Query query(connection,
              "UPDATE organisations SET order_floor = ?2 + max(order_floor, "
              "coalesce((SELECT max(order_version) FROM terminals AS t "
              "WHERE t.organisation_id = ?1), 0), coalesce((SELECT max(version) FROM orders AS o "
              "WHERE o.organisation_id = ?1), 0)) WHERE organisation_id = ?1");
  query << organisation_id << leap;
  return query.Run();
}

absl::Status CloseOrders(Connection& connection, const std::string& terminal_id, WallTime at) {
  {
    Query query(connection,
                "UPDATE orders SET state = ?2, cause = 'reinstalled', ended_at = ?3 "
                "WHERE terminal_id = ?1 AND state = 1");
    query << terminal_id << static_cast<int>(v1::ORDER_STATE_CANCELLED) << at;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  for (const char* seen : {"DELETE FROM would_be_blocked WHERE terminal_id = ?1",
                           "DELETE FROM present_devices WHERE terminal_id = ?1",
                           "DELETE FROM adopted_devices WHERE terminal_id = ?1"}) {
    Query query(connection, seen);
    query << terminal_id;
    if (absl::Status status = query.Run(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

#undef SEKISHO_ORDER_COLUMNS

}  // namespace sekisho::console::store::sqlite
