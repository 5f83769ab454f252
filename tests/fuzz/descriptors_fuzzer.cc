// What a hostile USB device says about itself. Whatever it is, it parses the same way twice, has a
// class, fits into a report, and cannot hide an interface behind the bytes before it.
#include <algorithm>
#include <span>

#include "agent/core/decide.h"
#include "agent/core/device.h"
#include "agent/core/hid_report.h"
#include "agent/core/identity.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "tests/fuzz/check.h"

namespace sekisho {
namespace {

// Leaves room in a record for the rest of an event.
constexpr std::size_t kMostDeviceBytes = contract::kMaxRecordBytes - 2048;

void CheckDevice(const core::Device& device) {
  FUZZ_CHECK(!device.classes.empty());
  FUZZ_CHECK(device.interfaces.size() <= core::kMaxInterfaces);
  const v1::Device proto = contract::ToProto(device);
  FUZZ_CHECK(contract::CheckBounds(proto).ok());
  FUZZ_CHECK(proto.ByteSizeLong() <= kMostDeviceBytes);
  const auto back = contract::ToCore(proto);
  FUZZ_CHECK(back.ok());
  FUZZ_CHECK(*back == device);
}

// A storage interface after any device that parses is seen, and is not adopted with the rest.
void CheckNothingHides(core::RawDevice raw) {
  for (const int byte : {9, 4, 0, 0, 0, 8, 6, 0x50, 0}) {
    raw.descriptors.push_back(static_cast<std::byte>(byte));
  }
  const auto parsed = core::ParseDevice(raw);
  if (const auto* fault = std::get_if<core::DescriptorFault>(&parsed)) {
    FUZZ_CHECK(*fault == core::DescriptorFault::kTooLong ||
               *fault == core::DescriptorFault::kTooManyInterfaces ||
               *fault == core::DescriptorFault::kNoConfiguration);
    return;
  }
  const auto& device = std::get<core::Device>(parsed);
  FUZZ_CHECK(device.classes.contains(core::DeviceClass::kStorage));
  FUZZ_CHECK(!core::Adoptable(device));
}

// It has an identity exactly when it parses; what differs by speed does not count, and a storage
// interface more does.
void CheckIdentity(core::RawDevice raw, bool parses) {
  const auto identity = core::IdentityBytes(raw);
  FUZZ_CHECK(identity.has_value() == parses);
  FUZZ_CHECK(core::IdentityBytes(raw) == identity);
  (void)core::ConfidenceOf(raw.serial);
  if (!parses) return;
  core::RawDevice faster = raw;
  faster.port_path = "3-2.1";
  faster.descriptors[2] = std::byte{0x20};
  faster.descriptors[3] = std::byte{0x03};
  faster.descriptors[7] = std::byte{9};
  FUZZ_CHECK(core::IdentityBytes(faster) == identity);
  core::RawDevice other = raw;
  other.serial += "1";
  FUZZ_CHECK(core::IdentityBytes(other) != identity);
}

// Whatever its HID interfaces say, a device that could be told stays the same but for what they
// tell, twice told is once told, and a keyboard is never talked away.
void CheckTold(const core::Device& device, const core::HidReports& reports) {
  const core::Device told = core::Told(device, reports);
  FUZZ_CHECK(core::Told(told, reports) == told);
  FUZZ_CHECK(told.interfaces.size() == device.interfaces.size());
  FUZZ_CHECK(!told.classes.empty());
  FUZZ_CHECK(told.classes.contains(core::DeviceClass::kKeyboard) ==
             device.classes.contains(core::DeviceClass::kKeyboard));
  FUZZ_CHECK(told.classes.contains(core::DeviceClass::kStorage) ==
             device.classes.contains(core::DeviceClass::kStorage));
  if (!core::CouldBeTold(device)) FUZZ_CHECK(told.interfaces == device.interfaces);
  CheckDevice(told);
}

// What is taken for a security key is none any more with a keyboard's collection behind it.
void CheckUse(std::span<const std::byte> report) {
  if (core::UseOf(report) != core::HidUse::kSecurityKey) return;
  std::vector<std::byte> types(report.begin(), report.end());
  for (const int byte : {0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0xc0}) {
    types.push_back(static_cast<std::byte>(byte));
  }
  FUZZ_CHECK(core::UseOf(types) == core::HidUse::kUntold);
}

}  // namespace
}  // namespace sekisho

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  core::RawDevice raw;
  raw.port_path = "2-1";
  raw.descriptors.assign(bytes, bytes + size);
  // Its strings are as hostile as its descriptors: the same bytes serve.
  raw.serial.assign(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 600));
  raw.product.assign(raw.serial.rbegin(), raw.serial.rend());
  const auto parsed = core::ParseDevice(raw);
  FUZZ_CHECK(core::ParseDevice(raw) == parsed);
  CheckIdentity(raw, std::holds_alternative<core::Device>(parsed));
  if (const auto* device = std::get_if<core::Device>(&parsed)) {
    CheckDevice(*device);
    CheckNothingHides(raw);
    CheckTold(*device, {{0, raw.descriptors}, {1, {}}});
  }
  CheckUse(raw.descriptors);
  return 0;
}
