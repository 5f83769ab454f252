#include "console/cli/client.h"

#include <grpcpp/grpcpp.h>

#include <chrono>

#include "console/cli/exit_code.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_service.grpc.pb.h"
#include "sekisho/v1/event_service.grpc.pb.h"
#include "sekisho/v1/grant_service.grpc.pb.h"
#include "sekisho/v1/history_service.grpc.pb.h"
#include "sekisho/v1/operator_service.grpc.pb.h"
#include "sekisho/v1/order_service.grpc.pb.h"
#include "sekisho/v1/parcel_service.grpc.pb.h"
#include "sekisho/v1/policy_service.grpc.pb.h"
#include "sekisho/v1/register_service.grpc.pb.h"
#include "sekisho/v1/session_service.grpc.pb.h"
#include "sekisho/v1/terminal_service.grpc.pb.h"

namespace sekisho::console::cli {
namespace {

// Lists of a thousand terminals are larger than what a terminal itself may send.
constexpr int kLargestAnswer = 64 * 1024 * 1024;

// gRPC's codes and absl's are the same numbers.
absl::Status FromGrpc(const grpc::Status& status) {
  return FromConsole(
      absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message()));
}

void Authorise(grpc::ClientContext& context, const std::string& token) {
  if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
}

std::shared_ptr<grpc::Channel> Open(const Target& target) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = target.ca_pem;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestAnswer);
  // A proxy in the environment is for the web; the console is inside.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // The channel's own wait must not outlast ours (BackOff), or attempts fail without being made.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 500);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
  return grpc::CreateCustomChannel(target.console, grpc::SslCredentials(tls), arguments);
}

template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Unary(Stub& stub,
                               grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request, const std::string& token) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::seconds(Client::kCallSeconds));
  Authorise(context, token);
  Response response;
  const grpc::Status status = (stub.*method)(&context, request, &response);
  if (!status.ok()) return FromGrpc(status);
  return response;
}

}  // namespace

struct Client::Stubs {
  explicit Stubs(const std::shared_ptr<grpc::Channel>& channel)
      : enrolment(v1::EnrolmentService::NewStub(channel)),
        session(v1::SessionService::NewStub(channel)),
        terminal(v1::TerminalService::NewStub(channel)),
        grant(v1::GrantService::NewStub(channel)),
        order(v1::OrderService::NewStub(channel)),
        policy(v1::PolicyService::NewStub(channel)),
        operators(v1::OperatorService::NewStub(channel)),
        history(v1::HistoryService::NewStub(channel)),
        parcel(v1::ParcelService::NewStub(channel)),
        media(v1::RegisterService::NewStub(channel)),
        event(v1::EventService::NewStub(channel)) {}

  std::unique_ptr<v1::EnrolmentService::Stub> enrolment;
  std::unique_ptr<v1::SessionService::Stub> session;
  std::unique_ptr<v1::TerminalService::Stub> terminal;
  std::unique_ptr<v1::GrantService::Stub> grant;
  std::unique_ptr<v1::OrderService::Stub> order;
  std::unique_ptr<v1::PolicyService::Stub> policy;
  std::unique_ptr<v1::OperatorService::Stub> operators;
  std::unique_ptr<v1::HistoryService::Stub> history;
  std::unique_ptr<v1::ParcelService::Stub> parcel;
  std::unique_ptr<v1::RegisterService::Stub> media;
  std::unique_ptr<v1::EventService::Stub> event;
};

Client::Client(const Target& target)
    : token_(target.token), stubs_(std::make_unique<Stubs>(Open(target))) {}

Client::~Client() = default;

absl::StatusOr<v1::GetTrustAnchorResponse> Client::Call(const v1::GetTrustAnchorRequest& request) {
  return Unary(*stubs_->enrolment, &v1::EnrolmentService::Stub::GetTrustAnchor, request, "");
}

absl::StatusOr<v1::SignInResponse> Client::Call(const v1::SignInRequest& request) {
  return Unary(*stubs_->session, &v1::SessionService::Stub::SignIn, request, token_);
}

absl::StatusOr<v1::SignOutResponse> Client::Call(const v1::SignOutRequest& request) {
  return Unary(*stubs_->session, &v1::SessionService::Stub::SignOut, request, token_);
}

absl::StatusOr<v1::WhoAmIResponse> Client::Call(const v1::WhoAmIRequest& request) {
  return Unary(*stubs_->session, &v1::SessionService::Stub::WhoAmI, request, token_);
}

absl::StatusOr<v1::ListTerminalsResponse> Client::Call(const v1::ListTerminalsRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::ListTerminals, request, token_);
}

absl::StatusOr<v1::GetTerminalResponse> Client::Call(const v1::GetTerminalRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::GetTerminal, request, token_);
}

absl::StatusOr<v1::RevokeTerminalResponse> Client::Call(const v1::RevokeTerminalRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::RevokeTerminal, request, token_);
}

