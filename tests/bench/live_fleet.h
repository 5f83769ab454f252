#ifndef SEKISHO_TESTS_BENCH_LIVE_FLEET_H_
#define SEKISHO_TESTS_BENCH_LIVE_FLEET_H_

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/policy.pb.h"
#include "tests/bench/console_under_test.h"
#include "tests/bench/crowd.h"

namespace sekisho::bench {

// Simulated terminals that live as real ones do: each says its Status once a period, checks and
// parses all that the console says, and reports events when told to.
class LiveFleet {
 public:
  LiveFleet(const EnrolledFleet& fleet, const std::string& address);
  ~LiveFleet();

  // A Status of each, spread over `period`; the returned thread ends with this.
  void LiveWithStatusEvery(std::chrono::seconds period);
  // Each says one Status now; returns when all have a Beacon.
  void SayStatus();
  // A block on each of the first `count`, so that the console knows a device to open there.
  void ReportBlocks(std::size_t count);
  // One event from the next terminal in turn that has no more in flight than agentd would.
  void ReportOne();

  // How many hold this version or a newer one, verified and parsed.
  std::size_t HoldersOf(std::uint64_t version) const;
  // When the terminal had checked this grant; nullopt while it has not.
  std::optional<Clock::time_point> GrantedAt(const std::string& grant_id) const;
  const v1::Device& DeviceOf(std::size_t index) const { return writers_[index].device(); }
  const std::string& IdOf(std::size_t index) const { return fleet_.papers[index].terminal_id; }
  std::size_t acknowledged() const { return acknowledged_; }
  Crowd& crowd() { return crowd_; }

 private:
  void SayStatusOf(std::size_t index);
  void Take(int index, const v1::Sealed& sealed);
  void Fail(const absl::Status& status);

  const EnrolledFleet& fleet_;
  const contract::KeyRing ring_;
  // A writer is used by one thread at a time: its own lock would only slow the yardstick's rival.
  mutable std::mutex mutex_;
  std::vector<ReportWriter> writers_;
  std::vector<std::uint64_t> bundles_;
  std::vector<int> in_flight_;
  std::map<std::uint64_t, std::size_t> holders_;
  std::map<std::string, Clock::time_point> granted_;
  std::string failure_;
  std::size_t turn_ = 0;
  std::atomic<std::size_t> beacons_ = 0;
  std::atomic<std::size_t> acknowledged_ = 0;
  Crowd crowd_;
  std::jthread statuses_;
};

}  // namespace sekisho::bench

#endif  // SEKISHO_TESTS_BENCH_LIVE_FLEET_H_
