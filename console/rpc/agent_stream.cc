#include "console/rpc/agent_stream.h"

#include "absl/strings/str_cat.h"
#include "console/rpc/unary.h"

namespace sekisho::console::rpc {
namespace {

constexpr std::chrono::milliseconds kPause{100};
// One message is owed at most: a pause earns what it costs.
static_assert(contract::kStreamRate.per_second * kPause.count() >= 1000);

}  // namespace

grpc::ServerUnaryReactor* AgentDoor::RenewCertificate(grpc::CallbackServerContext* context,
                                                      const v1::RenewCertificateRequest* request,
                                                      v1::RenewCertificateResponse* response) {
  return RunUnary(pool_, context, request, response,
                  [this, context](const v1::RenewCertificateRequest& checked)
                      -> absl::StatusOr<v1::RenewCertificateResponse> {
                    absl::StatusOr<pki::TerminalIdentity> identity = TerminalOf(*context);
                    if (!identity.ok()) return identity.status();
                    return services_.enrolment.RenewCertificate(*identity, checked);
                  });
}

StreamLink::Reactor* AgentDoor::Connect(grpc::CallbackServerContext* context) {
  return new AgentStream(services_, log_, *context, hello_limit_);
}

AgentStream::AgentStream(const Services& services, LogLimiter& log,
                         grpc::CallbackServerContext& context,
                         std::chrono::milliseconds hello_limit)
    : services_(services), log_(log), link_(std::make_shared<StreamLink>(*this, context)) {
  absl::StatusOr<pki::TerminalIdentity> identity = TerminalOf(context);
  if (!identity.ok()) {
    link_->Close(identity.status());
    return;
  }
  terminal_id_ = identity->terminal_id;
  absl::StatusOr<std::shared_ptr<service::AgentSession>> session =
      services_.agents.Open(*identity, link_);
  if (session.ok()) {
    session_ = *std::move(session);
  } else if (absl::IsNotFound(session.status())) {
    // Its Hello may show who it is.
    unknown_ = *std::move(identity);
  } else {
    link_->Close(session.status());
    return;
  }
  link_->CloseAfter(hello_limit, absl::DeadlineExceededError("no Hello came"));
  StartRead(&request_);
}

void AgentStream::OnReadDone(bool ok) {
  if (!ok) {
    // The terminal has closed its half, or the stream is over anyway.
    link_->Close(absl::OkStatus());
    return;
  }
  const absl::Status status = Handle(request_);
  // Fresh, so that one large report does not keep its memory for the stream's life.
  v1::ConnectRequest().Swap(&request_);
  if (!status.ok()) {
    log_.Log(Severity::kWarning, absl::StrCat("closed ", terminal_id_),
             absl::StrCat("terminal ", terminal_id_, ": stream closed: ", status.ToString()),
             services_.clock.steady());
    link_->Close(status);
    return;
  }
  ReadNext();
}

absl::Status AgentStream::Handle(const v1::ConnectRequest& request) {
  if (request.ByteSizeLong() > contract::kMaxGrpcMessage) {
    return absl::ResourceExhaustedError("a message above 256 KiB");
  }
  if (!greeted_) {
    if (!request.has_hello()) {
      return absl::FailedPreconditionError("the first message must be Hello");
    }
    greeted_ = true;
    link_->CloseNotAfter();
    if (session_ == nullptr) {
      absl::StatusOr<std::shared_ptr<service::AgentSession>> readmitted =
          services_.agents.Readmit(unknown_, request.hello(), link_);
      if (!readmitted.ok()) return readmitted.status();
      session_ = *std::move(readmitted);
    }
    return session_->Greet(request.hello());
  }
  if (!request.has_sealed()) return absl::InvalidArgumentError("a message that is not known");
  return session_->Receive(request.sealed());
}

void AgentStream::ReadNext() {
  const std::chrono::nanoseconds now = services_.clock.steady();
  const bool paid = !owed_ || rate_.Take(now);
  owed_ = !paid || !rate_.Take(now);
  if (!owed_) {
    StartRead(&request_);
    return;
  }
  log_.Log(Severity::kWarning, absl::StrCat("rate ", terminal_id_),
           absl::StrCat("terminal ", terminal_id_, " sends more than ",
                        contract::kStreamRate.per_second, " messages a second: slowed down"),
           now);
  link_->ReadAfter(kPause, request_);
}

void AgentStream::OnDone() {
  link_->OnDone();
  if (session_ != nullptr) session_->End();
  delete this;
}

}  // namespace sekisho::console::rpc
