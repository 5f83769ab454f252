#ifndef SEKISHO_AGENT_CORE_POLICY_H_
#define SEKISHO_AGENT_CORE_POLICY_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/device.h"
#include "agent/core/login_policy.h"

namespace sekisho::core {

enum class Action { kBlock, kReadOnly, kAllow };

struct UsbId {
  std::uint16_t vendor_id = 0;
  std::optional<std::uint16_t> product_id;  // none: any of that vendor's
  friend bool operator==(const UsbId&, const UsbId&) = default;
};

// How the listed interface types and a device's must relate. A device without interfaces has none
// of any type: kNoneOf holds for it, nothing else.
enum class InterfaceQuantifier {
  kAllOf,          // it has each that is listed, and may have more
  kOneOf,          // it has at least one that is listed
  kNoneOf,         // it has none that is listed
  kEquals,         // each of its is listed and each listed is one of its, in any order
  kEqualsOrdered,  // its are the listed ones, one by one
  kMatchAll,       // each of its is listed
};

// One interface's codes (USB 2.0, 9.6.5); what is none is any. A protocol only with a subclass.
struct InterfaceType {
  std::uint8_t class_code = 0;
  std::optional<std::uint8_t> subclass_code;
  std::optional<std::uint8_t> protocol_code;
  friend bool operator==(const InterfaceType&, const InterfaceType&) = default;
};

struct InterfaceMatch {
  InterfaceQuantifier quantifier = InterfaceQuantifier::kAllOf;
  std::vector<InterfaceType> types;
  friend bool operator==(const InterfaceMatch&, const InterfaceMatch&) = default;
};

// Whether the device is in the media register, neither lost nor retired.
enum class Registered { kNotAsked, kYes, kNo };
// Whether its entry there says that it is encrypted.
enum class EncryptionMatch { kNotAsked, kEncrypted };

// A span of each of some days, from its first minute to the one before its last.
struct WeeklyHours {
  std::uint8_t weekdays = 0;      // on which it begins: bit 0 is Monday, bit 6 Sunday; 0: every day
  std::uint16_t from_minute = 0;  // since midnight, 0..1439
  std::uint16_t until_minute = 0;  // 0..1440, not from_minute; before it: on the next day
  friend bool operator==(const WeeklyHours&, const WeeklyHours&) = default;
};

// Every condition given must hold; an empty one is not asked. Of a list one must hold.
struct DeviceMatch {
  // Every class of the device is one of these; with DeviceRule::only_interfaces, every class of
  // what stays open of it.
  std::set<DeviceClass> classes;
  std::optional<std::uint16_t> vendor_id;
  std::optional<std::uint16_t> product_id;
  std::string serial;
  std::string port_path;
  std::optional<Fingerprint> fingerprint;
  std::set<Bus> buses;
  std::vector<UsbId> ids;
  // Globs (agent/core/glob.h).
  std::vector<std::string> serials;
  std::vector<std::string> products;  // of Device::product
  std::vector<std::string> ports;
  std::optional<InterfaceMatch> interfaces;
  std::optional<Fingerprint> identity;
  Registered registered = Registered::kNotAsked;
  EncryptionMatch encryption = EncryptionMatch::kNotAsked;
  // One condition: the person there is one of these or in one of these groups.
  std::vector<std::string> users;
  std::vector<std::string> user_groups;
  std::vector<WeeklyHours> hours;
  friend bool operator==(const DeviceMatch&, const DeviceMatch&) = default;
};

// Whether a rule decides, or only says what it would have decided.
enum class RuleEffect { kDecides, kAudits };

struct DeviceRule {
  std::string id;
  std::string description;
  DeviceMatch match;
  Action action = Action::kBlock;
  RuleEffect effect = RuleEffect::kDecides;
  bool notify = false;  // the person is told, also when it is allowed
  // Not empty: of a device that is let in only interfaces of these classes, the rest stays shut. A
  // device of which nothing would be open is not met.
  std::set<DeviceClass> only_interfaces;
  friend bool operator==(const DeviceRule&, const DeviceRule&) = default;
};

enum class RebootPolicy { kEndsAtReboot, kSurvivesReboot };

struct ExceptionLimits {
  std::chrono::seconds helpdesk_max{0};
  std::chrono::seconds admin_max{0};
  unsigned approvers = 0;
  RebootPolicy reboot = RebootPolicy::kEndsAtReboot;
  std::uint64_t max_written = 0;  // bytes under one grant; 0: any amount
  friend bool operator==(const ExceptionLimits&, const ExceptionLimits&) = default;
};

struct Texts {
  std::string blocked_ja, blocked_en, contact_ja, contact_en;
  friend bool operator==(const Texts&, const Texts&) = default;
};

class RuleIndex;

// Immutable once made; swapped whole.
struct Policy {
  std::uint64_t version = 0;
  std::string group_id;
  std::string zone;
  std::vector<DeviceRule> rules;
  ExceptionLimits exceptions;
  Texts texts;
  LoginPolicy logins;
  // Made of `rules` by WithIndex (agent/core/rule_index.h). None: each rule is asked in turn, with
  // the same result. Says nothing that `rules` does not: no part of what is compared.
  std::shared_ptr<const RuleIndex> index;
  friend bool operator==(const Policy& a, const Policy& b) {
    return a.version == b.version && a.group_id == b.group_id && a.zone == b.zone &&
           a.rules == b.rules && a.exceptions == b.exceptions && a.texts == b.texts &&
           a.logins == b.logins;
  }
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_POLICY_H_
