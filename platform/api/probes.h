#ifndef SEKISHO_PLATFORM_API_PROBES_H_
#define SEKISHO_PLATFORM_API_PROBES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/api/devices.h"

namespace sekisho::platform {

// Same meaning as sekisho.v1.ProbeResult.
enum class ProbeEnd {
  kHolds,    // tried, and refused as it must be
  kOpen,     // tried, and it went through
  kUntried,  // could not be tried: not a protection until it has been
};

// One attempt to get past a protection, really made.
struct ProbeAttempt {
  std::string name;  // e.g. "usb.refused-device"
  ProbeEnd end = ProbeEnd::kUntried;
  std::string detail;  // English, for the administrator: what was tried, what happened
};

// A device that is let in, with interfaces (their numbers) that must be shut.
struct PartlyOpen {
  const OpenDevice* device = nullptr;
  std::vector<std::uint8_t> shut;
};

// Attacks this terminal's own protections, harmlessly and leaving nothing behind.
class Probes {
 public:
  virtual ~Probes() = default;
  // `refused`: devices that are present and must be shut now, `partly`: others that must be so in
  // part; attempts are made on them too. Takes milliseconds; never blocks on a device.
  virtual std::vector<ProbeAttempt> Try(std::span<const OpenDevice* const> refused,
                                        std::span<const PartlyOpen> partly) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_PROBES_H_
