#ifndef SEKISHO_CONSOLE_STORE_ORDER_STORE_H_
#define SEKISHO_CONSOLE_STORE_ORDER_STORE_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

struct OrderQuery {
  Scope scope{};
  std::string terminal_id{};  // empty: all
  enum class Which { kAll, kWaiting } which = Which::kAll;
  // Older than this one; version 0: from the newest.
  struct Place {
    std::string terminal_id;
    std::uint64_t version = 0;
  } before{};
  std::uint32_t limit = 200;
};

struct WouldBeBlockedQuery {
  Scope scope{};
  std::string terminal_id{};  // empty: all
  std::optional<WallTime> since{};
  // After this device; an empty fingerprint: from the first.
  struct Place {
    std::string fingerprint;
    std::string serial;
  } after{};
  std::uint32_t limit = 200;
};

// What was ordered, and what ordering would refuse. Events move orders on (EventStore::Append).
class OrderStore {
 public:
  virtual ~OrderStore() = default;
  // One transaction with the audit row. Each draft takes its terminal's next version: above every
  // one that was issued, that a Status has shown, and that the draft itself names (a stream may
  // know better than the store). `sign` makes the Sealed of the completed order. An order about the
  // mode takes the place of those that wait unsent, and one about the logins mode of those about
  // that; one with a reference answers the request.
  using Sign = std::function<absl::StatusOr<std::string>(const v1::Order& order)>;
  virtual absl::StatusOr<std::vector<OrderRecord>> CreateOrders(std::vector<OrderRecord> drafts,
                                                                const Sign& sign,
                                                                const AuditEntry& audit) = 0;
  // Of one terminal, by version.
  virtual absl::StatusOr<std::vector<OrderRecord>> ListWaiting(const std::string& terminal_id) = 0;
  // Those that wait, up to and with `version`, unless they were marked before.
  virtual absl::Status MarkSent(const std::string& terminal_id, std::uint64_t version,
                                WallTime at) = 0;
  // FAILED_PRECONDITION when it does not wait any more, or (kUnsent) was sent.
  enum class Cancel { kUnsent, kSentToo };
  virtual absl::Status CancelOrder(const std::string& terminal_id, std::uint64_t version,
                                   Cancel which, const std::string& cause,
                                   const AuditEntry& audit) = 0;
  virtual absl::StatusOr<OrderStanding> FindStanding(const std::string& terminal_id,
                                                     std::int64_t enrolment) = 0;
  // NOT_FOUND.
  virtual absl::StatusOr<OrderRecord> FindOrder(const std::string& terminal_id,
                                                std::uint64_t version) = 0;
  // What belongs to the terminal as far as its events say, each with its port.
  virtual absl::StatusOr<std::vector<v1::Device>> ListAdopted(const std::string& terminal_id) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<OrderRecord>> ListOrders(const OrderQuery& query) = 0;
  // By fingerprint and serial; of enrolled terminals only.
  virtual absl::StatusOr<std::vector<WouldBeBlockedRecord>> ListWouldBeBlocked(
      const WouldBeBlockedQuery& query) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_ORDER_STORE_H_
