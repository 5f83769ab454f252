#ifndef SEKISHO_AGENT_ENGINE_BEACON_WATCH_H_
#define SEKISHO_AGENT_ENGINE_BEACON_WATCH_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/grant.h"
#include "platform/api/clock.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::engine {

// What the console's word was worth, and when. Only a Beacon that answers a Status of ours by its
// random number is fresh: an old one, replayed by whoever carries it, tells nothing.
class BeaconWatch {
 public:
  // `clock` outlives this. Silence counts from its construction.
  explicit BeaconWatch(const platform::Clock& clock) : clock_(clock), heard_at_(clock.Now()) {}

  // A Status goes out with this nonce, telling that these grants run.
  void Asked(std::string nonce, std::vector<std::string> running_grant_ids);

  // A Status that left in a parcel: its answer may take days, and does not wait for others.
  struct ParcelQuestion {
    std::string nonce;
    std::vector<std::string> running_grant_ids;
    // Of this boot's clock; nullopt when it was asked in an earlier boot.
    std::optional<platform::BootTime> asked_at;
  };
  void AskedByParcel(ParcelQuestion question);
  bool AwaitsByParcel(const std::string& nonce) const;

  struct Fresh {
    // Told to the console as running, and not among those that it says should run.
    std::vector<std::string> disowned_grant_ids;
    // The Beacon before this one told of the same bundle already, or of a newer one.
    bool bundle_told_before = false;
  };
  // nullopt for a Beacon that is not fresh; it changes nothing.
  std::optional<Fresh> Heard(const v1::Beacon& beacon);

  // The console's time now, by the last fresh Beacon of this boot.
  std::optional<core::WallTime> ConsoleTime() const;
  std::uint64_t newest_bundle_version() const { return newest_bundle_version_; }
  bool Lives(const std::string& grant_id) const { return live_grant_ids_.contains(grant_id); }
  // Since the last fresh one, or since this began to wait.
  platform::BootTime Silence() const { return clock_.Now() - heard_at_; }
  // Begins to wait anew: the terminal has just been enrolled.
  void Restart() { heard_at_ = clock_.Now(); }
  // True once an episode, when the silence has become an alarm.
  bool BecameStale();

 private:
  // A Beacon may answer the Status before the last, when both crossed; older ones are replays.
  static constexpr std::size_t kOpenQuestions = 2;
  static constexpr std::size_t kOpenParcels = 4;
  struct Question {
    std::string nonce;
    std::vector<std::string> running_grant_ids;
  };
  std::optional<Fresh> HeardByParcel(const v1::Beacon& beacon);
  // What both ways of hearing have in common.
  Fresh Believe(const v1::Beacon& beacon, std::vector<std::string>& running_grant_ids);

  const platform::Clock& clock_;
  std::deque<Question> questions_;
  std::deque<ParcelQuestion> parcels_;
  platform::BootTime heard_at_;
  std::optional<core::WallTime> console_time_;  // at heard_at_
  std::uint64_t newest_bundle_version_ = 0;
  std::set<std::string> live_grant_ids_;
  enum class Alarm { kQuiet, kRaised };
  Alarm alarm_ = Alarm::kQuiet;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_BEACON_WATCH_H_
