#ifndef SEKISHO_CONSOLE_SERVICE_HISTORY_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_HISTORY_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/store/history_store.h"
#include "console/store/terminal_store.h"
#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::service {

// The history for whoever verifies it, and erasing what names a person. Thread-safe.
class HistoryService {
 public:
  HistoryService(store::HistoryStore& history, store::TerminalStore& terminals,
                 std::string organisation, Clock clock)
      : history_(history),
        terminals_(terminals),
        organisation_(std::move(organisation)),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::ReadHistoryResponse> ReadHistory(const authz::Caller& caller,
                                                      const v1::ReadHistoryRequest& request);
  absl::StatusOr<v1::ReadAuditResponse> ReadAudit(const authz::Caller& caller,
                                                  const v1::ReadAuditRequest& request);
  absl::StatusOr<v1::GetAnchorResponse> GetAnchor(const authz::Caller& caller,
                                                  const v1::GetAnchorRequest& request);
  // NOT_FOUND when nothing names the person; INVALID_ARGUMENT when the name was not typed twice, or
  // the reason is missing or holds the name.
  absl::StatusOr<v1::ErasePersonResponse> ErasePerson(const authz::Caller& caller,
                                                      const v1::ErasePersonRequest& request);

 private:
  store::HistoryStore& history_;
  store::TerminalStore& terminals_;
  const std::string organisation_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_HISTORY_SERVICE_H_
