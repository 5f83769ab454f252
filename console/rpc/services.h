#ifndef SEKISHO_CONSOLE_RPC_SERVICES_H_
#define SEKISHO_CONSOLE_RPC_SERVICES_H_

#include "console/clock.h"
#include "console/rpc/worker_pool.h"
#include "console/service/agent_service.h"
#include "console/service/enrolment_service.h"
#include "console/service/event_service.h"
#include "console/service/grant_service.h"
#include "console/service/history_service.h"
#include "console/service/operator_service.h"
#include "console/service/order_service.h"
#include "console/service/parcel_service.h"
#include "console/service/policy_service.h"
#include "console/service/register_service.h"
#include "console/service/session_service.h"
#include "console/service/terminal_service.h"

namespace sekisho::console::rpc {

// What stands behind the door. All outlive the server.
struct Services {
  service::SessionService& sessions;
  service::TerminalService& terminals;
  service::GrantService& grants;
  service::OrderService& orders;
  service::PolicyService& policies;
  service::EventService& events;
  service::OperatorService& operators;
  service::EnrolmentService& enrolment;
  service::AgentService& agents;
  service::HistoryService& history;
  service::ParcelService& parcels;
  service::RegisterService& media;
  const Clock& clock;
};

}  // namespace sekisho::console::rpc

#endif  // SEKISHO_CONSOLE_RPC_SERVICES_H_
