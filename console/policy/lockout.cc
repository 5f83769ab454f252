#include "console/policy/lockout.h"

#include <algorithm>
#include <optional>

#include "agent/core/decide.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

using store::PresentDevice;

bool Is(const PresentDevice& device, Input input) {
  const v1::DeviceClass device_class =
      input == Input::kKeyboard ? v1::DEVICE_CLASS_KEYBOARD : v1::DEVICE_CLASS_POINTER;
  return std::ranges::find(device.device.classes(), static_cast<int>(device_class)) !=
         device.device.classes().end();
}

bool OpenNow(const PresentDevice& device) {
  return device.belongs == PresentDevice::Belongs::kYes ||
         device.verdict.action() == v1::ACTION_ALLOW ||
         device.verdict.action() == v1::ACTION_READ_ONLY;
}

bool OpenUnder(const core::Policy& policy, const PresentDevice& device) {
  if (device.belongs == PresentDevice::Belongs::kYes) return true;
  if (device.verdict.reason() == v1::VERDICT_REASON_GRANT) return OpenNow(device);
  const absl::StatusOr<core::Device> known = contract::ToCore(device.device);
  if (!known.ok()) return false;
  core::Situation situation;
  situation.policy = &policy;
  return core::Decide(*known, situation).action != core::Action::kBlock;
}

std::optional<LockedOut> Judge(const core::Policy& policy, std::span<const PresentDevice> terminal,
                               Input input) {
  const auto counts = [&](PresentDevice::Sight sight) {
    return [=](const PresentDevice& each) { return Is(each, input) && each.sight == sight; };
  };
  const PresentDevice::Sight sight =
      std::ranges::any_of(terminal, counts(PresentDevice::Sight::kCurrent))
          ? PresentDevice::Sight::kCurrent
          : PresentDevice::Sight::kStale;
  const PresentDevice* open = nullptr;
  for (const PresentDevice& each : terminal) {
    if (!Is(each, input) || each.sight != sight || !OpenNow(each)) continue;
    if (OpenUnder(policy, each)) return std::nullopt;
    open = &each;
  }
  if (open == nullptr) return std::nullopt;
  return LockedOut{open->terminal_id, open->terminal_name, input, *open};
}

}  // namespace

std::vector<LockedOut> LockedOutBy(const core::Policy& policy,
                                   std::span<const PresentDevice> present) {
  std::vector<LockedOut> locked_out;
  while (!present.empty()) {
    const auto end = std::ranges::find_if(present, [&](const PresentDevice& each) {
      return each.terminal_id != present.front().terminal_id;
    });
    const std::span<const PresentDevice> terminal(present.begin(), end);
    for (const Input input : {Input::kKeyboard, Input::kPointer}) {
      if (std::optional<LockedOut> hit = Judge(policy, terminal, input)) {
        locked_out.push_back(*std::move(hit));
      }
    }
    present = present.subspan(terminal.size());
  }
  return locked_out;
}

}  // namespace sekisho::console::policy
