// What is read of a device that is not USB.
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "platform/linux/doors/doors.h"

namespace sekisho::platform {
namespace {

using Bus = AttachmentFacts::Bus;
using Kind = AttachmentFacts::Kind;

// SPC-6, 7.7.18: four bytes of header, then the unit serial number.
constexpr std::size_t kPageHeader = 4;
constexpr std::size_t kMaxPage = 4096;

std::string_view Trim(std::string_view text) {
  const auto blank = [](char each) { return each == ' ' || each == '\0' || each == '\n'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// What the device may not have, and what its driver may fail to ask it for, is empty.
std::string Text(const SysfsDevice& device, const std::string& name) {
  const Result<std::string> text = ReadTextAt(device.directory(), name);
  return text.ok() ? std::string(Trim(*text)) : std::string();
}

std::string UnitSerial(const SysfsDevice& device) {
  const Result<std::vector<std::byte>> page = ReadAt(device.directory(), "vpd_pg80", kMaxPage);
  if (!page.ok() || page->size() <= kPageHeader) return Text(device, "wwid");
  const std::string_view serial =
      Trim({reinterpret_cast<const char*>(page->data()) + kPageHeader, page->size() - kPageHeader});
  return serial.empty() ? Text(device, "wwid") : std::string(serial);
}

// "0x8086".
unsigned Number(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return error == std::errc() && end == text.data() + text.size() && value <= 0xffff ? value : 0;
}

// The peripheral device type (SPC-6, table 142).
Kind KindOf(std::string_view scsi_type) {
  if (scsi_type == "0" || scsi_type == "14" || scsi_type == "20") return Kind::kStorage;
  if (scsi_type == "5" || scsi_type == "7") return Kind::kOptical;
  if (scsi_type == "1") return Kind::kTape;
  return Kind::kUnknown;
}

const char* Name(Bus bus) {
  switch (bus) {
    case Bus::kPci:
      return "pci";
    case Bus::kAta:
      return "ata";
    case Bus::kScsi:
      return "scsi";
    case Bus::kMmc:
      return "mmc";
    case Bus::kNvme:
      return "nvme";
    case Bus::kThunderbolt:
      return "thunderbolt";
    case Bus::kFirewire:
      return "firewire";
    case Bus::kVirtual:
      return "virtual";
    case Bus::kOther:
      return "other";
  }
  return "other";
}

const char* Name(Kind kind) {
  switch (kind) {
    case Kind::kStorage:
      return "storage";
    case Kind::kOptical:
      return "optical";
    case Kind::kTape:
      return "tape";
    case Kind::kNetworkAdapter:
      return "network_adapter";
    case Kind::kWifi:
      return "wifi";
    case Kind::kBluetooth:
      return "bluetooth";
    case Kind::kUnknown:
      return "unknown";
  }
  return "unknown";
}

std::string Hex(unsigned id) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "%04x", id);
  return text.data();
}

std::vector<std::byte> Canonical(const DeviceFacts& facts) {
  const AttachmentFacts& attachment = *facts.attachment;
  std::string text;
  for (const std::string& field :
       {std::string("sekisho-door-1"), std::string(Name(attachment.bus)),
        std::string(Name(attachment.kind)), Hex(attachment.vendor_id), Hex(attachment.product_id),
        facts.manufacturer, facts.product, facts.serial}) {
    text += std::to_string(field.size()) + ":" + field + ",";
  }
  const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
  return {bytes, bytes + text.size()};
}

void ReadInto(DeviceFacts& facts, const SysfsDevice& device) {
  AttachmentFacts& attachment = *facts.attachment;
  switch (device.door()->kind) {
    case Door::Kind::kScsi:
      attachment.kind = KindOf(Text(device, "type"));
      facts.manufacturer = Text(device, "vendor");
      facts.product = Text(device, "model");
      facts.serial = UnitSerial(device);
      return;
    case Door::Kind::kNvme:
      attachment.kind = Kind::kStorage;
      attachment.vendor_id = Number(Text(device, "device/vendor"));
      attachment.product_id = Number(Text(device, "device/device"));
      facts.product = Text(device, "model");
      facts.serial = Text(device, "serial");
      return;
    case Door::Kind::kMmc: {
      attachment.kind = Kind::kStorage;
      const std::string maker = Text(device, "manfid") + " " + Text(device, "oemid");
      facts.manufacturer = Trim(maker);
      facts.product = Text(device, "name");
      facts.serial = Text(device, "cid");
      return;
    }
    case Door::Kind::kBlock:
      attachment.kind = Kind::kStorage;
      facts.manufacturer = Text(device, "device/vendor");
      facts.product = Text(device, "device/model");
      facts.serial = Text(device, "serial");
      return;
    case Door::Kind::kThunderbolt:
      attachment.control = AttachmentFacts::Control::kSwitch;
      attachment.vendor_id = Number(Text(device, "vendor"));
      attachment.product_id = Number(Text(device, "device"));
      facts.manufacturer = Text(device, "vendor_name");
      facts.product = Text(device, "device_name");
      facts.serial = Text(device, "unique_id");
      return;
    case Door::Kind::kAdapter:
      attachment.control = AttachmentFacts::Control::kSwitch;
      ReadAdapterInto(facts, device);
      return;
  }
}

}  // namespace

Result<DeviceFacts> ReadDoor(const SysfsDevice& device) {
  DeviceFacts facts;
  facts.attachment.emplace();
  facts.attachment->bus = device.door()->bus;
  ReadInto(facts, device);
  if (device.door()->kind == Door::Kind::kThunderbolt) {
    Result<AuthorisedNow> authorised = ReadAuthorised(device);
    if (!authorised.ok()) return authorised.failure();
    facts.authorised = *authorised == AuthorisedNow::kYes;
  } else {
    // Every device has it as long as it is there: what was empty above was not lost on its way out.
    Result<std::string> there = ReadTextAt(device.directory(), "uevent", 65536);
    if (!there.ok()) return GoneIfMissing(there.failure());
    facts.authorised =
        device.door()->kind != Door::Kind::kAdapter || HowAdapterStands(device) == DoorTo::kOpen;
  }
  facts.descriptors = Canonical(facts);
  return facts;
}

}  // namespace sekisho::platform
