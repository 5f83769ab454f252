// Devices that are open in part: how they are opened, and who opens more of them.
#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/core/classify.h"
#include "agent/engine/device_control.h"

namespace sekisho::engine {

platform::Outcome DeviceControl::Authorise(DeviceEntry& entry) {
  // The worker that asks it has interfaces that are a driver's now.
  (void)questions_.Interrupt(entry);
  entry.enforced = core::Authorisation::kAuthorised;  // before the notice of it can be read
  const std::vector<std::uint8_t>& shut = entry.verdict.shut_interfaces;
  const bool whole = shut.empty() || !mode_.Refuses();
  platform::Outcome opened =
      whole ? seams_.enforcer.Authorise(*entry.held)
            : seams_.enforcer.AuthoriseOnly(*entry.held, core::OpenInterfaces(entry.device, shut));
  if (!opened.ok()) return opened;
  // What was shut and is open now, nothing tells: its driver may not want it.
  for (auto& [number, now] : entry.interfaces) {
    const bool open = whole || !std::ranges::binary_search(shut, number);
    now = open ? core::Authorisation::kAuthorised : core::Authorisation::kUnauthorised;
  }
  return opened;
}

DeviceTable::Reread DeviceControl::Look(DeviceEntry& entry) {
  const std::map<std::uint8_t, core::Authorisation> before = entry.interfaces;
  const DeviceTable::Reread reread = table_.Look(entry.device.port_path);
  if (!mode_.Refuses() || entry.handling == Handling::kClosing) return reread;
  for (const std::uint8_t number : entry.verdict.shut_interfaces) {
    const auto was = before.find(number);
    const auto is = entry.interfaces.find(number);
    if (is == entry.interfaces.end() || is->second != core::Authorisation::kAuthorised) continue;
    if (was != before.end() && was->second == core::Authorisation::kAuthorised) continue;
    v1::Event event = EventAbout(v1::EVENT_KIND_BARRIER_LOOSE, entry);
    AddParameter(event, "what", "interface authorised by another program");
    AddParameter(event, "interface", absl::StrCat(number));
    (void)reporter_.Record(std::move(event));
  }
  return reread;
}

// An interface that is authorised, and that nobody has taken yet, is told by nothing.
void DeviceControl::LookAtParts() {
  for (const std::string& port_path : table_.Ports()) {
    const DeviceEntry* entry = table_.Find(port_path);
    if (entry != nullptr && !entry->verdict.shut_interfaces.empty()) Altered(port_path);
  }
}

}  // namespace sekisho::engine
