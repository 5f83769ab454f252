#ifndef SEKISHO_CONSOLE_STORE_EVENT_STORE_H_
#define SEKISHO_CONSOLE_STORE_EVENT_STORE_H_

#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// Records of one boot of one terminal, in the order of their sequence, already verified.
struct ReportedBatch {
  std::string organisation_id;
  std::string terminal_id;
  std::string group_path;
  std::string boot_id;
  std::vector<NewEvent> records;
  WallTime received_at{};
};

struct ReportedStatus {
  std::string terminal_id;
  v1::Status status;
  WallTime received_at{};
  // Whose it is: one that waited while the terminal was enrolled anew says nothing about the new
  // installation. 0: whichever it is.
  std::int64_t enrolment = 0;
};

// What became of a batch. The acknowledgement names its last record: every record up to and with
// it is committed, here or before.
struct AppendedBatch {
  std::uint64_t last_sequence = 0;
  std::string last_record_hash;
  std::uint32_t added = 0;
  std::uint32_t duplicates = 0;
  // Other bytes under a key that was taken.
  std::uint32_t disputed = 0;
};

struct AppendResult {
  // One for each batch, in order.
  std::vector<AppendedBatch> batches;
  // The newest cursor after it.
  std::uint64_t cursor = 0;
};

// The fleet's history: append-only. At least once on the wire, exactly once here.
class EventStore {
 public:
  virtual ~EventStore() = default;
  // One transaction for all of it, durable when it returns; an error has stored nothing. Idempotent
  // on (terminal, boot id, sequence): the same bytes again count as duplicates; other bytes under
  // the same key are kept beside the first as evidence, and a CHAIN_BROKEN event is added. Follows
  // previous_hash per terminal and records gaps. Requests and grants follow the events.
  virtual absl::StatusOr<AppendResult> Append(std::span<const ReportedBatch> batches,
                                              std::span<const ReportedStatus> statuses) = 0;
  // An event that the console itself makes about a terminal. Returns its cursor.
  virtual absl::StatusOr<std::uint64_t> AppendConsoleEvent(const TerminalRecord& terminal,
                                                           v1::EventKind kind,
                                                           std::vector<v1::Parameter> parameters,
                                                           WallTime at) = 0;
  virtual absl::StatusOr<std::vector<StoredEventRecord>> ListEvents(const EventQuery& query) = 0;
  virtual absl::StatusOr<std::uint64_t> NewestCursor() = 0;
  // The highest bundle version that any terminal has ever said it runs: after a restore from an
  // old backup the next publication must be above it.
  virtual absl::StatusOr<std::uint64_t> HighestReportedBundle(
      const std::string& organisation_id) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_EVENT_STORE_H_
