#ifndef SEKISHO_CONSOLE_SERVICE_TERMINAL_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_TERMINAL_SERVICE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/live/wakeups.h"
#include "console/pki/keyring.h"
#include "console/policy/publisher.h"
#include "console/store/backend.h"
#include "sekisho/v1/terminal_service.pb.h"

namespace sekisho::console::service {

// What a terminal's protection is judged by.
struct Sight {
  v1::TerminalState state = v1::TERMINAL_STATE_UNSPECIFIED;
  // The newest status, if one ever came, and how old it is.
  const v1::Status* status = nullptr;
  std::chrono::milliseconds age{};
  std::uint64_t newest_bundle = 0;
  bool chain_broken = false;
  bool duplicated = false;
};

// Why it is not known to be protected; empty when it is. Protection is a claim that was tried: a
// terminal without probes counts as untried. Pure.
std::vector<v1::Unprotected> UnprotectedReasons(const Sight& sight);

// The inventory: terminals and enrolment tokens. Thread-safe.
class TerminalService {
 public:
  TerminalService(store::Backend& store, policy::Publisher& publisher, const pki::Keyring& keyring,
                  live::Registry& registry, live::Wakeups& wakeups, std::string console_address,
                  Clock clock)
      : terminals_(store.terminals()),
        tokens_(store.tokens()),
        organisations_(store.organisations()),
        orders_(store.orders()),
        events_(store.events()),
        publisher_(publisher),
        keyring_(keyring),
        registry_(registry),
        wakeups_(wakeups),
        console_address_(std::move(console_address)),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::ListTerminalsResponse> ListTerminals(const authz::Caller& caller,
                                                          const v1::ListTerminalsRequest& request);
  absl::StatusOr<v1::GetTerminalResponse> GetTerminal(const authz::Caller& caller,
                                                      const v1::GetTerminalRequest& request);
  absl::StatusOr<v1::RevokeTerminalResponse> RevokeTerminal(
      const authz::Caller& caller, const v1::RevokeTerminalRequest& request);
  absl::StatusOr<v1::ExpectTerminalResponse> ExpectTerminal(
      const authz::Caller& caller, const v1::ExpectTerminalRequest& request);
  absl::StatusOr<v1::CreateEnrolmentTokenResponse> CreateEnrolmentToken(
      const authz::Caller& caller, const v1::CreateEnrolmentTokenRequest& request);
  absl::StatusOr<v1::ListEnrolmentTokensResponse> ListEnrolmentTokens(
      const authz::Caller& caller, const v1::ListEnrolmentTokensRequest& request);
  absl::StatusOr<v1::RevokeEnrolmentTokenResponse> RevokeEnrolmentToken(
      const authz::Caller& caller, const v1::RevokeEnrolmentTokenRequest& request);

 private:
  absl::StatusOr<v1::Terminal> View(const store::TerminalRecord& record);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method,
                          const std::string& group_path, std::string target, std::string detail);

  store::TerminalStore& terminals_;
  store::TokenStore& tokens_;
  store::OrganisationStore& organisations_;
  store::OrderStore& orders_;
  store::EventStore& events_;
  policy::Publisher& publisher_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  live::Wakeups& wakeups_;
  const std::string console_address_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_TERMINAL_SERVICE_H_
