#include "agent/core/login_lockout.h"

#include <algorithm>

namespace sekisho::core {
namespace {

// More than any rule tells apart.
constexpr unsigned kMostWrong = 1000;

std::chrono::seconds DelayOf(unsigned wrong, const LockRule& rule) {
  if (wrong <= rule.free) return {};
  std::chrono::seconds delay = rule.first;
  for (unsigned i = rule.free + 1; i < wrong && delay < rule.most; ++i) delay *= 2;
  return std::min(delay, rule.most);
}

}  // namespace

Tally OneMoreWrong(const Tally& tally, const Moment& now) {
  return {.wrong = std::min(tally.wrong + 1, kMostWrong), .boot_id = now.boot_id, .last = now.now};
}

std::optional<BootTime> LockedFor(const Tally& tally, const LockRule& rule, const Moment& now) {
  const BootTime delay = DelayOf(tally.wrong, rule);
  const BootTime since = tally.boot_id == now.boot_id ? tally.last : BootTime::zero();
  // A time that lies ahead was never said by this boot's clock: then none of it has passed.
  const BootTime passed = std::max(now.now - since, BootTime::zero());
  if (passed >= delay) return std::nullopt;
  return delay - passed;
}

}  // namespace sekisho::core
