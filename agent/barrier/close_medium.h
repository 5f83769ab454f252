#ifndef SEKISHO_AGENT_BARRIER_CLOSE_MEDIUM_H_
#define SEKISHO_AGENT_BARRIER_CLOSE_MEDIUM_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>

#include "platform/api/clock.h"
#include "platform/api/devices.h"

namespace sekisho::barrier {

// What closing needs. Nothing is owned.
struct ClosingParts {
  const platform::Clock& clock;
  platform::DeviceSource& devices;
  platform::Enforcer& enforcer;
  platform::Media& media;
  std::function<std::string(std::span<const std::byte>)> fingerprint;
  // Lets that much time pass.
  std::function<void(std::chrono::milliseconds)> pause;
};

// Shuts exactly that device if it is there and open: names and ends whoever holds it (SIGTERM, a
// second's grace, SIGKILL), flushes within five seconds, unmounts, deauthorises, and cuts the port
// when anything of that did not work. Goes on past every failure: shut is what matters. Nothing to
// do (not there, another device, shut already) is no closure.
platform::Result<std::optional<platform::Closure>> CloseMedium(
    const ClosingParts& parts, const platform::OpenedDevice& opened);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_CLOSE_MEDIUM_H_
