#include "platform/linux/usbip_stick.h"

#include <cerrno>
#include <string_view>

namespace sekisho::platform {
namespace {

using Bytes = std::vector<std::byte>;
using Header = std::span<const std::byte, UsbipStick::kHeaderBytes>;

// usbip_protocol.rst: command codes and offsets in usbip_header.
constexpr std::uint32_t kSubmit = 1;
constexpr std::uint32_t kUnlink = 2;
constexpr std::uint32_t kSubmitReply = 3;
constexpr std::uint32_t kUnlinkReply = 4;
constexpr std::uint32_t kDirectionIn = 1;
constexpr std::size_t kMaxTransfer = 65536;

// USB 2.0, tables 9-4 and 9-5.
constexpr std::uint8_t kGetDescriptor = 6;
constexpr std::uint8_t kDevice = 1;
constexpr std::uint8_t kConfiguration = 2;
constexpr std::uint8_t kString = 3;

// 1209:0001 is pid.codes' id for testing.
constexpr std::array<std::uint8_t, 18> kDeviceDescriptor = {
    18, kDevice, 0x00, 0x02, 0, 0, 0, 64, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 1, 2, 3, 1};
constexpr std::array<std::uint8_t, 32> kConfigurationDescriptor = {
    9,    kConfiguration,
    32,   0,
    1,    1,
    0,    0x80,
    50,  // bus powered, 100 mA
    9,    4,
    0,    0,
    2,    0x08,
    0x06, 0x50,
    0,  // mass storage, SCSI, bulk-only
    7,    5,
    0x81, 2,
    0x00, 0x02,
    0,  // bulk IN
    7,    5,
    0x02, 2,
    0x00, 0x02,
    0};  // bulk OUT

std::uint32_t Word(Header header, std::size_t offset) {
  std::uint32_t word = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    word = word << 8 | std::to_integer<std::uint32_t>(header[offset + i]);
  }
  return word;
}

void Append(Bytes& bytes, std::uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::byte>(word >> shift & 0xff));
  }
}

Bytes StringDescriptor(std::uint8_t index) {
  if (index == 0) {  // languages: US English
    return {std::byte{4}, std::byte{kString}, std::byte{0x09}, std::byte{0x04}};
  }
  constexpr std::array<std::string_view, 3> kStrings = {"Sekisho", "Probe", UsbipStick::kSerial};
  if (index > kStrings.size()) return {};
  const std::string_view text = kStrings[index - 1];
  Bytes bytes = {static_cast<std::byte>(2 + 2 * text.size()), std::byte{kString}};
  for (const char c : text) {
    bytes.push_back(static_cast<std::byte>(c));
    bytes.push_back(std::byte{0});
  }
  return bytes;
}

// What the device answers on endpoint 0; nothing is a stall.
std::optional<Bytes> Control(Header header) {
  const auto setup = [&](std::size_t i) { return std::to_integer<std::uint8_t>(header[40 + i]); };
  const std::uint8_t type = setup(0);
  if (type == 0x00) return Bytes();  // SET_ADDRESS, SET_CONFIGURATION, …: taken, no data
  if (type != 0x80 || setup(1) != kGetDescriptor) return std::nullopt;
  const auto copy = [](std::span<const std::uint8_t> from) {
    const auto bytes = std::as_bytes(from);
    return Bytes(bytes.begin(), bytes.end());
  };
  switch (setup(3)) {
    case kDevice:
      return copy(kDeviceDescriptor);
    case kConfiguration:
      return copy(kConfigurationDescriptor);
    case kString: {
      Bytes text = StringDescriptor(setup(2));
      return text.empty() ? std::nullopt : std::optional(std::move(text));
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

std::size_t UsbipStick::OutBytes(Header header) {
  if (Word(header, 0) != kSubmit || Word(header, 12) == kDirectionIn) return 0;
  return Word(header, 24);
}

std::optional<std::vector<std::byte>> UsbipStick::Answer(Header header) {
  const std::uint32_t command = Word(header, 0);
  if (command != kSubmit && command != kUnlink) return std::nullopt;
  if (command == kSubmit && Word(header, 24) > kMaxTransfer) return std::nullopt;

  std::optional<Bytes> data;
  if (command == kSubmit && Word(header, 16) == 0) data = Control(header);
  if (data && data->size() > Word(header, 24)) data->resize(Word(header, 24));

  Bytes reply;
  Append(reply, command == kSubmit ? kSubmitReply : kUnlinkReply);
  Append(reply, Word(header, 4));  // seqnum; devid, direction and endpoint are 0 in a reply
  for (int i = 0; i < 3; ++i) Append(reply, 0);
  const std::int32_t status = command == kUnlink || data ? 0 : -EPIPE;
  Append(reply, static_cast<std::uint32_t>(status));
  // actual_length: what comes back, or, on the way out, what was taken.
  const bool in = Word(header, 12) == kDirectionIn;
  Append(reply, !data ? 0 : in ? static_cast<std::uint32_t>(data->size()) : Word(header, 24));
  while (reply.size() < kHeaderBytes) reply.push_back(std::byte{0});
  if (data && in) reply.insert(reply.end(), data->begin(), data->end());
  return reply;
}

}  // namespace sekisho::platform
