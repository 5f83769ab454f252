#include <string_view>

#include "console/usbguard/rule.h"

namespace sekisho::console::usbguard {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

std::string Hex(unsigned value, int digits) {
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kDigits[(value >> shift) & 15];
  return text;
}

std::string Escaped(std::string_view text, char boundary) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == boundary || c == '\\') {
      escaped += '\\';
      escaped += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      escaped += "\\x" + Hex(byte, 2);
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string WriteValue(const std::string& value) { return '"' + Escaped(value, '"') + '"'; }
std::string WriteValue(const DeviceId& value) { return Write(value); }
std::string WriteValue(const InterfaceType& value) { return Write(value); }
std::string WriteValue(const Condition& value) { return Write(value); }

template <typename Value>
std::string WriteAttribute(const char* name, const std::optional<Values<Value>>& attribute) {
  if (!attribute) return "";
  std::string text = std::string(" ") + name;
  if (attribute->set_operator == SetOperator::kEquals && attribute->values.size() == 1) {
    return text + " " + WriteValue(attribute->values.front());
  }
  text += std::string(" ") + Name(attribute->set_operator) + " {";
  for (const Value& value : attribute->values) text += " " + WriteValue(value);
  return text + " }";
}

}  // namespace

const char* Name(Target target) {
  switch (target) {
    case Target::kAllow:
      return "allow";
    case Target::kBlock:
      return "block";
    case Target::kReject:
      return "reject";
    case Target::kMatch:
      return "match";
    case Target::kDevice:
      return "device";
  }
  return "";
}

const char* Name(SetOperator set_operator) {
  switch (set_operator) {
    case SetOperator::kEquals:
      return "equals";
    case SetOperator::kAllOf:
      return "all-of";
    case SetOperator::kOneOf:
      return "one-of";
    case SetOperator::kNoneOf:
      return "none-of";
    case SetOperator::kEqualsOrdered:
      return "equals-ordered";
    case SetOperator::kMatchAll:
      return "match-all";
  }
  return "";
}

std::string Write(const DeviceId& id) {
  return (id.vendor ? Hex(*id.vendor, 4) : "*") + ":" + (id.product ? Hex(*id.product, 4) : "*");
}

std::string Write(const InterfaceType& type) {
  return Hex(type.class_code, 2) + ":" + (type.subclass_code ? Hex(*type.subclass_code, 2) : "*") +
         ":" + (type.protocol_code ? Hex(*type.protocol_code, 2) : "*");
}

std::string Write(const Condition& condition) {
  std::string text = (condition.sense == Sense::kNegated ? "!" : "") + condition.name;
  if (condition.argument) text += "(" + Escaped(*condition.argument, ')') + ")";
  return text;
}

std::string Write(const Rule& rule) {
  return Name(rule.target) + WriteAttribute("id", rule.id) + WriteAttribute("serial", rule.serial) +
         WriteAttribute("name", rule.name) + WriteAttribute("hash", rule.hash) +
         WriteAttribute("parent-hash", rule.parent_hash) +
         WriteAttribute("via-port", rule.via_port) +
         WriteAttribute("with-interface", rule.with_interface) +
         WriteAttribute("with-connect-type", rule.with_connect_type) +
         WriteAttribute("label", rule.label) + WriteAttribute("if", rule.conditions);
}

}  // namespace sekisho::console::usbguard
