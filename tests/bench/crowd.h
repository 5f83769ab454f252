#ifndef SEKISHO_TESTS_BENCH_CROWD_H_
#define SEKISHO_TESTS_BENCH_CROWD_H_

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "proto/contract/seal.h"
#include "tests/bench/simulated_terminal.h"

namespace sekisho::bench {

using Clock = std::chrono::steady_clock;
double SecondsSince(Clock::time_point start);

// Many simulated terminals on one server. A stream that ends before the crowd does is an error that
// the next Check throws.
class Crowd : private Observer {
 public:
  // Called on gRPC's threads with what came; must not block.
  using OnReceived = std::function<void(int index, const v1::Sealed& sealed)>;
  explicit Crowd(OnReceived on_received) : on_received_(std::move(on_received)) {}
  ~Crowd() override;

  // Connects them all, a few at a time, and returns when all are welcome.
  void Open(const std::string& address, const std::string& authority_pem,
            const std::vector<Papers>& papers, const std::vector<std::string>& boot_ids);
  SimulatedTerminal& at(std::size_t index) { return *terminals_[index]; }
  std::size_t size() const { return terminals_.size(); }
  // Throws when a stream has ended.
  void Check();
  // Until `done`, asked every few milliseconds; throws at the limit or when a stream ends.
  void Await(std::chrono::seconds limit, const std::string& what,
             const std::function<bool()>& done);

 private:
  void Welcomed(int index) override;
  void Received(int index, const v1::Sealed& sealed) override;
  void Ended(int index, const grpc::Status& status) override;

  const OnReceived on_received_;
  std::vector<std::unique_ptr<SimulatedTerminal>> terminals_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t welcomed_ = 0;
  std::string ended_;
  std::atomic<bool> closing_ = false;
};

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_CROWD_H_
