#ifndef SEKISHO_TESTS_BENCH_SIMULATED_TERMINAL_H_
#define SEKISHO_TESTS_BENCH_SIMULATED_TERMINAL_H_

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>

#include "proto/contract/keys.h"
#include "sekisho/v1/agent_service.grpc.pb.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::bench {

// What happens on the streams; called on gRPC's threads, several at once for different terminals.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void Welcomed(int index) = 0;
  virtual void Received(int index, const v1::Sealed& sealed) = 0;
  virtual void Ended(int index, const grpc::Status& status) = 0;
};

// One terminal's stream over its own TLS connection, as sekisho-link makes it.
class SimulatedTerminal final
    : public grpc::ClientBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  // `observer` outlives this.
  SimulatedTerminal(int index, Observer& observer, std::shared_ptr<grpc::Channel> channel);
  // Cancels, and waits for the stream's end.
  ~SimulatedTerminal() override;

  // Sends Hello; Welcomed follows.
  void Start(const std::string& boot_id);
  // Queues without a bound: the benchmark knows what it sends. Thread-safe.
  void Send(v1::Sealed sealed);

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void WriteNext();  // with mutex_ held

  const int index_;
  Observer& observer_;
  std::unique_ptr<v1::AgentService::Stub> stub_;
  grpc::ClientContext context_;
  v1::ConnectResponse incoming_;
  v1::ConnectRequest outgoing_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<v1::Sealed> queue_;
  bool writing_ = false;
  bool held_ = false;
  bool done_ = true;  // nothing was started
};

// A terminal's identity to TLS.
struct Papers {
  std::string terminal_id;
  std::string key_pem;
  std::string chain_pem;
};

// A channel with a connection of its own, and sekisho-link's keepalive. `authority_pem` is trusted.
std::shared_ptr<grpc::Channel> OpenChannel(const std::string& address,
                                           const std::string& authority_pem, const Papers* papers);

// What agentd writes and signs: events chained by hash, batches and statuses.
class ReportWriter {
 public:
  // `key` outlives this.
  ReportWriter(std::string organisation_id, std::string terminal_id,
               const contract::PrivateKey& key);

  struct Batch {
    v1::Sealed sealed;
    std::uint64_t last_sequence = 0;
  };
  // `records` events: a stick plugged in and blocked, and its removal, in turn.
  Batch Next(int records);
  v1::Sealed Status();
  const std::string& boot_id() const { return boot_id_; }
  const v1::Device& device() const { return device_; }
  // What the running bundle is, from here on.
  void set_bundle_version(std::uint64_t version) { bundle_version_ = version; }

 private:
  const std::string organisation_id_;
  const std::string terminal_id_;
  const contract::PrivateKey& key_;
  const std::string boot_id_;
  std::string previous_hash_ = std::string(32, '\0');
  std::uint64_t sequence_ = 0;
  std::uint64_t bundle_version_ = 0;
  v1::Device device_;
};

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_SIMULATED_TERMINAL_H_
