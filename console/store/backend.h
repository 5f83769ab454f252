#ifndef SEKISHO_CONSOLE_STORE_BACKEND_H_
#define SEKISHO_CONSOLE_STORE_BACKEND_H_

#include <string>

#include "console/store/alarm_store.h"
#include "console/store/device_store.h"
#include "console/store/event_store.h"
#include "console/store/grant_store.h"
#include "console/store/history_store.h"
#include "console/store/operator_store.h"
#include "console/store/order_store.h"
#include "console/store/organisation_store.h"
#include "console/store/policy_store.h"
#include "console/store/register_store.h"
#include "console/store/restore_store.h"
#include "console/store/terminal_store.h"

namespace sekisho::console::store {

struct AuditQuery {
  Scope scope;
  std::uint32_t limit = 200;
};

class AuditStore {
 public:
  virtual ~AuditStore() = default;
  // For what changes no other row (a refused sign-in, a key that was read).
  virtual absl::Status Record(const AuditEntry& entry) = 0;
  // Newest first.
  virtual absl::StatusOr<std::vector<AuditEntry>> ListAudit(const AuditQuery& query) = 0;
};

// One database behind the roles. Whoever needs one role takes that role, not this.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual OrganisationStore& organisations() = 0;
  virtual OperatorStore& operators() = 0;
  virtual TerminalStore& terminals() = 0;
  virtual TokenStore& tokens() = 0;
  virtual EventStore& events() = 0;
  virtual GrantStore& grants() = 0;
  virtual HistoryStore& history() = 0;
  virtual OrderStore& orders() = 0;
  virtual PolicyStore& policies() = 0;
  virtual AuditStore& audit() = 0;
  virtual RegisterStore& media() = 0;
  virtual RestoreStore& restores() = 0;
  virtual AlarmStore& alarms() = 0;
  virtual DeviceStore& devices() = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_BACKEND_H_
