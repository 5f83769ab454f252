#ifndef SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_CONSOLE_H_
#define SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_CONSOLE_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sekisho/v1/agent_service.grpc.pb.h"
#include "tests/unit/agent/link/test_pki.h"

namespace sekisho::link::test {

inline constexpr char kTerminal[] = "0190c6a2-5b1e-7cc3-98c4-dc0c0c07398f";
inline constexpr std::chrono::seconds kDeadline{20};

// A console's terminal-facing half over real gRPC and mutual TLS on loopback, that does what a test
// tells it to. It checks no signatures: the link carries them, it does not make them.
class TestConsole : public v1::EnrolmentService::Service, public v1::AgentService::Service {
 public:
  // Port 0: the next free one. Terminals' certificates are `authority`'s or one of `earlier`'s
  // (PEM).
  explicit TestConsole(const TestAuthority& authority, int port = 0,
                       const std::string& earlier = "");
  ~TestConsole() override;

  int port() const { return port_; }
  std::string address() const { return "localhost:" + std::to_string(port_); }
  // Ends all streams and the listening.
  void Stop();

  // What it says; set before it is asked.
  std::string trust_anchor;
  std::vector<v1::Sealed> anchor_links;
  std::uint32_t protocol = 1;
  std::string welcome_terminal = kTerminal;
  std::vector<std::string> features;  // of Welcome
  grpc::Status connect_status;        // not OK: instead of a Welcome
  std::chrono::seconds certificate_from{-60};
  std::chrono::seconds certificate_until{std::chrono::hours{24 * 90}};

  // What it saw.
  std::vector<v1::EnrolRequest> enrolments() const;
  int renewals() const;
  int streams() const;  // ever opened
  std::vector<v1::Sealed> received() const;
  v1::Hello last_hello() const;
  std::string last_peer() const;  // the client certificate's common name of the newest stream
  // Until `enough` of (*this) holds; false at the deadline.
  bool Await(const std::function<bool()>& enough);

  // To the newest stream. False when there is none.
  bool Push(const v1::ConnectResponse& message);
  bool Push(const v1::Sealed& sealed);
  // Ends the newest stream.
  void Drop();
  enum class Reading { kOn, kOff };
  void SetReading(Reading reading);

 private:
  using Stream = grpc::ServerReaderWriter<v1::ConnectResponse, v1::ConnectRequest>;
  grpc::Status GetTrustAnchor(grpc::ServerContext*, const v1::GetTrustAnchorRequest*,
                              v1::GetTrustAnchorResponse* response) override;
  grpc::Status Enrol(grpc::ServerContext*, const v1::EnrolRequest* request,
                     v1::EnrolResponse* response) override;
  grpc::Status RenewCertificate(grpc::ServerContext* context,
                                const v1::RenewCertificateRequest* request,
                                v1::RenewCertificateResponse* response) override;
  grpc::Status Connect(grpc::ServerContext* context, Stream* stream) override;

  const TestAuthority& authority_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<v1::EnrolRequest> enrolments_;
  std::vector<v1::Sealed> received_;
  std::string last_peer_;
  v1::Hello last_hello_;
  int renewals_ = 0;
  int streams_ = 0;
  Reading reading_ = Reading::kOn;
  bool stopped_ = false;
  Stream* stream_ = nullptr;
  grpc::ServerContext* stream_context_ = nullptr;
};

}  // namespace sekisho::link::test

#endif  // SEKISHO_TESTS_UNIT_AGENT_LINK_TEST_CONSOLE_H_
