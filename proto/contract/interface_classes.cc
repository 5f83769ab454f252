#include "proto/contract/interface_classes.h"

#include <set>

#include "agent/core/classify.h"
#include "proto/contract/convert.h"

namespace sekisho::contract {

std::vector<v1::DeviceClass> ClassesOfInterface(const v1::Device& device, std::uint32_t number) {
  const absl::StatusOr<core::Device> valid = ToCore(device);
  if (!valid.ok()) return {};
  std::set<core::DeviceClass> classes;
  for (const core::UsbInterface& each : valid->interfaces) {
    if (each.number == number) classes.merge(core::ClassesOf(each, *valid));
  }
  std::vector<v1::DeviceClass> shown;
  for (const core::DeviceClass each : classes) shown.push_back(ToProto(each));
  return shown;
}

}  // namespace sekisho::contract
