#include "tests/unit/console/rpc/terminal_client.h"

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/pki/openssl.h"
#include "proto/contract/seal.h"
#include "proto/contract/token.h"

namespace sekisho::console::testing {
namespace {

constexpr std::chrono::seconds kDeadline{20};

std::string AsBytes(const contract::PublicKey& key) {
  return std::string(reinterpret_cast<const char*>(key.data()), key.size());
}

struct TlsKey {
  std::string pem;
  std::string request_der;
};

std::string RequestOver(EVP_PKEY* key) {
  const pki::RequestPtr request(X509_REQ_new());
  X509_REQ_set_pubkey(request.get(), key);
  X509_REQ_sign(request.get(), key, EVP_sha256());
  unsigned char* der = nullptr;
  const int size = i2d_X509_REQ(request.get(), &der);
  std::string bytes(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

TlsKey MakeTlsKey() {
  const pki::PkeyPtr key(EVP_EC_gen("P-256"));
  TlsKey made;
  made.request_der = RequestOver(key.get());
  const pki::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  made.pem = pki::Contents(bio.get());
  return made;
}

}  // namespace

std::string PemOf(const std::string& der) {
  const auto* data = reinterpret_cast<const unsigned char*>(der.data());
  const pki::X509Ptr certificate(d2i_X509(nullptr, &data, static_cast<long>(der.size())));
  const pki::BioPtr bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate.get());
  return pki::Contents(bio.get());
}

namespace {

absl::Status FromGrpc(const grpc::Status& status) {
  return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
}

}  // namespace

absl::StatusOr<TerminalClient> TerminalClient::Enrol(int port, const std::string& ca_pem,
                                                     const std::string& token,
                                                     const std::string& hostname,
                                                     const Spoil& spoil) {
  return Enrol(port, ca_pem, token, hostname, absl::StrCat("SN-", hostname), spoil);
}

absl::StatusOr<TerminalClient> TerminalClient::Enrol(int port, const std::string& ca_pem,
                                                     const std::string& token,
                                                     const std::string& hostname,
                                                     const std::string& serial,
                                                     const Spoil& spoil) {
  absl::StatusOr<v1::EnrolmentToken> read = contract::ReadToken(token);
  if (!read.ok()) return read.status();
  TerminalClient client;
  client.port_ = port;
  client.ca_pem_ = ca_pem;
  client.report_key_ = contract::PrivateKey::Generate();
  const TlsKey tls = MakeTlsKey();
  v1::EnrolmentRequestClaims claims;
  claims.set_token_id(read->token_id());
  claims.set_report_public_key(AsBytes(client.report_key_->public_key()));
  claims.set_hostname(hostname);
  claims.set_hardware_serial(serial);
  claims.set_nonce(contract::RandomBytes(16));
  claims.set_agent_version("0.1.0");
  v1::EnrolRequest request;
  request.set_token_id(read->token_id());
  request.set_token_secret(read->secret());
  *request.mutable_claims() = contract::Seal(*client.report_key_, "", v1::PURPOSE_ENROLMENT_REQUEST,
                                             claims.SerializeAsString());
  request.set_certificate_request(tls.request_der);
  if (spoil) spoil(request);

  auto stub = v1::EnrolmentService::NewStub(client.NewChannel());
  v1::GetTrustAnchorResponse anchor;
  grpc::ClientContext anchor_context;
  anchor_context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  grpc::Status got = stub->GetTrustAnchor(&anchor_context, v1::GetTrustAnchorRequest(), &anchor);
  if (!got.ok()) return FromGrpc(got);
  if (Sha256Of(anchor.trust_anchor()) != read->trust_anchor_hash()) {
    return absl::DataLossError("the trust anchor is not the token's");
  }
  v1::EnrolResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  got = stub->Enrol(&context, request, &response);
  if (!got.ok()) return FromGrpc(got);
  client.anchor_.ParseFromString(response.trust_anchor());
  client.key_set_ = response.key_set();
  client.enrolment_ = response.enrolment();
  absl::StatusOr<contract::OpenedKeySet> keys =
      contract::OpenKeySet(client.anchor_, response.key_set());
  if (!keys.ok()) return keys.status();
  absl::StatusOr<v1::EnrolmentGrant> grant = contract::OpenAndParse<v1::EnrolmentGrant>(
      keys->ring, response.enrolment(), v1::PURPOSE_ENROLMENT);
  if (!grant.ok()) return grant.status();
  if (grant->nonce() != claims.nonce()) return absl::DataLossError("another nonce");
  client.terminal_id_ = grant->terminal_id();
  client.group_id_ = grant->group_id();
  client.organisation_id_ = grant->organisation_id();
  client.key_pem_ = tls.pem;
  for (const std::string& der : response.certificates()) client.chain_pem_ += PemOf(der);
  return client;
}

std::shared_ptr<grpc::Channel> TerminalClient::NewChannel() const {
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = ca_pem_;
  ssl.pem_private_key = key_pem_;
  ssl.pem_cert_chain = chain_pem_;
  grpc::ChannelArguments arguments;
  // A connection of its own each time, as another process would have.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetSslTargetNameOverride("localhost");
  return grpc::CreateCustomChannel(absl::StrCat("127.0.0.1:", port_), grpc::SslCredentials(ssl),
                                   arguments);
}

v1::Hello TerminalClient::DefaultHello() {
  v1::Hello hello;
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.add_features("grants");
  hello.set_agent_version("0.1.0");
  return hello;
}

grpc::Status TerminalClient::Connect(const v1::Hello& hello) {
  v1::ConnectRequest first;
  *first.mutable_hello() = hello;
  return Begin(first);
}

void TerminalClient::Open() {
  stream_.reset();
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_deadline(std::chrono::system_clock::now() + 3 * kDeadline);
  stub_ = v1::AgentService::NewStub(NewChannel());
  stream_ = stub_->Connect(context_.get());
}

grpc::Status TerminalClient::BeginWithNothing() {
  Open();
  (void)Read();
  return Finish();
}

grpc::Status TerminalClient::Begin(const v1::ConnectRequest& first) {
  Open();
  Write(first);
  const std::optional<v1::ConnectResponse> welcome = Read();
  if (welcome.has_value() && welcome->has_welcome()) return grpc::Status::OK;
  return Finish();
}

bool TerminalClient::Write(const v1::ConnectRequest& request) { return stream_->Write(request); }

bool TerminalClient::WriteSealed(const v1::Sealed& sealed) {
  v1::ConnectRequest request;
  *request.mutable_sealed() = sealed;
  return Write(request);
}

std::optional<v1::ConnectResponse> TerminalClient::Read() {
  v1::ConnectResponse response;
  if (!stream_->Read(&response)) return std::nullopt;
  return response;
}

std::optional<v1::Sealed> TerminalClient::ReadSealed(v1::Purpose purpose) {
  while (std::optional<v1::ConnectResponse> response = Read()) {
    if (response->has_sealed() && response->sealed().purpose() == purpose) {
      return response->sealed();
    }
  }
  return std::nullopt;
}

grpc::Status TerminalClient::Finish() {
  v1::ConnectResponse rest;
  while (stream_->Read(&rest)) {
  }
  const grpc::Status status = stream_->Finish();
  stream_.reset();
  return status;
}

grpc::Status TerminalClient::Renew() {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kDeadline);
  v1::RenewCertificateRequest request;
  request.set_certificate_request(MakeTlsKey().request_der);
  v1::RenewCertificateResponse response;
  const grpc::Status status =
      v1::AgentService::NewStub(NewChannel())->RenewCertificate(&context, request, &response);
  if (status.ok()) renewed_ = PemOf(response.certificates(0));
  return status;
}

absl::Status TerminalClient::TakeKeySet(const v1::Sealed& key_set) {
  absl::StatusOr<contract::OpenedKeySet> opened = contract::OpenKeySet(anchor_, key_set);
  if (opened.ok()) key_set_ = key_set;
  return opened.status();
}

absl::Status TerminalClient::TakeAnchor(const v1::Sealed& link) {
  absl::StatusOr<v1::TrustAnchor> next = contract::NextAnchor(anchor_, link);
  if (!next.ok()) return next.status();
  anchor_ = *std::move(next);
  ca_pem_ = PemOf(anchor_.ca_certificate()) + ca_pem_;
  return absl::OkStatus();
}

std::string TerminalClient::CertificateRequest() const {
  const pki::BioPtr bio(BIO_new_mem_buf(key_pem_.data(), static_cast<int>(key_pem_.size())));
  const pki::PkeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  return RequestOver(key.get());
}

void TerminalClient::Cut() {
  if (stream_ == nullptr) return;
  context_->TryCancel();
  Finish();
}

v1::Event TerminalClient::NextEvent(v1::EventKind kind) {
  v1::Event event;
  event.set_boot_id(boot_id);
  event.set_sequence(sequence_ + 1);
  event.set_previous_hash(previous_hash_);
  event.set_boottime_ns(boottime_ns_);
  event.set_kind(kind);
  event.set_retention(v1::RETENTION_ROUTINE);
  return event;
}

std::string TerminalClient::Record(const v1::Event& event) {
  std::string record = event.SerializeAsString();
  sequence_ = event.sequence();
  previous_hash_ = Sha256Of(record);
  return record;
}

v1::Sealed TerminalClient::SealReport(const std::vector<std::string>& records) {
  v1::ReportBatch batch;
  batch.set_terminal_id(terminal_id_);
  batch.set_boot_id(boot_id);
  for (const std::string& record : records) batch.add_records(record);
  return contract::Seal(*report_key_, organisation_id_, v1::PURPOSE_REPORT,
                        batch.SerializeAsString());
}

v1::Status TerminalClient::NextStatus() {
  boottime_ns_ += 1'000'000;
  v1::Status status;
  status.set_terminal_id(terminal_id_);
  status.set_boot_id(boot_id);
  status.set_boottime_ns(boottime_ns_);
  status.set_agent_version("0.1.0");
  status.set_keyset_version(1);
  status.set_nonce(contract::RandomBytes(16));
  return status;
}

v1::Sealed TerminalClient::SealStatus(v1::Status status) {
  return contract::Seal(*report_key_, organisation_id_, v1::PURPOSE_STATUS,
                        status.SerializeAsString());
}

absl::StatusOr<v1::Acknowledgement> TerminalClient::Report(
    const std::vector<std::string>& records) {
  if (!WriteSealed(SealReport(records))) return FromGrpc(Finish());
  return ReadAcknowledgement();
}

absl::StatusOr<v1::Acknowledgement> TerminalClient::ReadAcknowledgement() {
  const std::optional<v1::Sealed> sealed = ReadSealed(v1::PURPOSE_ACKNOWLEDGEMENT);
  if (!sealed.has_value()) return FromGrpc(Finish());
  absl::StatusOr<contract::OpenedKeySet> keys = contract::OpenKeySet(anchor_, key_set_);
  if (!keys.ok()) return keys.status();
  return contract::OpenAndParse<v1::Acknowledgement>(keys->ring, *sealed,
                                                     v1::PURPOSE_ACKNOWLEDGEMENT);
}

}  // namespace sekisho::console::testing