absl::StatusOr<v1::ExpectTerminalResponse> Client::Call(const v1::ExpectTerminalRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::ExpectTerminal, request, token_);
}

absl::StatusOr<v1::CreateEnrolmentTokenResponse> Client::Call(
    const v1::CreateEnrolmentTokenRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::CreateEnrolmentToken, request,
               token_);
}

absl::StatusOr<v1::ListEnrolmentTokensResponse> Client::Call(
    const v1::ListEnrolmentTokensRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::ListEnrolmentTokens, request, token_);
}

absl::StatusOr<v1::RevokeEnrolmentTokenResponse> Client::Call(
    const v1::RevokeEnrolmentTokenRequest& request) {
  return Unary(*stubs_->terminal, &v1::TerminalService::Stub::RevokeEnrolmentToken, request,
               token_);
}

absl::StatusOr<v1::ListRequestsResponse> Client::Call(const v1::ListRequestsRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::ListRequests, request, token_);
}

absl::StatusOr<v1::DenyRequestResponse> Client::Call(const v1::DenyRequestRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::DenyRequest, request, token_);
}

absl::StatusOr<v1::CreateGrantResponse> Client::Call(const v1::CreateGrantRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::CreateGrant, request, token_);
}

absl::StatusOr<v1::ApproveGrantResponse> Client::Call(const v1::ApproveGrantRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::ApproveGrant, request, token_);
}

absl::StatusOr<v1::RevokeGrantResponse> Client::Call(const v1::RevokeGrantRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::RevokeGrant, request, token_);
}

absl::StatusOr<v1::ListGrantsResponse> Client::Call(const v1::ListGrantsRequest& request) {
  return Unary(*stubs_->grant, &v1::GrantService::Stub::ListGrants, request, token_);
}

absl::StatusOr<v1::SetModeResponse> Client::Call(const v1::SetModeRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::SetMode, request, token_);
}

absl::StatusOr<v1::ConfirmTrialResponse> Client::Call(const v1::ConfirmTrialRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::ConfirmTrial, request, token_);
}

absl::StatusOr<v1::ListWouldBeBlockedResponse> Client::Call(
    const v1::ListWouldBeBlockedRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::ListWouldBeBlocked, request, token_);
}

absl::StatusOr<v1::AdoptDeviceResponse> Client::Call(const v1::AdoptDeviceRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::AdoptDevice, request, token_);
}

absl::StatusOr<v1::AbandonDeviceResponse> Client::Call(const v1::AbandonDeviceRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::AbandonDevice, request, token_);
}

absl::StatusOr<v1::ReleaseTerminalResponse> Client::Call(
    const v1::ReleaseTerminalRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::ReleaseTerminal, request, token_);
}

absl::StatusOr<v1::SetLoginsModeResponse> Client::Call(const v1::SetLoginsModeRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::SetLoginsMode, request, token_);
}

absl::StatusOr<v1::LiftLoginLockResponse> Client::Call(const v1::LiftLoginLockRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::LiftLoginLock, request, token_);
}

absl::StatusOr<v1::RemoveFactorsResponse> Client::Call(const v1::RemoveFactorsRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::RemoveFactors, request, token_);
}

absl::StatusOr<v1::ListOrdersResponse> Client::Call(const v1::ListOrdersRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::ListOrders, request, token_);
}

absl::StatusOr<v1::CancelOrderResponse> Client::Call(const v1::CancelOrderRequest& request) {
  return Unary(*stubs_->order, &v1::OrderService::Stub::CancelOrder, request, token_);
}

absl::StatusOr<v1::CheckPolicyResponse> Client::Call(const v1::CheckPolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::CheckPolicy, request, token_);
}

absl::StatusOr<v1::DiffPolicyResponse> Client::Call(const v1::DiffPolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::DiffPolicy, request, token_);
}

absl::StatusOr<v1::SimulatePolicyResponse> Client::Call(const v1::SimulatePolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::SimulatePolicy, request, token_);
}

absl::StatusOr<v1::PublishPolicyResponse> Client::Call(const v1::PublishPolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::PublishPolicy, request, token_);
}

absl::StatusOr<v1::RollbackPolicyResponse> Client::Call(const v1::RollbackPolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::RollbackPolicy, request, token_);
}

absl::StatusOr<v1::GetPolicyResponse> Client::Call(const v1::GetPolicyRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::GetPolicy, request, token_);
}

absl::StatusOr<v1::ListPoliciesResponse> Client::Call(const v1::ListPoliciesRequest& request) {
  return Unary(*stubs_->policy, &v1::PolicyService::Stub::ListPolicies, request, token_);
}

absl::StatusOr<v1::CreateOperatorResponse> Client::Call(const v1::CreateOperatorRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::CreateOperator, request, token_);
}

absl::StatusOr<v1::ListOperatorsResponse> Client::Call(const v1::ListOperatorsRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::ListOperators, request, token_);
}

absl::StatusOr<v1::DisableOperatorResponse> Client::Call(
    const v1::DisableOperatorRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::DisableOperator, request, token_);
}

