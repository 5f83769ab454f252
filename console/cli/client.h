#ifndef SEKISHO_CONSOLE_CLI_CLIENT_H_
#define SEKISHO_CONSOLE_CLI_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/event_service.pb.h"
#include "sekisho/v1/grant_service.pb.h"
#include "sekisho/v1/history_service.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/order_service.pb.h"
#include "sekisho/v1/parcel_service.pb.h"
#include "sekisho/v1/policy_service.pb.h"
#include "sekisho/v1/register_service.pb.h"
#include "sekisho/v1/session_service.pb.h"
#include "sekisho/v1/terminal_service.pb.h"

namespace sekisho::console::cli {

// Where to call, whom to believe, and as whom.
struct Target {
  std::string console;  // host:port
  std::string ca_pem;
  std::string token;  // empty before signing in
};

// One console, over TLS. Every call waits at most kCallSeconds and returns the console's own
// status; UNAVAILABLE when nobody, or somebody else, answers. Not for use by several threads.
class Client {
 public:
  static constexpr int kCallSeconds = 20;

  explicit Client(const Target& target);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  absl::StatusOr<v1::GetTrustAnchorResponse> Call(const v1::GetTrustAnchorRequest& request);

  absl::StatusOr<v1::SignInResponse> Call(const v1::SignInRequest& request);
  absl::StatusOr<v1::SignOutResponse> Call(const v1::SignOutRequest& request);
  absl::StatusOr<v1::WhoAmIResponse> Call(const v1::WhoAmIRequest& request);

  absl::StatusOr<v1::ListTerminalsResponse> Call(const v1::ListTerminalsRequest& request);
  absl::StatusOr<v1::GetTerminalResponse> Call(const v1::GetTerminalRequest& request);
  absl::StatusOr<v1::RevokeTerminalResponse> Call(const v1::RevokeTerminalRequest& request);
  absl::StatusOr<v1::ExpectTerminalResponse> Call(const v1::ExpectTerminalRequest& request);
  absl::StatusOr<v1::CreateEnrolmentTokenResponse> Call(
      const v1::CreateEnrolmentTokenRequest& request);
  absl::StatusOr<v1::ListEnrolmentTokensResponse> Call(
      const v1::ListEnrolmentTokensRequest& request);
  absl::StatusOr<v1::RevokeEnrolmentTokenResponse> Call(
      const v1::RevokeEnrolmentTokenRequest& request);

  absl::StatusOr<v1::ListRequestsResponse> Call(const v1::ListRequestsRequest& request);
  absl::StatusOr<v1::DenyRequestResponse> Call(const v1::DenyRequestRequest& request);
  absl::StatusOr<v1::CreateGrantResponse> Call(const v1::CreateGrantRequest& request);
  absl::StatusOr<v1::ApproveGrantResponse> Call(const v1::ApproveGrantRequest& request);
  absl::StatusOr<v1::RevokeGrantResponse> Call(const v1::RevokeGrantRequest& request);
  absl::StatusOr<v1::ListGrantsResponse> Call(const v1::ListGrantsRequest& request);

  absl::StatusOr<v1::SetModeResponse> Call(const v1::SetModeRequest& request);
  absl::StatusOr<v1::ConfirmTrialResponse> Call(const v1::ConfirmTrialRequest& request);
  absl::StatusOr<v1::ListWouldBeBlockedResponse> Call(const v1::ListWouldBeBlockedRequest& request);
  absl::StatusOr<v1::AdoptDeviceResponse> Call(const v1::AdoptDeviceRequest& request);
  absl::StatusOr<v1::AbandonDeviceResponse> Call(const v1::AbandonDeviceRequest& request);
  absl::StatusOr<v1::ReleaseTerminalResponse> Call(const v1::ReleaseTerminalRequest& request);
  absl::StatusOr<v1::SetLoginsModeResponse> Call(const v1::SetLoginsModeRequest& request);
  absl::StatusOr<v1::LiftLoginLockResponse> Call(const v1::LiftLoginLockRequest& request);
  absl::StatusOr<v1::RemoveFactorsResponse> Call(const v1::RemoveFactorsRequest& request);
  absl::StatusOr<v1::ListOrdersResponse> Call(const v1::ListOrdersRequest& request);
  absl::StatusOr<v1::CancelOrderResponse> Call(const v1::CancelOrderRequest& request);

