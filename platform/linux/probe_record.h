#ifndef SEKISHO_PLATFORM_LINUX_PROBE_RECORD_H_
#define SEKISHO_PLATFORM_LINUX_PROBE_RECORD_H_

#include <optional>
#include <string>
#include <string_view>

#include "platform/api/clock.h"
#include "platform/api/probes.h"

namespace sekisho::platform {

// Where `sekisho-barrier probe` leaves how its attempt ended, for agentd to report. On a tmpfs: an
// attempt proves nothing about the next boot.
inline constexpr const char* kProbeRecord = "/run/sekisho/probe/usb.new-device";

struct ProbeRecord {
  ProbeAttempt attempt;
  BootTime at{};
};

// Text, a "key value" a line, "end" last. Pure, and each the other's inverse.
std::string WriteProbeRecord(const ProbeRecord& record);
std::optional<ProbeRecord> ParseProbeRecord(std::string_view text);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_PROBE_RECORD_H_
