#include "agent/core/rule_filing.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <string_view>
#include <utility>

#include "agent/core/glob.h"
#include "agent/core/hours.h"

namespace sekisho::core {
namespace {

// A rule that would need more files than this is filed less finely.
constexpr std::size_t kMaxFilesOfARule = 512;
constexpr std::size_t kMaxPrefix = 8;
constexpr std::size_t kPart = 3;
constexpr unsigned kAnyCode = 256;

std::string_view Bytes(const Fingerprint& fingerprint) {
  return {reinterpret_cast<const char*>(fingerprint.data()), fingerprint.size()};
}

RuleKey InterfaceKey(unsigned class_code, unsigned subclass_code, unsigned protocol_code) {
  return KeyOf(KeyKind::kInterface,
               std::uint64_t{class_code} << 32 | subclass_code << 16 | protocol_code);
}

RuleKey ClassKey(DeviceClass device_class) {
  return KeyOf(KeyKind::kClass, static_cast<std::uint64_t>(device_class));
}

RuleKey OpenClassKey(DeviceClass device_class) {
  return KeyOf(KeyKind::kOpenClass, static_cast<std::uint64_t>(device_class));
}

RuleKey KeyOfType(const InterfaceType& type) {
  return InterfaceKey(type.class_code, type.subclass_code ? *type.subclass_code : kAnyCode,
                      type.protocol_code ? *type.protocol_code : kAnyCode);
}

std::size_t At(KeyKind kind) { return static_cast<std::size_t>(kind); }

// The globs and the kinds of files that they can be in.
struct GlobField {
  const std::vector<std::string> DeviceMatch::*globs;
  const std::string Device::*text;
  KeyKind prefix;
  KeyKind part;
};
constexpr GlobField kGlobFields[] = {
    {&DeviceMatch::serials, &Device::serial, KeyKind::kSerialPrefix, KeyKind::kSerialPart},
    {&DeviceMatch::products, &Device::product, KeyKind::kProductPrefix, KeyKind::kProductPart},
    {&DeviceMatch::ports, &Device::port_path, KeyKind::kPortPrefix, KeyKind::kPortPart},
};

// The texts of which a device has one: the exact one, or a list without wildcards.
std::vector<std::string> Literals(const std::string& exact, const std::vector<std::string>& globs) {
  if (!exact.empty()) return {exact};
  if (std::ranges::any_of(globs, HasWildcard)) return {};
  return globs;
}

std::vector<RuleKey> KeysOf(KeyKind kind, const std::vector<std::string>& texts) {
  std::vector<RuleKey> keys;
  for (const std::string& text : texts) keys.push_back(KeyOf(kind, text));
  return keys;
}

template <typename Enum>
std::vector<RuleKey> KeysOf(KeyKind kind, const std::set<Enum>& values) {
  std::vector<RuleKey> keys;
  for (const Enum each : values) keys.push_back(KeyOf(kind, static_cast<std::uint64_t>(each)));
  return keys;
}

// The full ids of which a device has one; none when only a vendor is asked, or nothing.
std::vector<RuleKey> IdKeys(const DeviceMatch& match) {
  std::vector<RuleKey> keys;
  const auto add = [&](std::uint16_t vendor, std::uint16_t product) {
    keys.push_back(KeyOf(KeyKind::kVendorAndProduct, NumberOf(vendor, product)));
  };
  if (match.vendor_id && match.product_id) {
    add(*match.vendor_id, *match.product_id);
    return keys;
  }
  for (const UsbId& id : match.ids) {
    if (!id.product_id) return {};
    add(id.vendor_id, *id.product_id);
  }
  return keys;
}

std::vector<RuleKey> VendorKeys(const DeviceMatch& match) {
  if (match.vendor_id) return {KeyOf(KeyKind::kVendor, *match.vendor_id)};
  std::vector<RuleKey> keys;
  for (const UsbId& id : match.ids) keys.push_back(KeyOf(KeyKind::kVendor, id.vendor_id));
  return keys;
}

std::vector<RuleKey> InterfaceKeys(const InterfaceMatch& match) {
  std::vector<RuleKey> keys;
  switch (match.quantifier) {
    case InterfaceQuantifier::kAllOf:
    case InterfaceQuantifier::kEquals:
    case InterfaceQuantifier::kEqualsOrdered:
      if (!match.types.empty()) keys = {KeyOfType(match.types.front())};
      break;
    case InterfaceQuantifier::kOneOf:
    case InterfaceQuantifier::kMatchAll:
      for (const InterfaceType& type : match.types) keys.push_back(KeyOfType(type));
      break;
    case InterfaceQuantifier::kNoneOf:
      break;
  }
  return keys;
}

std::vector<RuleKey> PrefixKeys(KeyKind kind, const std::vector<std::string>& globs) {
  std::vector<RuleKey> keys;
  for (const std::string& glob : globs) {
    const std::string_view prefix = LiteralPrefix(glob).substr(0, kMaxPrefix);
    if (prefix.empty()) return {};
    keys.push_back(KeyOf(kind, prefix));
  }
  return keys;
}

// Hours of the week that touch any of `hours`.
std::bitset<kHoursAWeek> HoursOf(const std::vector<WeeklyHours>& hours) {
  std::bitset<kHoursAWeek> slots;
  for (const WeeklyHours& each : hours) {
    for (unsigned weekday = 0; weekday < 7; ++weekday) {
      if (each.weekdays != 0 && (each.weekdays >> weekday & 1) == 0) continue;
      const unsigned begin = weekday * kMinutesADay + each.from_minute;
      const unsigned end = weekday * kMinutesADay + each.until_minute +
                           (each.until_minute < each.from_minute ? kMinutesADay : 0);
      for (unsigned slot = begin / 60; slot * 60 < end; ++slot) slots.set(slot % kHoursAWeek);
    }
  }
  return slots;
}

}  // namespace

unsigned HourOfWeek(const LocalTime& now) { return now.weekday * 24 + now.minute / 60; }

void RuleIndexBuilder::Add(const DeviceRule& rule, std::uint32_t position) {
  std::vector<Things> things = ThingsOf(rule.match, rule.only_interfaces);
  if (things.size() > 2) things.resize(2);
  if (things.size() == 2 && things[0].keys.size() * things[1].keys.size() > kMaxFilesOfARule) {
    things.resize(1);
  }
  RuleIndex::Shape shape{.first = things[0].kind, .second = KeyKind::kNone, .hourly = false};
  std::vector<RuleKey> keys = std::move(things[0].keys);
  if (things.size() == 2) {
    shape.second = things[1].kind;
    std::vector<RuleKey> pairs;
    for (const RuleKey first : keys) {
      for (const RuleKey second : things[1].keys) pairs.push_back(Mix(first, second));
    }
    keys = std::move(pairs);
  }
  const std::bitset<kHoursAWeek> hours = HoursOf(rule.match.hours);
  shape.hourly = !rule.match.hours.empty() && keys.size() * hours.count() <= kMaxFilesOfARule;
  for (const RuleKey key : keys) {
    if (!shape.hourly) {
      File(key, position);
      continue;
    }
    for (unsigned hour = 0; hour < kHoursAWeek; ++hour) {
      if (hours.test(hour)) File(HourKey(key, hour), position);
    }
  }
  if (std::ranges::find(index_.shapes_, shape) == index_.shapes_.end()) {
    index_.shapes_.push_back(shape);
  }
  if (rule.effect == RuleEffect::kAudits) return;
  for (const RuleKey key : NearKeysOf(rule.match)) {
    Making& making = files_[key];
    if (making.of_action[static_cast<std::size_t>(rule.action)]++ < kNearRules) {
      making.near.push_back(position << 2 | static_cast<std::uint32_t>(rule.action));
    }
  }
}

void RuleIndexBuilder::Finish() {
  // kNone, which says nothing, is the least of the kinds and goes last.
  std::ranges::sort(index_.shapes_, [](const RuleIndex::Shape& a, const RuleIndex::Shape& b) {
    const bool a_says = a.first != KeyKind::kNone;
    const bool b_says = b.first != KeyKind::kNone;
    return a_says != b_says ? a_says : a < b;
  });
  for (const RuleIndex::Shape& shape : index_.shapes_) {
    index_.kinds_.set(At(shape.first));
    index_.kinds_.set(At(shape.second));
  }
  index_.table_.resize(std::bit_ceil(files_.size() * 2 + 1));
  index_.tags_.resize(index_.table_.size());
  const std::size_t mask = index_.table_.size() - 1;
  for (const auto& [key, making] : files_) {
    std::size_t at = key & mask;
    while (index_.table_[at].filed_count + index_.table_[at].near_count != 0) at = (at + 1) & mask;
    index_.table_[at] = {.key = key,
                         .filed = static_cast<std::uint32_t>(index_.filed_.size()),
                         .filed_count = static_cast<std::uint32_t>(making.filed.size()),
                         .near = static_cast<std::uint32_t>(index_.near_.size()),
                         .near_count = static_cast<std::uint32_t>(making.near.size())};
    index_.filed_.insert(index_.filed_.end(), making.filed.begin(), making.filed.end());
    index_.near_.insert(index_.near_.end(), making.near.begin(), making.near.end());
  }
}

void RuleIndexBuilder::File(RuleKey key, std::uint32_t position) {
  std::vector<std::uint32_t>& filed = files_[key].filed;
  if (filed.empty() || filed.back() != position) filed.push_back(position);
}

std::vector<RuleIndexBuilder::Things> RuleIndexBuilder::ThingsOf(
    const DeviceMatch& match, const std::set<DeviceClass>& only_interfaces) {
  std::vector<Things> things;
  const auto add = [&](KeyKind kind, std::vector<RuleKey> keys) {
    if (!keys.empty()) things.push_back({kind, std::move(keys)});
  };
  if (match.fingerprint) {
    add(KeyKind::kFingerprint, {KeyOf(KeyKind::kFingerprint, Bytes(*match.fingerprint))});
  }
  if (match.identity) {
    add(KeyKind::kIdentity, {KeyOf(KeyKind::kIdentity, Bytes(*match.identity))});
  }
  add(KeyKind::kSerial, KeysOf(KeyKind::kSerial, Literals(match.serial, match.serials)));
  std::vector<RuleKey> ids = IdKeys(match);
  if (ids.empty()) {
    add(KeyKind::kVendor, VendorKeys(match));
  } else {
    add(KeyKind::kVendorAndProduct, std::move(ids));
  }
  add(KeyKind::kPort, KeysOf(KeyKind::kPort, Literals(match.port_path, match.ports)));
  for (const GlobField& field : kGlobFields) {
    const std::vector<std::string>& globs = match.*field.globs;
    if (std::ranges::none_of(globs, HasWildcard) && field.text != &Device::product) continue;
    if (std::vector<RuleKey> keys = PrefixKeys(field.prefix, globs); !keys.empty()) {
      for (const std::string& glob : globs) {
        const std::size_t length = std::min(LiteralPrefix(glob).size(), kMaxPrefix);
        index_.prefix_lengths_[At(field.prefix)] |= 1u << length;
      }
      add(field.prefix, std::move(keys));
    } else {
      add(field.part, PartKeys(field.part, globs));
    }
  }
  // A list of users and one of groups are one condition: not to be found by either alone.
  if (match.user_groups.empty()) add(KeyKind::kUser, KeysOf(KeyKind::kUser, match.users));
  if (match.users.empty()) {
    add(KeyKind::kUserGroup, KeysOf(KeyKind::kUserGroup, match.user_groups));
  }
  if (match.interfaces) add(KeyKind::kInterface, InterfaceKeys(*match.interfaces));
  if (only_interfaces.empty()) {
    add(KeyKind::kClass, KeysOf(KeyKind::kClass, match.classes));
  } else {
    add(KeyKind::kOpenClass, KeysOf(KeyKind::kOpenClass, match.classes));
  }
  add(KeyKind::kBus, KeysOf(KeyKind::kBus, match.buses));
  if (match.encryption != EncryptionMatch::kNotAsked) {
    add(KeyKind::kEncrypted, {KeyOf(KeyKind::kEncrypted, std::uint64_t{1})});
  }
  if (match.registered != Registered::kNotAsked) {
    const std::uint64_t yes = match.registered == Registered::kYes ? 1 : 0;
    add(KeyKind::kRegistered, {KeyOf(KeyKind::kRegistered, yes)});
  }
  if (things.empty()) add(KeyKind::kNone, {KeyOf(KeyKind::kNone, std::uint64_t{0})});
  return things;
}

// Of each glob the three literal bytes in a row that are in the fewest rules so far.
std::vector<RuleKey> RuleIndexBuilder::PartKeys(KeyKind kind,
                                                const std::vector<std::string>& globs) {
  std::vector<RuleKey> keys;
  for (const std::string_view glob : globs) {
    std::optional<RuleKey> best;
    for (std::size_t i = 0; i + kPart <= glob.size(); ++i) {
      const std::string_view part = glob.substr(i, kPart);
      if (HasWildcard(part)) continue;
      const RuleKey key = KeyOf(kind, part);
      if (!best || parts_[key] < parts_[*best]) best = key;
    }
    if (!best) return {};
    keys.push_back(*best);
  }
  for (const RuleKey key : keys) ++parts_[key];
  return keys;
}

template <typename Add>
void DeviceThings::Fill(KeyKind kind, Add&& add) {
  Range& range = ranges_[At(kind)];
  range.begin = keys_.size();
  add([&](RuleKey key) { keys_.push_back(key); });
  range.end = keys_.size();
}

DeviceThings::DeviceThings(const Device& device, const Surroundings& surroundings,
                           const std::bitset<kKeyKinds>& asked,
                           const std::array<std::uint32_t, kKeyKinds>& prefix_lengths) {
  keys_.reserve(64);
  const auto one = [&](KeyKind kind, RuleKey key) { Fill(kind, [&](auto add) { add(key); }); };
  one(KeyKind::kNone, KeyOf(KeyKind::kNone, std::uint64_t{0}));
  one(KeyKind::kFingerprint, KeyOf(KeyKind::kFingerprint, Bytes(device.fingerprint)));
  if (device.identity) {
    one(KeyKind::kIdentity, KeyOf(KeyKind::kIdentity, Bytes(*device.identity)));
  }
  one(KeyKind::kSerial, KeyOf(KeyKind::kSerial, device.serial));
  one(KeyKind::kVendorAndProduct,
      KeyOf(KeyKind::kVendorAndProduct, NumberOf(device.vendor_id, device.product_id)));
  one(KeyKind::kPort, KeyOf(KeyKind::kPort, device.port_path));
  one(KeyKind::kVendor, KeyOf(KeyKind::kVendor, device.vendor_id));
  Fill(KeyKind::kClass, [&](auto add) {
    for (const DeviceClass each : device.classes) add(ClassKey(each));
  });
  if (asked[At(KeyKind::kOpenClass)]) {
    Fill(KeyKind::kOpenClass, [&](auto add) {
      for (const DeviceClass each : device.classes) add(OpenClassKey(each));
      // What stays open may be of no class although the device has one (SplitInterfaces).
      if (!device.classes.contains(DeviceClass::kUnknown)) add(OpenClassKey(DeviceClass::kUnknown));
    });
  }
  AddTexts(device, asked, prefix_lengths);
  if (surroundings.person) AddPerson(*surroundings.person, asked);
  if (asked[At(KeyKind::kInterface)]) AddInterfaces(device);
  if (asked[At(KeyKind::kBus)]) {
    one(KeyKind::kBus, KeyOf(KeyKind::kBus, static_cast<std::uint64_t>(device.bus)));
  }
  if (asked[At(KeyKind::kRegistered)]) {
    const std::uint64_t yes = surroundings.medium.state == MediumState::kRegistered ? 1 : 0;
    one(KeyKind::kRegistered, KeyOf(KeyKind::kRegistered, yes));
  }
  if (asked[At(KeyKind::kEncrypted)] && surroundings.medium.encrypted) {
    one(KeyKind::kEncrypted, KeyOf(KeyKind::kEncrypted, std::uint64_t{1}));
  }
}

void DeviceThings::AddTexts(const Device& device, const std::bitset<kKeyKinds>& asked,
                            const std::array<std::uint32_t, kKeyKinds>& prefix_lengths) {
  for (const GlobField& field : kGlobFields) {
    const std::string_view text = device.*field.text;
    if (asked[At(field.prefix)]) {
      Fill(field.prefix, [&](auto add) {
        for (std::size_t length = 1; length <= std::min(kMaxPrefix, text.size()); ++length) {
          if ((prefix_lengths[At(field.prefix)] >> length & 1) == 0) continue;
          add(KeyOf(field.prefix, text.substr(0, length)));
        }
      });
    }
    if (asked[At(field.part)]) {
      Fill(field.part, [&](auto add) {
        for (std::size_t i = 0; i + kPart <= text.size(); ++i) {
          add(KeyOf(field.part, text.substr(i, kPart)));
        }
      });
    }
  }
}

void DeviceThings::AddPerson(const Person& person, const std::bitset<kKeyKinds>& asked) {
  if (asked[At(KeyKind::kUser)]) {
    Fill(KeyKind::kUser, [&](auto add) { add(KeyOf(KeyKind::kUser, person.name)); });
  }
  if (asked[At(KeyKind::kUserGroup)]) {
    Fill(KeyKind::kUserGroup, [&](auto add) {
      for (const std::string& group : person.groups) add(KeyOf(KeyKind::kUserGroup, group));
    });
  }
}

void DeviceThings::AddInterfaces(const Device& device) {
  Fill(KeyKind::kInterface, [&](auto add) {
    const UsbInterface* before = nullptr;
    for (const UsbInterface& each : device.interfaces) {
      const bool same_type = before != nullptr && before->class_code == each.class_code &&
                             before->subclass_code == each.subclass_code &&
                             before->protocol_code == each.protocol_code;
      before = &each;
      if (same_type) continue;
      add(InterfaceKey(each.class_code, kAnyCode, kAnyCode));
      add(InterfaceKey(each.class_code, each.subclass_code, kAnyCode));
      add(InterfaceKey(each.class_code, each.subclass_code, each.protocol_code));
    }
  });
}

}  // namespace sekisho::core
