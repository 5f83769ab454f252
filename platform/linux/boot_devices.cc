#include "platform/linux/boot_devices.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-adopted 1";
constexpr std::size_t kMaxListBytes = 256 * 1024;
constexpr std::size_t kMaxSerialBytes = 4096;
constexpr const char* kBarrier = "/usr/lib/sekisho/sekisho-barrier";

std::string IdHex(unsigned id) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04x", id & 0xffff);
  return text.data();
}

std::string SerialHex(const BootDevice& device) {
  return device.serial.empty() ? "-" : ToHex(device.serial);
}

std::optional<unsigned> ParseId(std::string_view text) {
  unsigned id = 0;
  if (text.size() != 4 || !FromHex(text)) return std::nullopt;
  std::from_chars(text.data(), text.data() + text.size(), id, 16);
  return id;
}

std::optional<BootDevice> ParseLine(std::string_view line) {
  std::array<std::string_view, 4> fields;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::size_t space = line.find(' ');
    if ((space == std::string_view::npos) != (i + 1 == fields.size())) return std::nullopt;
    fields[i] = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
  }
  BootDevice device;
  const std::optional<std::string> fingerprint = FromHex(fields[1]);
  if (!IsPortPath(fields[0]) || !fingerprint || fingerprint->size() != 32) return std::nullopt;
  device.port_path = fields[0];
  device.fingerprint_hex = fields[1];
  if (fields[2].size() != 9 || fields[2][4] != ':') return std::nullopt;
  const std::optional<unsigned> vendor = ParseId(fields[2].substr(0, 4));
  const std::optional<unsigned> product = ParseId(fields[2].substr(5));
  if (!vendor || !product) return std::nullopt;
  device.vendor_id = *vendor;
  device.product_id = *product;
  if (fields[3] != "-") {
    std::optional<std::string> serial = FromHex(fields[3]);
    if (!serial || serial->empty() || serial->size() > kMaxSerialBytes) return std::nullopt;
    device.serial = std::move(*serial);
  }
  return device;
}

// The next line without its end, taken off `text`; nothing without a line end.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string WriteBootDevices(std::span<const BootDevice> devices) {
  std::string text(kHeader);
  text += '\n';
  for (const BootDevice& device : devices) {
    text += device.port_path + " " + device.fingerprint_hex + " " + IdHex(device.vendor_id) + ":" +
            IdHex(device.product_id) + " " + SerialHex(device) + "\n";
  }
  return text + "end " + std::to_string(devices.size()) + "\n";
}

std::optional<std::vector<BootDevice>> ParseBootDevices(std::string_view text) {
  std::optional<std::string_view> line = TakeLine(text);
  if (!line || *line != kHeader) return std::nullopt;
  std::vector<BootDevice> devices;
  while ((line = TakeLine(text)) && !line->starts_with("end ")) {
    std::optional<BootDevice> device = ParseLine(*line);
    if (!device || devices.size() >= kMaxBootDevices) return std::nullopt;
    devices.push_back(std::move(*device));
  }
  if (!line || *line != "end " + std::to_string(devices.size()) || !text.empty()) {
    return std::nullopt;
  }
  return devices;
}

std::string UdevRulesFor(std::span<const BootDevice> devices) {
  std::string rules =
      "# Written by sekisho-barrier and sekisho-agentd; `sekisho adopt` changes it.\n"
      "# The devices that were adopted on this terminal come up by these rules, in the initramfs\n"
      "# and later, with no agent running. Everything else stays unauthorised.\n";
  for (const BootDevice& device : devices) {
    rules += "ACTION==\"add\", SUBSYSTEM==\"usb\", ENV{DEVTYPE}==\"usb_device\", KERNEL==\"" +
             device.port_path + "\", ATTR{idVendor}==\"" + IdHex(device.vendor_id) +
             "\", ATTR{idProduct}==\"" + IdHex(device.product_id) + "\", RUN+=\"" + kBarrier +
             " authorise --port " + device.port_path + " --fingerprint " + device.fingerprint_hex +
             " --serial-hex " + SerialHex(device) + "\"\n";
  }
  return rules;
}

Outcome WriteBootFiles(Files& files, const BootFiles& paths, std::span<const BootDevice> devices) {
  if (devices.size() > kMaxBootDevices) return MakeFailure(E2BIG, "write " + paths.list);
  const std::string list = WriteBootDevices(devices);
  // What cannot be read back now would be an empty list, and no keyboard, at the next boot.
  if (!ParseBootDevices(list)) return MakeFailure(EINVAL, "write " + paths.list);
  const std::string rules = UdevRulesFor(devices);
  if (Outcome written =
          files.Replace(paths.rules, std::as_bytes(std::span(rules)), FileMode::kWorldReadable);
      !written.ok()) {
    return written;
  }
  return files.Replace(paths.list, std::as_bytes(std::span(list)), FileMode::kOwnerOnly);
}

Result<std::vector<BootDevice>> ReadBootFiles(Files& files, const BootFiles& paths) {
  Result<std::vector<std::byte>> bytes = files.Read(paths.list, kMaxListBytes);
  if (!bytes.ok()) {
    if (bytes.failure().code.value() == ENOENT) return std::vector<BootDevice>();
    return bytes.failure();
  }
  std::optional<std::vector<BootDevice>> devices = ParseBootDevices(
      std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size()));
  if (!devices) return MakeFailure(EBADMSG, "read " + paths.list);
  return std::move(*devices);
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    hex += "0123456789abcdef"[byte >> 4];
    hex += "0123456789abcdef"[byte & 15];
  }
  return hex;
}

std::optional<std::string> FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    int byte = 0;
    for (const char c : hex.substr(i, 2)) {
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(c >= 'a' && c <= 'f')) return std::nullopt;
      byte = byte * 16 + (digit ? c - '0' : c - 'a' + 10);
    }
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace sekisho::platform
