#include "tests/bench/crowd.h"

#include <stdexcept>
#include <thread>

namespace sekisho::bench {
namespace {

// More at once only makes their handshakes slower.
constexpr std::size_t kConnecting = 16;
constexpr std::chrono::seconds kConnectLimit{300};

}  // namespace

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

Crowd::~Crowd() {
  closing_ = true;
  terminals_.clear();  // while what their callbacks use is still there
}

void Crowd::Open(const std::string& address, const std::string& authority_pem,
                 const std::vector<Papers>& papers, const std::vector<std::string>& boot_ids) {
  const Clock::time_point until = Clock::now() + kConnectLimit;
  terminals_.reserve(papers.size());
  const auto wait = [&](std::size_t welcome) {
    std::unique_lock lock(mutex_);
    const bool done =
        changed_.wait_until(lock, until, [&] { return welcomed_ >= welcome || !ended_.empty(); });
    if (!ended_.empty()) throw std::runtime_error("a stream ended: " + ended_);
    if (!done) throw std::runtime_error("not all streams were welcome in time");
  };
  for (std::size_t i = 0; i < papers.size(); ++i) {
    terminals_.push_back(std::unique_ptr<SimulatedTerminal>(new SimulatedTerminal(
        static_cast<int>(i), *this, OpenChannel(address, authority_pem, &papers[i]))));
    terminals_.back()->Start(boot_ids[i]);
    if (i >= kConnecting) wait(i - kConnecting);
  }
  wait(papers.size());
}

void Crowd::Check() {
  const std::lock_guard lock(mutex_);
  if (!ended_.empty()) throw std::runtime_error("a stream ended: " + ended_);
}

void Crowd::Await(std::chrono::seconds limit, const std::string& what,
                  const std::function<bool()>& done) {
  const Clock::time_point until = Clock::now() + limit;
  while (!done()) {
    Check();
    if (Clock::now() > until) throw std::runtime_error("not in time: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
}

void Crowd::Welcomed(int) {
  const std::lock_guard lock(mutex_);
  ++welcomed_;
  changed_.notify_all();
}

void Crowd::Received(int index, const v1::Sealed& sealed) { on_received_(index, sealed); }

void Crowd::Ended(int index, const grpc::Status& status) {
  if (closing_) return;
  const std::lock_guard lock(mutex_);
  ended_ = std::to_string(index) + ": " + std::to_string(status.error_code()) + " " +
           status.error_message();
  changed_.notify_all();
}

}  // namespace sekisho::bench
