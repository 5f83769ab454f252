#include "proto/contract/convert.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert_parts.h"

namespace sekisho::contract {
namespace {

using core::DeviceClass;

// Years 1 to 9999, as google.protobuf.Timestamp has them.
constexpr std::int64_t kFirstSecond = -62135596800;
constexpr std::int64_t kLastSecond = 253402300799;

constexpr std::pair<DeviceClass, v1::DeviceClass> kClasses[] = {
    {DeviceClass::kStorage, v1::DEVICE_CLASS_STORAGE},
    {DeviceClass::kOptical, v1::DEVICE_CLASS_OPTICAL},
    {DeviceClass::kTape, v1::DEVICE_CLASS_TAPE},
    {DeviceClass::kCardReader, v1::DEVICE_CLASS_CARD_READER},
    {DeviceClass::kPhone, v1::DEVICE_CLASS_PHONE},
    {DeviceClass::kCamera, v1::DEVICE_CLASS_CAMERA},
    {DeviceClass::kPrinter, v1::DEVICE_CLASS_PRINTER},
    {DeviceClass::kNetworkAdapter, v1::DEVICE_CLASS_NETWORK_ADAPTER},
    {DeviceClass::kWifi, v1::DEVICE_CLASS_WIFI},
    {DeviceClass::kBluetooth, v1::DEVICE_CLASS_BLUETOOTH},
    {DeviceClass::kSerial, v1::DEVICE_CLASS_SERIAL},
    {DeviceClass::kKeyboard, v1::DEVICE_CLASS_KEYBOARD},
    {DeviceClass::kPointer, v1::DEVICE_CLASS_POINTER},
    {DeviceClass::kAudio, v1::DEVICE_CLASS_AUDIO},
    {DeviceClass::kVideo, v1::DEVICE_CLASS_VIDEO},
    {DeviceClass::kSmartCardReader, v1::DEVICE_CLASS_SMART_CARD_READER},
    {DeviceClass::kSecurityKey, v1::DEVICE_CLASS_SECURITY_KEY},
    {DeviceClass::kHub, v1::DEVICE_CLASS_HUB},
    {DeviceClass::kUnknown, v1::DEVICE_CLASS_UNKNOWN},
};

constexpr std::pair<core::Bus, v1::Bus> kBuses[] = {
    {core::Bus::kUsb, v1::BUS_USB},
    {core::Bus::kPci, v1::BUS_PCI},
    {core::Bus::kAta, v1::BUS_ATA},
    {core::Bus::kScsi, v1::BUS_SCSI},
    {core::Bus::kMmc, v1::BUS_MMC},
    {core::Bus::kNvme, v1::BUS_NVME},
    {core::Bus::kThunderbolt, v1::BUS_THUNDERBOLT},
    {core::Bus::kFirewire, v1::BUS_FIREWIRE},
    {core::Bus::kBluetooth, v1::BUS_BLUETOOTH},
    {core::Bus::kVirtual, v1::BUS_VIRTUAL},
    {core::Bus::kOther, v1::BUS_OTHER},
};

// RFC 9562, 4: text form; lower or upper case.
bool IsUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

bool IsTime(const google::protobuf::Timestamp& time) {
  return time.seconds() >= kFirstSecond && time.seconds() <= kLastSecond && time.nanos() >= 0 &&
         time.nanos() < 1'000'000'000;
}

v1::VerdictReason ReasonToProto(core::VerdictReason reason) {
  switch (reason) {
    case core::VerdictReason::kDefault:
      return v1::VERDICT_REASON_DEFAULT;
    case core::VerdictReason::kRule:
      return v1::VERDICT_REASON_RULE;
    case core::VerdictReason::kGrant:
      return v1::VERDICT_REASON_GRANT;
    case core::VerdictReason::kAdopted:
      return v1::VERDICT_REASON_ADOPTED;
    case core::VerdictReason::kUnreadable:
      return v1::VERDICT_REASON_UNREADABLE;
    case core::VerdictReason::kAnotherInstance:
      return v1::VERDICT_REASON_ANOTHER_INSTANCE;
    case core::VerdictReason::kUnrecordable:
      return v1::VERDICT_REASON_UNRECORDABLE;
    case core::VerdictReason::kReadOnlyUnavailable:
      return v1::VERDICT_REASON_READ_ONLY_UNAVAILABLE;
    case core::VerdictReason::kNoPolicy:
      return v1::VERDICT_REASON_NO_POLICY;
    case core::VerdictReason::kRetired:
      return v1::VERDICT_REASON_RETIRED;
  }
  return v1::VERDICT_REASON_UNSPECIFIED;
}

absl::Status CheckClaims(const v1::GrantClaims& claims) {
  if (claims.organisation_id().empty()) return Invalid("organisation_id", "empty");
  if (claims.terminal_id().empty()) return Invalid("terminal_id", "empty");
  if (!IsUuid(claims.grant_id())) return Invalid("grant_id", "not a UUID");
  if (!IsUuid(claims.boot_id())) return Invalid("boot_id", "not a UUID");
  if (claims.action() == v1::ACTION_BLOCK) return Invalid("action", "a grant that blocks");
  if (claims.deadline_boottime_ns() >
      static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Invalid("deadline_boottime_ns", "out of range");
  }
  if (!IsTime(claims.issued_at())) return Invalid("issued_at", "not a time");
  if (!IsTime(claims.expires_at())) return Invalid("expires_at", "not a time");
  if (ToCore(claims.expires_at()) <= ToCore(claims.issued_at())) {
    return Invalid("expires_at", "not after issued_at");
  }
  if (claims.max_written_bytes() != 0 && claims.action() == v1::ACTION_READ_ONLY) {
    return Invalid("max_written_bytes", "given to a grant to read only");
  }
  if (claims.uid() != -1) return Invalid("uid", "a grant for one person cannot be held yet");
  return absl::OkStatus();
}

}  // namespace

absl::Status Invalid(const std::string& field, const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", why));
}

absl::StatusOr<DeviceClass> ClassToCore(int number) {
  for (const auto& [core_class, proto_class] : kClasses) {
    if (proto_class == number) return core_class;
  }
  return Invalid("classes", absl::StrCat("unknown value ", number));
}

absl::StatusOr<core::Fingerprint> FingerprintToCore(const std::string& bytes) {
  core::Fingerprint fingerprint;
  if (bytes.size() != fingerprint.size()) return Invalid("fingerprint", "not 32 bytes");
  std::copy(bytes.begin(), bytes.end(), fingerprint.begin());
  return fingerprint;
}

absl::StatusOr<core::Bus> BusToCore(int number) {
  for (const auto& [core_bus, proto_bus] : kBuses) {
    if (proto_bus == number) return core_bus;
  }
  return Invalid("bus", absl::StrCat("unknown value ", number));
}

std::string FingerprintToProto(const core::Fingerprint& fingerprint) {
  return {fingerprint.begin(), fingerprint.end()};
}

absl::StatusOr<core::Device> ToCore(const v1::Device& device) {
  core::Device core_device;
  const absl::StatusOr<core::Fingerprint> fingerprint = FingerprintToCore(device.fingerprint());
  if (!fingerprint.ok()) return fingerprint.status();
  core_device.fingerprint = *fingerprint;
  if (device.vendor_id() > 0xffff) return Invalid("vendor_id", "above 65535");
  if (device.product_id() > 0xffff) return Invalid("product_id", "above 65535");
  core_device.vendor_id = device.vendor_id();
  core_device.product_id = device.product_id();
  core_device.serial = device.serial();
  core_device.manufacturer = device.manufacturer();
  core_device.product = device.product();
  core_device.port_path = device.port_path();
  for (const int number : device.classes()) {
    const absl::StatusOr<DeviceClass> device_class = ClassToCore(number);
    if (!device_class.ok()) return device_class.status();
    core_device.classes.insert(*device_class);
  }
  if (core_device.classes.empty()) return Invalid("classes", "empty");
  for (const v1::UsbInterface& each : device.interfaces()) {
    if (std::max({each.number(), each.class_code(), each.subclass_code(), each.protocol_code()}) >
        0xff) {
      return Invalid("interfaces", "a number above 255");
    }
    core_device.interfaces.push_back(
        {.number = static_cast<std::uint8_t>(each.number()),
         .class_code = static_cast<std::uint8_t>(each.class_code()),
         .subclass_code = static_cast<std::uint8_t>(each.subclass_code()),
         .protocol_code = static_cast<std::uint8_t>(each.protocol_code()),
         // One of a newer agent's is as good as none: for people, and to be simulated.
         .hid_use = each.hid_use() == v1::HID_USE_SECURITY_KEY ? core::HidUse::kSecurityKey
                                                               : core::HidUse::kUntold});
  }
  if (device.bus() != v1::BUS_UNSPECIFIED) {
    const absl::StatusOr<core::Bus> bus = BusToCore(device.bus());
    if (!bus.ok()) return bus.status();
    core_device.bus = *bus;
  }
  if (!device.identity().empty()) {
    const absl::StatusOr<core::Fingerprint> identity = FingerprintToCore(device.identity());
    if (!identity.ok()) return identity.status();
    core_device.identity = *identity;
  }
  if (device.confidence() == v1::IDENTITY_CONFIDENCE_SERIAL) {
    core_device.confidence = core::IdentityConfidence::kSerial;
  }
  core_device.medium_id = device.medium_id();
  return core_device;
}

absl::StatusOr<core::Action> ToCore(v1::Action action) {
  if (action == v1::ACTION_BLOCK) return core::Action::kBlock;
  if (action == v1::ACTION_READ_ONLY) return core::Action::kReadOnly;
  if (action == v1::ACTION_ALLOW) return core::Action::kAllow;
  return Invalid("action", absl::StrCat("unknown value ", static_cast<int>(action)));
}

absl::StatusOr<core::GrantClaims> ToCore(const v1::GrantClaims& claims) {
  if (absl::Status status = CheckClaims(claims); !status.ok()) return status;
  const absl::StatusOr<core::Fingerprint> fingerprint =
      FingerprintToCore(claims.device().fingerprint());
  if (!fingerprint.ok()) return fingerprint.status();
  const absl::StatusOr<core::Action> action = ToCore(claims.action());
  if (!action.ok()) return action.status();
  return core::GrantClaims{
      .organisation_id = claims.organisation_id(),
      .grant_id = claims.grant_id(),
      .terminal_id = claims.terminal_id(),
      .device_fingerprint = *fingerprint,
      .device_serial = claims.device().serial(),
      .port_path = claims.device().port_path(),
      .action = *action,
      .boot_id = claims.boot_id(),
      .deadline = core::BootTime(static_cast<std::int64_t>(claims.deadline_boottime_ns())),
      .issued_at = ToCore(claims.issued_at()),
      .expires_at = ToCore(claims.expires_at()),
      .reboot = claims.survives_reboot() ? core::RebootPolicy::kSurvivesReboot
                                         : core::RebootPolicy::kEndsAtReboot,
      .uid = claims.uid(),
      .reason = claims.reason(),
      .ticket = claims.ticket(),
      .requested_by = claims.requested_by(),
      .approved_by = claims.approved_by(),
      .reference = claims.reference(),
      .max_written = claims.max_written_bytes()};
}

v1::Device ToProto(const core::Device& device) {
  v1::Device proto;
  proto.set_fingerprint(FingerprintToProto(device.fingerprint));
  proto.set_vendor_id(device.vendor_id);
  proto.set_product_id(device.product_id);
  proto.set_serial(device.serial);
  proto.set_manufacturer(device.manufacturer);
  proto.set_product(device.product);
  proto.set_port_path(device.port_path);
  for (const DeviceClass each : device.classes) proto.add_classes(ToProto(each));
  for (const core::UsbInterface& each : device.interfaces) {
    v1::UsbInterface& interface = *proto.add_interfaces();
    interface.set_number(each.number);
    interface.set_class_code(each.class_code);
    interface.set_subclass_code(each.subclass_code);
    interface.set_protocol_code(each.protocol_code);
    if (each.hid_use == core::HidUse::kSecurityKey) {
      interface.set_hid_use(v1::HID_USE_SECURITY_KEY);
    }
  }
  proto.set_bus(ToProto(device.bus));
  if (device.identity) proto.set_identity(FingerprintToProto(*device.identity));
  proto.set_confidence(device.confidence == core::IdentityConfidence::kSerial
                           ? v1::IDENTITY_CONFIDENCE_SERIAL
                           : v1::IDENTITY_CONFIDENCE_MAKE);
  proto.set_medium_id(device.medium_id);
  return proto;
}

v1::Bus ToProto(core::Bus bus) {
  for (const auto& [core_bus, proto_bus] : kBuses) {
    if (core_bus == bus) return proto_bus;
  }
  return v1::BUS_OTHER;
}

v1::DeviceClass ToProto(core::DeviceClass device_class) {
  for (const auto& [core_class, proto_class] : kClasses) {
    if (core_class == device_class) return proto_class;
  }
  return v1::DEVICE_CLASS_UNKNOWN;
}

v1::Action ToProto(core::Action action) {
  switch (action) {
    case core::Action::kBlock:
      return v1::ACTION_BLOCK;
    case core::Action::kReadOnly:
      return v1::ACTION_READ_ONLY;
    case core::Action::kAllow:
      return v1::ACTION_ALLOW;
  }
  return v1::ACTION_BLOCK;
}

v1::Verdict ToProto(const core::Verdict& verdict) {
  v1::Verdict proto;
  proto.set_action(ToProto(verdict.action));
  proto.set_reason(ReasonToProto(verdict.reason));
  proto.set_rule_id(verdict.rule_id);
  proto.set_grant_id(verdict.grant_id);
  proto.set_policy_version(verdict.policy_version);
  proto.set_runner_up_rule_id(verdict.runner_up_rule_id);
  proto.set_runner_up_condition(verdict.runner_up_condition);
  if (!verdict.audited_rule_id.empty()) {
    proto.set_audited_rule_id(verdict.audited_rule_id);
    proto.set_audited_action(ToProto(verdict.audited_action));
  }
  for (const std::uint8_t number : verdict.shut_interfaces) proto.add_shut_interfaces(number);
  return proto;
}

v1::GrantClaims ToProto(const core::GrantClaims& claims) {
  v1::GrantClaims proto;
  proto.set_organisation_id(claims.organisation_id);
  proto.set_grant_id(claims.grant_id);
  proto.set_terminal_id(claims.terminal_id);
  proto.mutable_device()->set_fingerprint(FingerprintToProto(claims.device_fingerprint));
  proto.mutable_device()->set_serial(claims.device_serial);
  proto.mutable_device()->set_port_path(claims.port_path);
  proto.set_action(ToProto(claims.action));
  proto.set_boot_id(claims.boot_id);
  proto.set_deadline_boottime_ns(
      static_cast<std::uint64_t>(std::max<std::int64_t>(claims.deadline.count(), 0)));
  *proto.mutable_issued_at() = ToProto(claims.issued_at);
  *proto.mutable_expires_at() = ToProto(claims.expires_at);
  proto.set_survives_reboot(claims.reboot == core::RebootPolicy::kSurvivesReboot);
  proto.set_uid(claims.uid);
  proto.set_reason(claims.reason);
  proto.set_ticket(claims.ticket);
  proto.set_requested_by(claims.requested_by);
  proto.set_approved_by(claims.approved_by);
  proto.set_max_written_bytes(claims.max_written);
  proto.set_reference(claims.reference);
  return proto;
}

google::protobuf::Timestamp ToProto(core::WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  google::protobuf::Timestamp proto;
  const std::int64_t count = seconds.time_since_epoch().count();
  proto.set_seconds(std::clamp(count, kFirstSecond, kLastSecond));
  if (count == proto.seconds()) {
    proto.set_nanos(static_cast<std::int32_t>(std::chrono::nanoseconds(time - seconds).count()));
  }
  return proto;
}

core::WallTime ToCore(const google::protobuf::Timestamp& time) {
  const std::chrono::seconds seconds(std::clamp(time.seconds(), kFirstSecond, kLastSecond));
  const std::chrono::nanoseconds nanos(std::clamp(time.nanos(), 0, 999'999'999));
  return core::WallTime(std::chrono::floor<std::chrono::milliseconds>(nanos) + seconds);
}

}  // namespace sekisho::contract
