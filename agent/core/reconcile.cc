#include "agent/core/reconcile.h"

#include <algorithm>
#include <cstddef>

namespace sekisho::core {
namespace {

// How many hubs deep: "usb2" 0, "2-1" 1, "2-1.4" 2.
std::ptrdiff_t Depth(const std::string& port_path) {
  return std::ranges::count(port_path, '-') + std::ranges::count(port_path, '.');
}

bool HubsFirst(const std::string& a, const std::string& b) {
  const std::ptrdiff_t depth_a = Depth(a);
  const std::ptrdiff_t depth_b = Depth(b);
  return depth_a != depth_b ? depth_a < depth_b : a < b;
}

struct Differences {
  bool open_to_shut = false;
  bool shut_to_open = false;
};

Differences DifferencesIn(const DevicePosition& position) {
  Differences found;
  for (const auto& [number, now] : position.interfaces) {
    const bool shut = std::ranges::binary_search(position.wanted.shut_interfaces, number);
    const bool open = now == Authorisation::kAuthorised;
    found.open_to_shut = found.open_to_shut || (open && shut);
    found.shut_to_open = found.shut_to_open || (!open && !shut);
  }
  return found;
}

}  // namespace

std::vector<Effect> Reconcile(std::span<const DevicePosition> positions) {
  std::vector<std::string> shuts;
  std::vector<std::string> opens;
  for (const DevicePosition& position : positions) {
    const bool open = position.enforced == Authorisation::kAuthorised;
    const bool wanted_open = position.wanted.action != Action::kBlock;
    const Differences within = DifferencesIn(position);
    if (open && (!wanted_open || within.open_to_shut)) {
      shuts.push_back(position.port_path);
    } else if (wanted_open && (!open || within.shut_to_open)) {
      opens.push_back(position.port_path);
    }
  }
  std::ranges::sort(shuts, [](const auto& a, const auto& b) { return HubsFirst(b, a); });
  std::ranges::sort(opens, HubsFirst);
  std::vector<Effect> effects;
  for (std::string& port_path : shuts) effects.push_back(Shut{std::move(port_path)});
  for (std::string& port_path : opens) effects.push_back(Open{std::move(port_path)});
  return effects;
}

}  // namespace sekisho::core
