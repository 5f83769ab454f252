#include "tests/bench/enrol.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <iostream>
#include <latch>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "agent/link/enrolment.h"
#include "proto/contract/seal.h"
#include "proto/contract/token.h"
#include "sekisho/v1/terminal_service.grpc.pb.h"
#include "tests/bench/child.h"
#include "tests/bench/console_under_test.h"
#include "tests/bench/crowd.h"

namespace sekisho::bench {
namespace {

constexpr int kTerminals = 100;

// Seconds until the last of `kTerminals` threads, let go together, has done `one`.
double AtOnce(const std::function<void(int)>& one) {
  std::latch go(1);
  std::mutex mutex;
  std::string failed;
  std::vector<std::thread> threads;
  for (int i = 0; i < kTerminals; ++i) {
    threads.emplace_back([&, i] {
      go.wait();
      try {
        one(i);
      } catch (const std::exception& error) {
        const std::lock_guard lock(mutex);
        failed = error.what();
      }
    });
  }
  const Clock::time_point start = Clock::now();
  go.count_down();
  for (std::thread& thread : threads) thread.join();
  const double seconds = SecondsSince(start);
  if (!failed.empty()) throw std::runtime_error(failed);
  return seconds;
}

std::string NewToken(const OperatorSession& session) {
  const auto stub = v1::TerminalService::NewStub(session.channel());
  v1::CreateEnrolmentTokenRequest request;
  request.set_uses(kTerminals);
  request.set_lifetime_seconds(3600);
  v1::CreateEnrolmentTokenResponse response;
  const grpc::Status status =
      stub->CreateEnrolmentToken(session.NewCall().get(), request, &response);
  if (!status.ok()) throw std::runtime_error("token: " + status.error_message());
  return response.token();
}

// As agentd asks and sekisho-link carries: report key, claims, both TLS connections, TLS key.
void EnrolOne(const std::string& token, int number) {
  const absl::StatusOr<v1::EnrolmentToken> read = contract::ReadToken(token);
  const contract::PrivateKey key = contract::PrivateKey::Generate();
  v1::EnrolmentRequestClaims claims;
  claims.set_token_id(read->token_id());
  claims.set_report_public_key(key.public_key().data(), key.public_key().size());
  claims.set_hostname("clone");
  claims.set_hardware_serial("SN-" + std::to_string(number) + "-" + read->token_id());
  claims.set_nonce(contract::RandomBytes(16));
  claims.set_agent_version("bench");
  v1::LinkEnrolOrder order;
  order.set_token(token);
  *order.mutable_claims() =
      contract::Seal(key, "", v1::PURPOSE_ENROLMENT_REQUEST, claims.SerializeAsString());
  const link::EnrolmentResult result = link::Enrol(order, std::stop_token());
  if (!result.identity.has_value()) {
    throw std::runtime_error("enrolment: " + result.answer.failure());
  }
}

void ShakeHands(SSL_CTX* context, const std::string& address) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  to.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  SSL* ssl = SSL_new(context);
  // gRPC's server wants HTTP/2 named.
  static const unsigned char kHttp2[] = {2, 'h', '2'};
  SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2);
  SSL_set_fd(ssl, fd);
  const bool done =
      connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 && SSL_connect(ssl) == 1;
  SSL_free(ssl);
  close(fd);
  if (!done) throw std::runtime_error("a bare handshake failed");
}

}  // namespace

std::vector<Figure> MeasureEnrol(const BenchOptions& options) {
  const std::string folder = options.folder + "/enrol";
  const EnrolledFleet fleet = InitConsole(options.console, folder, 1);
  const ServedConsole console(options.console, fleet, folder + "/console.log");
  const OperatorSession session(fleet, console.address());
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  std::vector<double> enrolled;
  std::vector<double> shaken;
  for (int round = 0; round < options.rounds; ++round) {
    const std::string made = NewToken(session);
    // The token names the address that the console was made with; this one listens elsewhere.
    v1::EnrolmentToken token = *contract::ReadToken(made);
    token.set_console_address(console.address());
    const std::string text = contract::WriteToken(token);
    enrolled.push_back(AtOnce([&](int number) { EnrolOne(text, number); }));
    shaken.push_back(AtOnce([&](int) { ShakeHands(context, console.address()); }));
    std::cerr << "enrol: " << kTerminals << " in " << enrolled.back()
              << " s, as many handshakes in " << shaken.back() << " s\n";
    // One address has so many at once, and then so many a second (contract::kEnrolRate).
    std::this_thread::sleep_for(std::chrono::seconds{1});
  }
  SSL_CTX_free(context);
  return {{.name = "enrol.fleet-of-100",
           .value = Median(enrolled) * 1000,
           .unit = "ms",
           .yardstick = Median(shaken) * 1000,
           .goal = ""}};
}

}  // namespace sekisho::bench
