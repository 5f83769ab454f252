#ifndef SEKISHO_AGENT_CORE_GRANT_H_
#define SEKISHO_AGENT_CORE_GRANT_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/device.h"
#include "agent/core/policy.h"

namespace sekisho::core {

// CLOCK_BOOTTIME since the boot named beside it.
using BootTime = std::chrono::nanoseconds;
// Seconds since the Unix epoch, by the console's signed word or by the terminal's own clock; the
// name of the variable says whose.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// What the signature on a grant covers, validated (sekisho.v1.GrantClaims).
struct GrantClaims {
  std::string organisation_id;
  std::string grant_id;
  std::string terminal_id;
  Fingerprint device_fingerprint{};
  std::string device_serial;
  std::string port_path;  // empty: any port
  Action action = Action::kBlock;
  std::string boot_id;
  BootTime deadline{};
  WallTime issued_at{};
  WallTime expires_at{};
  RebootPolicy reboot = RebootPolicy::kEndsAtReboot;
  std::int64_t uid = -1;
  std::string reason;
  std::string ticket;
  std::string requested_by;
  std::string approved_by;
  std::string reference;
  std::uint64_t max_written = 0;  // bytes, to the medium; 0: any amount
  friend bool operator==(const GrantClaims&, const GrantClaims&) = default;
};

enum class GrantEnd {
  kExpired,
  kReturned,
  kRevoked,
  kRebooted,
  kVolume,  // as much was written as may be
};

// A grant that the terminal holds. Persisted; the ended ones are kept as used nonces until their
// expires_at is 24 hours past by the console's word, or for the boot.
struct Grant {
  GrantClaims claims;
  // Where the one active instance sits; empty while the device is away.
  std::string active_port;
  std::optional<GrantEnd> end;
  // Where claims.max_written bounds it: bytes written under it, and the medium's own count of them
  // when it was looked at last; none: not yet, where it sits now.
  std::uint64_t written = 0;
  std::optional<std::uint64_t> counted;
  friend bool operator==(const Grant&, const Grant&) = default;
};

// Whether this terminal could hold a medium read-only.
enum class ReadOnlySupport { kUnavailable, kHeld };

// Who and when, as the terminal knows it at this moment.
struct Here {
  std::string organisation_id;
  std::string terminal_id;
  std::string boot_id;
  BootTime now{};
  // The console's time as of now, if a fresh Beacon told it in this boot.
  std::optional<WallTime> console_time;
  ReadOnlySupport read_only = ReadOnlySupport::kUnavailable;
};

enum class GrantRefusal {
  kOtherOrganisation,
  kOtherTerminal,
  kOtherBoot,
  kExpired,
  kReplayed,           // this grant id was accepted before
  kTooLong,            // runs longer than kMaxGrant from now
  kActionUnavailable,  // read-only where it cannot be held
  kTooMany,            // more than kMaxLiveGrants live ones
};

inline constexpr std::chrono::hours kMaxGrant{24};
inline constexpr std::size_t kMaxLiveGrants = 64;

// Transitions. Pure: each returns what is new and changes nothing.
std::variant<Grant, GrantRefusal> Accept(const GrantClaims& claims, std::span<const Grant> held,
                                         const Here& here);
// Checked in this order: organisation, terminal, replay, boot, deadline, length, action, number.
// The wall clock is never asked.

// Whether it opens anything now: not ended, of this boot, before its deadline.
bool IsRunning(const Grant& grant, const Here& here);
// The end that is due now for a grant that has none yet, if any: deadline reached, as much written
// as may be, or another boot.
// One of an earlier boot that survives reboots is not running, but not due either, until the
// console's time is known: then Resume, or, at or after expires_at, kExpired.
std::optional<GrantEnd> DueEnd(const Grant& grant, const Here& here);
// For a grant of an earlier boot that survives reboots: its deadline on this boot's clock, once the
// console's time is known; nullopt while it is not, or when it is over.
std::optional<GrantClaims> Resume(const Grant& grant, const Here& here);
// Whether the grant speaks of this device (fingerprint, serial, port).
bool Covers(const GrantClaims& claims, const Device& device);

const char* Name(GrantRefusal refusal);
const char* Name(GrantEnd end);
const char* Name(Action action);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_GRANT_H_
