// What a policy would do before it does it.
#include <set>

#include "agent/core/classify.h"
#include "agent/engine/device_control.h"

namespace sekisho::engine {
namespace {

// How one kind fares: some are open, some stay so.
struct Tally {
  std::size_t open = 0;
  std::size_t kept = 0;
  InputFate fate() const {
    if (open == 0) return InputFate::kNoneOpen;
    return kept > 0 ? InputFate::kKept : InputFate::kLost;
  }
};

}  // namespace

InputFates DeviceControl::Foresee(const core::Policy& policy) const {
  if (!mode_.Refuses()) return {};
  Tally keyboards;
  Tally pointers;
  for (const auto& [port_path, entry] : table_.entries()) {
    if (entry.enforced != core::Authorisation::kAuthorised ||
        entry.verdict.action == core::Action::kBlock) {
      continue;
    }
    const std::set<core::DeviceClass> now =
        core::OpenClasses(entry.device, entry.verdict.shut_interfaces);
    const core::Verdict verdict = DecideOn(entry, &policy);
    const std::set<core::DeviceClass> then =
        verdict.action == core::Action::kBlock
            ? std::set<core::DeviceClass>()
            : core::OpenClasses(entry.device, verdict.shut_interfaces);
    const auto count = [&](core::DeviceClass device_class, Tally& tally) {
      if (!now.contains(device_class)) return;
      ++tally.open;
      tally.kept += then.contains(device_class) ? 1 : 0;
    };
    count(core::DeviceClass::kKeyboard, keyboards);
    count(core::DeviceClass::kPointer, pointers);
  }
  return {keyboards.fate(), pointers.fate()};
}

}  // namespace sekisho::engine
