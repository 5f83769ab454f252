#include "tests/bench/console_under_test.h"

#include <arpa/inet.h>
#include <liboath/oath.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "console/clock.h"
#include "console/ids.h"
#include "console/pki/authority.h"
#include "console/pki/keyring.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "proto/contract/token.h"
#include "sekisho/v1/session_service.grpc.pb.h"

namespace sekisho::bench {
namespace {

using console::pki::Keyring;

constexpr char kAdmin[] = "bench-admin";
constexpr char kPassword[] = "a password for one benchmark";

void Must(const absl::Status& status, const std::string& step) {
  if (!status.ok()) throw std::runtime_error(step + ": " + status.ToString());
}

template <typename T>
T Must(absl::StatusOr<T> value, const std::string& step) {
  Must(value.status(), step);
  return *std::move(value);
}

// A PKCS#10 request and its key: one for all terminals, whose certificates differ. What TLS costs
// is the same, and the benchmark starts sooner.
struct SharedKey {
  std::string pem;
  std::string request_der;
};

SharedKey MakeSharedKey() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  SharedKey shared{std::string(data, static_cast<std::size_t>(size)), ""};
  BIO_free(bio);
  X509_REQ* request = X509_REQ_new();
  X509_REQ_set_version(request, X509_REQ_VERSION_1);
  X509_REQ_set_pubkey(request, key);
  X509_REQ_sign(request, key, EVP_sha256());
  unsigned char* der = nullptr;
  const int length = i2d_X509_REQ(request, &der);
  shared.request_der.assign(reinterpret_cast<char*>(der), static_cast<std::size_t>(length));
  OPENSSL_free(der);
  X509_REQ_free(request);
  EVP_PKEY_free(key);
  return shared;
}

std::string ToPem(const std::string& der) {
  const auto* next = reinterpret_cast<const unsigned char*>(der.data());
  X509* certificate = d2i_X509(nullptr, &next, static_cast<long>(der.size()));
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string pem(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  X509_free(certificate);
  return pem;
}

int FreePort() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("no free port on the loopback");
  }
  close(fd);
  return ntohs(address.sin_port);
}

// What enrolment leaves in the store, without the wire.
void EnrolAll(EnrolledFleet& fleet, const Keyring& keyring, int terminals) {
  namespace store = console::store;
  const std::unique_ptr<store::Backend> backend =
      Must(store::sqlite::OpenBackend(fleet.store), "open the store");
  const std::vector<store::Group> groups =
      Must(backend->organisations().ListGroups({fleet.organisation_id, ""}), "groups");
  const store::Group& root = groups.at(0);
  const console::WallTime now = console::SystemClock().wall();
  const store::AuditEntry audit{.organisation_id = fleet.organisation_id,
                                .group_path = root.path,
                                .at = now,
                                .actor = "bench",
                                .method = "Enrol",
                                .target = "fleet",
                                .detail = ""};
  store::EnrolmentTokenRecord token;
  token.organisation_id = fleet.organisation_id;
  token.token_id = console::NewUuid();
  token.secret_hash = console::Sha256Of("secret");
  token.group_id = root.group_id;
  token.group_path = root.path;
  token.uses_left = static_cast<std::uint32_t>(terminals);
  token.expires_at = now + std::chrono::hours{1};
  token.created_by = "bench";
  Must(backend->tokens().CreateToken(token, audit), "token");

  const SharedKey shared = MakeSharedKey();
  const contract::PublicKey& report_key = fleet.report_key->public_key();
  for (int i = 0; i < terminals; ++i) {
    store::TerminalRecord terminal;
    terminal.organisation_id = fleet.organisation_id;
    terminal.terminal_id = console::NewUuid();
    terminal.group_id = root.group_id;
    terminal.group_path = root.path;
    terminal.name = "bench-" + std::to_string(i);
    terminal.report_public_key.assign(report_key.begin(), report_key.end());
    const store::TerminalRecord enrolled =
        Must(backend->tokens().EnrolWithToken(token.token_id, now, terminal, audit), "enrol");
    const std::vector<std::string> chain =
        Must(keyring.authority()->IssueTerminal(
                 shared.request_der,
                 {fleet.organisation_id, enrolled.terminal_id, enrolled.enrolment}, now),
             "certificate");
    Papers& papers = fleet.papers.emplace_back();
    papers.terminal_id = enrolled.terminal_id;
    papers.key_pem = shared.pem;
    for (const std::string& der : chain) papers.chain_pem += ToPem(der);
  }
}

}  // namespace

