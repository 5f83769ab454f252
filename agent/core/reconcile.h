#ifndef SEKISHO_AGENT_CORE_RECONCILE_H_
#define SEKISHO_AGENT_CORE_RECONCILE_H_

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "agent/core/decide.h"

namespace sekisho::core {

enum class Authorisation { kUnauthorised, kAuthorised };

// One present device: what is wanted, and what is enforced now.
struct DevicePosition {
  std::string port_path;
  Fingerprint fingerprint{};
  Verdict wanted;
  Authorisation enforced = Authorisation::kUnauthorised;
  // Its interfaces by number, as they are now; none while it is shut.
  std::map<std::uint8_t, Authorisation> interfaces;
};

// What the engine must do, in this order. An Open must be recorded durably before it acts; a Shut
// acts and is then recorded.
struct Open {
  std::string port_path;
  friend bool operator==(const Open&, const Open&) = default;
};
struct Shut {
  std::string port_path;
  friend bool operator==(const Shut&, const Shut&) = default;
};
using Effect = std::variant<Shut, Open>;

// Pure: shuts first, then opens; hubs before what hangs below them when opening, after when
// shutting. A device with an interface open that is to be shut is shut whole, and opened anew once
// it is; one with an interface shut that may be open is opened again as it stands.
std::vector<Effect> Reconcile(std::span<const DevicePosition> positions);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_RECONCILE_H_
