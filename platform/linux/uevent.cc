#include "platform/linux/uevent.h"

#include <utility>

namespace sekisho::platform {
namespace {

// "1" … "999" with no leading zero.
bool IsNumber(std::string_view text) {
  if (text.empty() || text.size() > 3 || text.front() == '0') return false;
  return text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool IsCleanPath(std::string_view path) {
  if (path.size() < 2 || path.front() != '/') return false;
  path.remove_prefix(1);
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view component = path.substr(0, slash);
    if (component.empty() || component == "." || component == "..") return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// A value seen once; a second one makes the datagram suspect.
bool TakeOnce(std::optional<std::string>* field, std::string_view value) {
  if (field->has_value()) return false;
  field->emplace(value);
  return true;
}

}  // namespace

std::optional<Uevent> ParseUevent(std::span<const std::byte> datagram) {
  if (datagram.empty() || datagram.size() > kMaxUeventBytes) return std::nullopt;
  std::string_view rest(reinterpret_cast<const char*>(datagram.data()), datagram.size());
  if (rest.back() != '\0') return std::nullopt;

  const std::string_view header = rest.substr(0, rest.find('\0'));
  rest.remove_prefix(header.size() + 1);
  const std::size_t at = header.find('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;

  std::optional<std::string> action, devpath, subsystem, devtype;
  Uevent uevent;
  while (!rest.empty()) {
    const std::string_view field = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(field.size() + 1);
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos || equals == 0) return std::nullopt;
    const std::string_view key = field.substr(0, equals);
    const std::string_view value = field.substr(equals + 1);
    bool once = true;
    if (key == "ACTION") {
      once = TakeOnce(&action, value);
    } else if (key == "DEVPATH") {
      once = TakeOnce(&devpath, value);
    } else if (key == "SUBSYSTEM") {
      once = TakeOnce(&subsystem, value);
    } else if (key == "DEVTYPE") {
      once = TakeOnce(&devtype, value);
    } else if (key == "SYNTH_UUID") {
      uevent.origin = Uevent::Origin::kSynthetic;
    }
    if (!once) return std::nullopt;
  }
  if (!action || !devpath || *action != header.substr(0, at) || *devpath != header.substr(at + 1)) {
    return std::nullopt;
  }
  if (!IsCleanPath(*devpath)) return std::nullopt;
  uevent.action = std::move(*action);
  uevent.devpath = std::move(*devpath);
  uevent.subsystem = std::move(subsystem).value_or("");
  uevent.devtype = std::move(devtype).value_or("");
  return uevent;
}

std::string WriteUevent(const Uevent& uevent) {
  std::string text = uevent.action + "@" + uevent.devpath;
  text += '\0';
  const auto add = [&text](std::string_view key, std::string_view value) {
    text.append(key).append("=").append(value);
    text += '\0';
  };
  add("ACTION", uevent.action);
  add("DEVPATH", uevent.devpath);
  if (!uevent.subsystem.empty()) add("SUBSYSTEM", uevent.subsystem);
  if (uevent.origin == Uevent::Origin::kSynthetic) add("SYNTH_UUID", "0");
  if (!uevent.devtype.empty()) add("DEVTYPE", uevent.devtype);
  return text;
}

std::optional<DeviceNotice> NoticeOf(const Uevent& uevent) {
  if (uevent.subsystem != "usb" || uevent.origin == Uevent::Origin::kSynthetic) {
    return std::nullopt;
  }
  const std::string_view name = BaseName(uevent.devpath);
  if (uevent.devtype == "usb_device") {
    if (!IsPortPath(name)) return std::nullopt;  // a root hub
    std::string port_path(name);
    if (uevent.action == "add") return DeviceAppeared{std::move(port_path)};
    if (uevent.action == "remove") return DeviceGone{std::move(port_path)};
    // bind and unbind of the generic driver follow an add and a remove that were told already.
    if (uevent.action == "change" || uevent.action == "move" || uevent.action == "online" ||
        uevent.action == "offline") {
      return DeviceAltered{std::move(port_path)};
    }
    return std::nullopt;
  }
  if (uevent.devtype == "usb_interface" &&
      (uevent.action == "add" || uevent.action == "remove" || uevent.action == "bind")) {
    // "2-1.4:1.0": an unauthorised device has none, so this tells that somebody authorised it. That
    // one of them was authorised is told by nothing but the driver, or usbfs, that then has it.
    const std::string_view port_path = name.substr(0, name.find(':'));
    if (IsPortPath(port_path)) return DeviceAltered{std::string(port_path)};
  }
  return std::nullopt;
}

bool IsPortPath(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || !IsNumber(text.substr(0, dash))) return false;
  std::string_view ports = text.substr(dash + 1);
  for (int tier = 1; tier <= 7; ++tier) {
    const std::size_t dot = ports.find('.');
    const std::string_view port = ports.substr(0, dot);
    if (!IsNumber(port) || (port.size() == 3 && port > "255")) return false;
    if (dot == std::string_view::npos) return true;
    ports.remove_prefix(dot + 1);
  }
  return false;
}

}  // namespace sekisho::platform
