#include "tests/bench/live_fleet.h"

#include <stdexcept>

#include "proto/contract/bounds.h"

namespace sekisho::bench {

LiveFleet::LiveFleet(const EnrolledFleet& fleet, const std::string& address)
    : fleet_(fleet),
      ring_(fleet.Ring()),
      bundles_(fleet.papers.size(), 0),
      in_flight_(fleet.papers.size(), 0),
      crowd_([this](int index, const v1::Sealed& sealed) { Take(index, sealed); }) {
  std::vector<std::string> boots;
  for (const Papers& papers : fleet.papers) {
    writers_.emplace_back(fleet.organisation_id, papers.terminal_id, *fleet.report_key);
    boots.push_back(writers_.back().boot_id());
  }
  crowd_.Open(address, fleet.authority_pem, fleet.papers, boots);
}

LiveFleet::~LiveFleet() = default;

void LiveFleet::LiveWithStatusEvery(std::chrono::seconds period) {
  statuses_ = std::jthread([this, period](const std::stop_token& stop) {
    // As terminals do: on the beats of the console's clock, which is this machine's (decision
    // 0009).
    const auto beats = static_cast<std::size_t>(period / contract::kStatusBeat);
    Clock::time_point next = Clock::now();
    for (std::size_t beat = 0; !stop.stop_requested(); beat = (beat + 1) % beats) {
      next += contract::kStatusBeat;
      std::this_thread::sleep_until(next);
      const std::size_t end = writers_.size() * (beat + 1) / beats;
      for (std::size_t i = writers_.size() * beat / beats; i < end; ++i) SayStatusOf(i);
    }
  });
}

void LiveFleet::SayStatus() {
  const std::size_t wanted = beacons_ + writers_.size();
  for (std::size_t i = 0; i < writers_.size(); ++i) SayStatusOf(i);
  crowd_.Await(std::chrono::seconds{60}, "a Beacon for each", [&] { return beacons_ >= wanted; });
  const std::lock_guard lock(mutex_);
  if (!failure_.empty()) throw std::runtime_error(failure_);
}

void LiveFleet::SayStatusOf(std::size_t i) {
  v1::Sealed status;
  {
    const std::lock_guard lock(mutex_);
    writers_[i].set_bundle_version(bundles_[i]);
    status = writers_[i].Status();
  }
  crowd_.at(i).Send(std::move(status));
}

void LiveFleet::ReportBlocks(std::size_t count) {
  const std::size_t wanted = acknowledged_ + count;
  for (std::size_t i = 0; i < count; ++i) {
    v1::Sealed sealed;
    {
      const std::lock_guard lock(mutex_);
      ++in_flight_[i];
      sealed = writers_[i].Next(1).sealed;
    }
    crowd_.at(i).Send(std::move(sealed));
  }
  crowd_.Await(std::chrono::seconds{60}, "acknowledgements",
               [&] { return acknowledged_ >= wanted; });
}

void LiveFleet::ReportOne() {
  v1::Sealed sealed;
  std::size_t index = 0;
  {
    const std::lock_guard lock(mutex_);
    std::size_t tried = 0;
    do {
      turn_ = (turn_ + 1) % writers_.size();
      if (++tried > writers_.size()) return;  // the console is behind with all of them
    } while (in_flight_[turn_] >= static_cast<int>(contract::kMaxBatchesInFlight));
    index = turn_;
    ++in_flight_[index];
    sealed = writers_[index].Next(1).sealed;
  }
  crowd_.at(index).Send(std::move(sealed));
}

std::size_t LiveFleet::HoldersOf(std::uint64_t version) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (auto it = holders_.lower_bound(version); it != holders_.end(); ++it) count += it->second;
  return count;
}

std::optional<Clock::time_point> LiveFleet::GrantedAt(const std::string& grant_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = granted_.find(grant_id);
  if (found == granted_.end()) return std::nullopt;
  return found->second;
}

void LiveFleet::Fail(const absl::Status& status) {
  const std::lock_guard lock(mutex_);
  failure_ = status.ToString();
}

void LiveFleet::Take(int index, const v1::Sealed& sealed) {
  const auto i = static_cast<std::size_t>(index);
  const v1::Purpose purpose = sealed.purpose();
  if (purpose == v1::PURPOSE_ACKNOWLEDGEMENT) {
    const auto message = contract::OpenAndParse<v1::Acknowledgement>(ring_, sealed, purpose);
    if (!message.ok()) return Fail(message.status());
    {
      const std::lock_guard lock(mutex_);
      --in_flight_[i];  // one record a batch, one acknowledgement each
    }
    ++acknowledged_;
  } else if (purpose == v1::PURPOSE_BEACON) {
    const auto message = contract::OpenAndParse<v1::Beacon>(ring_, sealed, purpose);
    if (!message.ok()) return Fail(message.status());
    ++beacons_;
  } else if (purpose == v1::PURPOSE_BUNDLE) {
    const auto message = contract::OpenAndParse<v1::Bundle>(ring_, sealed, purpose);
    if (!message.ok()) return Fail(message.status());
    const std::lock_guard lock(mutex_);
    if (bundles_[i] != 0) --holders_[bundles_[i]];
    bundles_[i] = message->version();
    ++holders_[bundles_[i]];
  } else if (purpose == v1::PURPOSE_GRANT) {
    const auto message = contract::OpenAndParse<v1::GrantClaims>(ring_, sealed, purpose);
    if (!message.ok()) return Fail(message.status());
    const Clock::time_point now = Clock::now();
    const std::lock_guard lock(mutex_);
    granted_.emplace(message->grant_id(), now);
  } else if (purpose != v1::PURPOSE_KEY_SET && purpose != v1::PURPOSE_GRANT_REVOCATION) {
    Fail(absl::InvalidArgumentError("the console said something out of turn"));
  }
}

}  // namespace sekisho::bench
