#include "agent/link/renewal.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/link/channel.h"
#include "agent/link/log.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_service.grpc.pb.h"

namespace sekisho::link {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kCallLimit{30};
// Between attempts that fail: a third of a certificate's lifetime is left, there is no hurry.
constexpr std::chrono::seconds kRetryBase{std::chrono::minutes{10}};
constexpr std::chrono::seconds kLookAtMost{std::chrono::hours{6}};

}  // namespace

std::chrono::seconds UntilRenewal(const Identity& identity, std::chrono::sys_seconds now) {
  return std::clamp(identity.RenewAt() - now, std::chrono::seconds{0}, kLookAtMost);
}

// One RenewCertificate; gRPC's thread posts its end.
struct Renewal::Call {
  Call(asio::io_context& io, TlsKey new_key, const std::shared_ptr<grpc::Channel>& channel)
      : work(io.get_executor()),
        key(std::move(new_key)),
        stub(v1::AgentService::NewStub(channel)) {}

  asio::executor_work_guard<asio::io_context::executor_type> work;
  TlsKey key;
  std::unique_ptr<v1::AgentService::Stub> stub;
  grpc::ClientContext context;
  v1::RenewCertificateRequest request;
  v1::RenewCertificateResponse response;
};

Renewal::Renewal(asio::io_context& io, IdentityStore& store,
                 std::function<std::chrono::sys_seconds()> wall_now,
                 std::function<double()> uniform)
    : io_(io),
      store_(store),
      wall_now_(std::move(wall_now)),
      uniform_(std::move(uniform)),
      timer_(io) {}

Renewal::~Renewal() { Stop(); }

void Renewal::Watch(std::shared_ptr<grpc::Channel> channel, Identity identity,
                    std::string authorities_pem, std::string terminal_id, Due due) {
  Stop();
  channel_ = std::move(channel);
  identity_ = std::move(identity);
  authorities_pem_ = std::move(authorities_pem);
  terminal_id_ = std::move(terminal_id);
  if (due == Due::kNow) return Ask();
  Look();
}

void Renewal::Stop() {
  timer_.cancel();
  if (call_ != nullptr) call_->context.TryCancel();
  call_.reset();
  channel_.reset();
}

void Renewal::Look() {
  if (channel_ == nullptr || call_ != nullptr) return;
  const std::chrono::seconds wait = UntilRenewal(identity_, wall_now_());
  if (wait.count() == 0) return Ask();
  LookAfter(wait);
}

void Renewal::LookAfter(std::chrono::seconds delay) {
  timer_.expires_after(delay);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) Look();
  });
}

void Renewal::Ask() {
  absl::StatusOr<TlsKey> key = TlsKey::GenerateBest();
  absl::StatusOr<std::string> request =
      key.ok() ? key->CertificateRequest() : absl::StatusOr<std::string>(key.status());
  if (!request.ok()) {
    Log(Severity::kWarning, absl::StrCat("certificate renewal: ", request.status().message()));
    return LookAfter(kRetryBase);
  }
  call_ = std::make_shared<Call>(io_, *std::move(key), channel_);
  call_->request.set_certificate_request(*std::move(request));
  call_->context.set_deadline(std::chrono::system_clock::now() + kCallLimit);
  call_->stub->async()->RenewCertificate(
      &call_->context, &call_->request, &call_->response,
      [this, &io = io_, call = call_](const grpc::Status& status) {
        asio::post(io, [this, call, status = ToAbsl(status)] { Answered(call, status); });
      });
}

void Renewal::Answered(const std::shared_ptr<Call>& call, const absl::Status& status) {
  if (call != call_) return;  // stopped meanwhile
  call_.reset();
  const auto take = [&]() -> absl::StatusOr<Identity> {
    if (!status.ok()) return status;
    if (absl::Status bounds = contract::CheckBounds(call->response); !bounds.ok()) return bounds;
    const std::vector<std::string> chain(call->response.certificates().begin(),
                                         call->response.certificates().end());
    absl::StatusOr<Identity> identity = TakeIdentity(call->key, chain, authorities_pem_);
    if (identity.ok() && !identity->Names(terminal_id_)) {
      return absl::PermissionDeniedError("the certificate names another terminal");
    }
    if (identity.ok()) {
      if (absl::Status stored = store_.Replace(*identity); !stored.ok()) return stored;
    }
    return identity;
  };
  absl::StatusOr<Identity> renewed = take();
  if (!renewed.ok()) {
    Log(Severity::kWarning,
        absl::StrCat("certificate renewal failed: ", renewed.status().ToString()));
    // One to two periods: a fleet enrolled in one afternoon must not come back in one minute.
    return LookAfter(kRetryBase + std::chrono::seconds(static_cast<std::int64_t>(
                                      uniform_() * static_cast<double>(kRetryBase.count()))));
  }
  Log(Severity::kInfo, "certificate renewed");
  identity_ = *std::move(renewed);
  // A certificate that is due at once (a clock far ahead) must not be asked for in a tight loop.
  LookAfter(std::max(UntilRenewal(identity_, wall_now_()), kRetryBase));
}

}  // namespace sekisho::link
