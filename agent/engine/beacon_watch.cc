#include "agent/engine/beacon_watch.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {

void BeaconWatch::Asked(std::string nonce, std::vector<std::string> running_grant_ids) {
  questions_.push_back(Question{std::move(nonce), std::move(running_grant_ids)});
  if (questions_.size() > kOpenQuestions) questions_.pop_front();
}

std::optional<BeaconWatch::Fresh> BeaconWatch::Heard(const v1::Beacon& beacon) {
  const auto question = std::ranges::find_if(questions_, [&](const Question& each) {
    return !beacon.nonce().empty() && each.nonce == beacon.nonce();
  });
  if (question == questions_.end()) return std::nullopt;
  Fresh fresh;
  fresh.bundle_told_before =
      console_time_.has_value() && newest_bundle_version_ >= beacon.newest_bundle_version();
  live_grant_ids_ = {beacon.live_grant_ids().begin(), beacon.live_grant_ids().end()};
  for (std::string& grant_id : question->running_grant_ids) {
    if (!live_grant_ids_.contains(grant_id)) fresh.disowned_grant_ids.push_back(grant_id);
  }
  // Answers come in the order of the questions: older ones are answered or lost.
  questions_.erase(questions_.begin(), question + 1);
  heard_at_ = clock_.Now();
  console_time_ = contract::ToCore(beacon.console_time());
  newest_bundle_version_ = beacon.newest_bundle_version();
  alarm_ = Alarm::kQuiet;
  return fresh;
}

std::optional<core::WallTime> BeaconWatch::ConsoleTime() const {
  if (!console_time_) return std::nullopt;
  return *console_time_ + std::chrono::duration_cast<std::chrono::milliseconds>(Silence());
}

bool BeaconWatch::BecameStale() {
  if (alarm_ == Alarm::kRaised || Silence() < contract::kBeaconStale) return false;
  alarm_ = Alarm::kRaised;
  return true;
}

}  // namespace sekisho::engine
