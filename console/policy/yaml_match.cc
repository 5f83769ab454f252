#include <string>

#include "absl/strings/str_cat.h"
#include "agent/core/device.h"
#include "agent/core/glob.h"
#include "console/policy/yaml_reader.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

// The words of an enum whose numbers are 0 to `last`.
template <typename Enum>
std::vector<std::string> NamesUpTo(Enum last) {
  std::vector<std::string> names;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    names.push_back(core::Name(static_cast<Enum>(i)));
  }
  return names;
}

void ReadBuses(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match) {
  for (const YAML::Node& item : reader.Items(node, "bus", "bus: [usb]")) {
    const std::optional<std::string> name = reader.Text(item, "bus");
    if (!name.has_value()) continue;
    const std::optional<core::Bus> bus = core::ParseBus(*name);
    if (!bus.has_value()) {
      reader.UnknownWord(item, "bus", *name, NamesUpTo(core::Bus::kOther));
      continue;
    }
    match.add_buses(contract::ToProto(*bus));
  }
}

// "0781:5581", "0951:*".
void ReadIds(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match) {
  for (const YAML::Node& item : reader.Items(node, "ids", "ids: [\"0781:5581\", \"0951:*\"]")) {
    const std::optional<std::string> text = reader.Text(item, "id");
    if (!text.has_value()) continue;
    const std::size_t colon = text->find(':');
    const std::string product = colon == std::string::npos ? "" : text->substr(colon + 1);
    const std::uint32_t vendor_id = ParseHex4(text->substr(0, colon)).value_or(0);
    const std::uint32_t product_id = ParseHex4(product).value_or(0);
    if (vendor_id == 0 || (product != "*" && product_id == 0)) {
      reader.Problem(item.Mark(),
                     absl::StrCat("id \"", *text,
                                  "\" is not four hexadecimal digits, a colon and "
                                  "four more or *"),
                     "\"0781:5581\" or \"0951:*\"   (in quotes, as lsusb shows it)");
      continue;
    }
    v1::UsbId& id = *match.add_ids();
    id.set_vendor_id(vendor_id);
    id.set_product_id(product_id);
  }
}

// Globs, or names of the terminal's user database.
void ReadTexts(YamlReader& reader, const YAML::Node& node, const std::string& what, Texts& texts) {
  for (const YAML::Node& item : reader.Items(node, what, absl::StrCat(what, ": [\"…\"]"))) {
    const std::optional<std::string> text = reader.Text(item, what);
    if (!text.has_value()) continue;
    if (text->empty()) {
      reader.Problem(item.Mark(), absl::StrCat(what, ": an empty one would never hold"),
                     "leave it out");
    } else if (text->size() > core::kMaxGlobBytes) {
      reader.Problem(item.Mark(),
                     absl::StrCat(what, ": longer than ", core::kMaxGlobBytes, " bytes"),
                     "shorten it with *");
    } else {
      texts.Add(std::string(*text));
    }
  }
}

void ReadEncrypted(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match) {
  const std::optional<std::string> text = reader.Text(node, "encrypted");
  if (!text.has_value()) return;
  if (*text != "true") {
    reader.Problem(node.Mark(), absl::StrCat("encrypted \"", *text, "\": only true can be asked"),
                   "encrypted: true");
    return;
  }
  match.set_encryption(v1::ENCRYPTION_MATCH_ENCRYPTED);
}

YamlReader::Handlers OldKeys(YamlReader& reader, v1::DeviceMatch& match) {
  return {{"classes",
           [&](const YAML::Node& value) {
             ReadClasses(reader, value, "classes",
                         [&](v1::DeviceClass each) { match.add_classes(each); });
           }},
          {"vendor",
           [&](const YAML::Node& value) {
             reader.HexInto(value, "vendor", [&](std::uint32_t id) { match.set_vendor_id(id); });
           }},
          {"product",
           [&](const YAML::Node& value) {
             reader.HexInto(value, "product", [&](std::uint32_t id) { match.set_product_id(id); });
           }},
          {"serial",
           [&](const YAML::Node& value) { reader.Into(value, "serial", match.mutable_serial()); }},
          {"port",
           [&](const YAML::Node& value) { reader.Into(value, "port", match.mutable_port_path()); }},
          {"fingerprint", [&](const YAML::Node& value) {
             reader.HashInto(value, "fingerprint",
                             "copy it from: sekishoctl requests --output json",
                             match.mutable_fingerprint());
           }}};
}

// Those that need the feature rules_2.
YamlReader::Handlers NewKeys(YamlReader& reader, v1::DeviceMatch& match) {
  const auto texts = [&](const char* what, Texts* target) {
    return [&reader, what, target](const YAML::Node& value) {
      ReadTexts(reader, value, what, *target);
    };
  };
  return {{"bus", [&](const YAML::Node& value) { ReadBuses(reader, value, match); }},
          {"ids", [&](const YAML::Node& value) { ReadIds(reader, value, match); }},
          {"serials", texts("serials", match.mutable_serials())},
          {"products", texts("products", match.mutable_products())},
          {"ports", texts("ports", match.mutable_ports())},
          {"users", texts("users", match.mutable_users())},
          {"user_groups", texts("user_groups", match.mutable_user_groups())},
          {"interfaces",
           [&](const YAML::Node& value) {
             ReadInterfaces(reader, value, *match.mutable_interfaces());
           }},
          {"identity",
           [&](const YAML::Node& value) {
             reader.HashInto(value, "identity", "copy it from: sekishoctl requests --output json",
                             match.mutable_identity());
           }},
          {"registered",
           [&](const YAML::Node& value) {
             reader.YesNoInto(value, "registered", [&](bool yes) {
               match.set_registered(yes ? v1::REGISTERED_YES : v1::REGISTERED_NO);
             });
           }},
          {"encrypted", [&](const YAML::Node& value) { ReadEncrypted(reader, value, match); }},
          {"hours", [&](const YAML::Node& value) { ReadHours(reader, value, match); }}};
}

}  // namespace

void ReadClasses(YamlReader& reader, const YAML::Node& node, const std::string& what,
                 const std::function<void(v1::DeviceClass)>& add) {
  for (const YAML::Node& item : reader.Items(node, what, absl::StrCat(what, ": [storage]"))) {
    const std::optional<std::string> name = reader.Text(item, "class");
    if (!name.has_value()) continue;
    const std::optional<core::DeviceClass> device_class = core::ParseDeviceClass(*name);
    if (!device_class.has_value()) {
      reader.UnknownWord(item, "device class", *name, NamesUpTo(core::DeviceClass::kUnknown));
      continue;
    }
    add(contract::ToProto(*device_class));
  }
}

void ReadMatch(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match) {
  YamlReader::Handlers handlers = OldKeys(reader, match);
  handlers.merge(NewKeys(reader, match));
  reader.Map(node, "match", handlers);
  if (match.product_id() != 0 && match.vendor_id() == 0) {
    reader.Problem(node.Mark(), "product without vendor", "add vendor: \"…\"");
  }
}

}  // namespace sekisho::console::policy
