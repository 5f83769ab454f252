#ifndef SEKISHO_CONSOLE_USBGUARD_RULE_H_
#define SEKISHO_CONSOLE_USBGUARD_RULE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// USBGuard's rules, as usbguard-rules.conf(5) and its grammar (src/Library/RuleParser/Grammar.hpp)
// have them.
namespace sekisho::console::usbguard {

// What a rule does. kMatch and kDevice are words of its queries; its daemon's own grammar takes
// them in a file too.
enum class Target { kAllow, kBlock, kReject, kMatch, kDevice };

// How the values of a rule and those of a device must relate.
enum class SetOperator { kEquals, kAllOf, kOneOf, kNoneOf, kEqualsOrdered, kMatchAll };

// "name value" is kEquals with one value.
template <typename Value>
struct Values {
  SetOperator set_operator = SetOperator::kEquals;
  std::vector<Value> values;  // never empty
  friend bool operator==(const Values&, const Values&) = default;
};

// "1050:0011", "1050:*", "*:*".
struct DeviceId {
  std::optional<std::uint16_t> vendor;
  std::optional<std::uint16_t> product;  // only with vendor
  friend bool operator==(const DeviceId&, const DeviceId&) = default;
};

// "08:06:50", "03:01:*", "03:*:*".
struct InterfaceType {
  std::uint8_t class_code = 0;
  std::optional<std::uint8_t> subclass_code;
  std::optional<std::uint8_t> protocol_code;  // only with subclass_code
  friend bool operator==(const InterfaceType&, const InterfaceType&) = default;
};

enum class Sense { kPlain, kNegated };

// "!localtime(08:30-17:15)".
struct Condition {
  Sense sense = Sense::kPlain;
  std::string name;
  std::optional<std::string> argument;  // unescaped
  friend bool operator==(const Condition&, const Condition&) = default;
};

struct Rule {
  Target target = Target::kBlock;
  std::optional<Values<DeviceId>> id{};
  std::optional<Values<std::string>> name{};
  std::optional<Values<std::string>> hash{};
  std::optional<Values<std::string>> parent_hash{};
  std::optional<Values<std::string>> serial{};
  std::optional<Values<std::string>> via_port{};
  std::optional<Values<std::string>> with_connect_type{};
  std::optional<Values<std::string>> label{};
  std::optional<Values<InterfaceType>> with_interface{};
  std::optional<Values<Condition>> conditions{};
  friend bool operator==(const Rule&, const Rule&) = default;
};

// One line of a file.
struct Line {
  std::uint32_t number = 0;  // from 1
  std::string text;          // as it stands there, without its end
  std::optional<Rule> rule;  // none: nothing but blanks or a comment
  std::string comment;       // what follows "#", without the blanks around it
};

// The word for it in USBGuard's language.
const char* Name(Target target);
const char* Name(SetOperator set_operator);

// In its language, attributes in the man page's order; Parse(Write(rule)) is the rule again.
std::string Write(const Rule& rule);
std::string Write(const DeviceId& id);
std::string Write(const InterfaceType& type);
std::string Write(const Condition& condition);

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_RULE_H_