absl::StatusOr<v1::CreateRobotTokenResponse> Client::Call(
    const v1::CreateRobotTokenRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::CreateRobotToken, request, token_);
}

absl::StatusOr<v1::RevokeRobotTokenResponse> Client::Call(
    const v1::RevokeRobotTokenRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::RevokeRobotToken, request, token_);
}

absl::StatusOr<v1::CreateGroupResponse> Client::Call(const v1::CreateGroupRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::CreateGroup, request, token_);
}

absl::StatusOr<v1::ListGroupsResponse> Client::Call(const v1::ListGroupsRequest& request) {
  return Unary(*stubs_->operators, &v1::OperatorService::Stub::ListGroups, request, token_);
}

absl::StatusOr<v1::ListEventsResponse> Client::Call(const v1::ListEventsRequest& request) {
  return Unary(*stubs_->event, &v1::EventService::Stub::ListEvents, request, token_);
}

absl::StatusOr<v1::ReadHistoryResponse> Client::Call(const v1::ReadHistoryRequest& request) {
  return Unary(*stubs_->history, &v1::HistoryService::Stub::ReadHistory, request, token_);
}

absl::StatusOr<v1::ReadAuditResponse> Client::Call(const v1::ReadAuditRequest& request) {
  return Unary(*stubs_->history, &v1::HistoryService::Stub::ReadAudit, request, token_);
}

absl::StatusOr<v1::GetAnchorResponse> Client::Call(const v1::GetAnchorRequest& request) {
  return Unary(*stubs_->history, &v1::HistoryService::Stub::GetAnchor, request, token_);
}

absl::StatusOr<v1::ErasePersonResponse> Client::Call(const v1::ErasePersonRequest& request) {
  return Unary(*stubs_->history, &v1::HistoryService::Stub::ErasePerson, request, token_);
}

absl::StatusOr<v1::CarryParcelResponse> Client::Call(const v1::CarryParcelRequest& request) {
  return Unary(*stubs_->parcel, &v1::ParcelService::Stub::CarryParcel, request, token_);
}

absl::StatusOr<v1::ListMediaResponse> Client::Call(const v1::ListMediaRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::ListMedia, request, token_);
}

absl::StatusOr<v1::GetMediumResponse> Client::Call(const v1::GetMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::GetMedium, request, token_);
}

absl::StatusOr<v1::PutMediumResponse> Client::Call(const v1::PutMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::PutMedium, request, token_);
}

absl::StatusOr<v1::IssueMediumResponse> Client::Call(const v1::IssueMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::IssueMedium, request, token_);
}

absl::StatusOr<v1::ReturnMediumResponse> Client::Call(const v1::ReturnMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::ReturnMedium, request, token_);
}

absl::StatusOr<v1::LoseMediumResponse> Client::Call(const v1::LoseMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::LoseMedium, request, token_);
}

absl::StatusOr<v1::RetireMediumResponse> Client::Call(const v1::RetireMediumRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::RetireMedium, request, token_);
}

absl::StatusOr<v1::ExportMediaResponse> Client::Call(const v1::ExportMediaRequest& request) {
  return Unary(*stubs_->media, &v1::RegisterService::Stub::ExportMedia, request, token_);
}

absl::StatusOr<v1::ImportMediaResponse> Client::ImportMedia(
    const v1::ImportStart& start, const std::function<std::string(std::size_t most)>& next_piece) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(kImportSeconds));
  Authorise(context, token_);
  v1::ImportMediaResponse response;
  const std::unique_ptr<grpc::ClientWriter<v1::ImportMediaRequest>> writer =
      stubs_->media->ImportMedia(&context, &response);
  v1::ImportMediaRequest request;
  *request.mutable_start() = start;
  bool goes_on = writer->Write(request);
  while (goes_on) {
    request.set_text(next_piece(contract::kMaxImportPiece));
    if (request.text().empty()) break;
    goes_on = writer->Write(request);
  }
  writer->WritesDone();
  const absl::Status status = FromGrpc(writer->Finish());
  if (!status.ok()) return status;
  return response;
}

absl::Status Client::WatchEvents(const v1::WatchEventsRequest& request, absl::Time deadline,
                                 const std::function<Watch(const v1::WatchEventsResponse&)>& take) {
  grpc::ClientContext context;
  Authorise(context, token_);
  if (deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
  const std::unique_ptr<grpc::ClientReader<v1::WatchEventsResponse>> reader =
      stubs_->event->WatchEvents(&context, request);
  v1::WatchEventsResponse response;
  bool enough = false;
  while (!enough && reader->Read(&response)) enough = take(response) == Watch::kEnough;
  if (enough) context.TryCancel();
  const absl::Status status = FromGrpc(reader->Finish());
  if (enough) return absl::OkStatus();
  return status.ok() ? FromConsole(absl::UnavailableError("the stream ended")) : status;
}

}  // namespace sekisho::console::cli
