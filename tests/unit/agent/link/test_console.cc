#include "tests/unit/agent/link/test_console.h"

#include <stdexcept>

namespace sekisho::link::test {

TestConsole::TestConsole(const TestAuthority& authority, int port, const std::string& earlier)
    : authority_(authority) {
  const TestAuthority::Leaf leaf = authority.IssueServer();
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = authority.pem() + earlier;
  tls.pem_key_cert_pairs.push_back({leaf.key_pem, leaf.chain_pem});
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:" + std::to_string(port), grpc::SslServerCredentials(tls),
                           &port_);
  builder.RegisterService(static_cast<v1::EnrolmentService::Service*>(this));
  builder.RegisterService(static_cast<v1::AgentService::Service*>(this));
  server_ = builder.BuildAndStart();
  if (server_ == nullptr || port_ == 0) throw std::runtime_error("cannot listen");
}

TestConsole::~TestConsole() { Stop(); }

void TestConsole::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
}

std::vector<v1::EnrolRequest> TestConsole::enrolments() const {
  const std::lock_guard lock(mutex_);
  return enrolments_;
}
int TestConsole::renewals() const {
  const std::lock_guard lock(mutex_);
  return renewals_;
}
int TestConsole::streams() const {
  const std::lock_guard lock(mutex_);
  return streams_;
}
std::vector<v1::Sealed> TestConsole::received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}
v1::Hello TestConsole::last_hello() const {
  const std::lock_guard lock(mutex_);
  return last_hello_;
}
std::string TestConsole::last_peer() const {
  const std::lock_guard lock(mutex_);
  return last_peer_;
}

bool TestConsole::Await(const std::function<bool()>& enough) {
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!enough()) {
    std::unique_lock lock(mutex_);
    // Bounded, since `enough` is asked without the lock and may miss a notification.
    changed_.wait_for(lock, std::chrono::milliseconds{20});
    if (std::chrono::steady_clock::now() > until) return false;
  }
  return true;
}

bool TestConsole::Push(const v1::ConnectResponse& message) {
  const std::lock_guard lock(mutex_);
  return stream_ != nullptr && stream_->Write(message);
}

bool TestConsole::Push(const v1::Sealed& sealed) {
  v1::ConnectResponse message;
  *message.mutable_sealed() = sealed;
  return Push(message);
}

void TestConsole::Drop() {
  const std::lock_guard lock(mutex_);
  if (stream_context_ != nullptr) stream_context_->TryCancel();
}

void TestConsole::SetReading(Reading reading) {
  const std::lock_guard lock(mutex_);
  reading_ = reading;
  changed_.notify_all();
}

grpc::Status TestConsole::GetTrustAnchor(grpc::ServerContext*, const v1::GetTrustAnchorRequest*,
                                         v1::GetTrustAnchorResponse* response) {
  response->set_trust_anchor(trust_anchor);
  for (const v1::Sealed& link : anchor_links) *response->add_anchor_links() = link;
  return grpc::Status::OK;
}

grpc::Status TestConsole::Enrol(grpc::ServerContext*, const v1::EnrolRequest* request,
                                v1::EnrolResponse* response) {
  const std::lock_guard lock(mutex_);
  enrolments_.push_back(*request);
  changed_.notify_all();
  if (request->token_secret() != std::string(16, 's')) {
    return {grpc::StatusCode::FAILED_PRECONDITION, "the token is used up"};
  }
  response->mutable_enrolment()->set_payload("enrolment");
  response->mutable_key_set()->set_payload("key set");
  response->set_trust_anchor(trust_anchor);
  response->add_certificates(authority_.IssueClient(request->certificate_request(), kTerminal,
                                                    certificate_from, certificate_until));
  response->add_certificates(authority_.der());
  return grpc::Status::OK;
}

grpc::Status TestConsole::RenewCertificate(grpc::ServerContext* context,
                                           const v1::RenewCertificateRequest* request,
                                           v1::RenewCertificateResponse* response) {
  if (!context->auth_context()->IsPeerAuthenticated()) {
    return {grpc::StatusCode::UNAUTHENTICATED, "no client certificate"};
  }
  response->add_certificates(authority_.IssueClient(request->certificate_request(), kTerminal,
                                                    std::chrono::seconds{-60},
                                                    std::chrono::hours{24 * 90}));
  response->add_certificates(authority_.der());
  const std::lock_guard lock(mutex_);
  ++renewals_;
  changed_.notify_all();
  return grpc::Status::OK;
}

grpc::Status TestConsole::Connect(grpc::ServerContext* context, Stream* stream) {
  if (!context->auth_context()->IsPeerAuthenticated()) {
    return {grpc::StatusCode::UNAUTHENTICATED, "no client certificate"};
  }
  if (!connect_status.ok()) return connect_status;
  v1::ConnectRequest request;
  if (!stream->Read(&request) || !request.has_hello()) {
    return {grpc::StatusCode::INVALID_ARGUMENT, "Hello comes first"};
  }
  v1::ConnectResponse welcome;
  welcome.mutable_welcome()->set_protocol(protocol);
  welcome.mutable_welcome()->set_terminal_id(welcome_terminal);
  for (const std::string& feature : features) welcome.mutable_welcome()->add_features(feature);
  stream->Write(welcome);
  {
    const std::lock_guard lock(mutex_);
    ++streams_;
    last_hello_ = request.hello();
    stream_ = stream;
    stream_context_ = context;
    const auto names = context->auth_context()->FindPropertyValues(GRPC_X509_CN_PROPERTY_NAME);
    last_peer_ = names.empty() ? "" : std::string(names[0].data(), names[0].size());
    changed_.notify_all();
  }
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return reading_ == Reading::kOn || stopped_; });
    }
    if (!stream->Read(&request)) break;
    const std::lock_guard lock(mutex_);
    received_.push_back(request.sealed());
    changed_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  if (stream_ == stream) {
    stream_ = nullptr;
    stream_context_ = nullptr;
  }
  return grpc::Status::OK;
}

}  // namespace sekisho::link::test
