#ifndef SEKISHO_CONSOLE_STORE_SQLITE_CHAINS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_CHAINS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/sqlite/connection.h"
#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::store::sqlite {

// The ends of an organisation's chains; all zero before the first row.
absl::StatusOr<v1::HistoryHead> ReadChainHead(Connection& connection,
                                              const std::string& organisation_id);

// The chain of events within one transaction: where it ends is read once, kept here while rows are
// added, and written once.
class EventChain {
 public:
  explicit EventChain(Connection& connection) : connection_(connection) {}

  // What the next row's will be.
  absl::StatusOr<std::uint64_t> NextCursor();
  struct Place {
    std::uint64_t cursor = 0;
    std::string link;
  };
  // Where a row with this entry (console/history/chain.h) would stand.
  absl::StatusOr<Place> Next(const std::string& organisation_id, const std::string& entry);
  // It stands there.
  void Take(const std::string& organisation_id, Place place);
  // Writes down where the chain ends, and reads it again the next time: before anything else adds
  // events (InsertConsoleEvent), and at the end.
  absl::Status Flush();

 private:
  Connection& connection_;
  // Of all organisations; 0 until it was read.
  std::uint64_t next_cursor_ = 0;
  std::map<std::string, v1::HistoryHead> heads_;
};

// Chains every row that was stored before there was a chain. Within the migration's transaction.
absl::Status FillChains(Connection& connection);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_CHAINS_H_