contract::KeyRing EnrolledFleet::Ring() const {
  v1::TrustAnchor anchor;
  if (!anchor.ParseFromString(trust_anchor)) throw std::runtime_error("no trust anchor");
  return Must(contract::OpenKeySet(anchor, key_set), "key set").ring;
}

EnrolledFleet InitConsole(const std::string& program, const std::string& folder, int terminals) {
  std::filesystem::create_directories(folder);
  EnrolledFleet fleet;
  fleet.data = folder + "/data";
  const std::string password = folder + "/password";
  std::ofstream(password) << kPassword << "\n";
  std::filesystem::permissions(password, std::filesystem::perms::owner_read);
  Run({program, "init", "--data", fleet.data, "--organisation", "bench", "--name", "localhost",
       "--admin", kAdmin, "--admin-password-file", password, "--totp-secret-out", folder + "/totp"},
      folder + "/console.log");
  fleet.keys = fleet.data + "/keys";
  fleet.store = fleet.data + "/store.db";
  const Keyring keyring = Must(Keyring::Load(fleet.keys), "keys");
  fleet.organisation_id = keyring.organisation_id();
  fleet.authority_pem = keyring.authority()->CertificatePem();
  fleet.trust_anchor = keyring.trust_anchor();
  fleet.key_set = keyring.key_set();
  fleet.totp_file = folder + "/totp";
  fleet.report_key = std::make_shared<contract::PrivateKey>(contract::PrivateKey::Generate());
  EnrolAll(fleet, keyring, terminals);
  return fleet;
}

ServedConsole::ServedConsole(const std::string& program, const EnrolledFleet& fleet,
                             const std::string& log) {
  const int port = FreePort();
  address_ = "localhost:" + std::to_string(port);
  child_ = std::make_unique<Child>(
      std::vector<std::string>{program, "serve", "--data", fleet.data, "--listen",
                               "127.0.0.1:" + std::to_string(port)},
      log);
  const auto channel = OpenChannel(address_, fleet.authority_pem, nullptr);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds{20})) {
    throw std::runtime_error("the console does not listen; see " + log);
  }
}

StorelessConsole::StorelessConsole(const std::string& self, const EnrolledFleet& fleet,
                                   const std::string& log) {
  child_ = std::make_unique<Child>(std::vector<std::string>{self, "storeless-server", "--keys",
                                                            fleet.keys, "--store", fleet.store},
                                   log);
  address_ = "localhost:" + child_->ReadLine(std::chrono::seconds{20});
}

OperatorSession::OperatorSession(const EnrolledFleet& fleet, const std::string& address)
    : channel_(OpenChannel(address, fleet.authority_pem, nullptr)) {
  std::ifstream file(fleet.totp_file);
  std::string base32;
  file >> base32;
  char* secret = nullptr;
  std::size_t length = 0;
  oath_init();
  if (oath_base32_decode(base32.data(), base32.size(), &secret, &length) != OATH_OK) {
    throw std::runtime_error("the TOTP secret is not base32");
  }
  char code[7];
  oath_totp_generate(secret, length, std::time(nullptr), OATH_TOTP_DEFAULT_TIME_STEP_SIZE,
                     OATH_TOTP_DEFAULT_START_TIME, 6, code);
  free(secret);
  v1::SignInRequest request;
  request.set_name(kAdmin);
  request.set_password(kPassword);
  request.set_totp(code);
  v1::SignInResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
  const grpc::Status status =
      v1::SessionService::NewStub(channel_)->SignIn(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("sign in: " + status.error_message());
  token_ = response.token();
}

std::unique_ptr<grpc::ClientContext> OperatorSession::NewCall() const {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{120});
  context->AddMetadata("authorization", "Bearer " + token_);
  return context;
}

}  // namespace sekisho::bench
