#ifndef SEKISHO_TESTS_UNIT_CONSOLE_RPC_TERMINAL_CLIENT_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_RPC_TERMINAL_CLIENT_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/contract/keys.h"
#include "sekisho/v1/agent_service.grpc.pb.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::console::testing {

// A certificate, PEM of DER.
std::string PemOf(const std::string& der);

// A terminal's end of the wire: real keys, a real certificate request, real mutual TLS. It does
// what it is told, also what no honest terminal would.
class TerminalClient {
 public:
  using Spoil = std::function<void(v1::EnrolRequest&)>;
  // GetTrustAnchor, Enrol; the claims and the request as an honest terminal makes them, unless
  // `spoil` does something to the latter. The hardware's serial is the hostname's after "SN-".
  static absl::StatusOr<TerminalClient> Enrol(int port, const std::string& ca_pem,
                                              const std::string& token, const std::string& hostname,
                                              const Spoil& spoil = nullptr);
  // The same with a serial number of its own.
  static absl::StatusOr<TerminalClient> Enrol(int port, const std::string& ca_pem,
                                              const std::string& token, const std::string& hostname,
                                              const std::string& serial,
                                              const Spoil& spoil = nullptr);

  const std::string& terminal_id() const { return terminal_id_; }
  const std::string& group_id() const { return group_id_; }
  const contract::PrivateKey& report_key() const { return *report_key_; }
  const std::string& organisation_id() const { return organisation_id_; }
  const v1::TrustAnchor& anchor() const { return anchor_; }
  const v1::Sealed& key_set() const { return key_set_; }
  // The EnrolmentGrant as the console sealed it.
  const v1::Sealed& enrolment() const { return enrolment_; }

  // Opens the stream and greets; what the stream ended with if it did not come to a Welcome.
  grpc::Status Connect(const v1::Hello& hello = DefaultHello());
  // The same with any first message.
  grpc::Status Begin(const v1::ConnectRequest& first);
  // Opens a stream and says nothing; how it ended.
  grpc::Status BeginWithNothing();
  static v1::Hello DefaultHello();
  bool Write(const v1::ConnectRequest& request);
  bool WriteSealed(const v1::Sealed& sealed);
  // The next message, or nullopt when the stream has ended.
  std::optional<v1::ConnectResponse> Read();
  // Reads on to the next message sealed for that purpose.
  std::optional<v1::Sealed> ReadSealed(v1::Purpose purpose);
  grpc::Status Finish();
  // Drops the connection without a word.
  void Cut();
  // The same while other threads still read and write: their calls end, nothing is freed.
  void Abandon() { context_->TryCancel(); }

  // The next event of this terminal's honest history, chained to the one before.
  v1::Event NextEvent(v1::EventKind kind);
  // Serialises and remembers it as the newest.
  std::string Record(const v1::Event& event);
  v1::Sealed SealReport(const std::vector<std::string>& records);
  v1::Sealed SealStatus(v1::Status status);
  v1::Status NextStatus();
  // Sends one batch and waits for its acknowledgement, verified with the console's key.
  absl::StatusOr<v1::Acknowledgement> Report(const std::vector<std::string>& records);
  // The next acknowledgement, verified with the console's key; what the stream ended with if none.
  absl::StatusOr<v1::Acknowledgement> ReadAcknowledgement();
  // Asks for a certificate in the place of the one in use, which stays in use.
  grpc::Status Renew();
  // What Renew was given (PEM).
  const std::string& renewed() const { return renewed_; }
  // As agentd takes a newer key set, and an anchor in the place of the one held.
  absl::Status TakeKeySet(const v1::Sealed& key_set);
  absl::Status TakeAnchor(const v1::Sealed& link);
  // Shows another certificate for the same key from now on (PEM).
  void UseCertificates(std::string chain_pem) { chain_pem_ = std::move(chain_pem); }
  const std::string& certificates() const { return chain_pem_; }
  // PKCS#10, DER, over the key in use.
  std::string CertificateRequest() const;
  // The console has started again, on this port.
  void MoveTo(int port) { port_ = port; }

  std::string boot_id = "5f0c6f0e-3f3e-4b0f-9d5a-000000000001";

 private:
  TerminalClient() = default;
  void Open();
  std::shared_ptr<grpc::Channel> NewChannel() const;

  int port_ = 0;
  std::string ca_pem_;
  std::string key_pem_;
  std::string chain_pem_;
  std::string renewed_;
  std::string terminal_id_;
  std::string group_id_;
  std::string organisation_id_;
  v1::TrustAnchor anchor_;
  v1::Sealed key_set_;
  v1::Sealed enrolment_;
  std::optional<contract::PrivateKey> report_key_;
  std::uint64_t sequence_ = 0;
  std::uint64_t boottime_ns_ = 1'000'000'000;
  std::string previous_hash_ = std::string(32, '\0');
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::ConnectRequest, v1::ConnectResponse>> stream_;
};

}  // namespace sekisho::console::testing

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_RPC_TERMINAL_CLIENT_H_
