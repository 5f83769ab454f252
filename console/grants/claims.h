#ifndef SEKISHO_CONSOLE_GRANTS_CLAIMS_H_
#define SEKISHO_CONSOLE_GRANTS_CLAIMS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/clock.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/operator_service.pb.h"
#include "sekisho/v1/policy.pb.h"

// The rules of issuing exceptions. Pure.
namespace sekisho::console::grants {

// Whether a role may grant this long under these limits. INVALID_ARGUMENT for 0 seconds,
// PERMISSION_DENIED above the role's limit; says what would be possible.
absl::Status CheckLength(v1::Role role, const v1::ExceptionLimits& limits, std::uint32_t seconds);

// How much may be written under a grant that asks for `asked` bytes (0: as much as there may be):
// the policy's bound where nothing was asked, and none for one that only reads. PERMISSION_DENIED
// above it, INVALID_ARGUMENT for a bound on reading.
absl::StatusOr<std::uint64_t> VolumeFor(v1::Action action, const v1::ExceptionLimits& limits,
                                        std::uint64_t asked);

// A reason and a ticket number, both with something in them. INVALID_ARGUMENT.
absl::Status CheckReasonAndTicket(const std::string& reason, const std::string& ticket);

// What the terminal's clock said, and how long ago by the console's own clock.
struct ClockReading {
  std::string boot_id;
  std::uint64_t boottime_ns = 0;
  std::chrono::nanoseconds age{};
};

// Sets boot_id, deadline_boottime_ns, issued_at and expires_at: the deadline is what the terminal's
// clock will show `seconds` from now.
void SetDeadline(v1::GrantClaims& claims, const ClockReading& reading, WallTime now,
                 std::uint32_t seconds);

}  // namespace sekisho::console::grants

#endif  // SEKISHO_CONSOLE_GRANTS_CLAIMS_H_
