#ifndef SEKISHO_CONSOLE_STORE_HISTORY_STORE_H_
#define SEKISHO_CONSOLE_STORE_HISTORY_STORE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"
#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::store {

// What of a person's is stored, or was erased.
struct PersonsData {
  std::uint64_t events = 0;
  std::uint64_t requests = 0;
  std::uint64_t grants = 0;
};

// The rows as they are, for whoever verifies them (console/history).
class HistoryReader {
 public:
  virtual ~HistoryReader() = default;
  struct Page {
    std::uint64_t after = 0;
    std::string terminal_id;  // empty: all
    std::uint32_t limit = 1000;
  };
  virtual absl::StatusOr<std::vector<v1::HistoryEvent>> ReadEvents(
      const std::string& organisation_id, const Page& page) = 0;
  virtual absl::StatusOr<std::vector<v1::HistoryAudit>> ReadAudit(
      const std::string& organisation_id, std::uint64_t after, std::uint32_t limit) = 0;
  virtual absl::StatusOr<v1::HistoryHead> Head(const std::string& organisation_id) = 0;
};

// And erasing from them.
class HistoryStore : public HistoryReader {
 public:
  virtual absl::StatusOr<PersonsData> CountPerson(const std::string& organisation_id,
                                                  const std::string& person) = 0;
  // One transaction: takes out what names the person, keeps every hash, and adds `audit`, whose
  // detail begins with what was erased (history::EraseDetail; its own detail is the reason).
  // ABORTED when there are not `expected_events`.
  struct Erased {
    PersonsData data;
    std::uint64_t audit_id = 0;
  };
  virtual absl::StatusOr<Erased> ErasePerson(const std::string& organisation_id,
                                             const std::string& person,
                                             std::uint64_t expected_events,
                                             const AuditEntry& audit) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_HISTORY_STORE_H_
