#include "agent/core/grant.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace sekisho::core {
namespace {

// CLOCK_BOOTTIME is never negative; a caller that says so is taken for the boot's first instant,
// which also keeps the differences below from overflowing.
BootTime NotNegative(BootTime time) { return std::max(time, BootTime::zero()); }

// now + wait, at the far end when there is no such time.
BootTime Later(BootTime now, BootTime wait) {
  if (now > BootTime::max() - wait) return BootTime::max();
  return now + wait;
}

// later − earlier, for later > earlier, at most kMaxGrant: no overflow for any pair.
std::chrono::milliseconds Remaining(WallTime earlier, WallTime later) {
  const auto difference = static_cast<std::uint64_t>(later.time_since_epoch().count()) -
                          static_cast<std::uint64_t>(earlier.time_since_epoch().count());
  constexpr auto kMost = std::chrono::milliseconds(kMaxGrant).count();
  return std::chrono::milliseconds(
      std::min<std::uint64_t>(difference, static_cast<std::uint64_t>(kMost)));
}

}  // namespace

bool IsRunning(const Grant& grant, const Here& here) {
  return !grant.end && grant.claims.boot_id == here.boot_id &&
         NotNegative(here.now) < grant.claims.deadline;
}

std::variant<Grant, GrantRefusal> Accept(const GrantClaims& claims, std::span<const Grant> held,
                                         const Here& here) {
  if (claims.organisation_id != here.organisation_id) return GrantRefusal::kOtherOrganisation;
  if (claims.terminal_id != here.terminal_id) return GrantRefusal::kOtherTerminal;
  const auto is_same = [&](const Grant& each) { return each.claims.grant_id == claims.grant_id; };
  if (std::ranges::any_of(held, is_same)) return GrantRefusal::kReplayed;
  if (claims.boot_id != here.boot_id) return GrantRefusal::kOtherBoot;
  const BootTime now = NotNegative(here.now);
  if (claims.deadline <= now) return GrantRefusal::kExpired;
  if (claims.deadline - now > kMaxGrant) return GrantRefusal::kTooLong;
  if (claims.action == Action::kBlock ||
      (claims.action == Action::kReadOnly && here.read_only != ReadOnlySupport::kHeld)) {
    return GrantRefusal::kActionUnavailable;
  }
  const auto live = static_cast<std::size_t>(std::ranges::count_if(
      held, [&](const Grant& each) { return !each.end && !DueEnd(each, here); }));
  if (live >= kMaxLiveGrants) return GrantRefusal::kTooMany;
  return Grant{.claims = claims, .active_port = {}, .end = {}, .written = 0, .counted = {}};
}

std::optional<GrantEnd> DueEnd(const Grant& grant, const Here& here) {
  if (grant.end) return std::nullopt;
  if (grant.claims.boot_id == here.boot_id) {
    if (NotNegative(here.now) >= grant.claims.deadline) return GrantEnd::kExpired;
    if (grant.claims.max_written != 0 && grant.written >= grant.claims.max_written) {
      return GrantEnd::kVolume;
    }
    return std::nullopt;
  }
  if (grant.claims.reboot != RebootPolicy::kSurvivesReboot) return GrantEnd::kRebooted;
  if (here.console_time && *here.console_time >= grant.claims.expires_at) {
    return GrantEnd::kExpired;
  }
  return std::nullopt;
}

std::optional<GrantClaims> Resume(const Grant& grant, const Here& here) {
  if (grant.end || grant.claims.boot_id == here.boot_id) return std::nullopt;
  if (grant.claims.reboot != RebootPolicy::kSurvivesReboot) return std::nullopt;
  if (!here.console_time || *here.console_time >= grant.claims.expires_at) return std::nullopt;
  GrantClaims resumed = grant.claims;
  resumed.boot_id = here.boot_id;
  resumed.deadline =
      Later(NotNegative(here.now), Remaining(*here.console_time, grant.claims.expires_at));
  return resumed;
}

bool Covers(const GrantClaims& claims, const Device& device) {
  return claims.device_fingerprint == device.fingerprint && claims.device_serial == device.serial &&
         (claims.port_path.empty() || claims.port_path == device.port_path);
}

const char* Name(GrantRefusal refusal) {
  switch (refusal) {
    case GrantRefusal::kOtherOrganisation:
      return "other_organisation";
    case GrantRefusal::kOtherTerminal:
      return "other_terminal";
    case GrantRefusal::kOtherBoot:
      return "other_boot";
    case GrantRefusal::kExpired:
      return "expired";
    case GrantRefusal::kReplayed:
      return "replayed";
    case GrantRefusal::kTooLong:
      return "too_long";
    case GrantRefusal::kActionUnavailable:
      return "action_unavailable";
    case GrantRefusal::kTooMany:
      return "too_many";
  }
  return "expired";
}

const char* Name(GrantEnd end) {
  switch (end) {
    case GrantEnd::kExpired:
      return "expired";
    case GrantEnd::kReturned:
      return "returned";
    case GrantEnd::kRevoked:
      return "revoked";
    case GrantEnd::kRebooted:
      return "rebooted";
    case GrantEnd::kVolume:
      return "volume";
  }
  return "expired";
}

const char* Name(Action action) {
  switch (action) {
    case Action::kBlock:
      return "block";
    case Action::kReadOnly:
      return "read_only";
    case Action::kAllow:
      return "allow";
  }
  return "block";
}

}  // namespace sekisho::core