  absl::StatusOr<v1::CheckPolicyResponse> Call(const v1::CheckPolicyRequest& request);
  absl::StatusOr<v1::DiffPolicyResponse> Call(const v1::DiffPolicyRequest& request);
  absl::StatusOr<v1::SimulatePolicyResponse> Call(const v1::SimulatePolicyRequest& request);
  absl::StatusOr<v1::PublishPolicyResponse> Call(const v1::PublishPolicyRequest& request);
  absl::StatusOr<v1::RollbackPolicyResponse> Call(const v1::RollbackPolicyRequest& request);
  absl::StatusOr<v1::GetPolicyResponse> Call(const v1::GetPolicyRequest& request);
  absl::StatusOr<v1::ListPoliciesResponse> Call(const v1::ListPoliciesRequest& request);

  absl::StatusOr<v1::CreateOperatorResponse> Call(const v1::CreateOperatorRequest& request);
  absl::StatusOr<v1::ListOperatorsResponse> Call(const v1::ListOperatorsRequest& request);
  absl::StatusOr<v1::DisableOperatorResponse> Call(const v1::DisableOperatorRequest& request);
  absl::StatusOr<v1::CreateRobotTokenResponse> Call(const v1::CreateRobotTokenRequest& request);
  absl::StatusOr<v1::RevokeRobotTokenResponse> Call(const v1::RevokeRobotTokenRequest& request);
  absl::StatusOr<v1::CreateGroupResponse> Call(const v1::CreateGroupRequest& request);
  absl::StatusOr<v1::ListGroupsResponse> Call(const v1::ListGroupsRequest& request);

  absl::StatusOr<v1::ReadHistoryResponse> Call(const v1::ReadHistoryRequest& request);
  absl::StatusOr<v1::ReadAuditResponse> Call(const v1::ReadAuditRequest& request);
  absl::StatusOr<v1::GetAnchorResponse> Call(const v1::GetAnchorRequest& request);
  absl::StatusOr<v1::ErasePersonResponse> Call(const v1::ErasePersonRequest& request);
  absl::StatusOr<v1::CarryParcelResponse> Call(const v1::CarryParcelRequest& request);

  absl::StatusOr<v1::ListMediaResponse> Call(const v1::ListMediaRequest& request);
  absl::StatusOr<v1::GetMediumResponse> Call(const v1::GetMediumRequest& request);
  absl::StatusOr<v1::PutMediumResponse> Call(const v1::PutMediumRequest& request);
  absl::StatusOr<v1::IssueMediumResponse> Call(const v1::IssueMediumRequest& request);
  absl::StatusOr<v1::ReturnMediumResponse> Call(const v1::ReturnMediumRequest& request);
  absl::StatusOr<v1::LoseMediumResponse> Call(const v1::LoseMediumRequest& request);
  absl::StatusOr<v1::RetireMediumResponse> Call(const v1::RetireMediumRequest& request);
  absl::StatusOr<v1::ExportMediaResponse> Call(const v1::ExportMediaRequest& request);
  // `next_piece` is asked for at most so many bytes of the file; none ends it. Waits at most
  // kImportSeconds.
  static constexpr int kImportSeconds = 600;
  absl::StatusOr<v1::ImportMediaResponse> ImportMedia(
      const v1::ImportStart& start, const std::function<std::string(std::size_t most)>& next_piece);

  absl::StatusOr<v1::ListEventsResponse> Call(const v1::ListEventsRequest& request);

  enum class Watch { kGoOn, kEnough };
  // Hands over every message until `take` has had enough (then OK) or the stream ends (then why:
  // UNAVAILABLE also when the console closed it in good order, DEADLINE_EXCEEDED at `deadline`).
  // Between messages the connection itself is checked by keepalive.
  absl::Status WatchEvents(const v1::WatchEventsRequest& request, absl::Time deadline,
                           const std::function<Watch(const v1::WatchEventsResponse&)>& take);

 private:
  struct Stubs;
  std::string token_;
  std::unique_ptr<Stubs> stubs_;
};

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_CLIENT_H_
