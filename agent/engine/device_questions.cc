#include "agent/engine/device_questions.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

// More than the seam takes when all is well; what it promises at worst would be a long time for a
// person to wait for a word.
constexpr std::chrono::seconds kBound{3};

// Microsoft OS 1.0 compatible ids that say what a device is for (those that only choose a driver,
// such as WINUSB, do not).
std::optional<core::DeviceClass> ClassOf(std::string_view compatible_id) {
  if (compatible_id == "MTP") return core::DeviceClass::kPhone;
  if (compatible_id == "PTP") return core::DeviceClass::kCamera;
  if (compatible_id == "RNDIS") return core::DeviceClass::kNetworkAdapter;
  if (compatible_id == "BLUTUTH") return core::DeviceClass::kBluetooth;
  return std::nullopt;
}

bool WorthAsking(const DeviceEntry& entry) {
  return entry.device.bus == core::Bus::kUsb && entry.fault.empty() &&
         entry.handling == Handling::kSettled && entry.verdict.action == core::Action::kBlock &&
         entry.enforced == core::Authorisation::kUnauthorised &&
         entry.device.classes.contains(core::DeviceClass::kUnknown);
}

bool IsAsked(const DeviceEntry& entry) {
  return entry.asking == Asking::kAsked || entry.asking == Asking::kAskedOpen;
}

}  // namespace

bool DeviceQuestions::WantsReports(const DeviceEntry& entry) const {
  if (entry.reports_asked == DeviceEntry::ReportsAsked::kYes) return false;
  // Elsewhere it could not be configured without giving its interfaces to drivers.
  if (entry.interface_support != core::InterfaceSupport::kHeld) return false;
  const std::size_t count = core::Untold(entry.device).size();
  return count > 0 && count <= platform::kMaxHidQuestions && names_keys_();
}

bool DeviceQuestions::HoldsBack(DeviceEntry& entry) {
  if (IsAsked(entry)) return true;
  if (seams_.usb_probe == nullptr || !WorthAsking(entry)) return false;
  const bool reports = WantsReports(entry);
  if (!reports && entry.asking != Asking::kNot) return false;
  const std::string port_path = entry.device.port_path;
  const std::weak_ptr<platform::OpenDevice> held = entry.held;
  const std::weak_ptr<DeviceQuestions*> self = self_;
  bounds_.insert_or_assign(port_path,
                           seams_.loop.At(seams_.clock.Now() + kBound,
                                          [this, port_path, held] { Settle(port_path, held); }));
  const auto answered = [self, port_path,
                         held](const platform::Result<platform::UsbAnswers>& answers) {
    const std::shared_ptr<DeviceQuestions*> here = self.lock();
    if (here) (*here)->Answered(port_path, held, answers);
  };
  if (reports) {
    entry.asking = Asking::kAskedOpen;
    seams_.usb_probe->AskReports(*entry.held, core::Untold(entry.device), answered);
  } else {
    entry.asking = Asking::kAsked;
    seams_.usb_probe->Ask(*entry.held, answered);
  }
  return IsAsked(entry);
}

bool DeviceQuestions::Interrupt(DeviceEntry& entry) {
  if (!IsAsked(entry)) return false;
  const bool open = std::exchange(entry.asking, Asking::kSettled) == Asking::kAskedOpen;
  bounds_.erase(entry.device.port_path);
  if (!open || entry.enforced == core::Authorisation::kAuthorised) return true;
  const platform::Outcome shut = seams_.enforcer.Deauthorise(*entry.held);
  if (!shut.ok() && shut.failure().code != std::errc::no_such_device) {
    Log(Severity::kError,
        absl::StrCat("shut a device that was asked: ", shut.failure().ToString()));
    entry.enforced = core::Authorisation::kAuthorised;  // for the next pass to shut
  }
  return true;
}

void DeviceQuestions::Tell(DeviceEntry& entry) const {
  if (!core::CouldBeTold(entry.device)) return;
  entry.device = core::Told(entry.device, names_keys_() ? entry.reports : core::HidReports{});
}

void DeviceQuestions::Answered(const std::string& port_path,
                               const std::weak_ptr<platform::OpenDevice>& held,
                               const platform::Result<platform::UsbAnswers>& answers) {
  DeviceEntry* entry = table_.Find(port_path);
  // Another device sits there by now: the answer is not about it.
  if (entry == nullptr || held.expired() || entry->held != held.lock()) return;
  if (answers.ok() && entry->asking == Asking::kAskedOpen) entry->reports = answers->hid_reports;
  if (answers.ok()) {
    for (const std::string& id : answers->compatible_ids) {
      if (entry->told.compatible_ids.size() == kMaxToldIds) break;
      entry->told.compatible_ids.push_back(id);
      if (const std::optional<core::DeviceClass> device_class = ClassOf(id)) {
        entry->told.classes.insert(*device_class);
      }
    }
  } else if (answers.failure().code != std::errc::protocol_error &&
             answers.failure().code != std::errc::no_such_device) {
    // Not the device's fault alone: whoever looks after the terminal should see it.
    Log(Severity::kWarning,
        absl::StrCat("a refused device was not asked what it is: ", answers.failure().ToString()));
  }
  Settle(port_path, held);
}

void DeviceQuestions::Settle(const std::string& port_path,
                             const std::weak_ptr<platform::OpenDevice>& held) {
  DeviceEntry* entry = table_.Find(port_path);
  if (entry == nullptr || held.expired() || entry->held != held.lock()) return;
  const bool reports = entry->asking == Asking::kAskedOpen;
  if (!Interrupt(*entry)) return;
  if (reports) entry->reports_asked = DeviceEntry::ReportsAsked::kYes;
  settled_();
}

}  // namespace sekisho::engine
