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

void BeaconWatch::AskedByParcel(ParcelQuestion question) {
  parcels_.push_back(std::move(question));
  if (parcels_.size() > kOpenParcels) parcels_.pop_front();
}

bool BeaconWatch::AwaitsByParcel(const std::string& nonce) const {
  return std::ranges::any_of(parcels_,
                             [&](const ParcelQuestion& each) { return each.nonce == nonce; });
}

BeaconWatch::Fresh BeaconWatch::Believe(const v1::Beacon& beacon,
                                        std::vector<std::string>& running_grant_ids) {
  Fresh fresh;
  fresh.bundle_told_before =
      console_time_.has_value() && newest_bundle_version_ >= beacon.newest_bundle_version();
  live_grant_ids_ = {beacon.live_grant_ids().begin(), beacon.live_grant_ids().end()};
  for (std::string& grant_id : running_grant_ids) {
    if (!live_grant_ids_.contains(grant_id)) fresh.disowned_grant_ids.push_back(grant_id);
  }
  newest_bundle_version_ = beacon.newest_bundle_version();
  return fresh;
}

std::optional<BeaconWatch::Fresh> BeaconWatch::Heard(const v1::Beacon& beacon) {
  if (beacon.nonce().empty()) return std::nullopt;
  const auto question = std::ranges::find_if(
      questions_, [&](const Question& each) { return each.nonce == beacon.nonce(); });
  if (question == questions_.end()) return HeardByParcel(beacon);
  Fresh fresh = Believe(beacon, question->running_grant_ids);
  // Answers come in the order of the questions: older ones are answered or lost.
  questions_.erase(questions_.begin(), question + 1);
  heard_at_ = clock_.Now();
  console_time_ = contract::ToCore(beacon.console_time());
  alarm_ = Alarm::kQuiet;
  return fresh;
}

std::optional<BeaconWatch::Fresh> BeaconWatch::HeardByParcel(const v1::Beacon& beacon) {
  const auto question = std::ranges::find_if(
      parcels_, [&](const ParcelQuestion& each) { return each.nonce == beacon.nonce(); });
  if (question == parcels_.end()) return std::nullopt;
  ParcelQuestion asked = std::move(*question);
  parcels_.erase(parcels_.begin(), question + 1);
  // Something newer was heard since it was asked: it has nothing left to say.
  if (console_time_.has_value() && (!asked.asked_at || *asked.asked_at <= heard_at_)) {
    return std::nullopt;
  }
  Fresh fresh = Believe(beacon, asked.running_grant_ids);
  // The console answered after it was asked and before now. Counted from the question, its time is
  // never too early, however long somebody carried the parcel: nothing runs longer for it. A
  // question of an earlier boot bounds nothing, and so tells no time.
  if (asked.asked_at) {
    heard_at_ = *asked.asked_at;
    console_time_ = contract::ToCore(beacon.console_time());
    if (Silence() < contract::kBeaconStale) alarm_ = Alarm::kQuiet;
  }
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
