#ifndef SEKISHO_CONSOLE_STORE_SQLITE_ORDERS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_ORDERS_H_

#include "console/store/event_store.h"
#include "console/store/order_store.h"
#include "console/store/projection.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Orders : public OrderStore {
 public:
  explicit Orders(Database& database) : database_(database) {}
  absl::StatusOr<std::vector<OrderRecord>> CreateOrders(std::vector<OrderRecord> drafts,
                                                        const Sign& sign,
                                                        const AuditEntry& audit) override;
  absl::StatusOr<std::vector<OrderRecord>> ListWaiting(const std::string& terminal_id) override;
  absl::StatusOr<std::vector<v1::Device>> ListAdopted(const std::string& terminal_id) override;
  absl::Status MarkSent(const std::string& terminal_id, std::uint64_t version,
                        WallTime at) override;
  absl::Status CancelOrder(const std::string& terminal_id, std::uint64_t version, Cancel which,
                           const std::string& cause, const AuditEntry& audit) override;
  absl::StatusOr<OrderStanding> FindStanding(const std::string& terminal_id,
                                             std::int64_t enrolment) override;
  absl::StatusOr<OrderRecord> FindOrder(const std::string& terminal_id,
                                        std::uint64_t version) override;
  absl::StatusOr<std::vector<OrderRecord>> ListOrders(const OrderQuery& query) override;
  absl::StatusOr<std::vector<WouldBeBlockedRecord>> ListWouldBeBlocked(
      const WouldBeBlockedQuery& query) override;

 private:
  Database& database_;
};

// Moves an order on as an event says; no row for it (another console's) is no error. Used inside a
// transaction, as are all of these.
absl::Status WriteOrderChange(Connection& connection, const ReportedBatch& batch,
                              const Projection::OrderChange& change);

// A Status shows how far the terminal has come.
absl::Status WriteOrderVersion(Connection& connection, const ReportedStatus& reported);

// For a console that was restored: what waits may have been applied or cancelled since, so it is
// over, and versions go on `leap` further up.
absl::Status RestartOrders(Connection& connection, const std::string& organisation_id,
                           std::uint64_t leap, WallTime at);

// What was ordered of, and seen on, the installation before: void.
absl::Status CloseOrders(Connection& connection, const std::string& terminal_id, WallTime at);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_ORDERS_H_
