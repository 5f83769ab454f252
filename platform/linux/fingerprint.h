#ifndef SEKISHO_PLATFORM_LINUX_FINGERPRINT_H_
#define SEKISHO_PLATFORM_LINUX_FINGERPRINT_H_

#include <cstddef>
#include <span>
#include <string>

namespace sekisho::platform {

// SHA-256 (FIPS 180-4) of cached descriptors as 64 lower-case hex digits: the same number that
// agentd and the console know a device by.
std::string FingerprintHex(std::span<const std::byte> descriptors);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FINGERPRINT_H_
