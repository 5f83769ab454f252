#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/glob.h"
#include "agent/core/hours.h"
#include "proto/contract/convert.h"
#include "proto/contract/convert_parts.h"

namespace sekisho::contract {
namespace {

using core::InterfaceQuantifier;

constexpr std::uint32_t kEveryBit = 0x7f;  // of WeeklyHours::weekdays

constexpr std::pair<InterfaceQuantifier, v1::InterfaceQuantifier> kQuantifiers[] = {
    {InterfaceQuantifier::kAllOf, v1::INTERFACE_QUANTIFIER_ALL_OF},
    {InterfaceQuantifier::kOneOf, v1::INTERFACE_QUANTIFIER_ONE_OF},
    {InterfaceQuantifier::kNoneOf, v1::INTERFACE_QUANTIFIER_NONE_OF},
    {InterfaceQuantifier::kEquals, v1::INTERFACE_QUANTIFIER_EQUALS},
    {InterfaceQuantifier::kEqualsOrdered, v1::INTERFACE_QUANTIFIER_EQUALS_ORDERED},
    {InterfaceQuantifier::kMatchAll, v1::INTERFACE_QUANTIFIER_MATCH_ALL},
};

using Texts = google::protobuf::RepeatedPtrField<std::string>;

absl::StatusOr<std::vector<std::string>> TextsToCore(const std::string& field, const Texts& texts) {
  for (const std::string& text : texts) {
    if (text.empty()) return Invalid(field, "an empty one");
    if (text.size() > core::kMaxGlobBytes) {
      return Invalid(field, absl::StrCat("longer than ", core::kMaxGlobBytes, " bytes"));
    }
  }
  return std::vector<std::string>(texts.begin(), texts.end());
}

absl::StatusOr<core::UsbId> IdToCore(const v1::UsbId& id) {
  if (id.vendor_id() == 0) return Invalid("ids", "one without a vendor");
  if (id.vendor_id() > 0xffff || id.product_id() > 0xffff) return Invalid("ids", "above 65535");
  core::UsbId core_id{.vendor_id = static_cast<std::uint16_t>(id.vendor_id()), .product_id = {}};
  if (id.product_id() != 0) core_id.product_id = static_cast<std::uint16_t>(id.product_id());
  return core_id;
}

absl::StatusOr<core::InterfaceType> TypeToCore(const v1::InterfaceType& type) {
  if (type.class_code() > 0xff || type.subclass_code() > 0xff || type.protocol_code() > 0xff) {
    return Invalid("interfaces", "a code above 255");
  }
  if (type.has_protocol_code() && !type.has_subclass_code()) {
    return Invalid("interfaces", "a protocol without a subclass");
  }
  core::InterfaceType core_type;
  core_type.class_code = static_cast<std::uint8_t>(type.class_code());
  if (type.has_subclass_code()) {
    core_type.subclass_code = static_cast<std::uint8_t>(type.subclass_code());
  }
  if (type.has_protocol_code()) {
    core_type.protocol_code = static_cast<std::uint8_t>(type.protocol_code());
  }
  return core_type;
}

absl::StatusOr<core::InterfaceMatch> InterfacesToCore(const v1::InterfaceMatch& match) {
  core::InterfaceMatch core_match;
  bool known = false;
  for (const auto& [core_quantifier, proto_quantifier] : kQuantifiers) {
    if (proto_quantifier != match.quantifier()) continue;
    core_match.quantifier = core_quantifier;
    known = true;
  }
  if (!known) {
    return Invalid("interfaces",
                   absl::StrCat("unknown quantifier ", static_cast<int>(match.quantifier())));
  }
  if (match.types().empty()) return Invalid("interfaces", "empty");
  for (const v1::InterfaceType& type : match.types()) {
    const absl::StatusOr<core::InterfaceType> core_type = TypeToCore(type);
    if (!core_type.ok()) return core_type.status();
    core_match.types.push_back(*core_type);
  }
  return core_match;
}

absl::StatusOr<core::WeeklyHours> HoursToCore(const v1::WeeklyHours& hours) {
  if (hours.weekdays() > kEveryBit) return Invalid("hours", "a weekday that there is none of");
  if (hours.from_minute() >= core::kMinutesADay || hours.until_minute() > core::kMinutesADay) {
    return Invalid("hours", "a minute that no day has");
  }
  if (hours.from_minute() == hours.until_minute()) {
    return Invalid("hours", "they end at the minute at which they begin");
  }
  return core::WeeklyHours{.weekdays = static_cast<std::uint8_t>(hours.weekdays()),
                           .from_minute = static_cast<std::uint16_t>(hours.from_minute()),
                           .until_minute = static_cast<std::uint16_t>(hours.until_minute())};
}

// The fields that need rules_2.
absl::Status AddToCore(const v1::DeviceMatch& match, core::DeviceMatch& core_match) {
  for (const int number : match.buses()) {
    const absl::StatusOr<core::Bus> bus = BusToCore(number);
    if (!bus.ok()) return Invalid("buses", absl::StrCat("unknown value ", number));
    core_match.buses.insert(*bus);
  }
  for (const v1::UsbId& id : match.ids()) {
    const absl::StatusOr<core::UsbId> core_id = IdToCore(id);
    if (!core_id.ok()) return core_id.status();
    core_match.ids.push_back(*core_id);
  }
  const auto texts = [&](const char* field, const Texts& from, std::vector<std::string>& to) {
    absl::StatusOr<std::vector<std::string>> converted = TextsToCore(field, from);
    if (converted.ok()) to = *std::move(converted);
    return converted.status();
  };
  for (const absl::Status& status :
       {texts("serials", match.serials(), core_match.serials),
        texts("products", match.products(), core_match.products),
        texts("ports", match.ports(), core_match.ports),
        texts("users", match.users(), core_match.users),
        texts("user_groups", match.user_groups(), core_match.user_groups)}) {
    if (!status.ok()) return status;
  }
  if (match.has_interfaces()) {
    absl::StatusOr<core::InterfaceMatch> interfaces = InterfacesToCore(match.interfaces());
    if (!interfaces.ok()) return interfaces.status();
    core_match.interfaces = *std::move(interfaces);
  }
  if (!match.identity().empty()) {
    const absl::StatusOr<core::Fingerprint> identity = FingerprintToCore(match.identity());
    if (!identity.ok()) return Invalid("identity", "not 32 bytes");
    core_match.identity = *identity;
  }
  if (match.registered() == v1::REGISTERED_YES) {
    core_match.registered = core::Registered::kYes;
  } else if (match.registered() == v1::REGISTERED_NO) {
    core_match.registered = core::Registered::kNo;
  } else if (match.registered() != v1::REGISTERED_UNSPECIFIED) {
    return Invalid("registered", absl::StrCat("unknown value ", match.registered()));
  }
  if (match.encryption() == v1::ENCRYPTION_MATCH_ENCRYPTED) {
    core_match.encryption = core::EncryptionMatch::kEncrypted;
  } else if (match.encryption() != v1::ENCRYPTION_MATCH_UNSPECIFIED) {
    return Invalid("encryption", absl::StrCat("unknown value ", match.encryption()));
  }
  for (const v1::WeeklyHours& hours : match.hours()) {
    const absl::StatusOr<core::WeeklyHours> core_hours = HoursToCore(hours);
    if (!core_hours.ok()) return core_hours.status();
    core_match.hours.push_back(*core_hours);
  }
  return absl::OkStatus();
}

v1::InterfaceMatch ToProto(const core::InterfaceMatch& interfaces) {
  v1::InterfaceMatch proto;
  for (const auto& [core_quantifier, proto_quantifier] : kQuantifiers) {
    if (core_quantifier == interfaces.quantifier) proto.set_quantifier(proto_quantifier);
  }
  for (const core::InterfaceType& type : interfaces.types) {
    v1::InterfaceType& proto_type = *proto.add_types();
    proto_type.set_class_code(type.class_code);
    if (type.subclass_code) proto_type.set_subclass_code(*type.subclass_code);
    if (type.protocol_code) proto_type.set_protocol_code(*type.protocol_code);
  }
  return proto;
}

v1::Registered ToProto(core::Registered registered) {
  switch (registered) {
    case core::Registered::kNotAsked:
      return v1::REGISTERED_UNSPECIFIED;
    case core::Registered::kYes:
      return v1::REGISTERED_YES;
    case core::Registered::kNo:
      return v1::REGISTERED_NO;
  }
  return v1::REGISTERED_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<core::DeviceMatch> MatchToCore(const v1::DeviceMatch& match) {
  core::DeviceMatch core_match;
  for (const int number : match.classes()) {
    const absl::StatusOr<core::DeviceClass> device_class = ClassToCore(number);
    if (!device_class.ok()) return device_class.status();
    core_match.classes.insert(*device_class);
  }
  if (match.vendor_id() > 0xffff) return Invalid("vendor_id", "above 65535");
  if (match.product_id() > 0xffff) return Invalid("product_id", "above 65535");
  if (match.product_id() != 0 && match.vendor_id() == 0) {
    return Invalid("product_id", "given without vendor_id");
  }
  if (match.vendor_id() != 0) core_match.vendor_id = match.vendor_id();
  if (match.product_id() != 0) core_match.product_id = match.product_id();
  core_match.serial = match.serial();
  core_match.port_path = match.port_path();
  if (!match.fingerprint().empty()) {
    const absl::StatusOr<core::Fingerprint> fingerprint = FingerprintToCore(match.fingerprint());
    if (!fingerprint.ok()) return fingerprint.status();
    core_match.fingerprint = *fingerprint;
  }
  if (absl::Status status = AddToCore(match, core_match); !status.ok()) return status;
  return core_match;
}

v1::DeviceMatch MatchToProto(const core::DeviceMatch& match) {
  v1::DeviceMatch proto;
  for (const core::DeviceClass each : match.classes) proto.add_classes(ToProto(each));
  proto.set_vendor_id(match.vendor_id.value_or(0));
  proto.set_product_id(match.product_id.value_or(0));
  proto.set_serial(match.serial);
  proto.set_port_path(match.port_path);
  if (match.fingerprint) proto.set_fingerprint(FingerprintToProto(*match.fingerprint));
  for (const core::Bus bus : match.buses) proto.add_buses(ToProto(bus));
  for (const core::UsbId& id : match.ids) {
    v1::UsbId& proto_id = *proto.add_ids();
    proto_id.set_vendor_id(id.vendor_id);
    proto_id.set_product_id(id.product_id.value_or(0));
  }
  proto.mutable_serials()->Assign(match.serials.begin(), match.serials.end());
  proto.mutable_products()->Assign(match.products.begin(), match.products.end());
  proto.mutable_ports()->Assign(match.ports.begin(), match.ports.end());
  if (match.interfaces) *proto.mutable_interfaces() = ToProto(*match.interfaces);
  if (match.identity) proto.set_identity(FingerprintToProto(*match.identity));
  proto.set_registered(ToProto(match.registered));
  if (match.encryption == core::EncryptionMatch::kEncrypted) {
    proto.set_encryption(v1::ENCRYPTION_MATCH_ENCRYPTED);
  }
  proto.mutable_users()->Assign(match.users.begin(), match.users.end());
  proto.mutable_user_groups()->Assign(match.user_groups.begin(), match.user_groups.end());
  for (const core::WeeklyHours& hours : match.hours) {
    v1::WeeklyHours& proto_hours = *proto.add_hours();
    proto_hours.set_weekdays(hours.weekdays);
    proto_hours.set_from_minute(hours.from_minute);
    proto_hours.set_until_minute(hours.until_minute);
  }
  return proto;
}

}  // namespace sekisho::contract
