#include "console/grants/claims.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert.h"
#include "proto/contract/volume.h"

namespace sekisho::console::grants {
namespace {

std::uint32_t LongestFor(v1::Role role, const v1::ExceptionLimits& limits) {
  if (role == v1::ROLE_ADMIN) return limits.admin_max_seconds();
  if (role == v1::ROLE_HELPDESK) return limits.helpdesk_max_seconds();
  return 0;
}

std::string InWords(std::uint32_t seconds) {
  if (seconds % 3600 == 0) return absl::StrCat(seconds / 3600, "h");
  if (seconds % 60 == 0) return absl::StrCat(seconds / 60, "m");
  return absl::StrCat(seconds, "s");
}

bool HasText(const std::string& text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isspace(c) == 0; });
}

}  // namespace

absl::Status CheckLength(v1::Role role, const v1::ExceptionLimits& limits, std::uint32_t seconds) {
  const std::uint32_t longest = LongestFor(role, limits);
  if (seconds == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("say for how long, at most ", InWords(longest), " (--for 15m)"));
  }
  if (seconds <= longest) return absl::OkStatus();
  if (longest == 0) {
    return absl::PermissionDeniedError(
        "the policy of this terminal's group lets your role make no exceptions");
  }
  const bool admin_could = role == v1::ROLE_HELPDESK && seconds <= limits.admin_max_seconds();
  return absl::PermissionDeniedError(absl::StrCat(
      "at most ", InWords(longest), " for your role under this group's policy: use --for ",
      InWords(longest), admin_could ? ", or ask an admin" : ""));
}

absl::StatusOr<std::uint64_t> VolumeFor(v1::Action action, const v1::ExceptionLimits& limits,
                                        std::uint64_t asked) {
  if (action == v1::ACTION_READ_ONLY) {
    if (asked == 0) return 0;
    return absl::InvalidArgumentError(
        "nothing is written to what is opened to read: leave "
        "--max-volume out");
  }
  const std::uint64_t most = limits.max_written_bytes();
  if (asked == 0) return most;
  if (most != 0 && asked > most) {
    return absl::PermissionDeniedError(absl::StrCat("at most ", contract::WriteVolume(most),
                                                    " under this group's policy: use --max-volume ",
                                                    contract::WriteVolume(most)));
  }
  return asked;
}

absl::Status CheckReasonAndTicket(const std::string& reason, const std::string& ticket) {
  if (!HasText(reason)) {
    return absl::InvalidArgumentError("say why (--reason \"…\"): it is kept with the exception");
  }
  if (!HasText(ticket)) {
    return absl::InvalidArgumentError(
        "give the number of the paper or ticket that approves it (--ticket NUMBER)");
  }
  return absl::OkStatus();
}

void SetDeadline(v1::GrantClaims& claims, const ClockReading& reading, WallTime now,
                 std::uint32_t seconds) {
  const std::chrono::nanoseconds run = std::chrono::seconds(seconds);
  claims.set_boot_id(reading.boot_id);
  claims.set_deadline_boottime_ns(reading.boottime_ns +
                                  static_cast<std::uint64_t>((reading.age + run).count()));
  *claims.mutable_issued_at() = contract::ToProto(now);
  *claims.mutable_expires_at() = contract::ToProto(now + std::chrono::seconds(seconds));
}

}  // namespace sekisho::console::grants
