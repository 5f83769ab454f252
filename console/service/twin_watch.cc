#include "console/service/twin_watch.h"

#include <algorithm>
#include <utility>

namespace sekisho::console::service {
namespace {

// How late a Status may come: on its way while its machine went down and another came up.
constexpr std::chrono::seconds kOnItsWay{10};
constexpr std::chrono::hours kTellAgain{1};
// Two machines alternate; a terminal that is started often must not fill the console's memory.
constexpr std::size_t kMaxLeft = 8;
// A century: what a terminal says of its clock is only believed as far as arithmetic goes.
constexpr std::uint64_t kMaxUp = 3'155'760'000'000'000'000;

}  // namespace

const char* Name(TwinSign sign) {
  switch (sign) {
    case TwinSign::kBoot:
      return "boot";
    case TwinSign::kStream:
      return "stream";
    case TwinSign::kHardware:
      return "hardware";
    case TwinSign::kRecord:
      return "record";
    case TwinSign::kKey:
      return "key";
  }
  return "";
}

TwinWatch::Seen& TwinWatch::SeenOf(const store::TerminalRecord& terminal) {
  Seen& seen = seen_[terminal.terminal_id];
  if (seen.enrolment != terminal.enrolment) {
    seen = Seen{};
    seen.enrolment = terminal.enrolment;
  }
  if (seen.hardware.empty()) seen.hardware = terminal.hardware;
  return seen;
}

std::optional<TwinSign> TwinWatch::Look(const store::TerminalRecord& terminal,
                                        const v1::Status& status, std::chrono::nanoseconds now) {
  std::lock_guard lock(mutex_);
  Seen& seen = SeenOf(terminal);
  std::optional<TwinSign> sign;
  if (!status.hardware().empty()) {
    if (seen.hardware.empty()) seen.hardware = status.hardware();
    if (seen.hardware != status.hardware()) sign = TwinSign::kHardware;
  }
  if (!seen.boot_id.empty() && seen.boot_id != status.boot_id()) {
    const auto started = now - std::chrono::nanoseconds(std::min(status.boottime_ns(), kMaxUp));
    if (std::ranges::find(seen.left, status.boot_id()) != seen.left.end()) {
      sign = TwinSign::kBoot;
      std::erase(seen.left, status.boot_id());
    } else if (started + kOnItsWay < seen.heard) {
      sign = TwinSign::kStream;
    }
    seen.left.push_back(std::move(seen.boot_id));
    if (seen.left.size() > kMaxLeft) seen.left.pop_front();
  }
  seen.boot_id = status.boot_id();
  seen.heard = now;
  return sign;
}

bool TwinWatch::ShouldTell(const store::TerminalRecord& terminal, TwinSign sign,
                           std::chrono::nanoseconds now) {
  std::lock_guard lock(mutex_);
  std::map<TwinSign, std::chrono::nanoseconds>& told = SeenOf(terminal).told;
  const auto found = told.find(sign);
  if (found != told.end() && now - found->second < kTellAgain) return false;
  told[sign] = now;
  return true;
}

}  // namespace sekisho::console::service
