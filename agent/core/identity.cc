#include "agent/core/identity.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <utility>
#include <variant>
#include <vector>

namespace sekisho::core {
namespace {

// bDescriptorType (USB 2.0, table 9-5; HID 1.11, 7.1).
constexpr std::uint8_t kConfigurationDescriptor = 2;
constexpr std::uint8_t kInterfaceDescriptor = 4;
constexpr std::uint8_t kEndpointDescriptor = 5;
constexpr std::uint8_t kHidDescriptor = 0x21;
constexpr std::size_t kDeviceDescriptorBytes = 18;

constexpr std::uint8_t kAudioClass = 0x01;
constexpr std::uint8_t kHidClass = 0x03;
constexpr std::uint8_t kHubClass = 0x09;
constexpr std::uint8_t kVideoClass = 0x0e;
constexpr std::uint8_t kStreaming = 0x02;  // subclass, of audio and of video alike

// Another layout of these bytes is another version: identities in a register would all change.
constexpr std::string_view kLayout = "sekisho.identity.1";

class Writer {
 public:
  void Byte(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  // With its length, so that no two sequences of fields share bytes.
  void Field(std::string_view field) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      Byte(static_cast<std::uint8_t>(field.size() >> shift & 0xff));
    }
    bytes_ += field;
  }
  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

std::uint8_t At(std::span<const std::byte> bytes, std::size_t offset) {
  return std::to_integer<std::uint8_t>(bytes[offset]);
}

std::string Some(std::initializer_list<std::uint8_t> values) {
  return {values.begin(), values.end()};
}

// An alternate setting of a hub or of a stream differs with the speed and says nothing else.
bool SettingsFollowSpeed(std::uint8_t class_code, std::uint8_t subclass_code) {
  return class_code == kHubClass ||
         ((class_code == kAudioClass || class_code == kVideoClass) && subclass_code == kStreaming);
}

// One configuration: a set, so that neither order nor repetition counts.
using Parts = std::set<std::string>;

class Walk {
 public:
  // `bytes`: what follows the device descriptor, sound by ParseDevice.
  explicit Walk(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      const std::size_t length = At(bytes, 0);
      Read(bytes.first(length));
      bytes = bytes.subspan(length);
    }
  }
  const std::vector<Parts>& configurations() const { return configurations_; }

 private:
  void Read(std::span<const std::byte> descriptor) {
    switch (At(descriptor, 1)) {
      case kConfigurationDescriptor:
        configurations_.emplace_back();
        place_.clear();
        break;
      case kInterfaceDescriptor:
        ReadInterface(descriptor);
        break;
      case kEndpointDescriptor:
        // bEndpointAddress without its reserved bits, and the transfer type of bmAttributes: the
        // rest of it is about isochronous timing.
        Add(place_ + Some({'e', static_cast<std::uint8_t>(At(descriptor, 2) & 0x8f),
                           static_cast<std::uint8_t>(At(descriptor, 3) & 0x03)}));
        break;
      case kHidDescriptor:
        if (class_code_ != kHidClass) break;  // the same number is a firmware loader's
        Add(place_ + "h" +
            std::string(reinterpret_cast<const char*>(descriptor.data()), descriptor.size()));
        break;
      default:
        break;
    }
  }

  void ReadInterface(std::span<const std::byte> descriptor) {
    class_code_ = At(descriptor, 5);
    const std::uint8_t subclass_code = At(descriptor, 6);
    const bool follows_speed = SettingsFollowSpeed(class_code_, subclass_code);
    const std::uint8_t alternate = follows_speed ? 0 : At(descriptor, 3);
    const std::uint8_t protocol = class_code_ == kHubClass ? 0 : At(descriptor, 7);
    place_ = Some({At(descriptor, 2), alternate});
    Add(place_ + Some({'i', class_code_, subclass_code, protocol}));
  }

  // ParseDevice lets nothing come before the first configuration.
  void Add(std::string part) { configurations_.back().insert(std::move(part)); }

  std::vector<Parts> configurations_;
  std::string place_;  // the interface and setting that what follows belongs to
  std::uint8_t class_code_ = 0;
};

std::string Written(const Parts& parts) {
  Writer writer;
  for (const std::string& part : parts) writer.Field(part);
  return writer.Take();
}

int DigitOf(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  return -1;
}

// Each character the next (or each the one before) of the digits 0-9 or 0-F, around the end.
bool RunsThroughDigits(std::string_view text, int base, int step) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int digit = DigitOf(text[i]);
    if (digit < 0 || digit >= base) return false;
    if (i > 0 && digit != (DigitOf(text[i - 1]) + base + step) % base) return false;
  }
  return true;
}

constexpr std::string_view kExamples[] = {"SERIAL",  "SERIALNUMBER", "SERIALNO",       "SERIALNUM",
                                          "NONE",    "NULL",         "DEFAULT",        "UNKNOWN",
                                          "INVALID", "NOTSET",       "TOBEFILLEDBYOEM"};

}  // namespace

std::optional<std::string> IdentityBytes(const RawDevice& raw) {
  if (!std::holds_alternative<Device>(ParseDevice(raw))) return std::nullopt;
  const std::span<const std::byte> bytes = raw.descriptors;
  const std::uint8_t class_code = At(bytes, 4);
  Writer writer;
  writer.Field(kLayout);
  for (const std::size_t offset : {8, 9, 10, 11, 12, 13}) writer.Byte(At(bytes, offset));
  writer.Byte(class_code);
  writer.Byte(At(bytes, 5));
  // A hub's protocol is its speed (USB 2.0, 11.23.1).
  writer.Byte(class_code == kHubClass ? std::uint8_t{0} : At(bytes, 6));
  writer.Field(raw.manufacturer);
  writer.Field(raw.product);
  writer.Field(raw.serial);
  std::vector<std::string> configurations;
  const Walk walk(bytes.subspan(kDeviceDescriptorBytes));
  for (const Parts& parts : walk.configurations()) {
    configurations.push_back(Written(parts));
  }
  std::ranges::sort(configurations);
  for (const std::string& configuration : configurations) writer.Field(configuration);
  return writer.Take();
}

IdentityConfidence ConfidenceOf(std::string_view serial) {
  constexpr std::size_t kFewestCharacters = 4;
  std::string said;  // letters and digits alone, in capitals
  for (const char each : serial) {
    if (each >= 'a' && each <= 'z') said += static_cast<char>(each - 'a' + 'A');
    if ((each >= '0' && each <= '9') || (each >= 'A' && each <= 'Z')) said += each;
    // Of another script: a character that counts, whatever it is.
    if (static_cast<unsigned char>(each) >= 0x80) said += each;
  }
  // Zeros in front are padding.
  std::string_view rest = said;
  rest.remove_prefix(std::min(rest.find_first_not_of('0'), rest.size()));
  const bool one_character =
      std::ranges::all_of(rest, [&](char each) { return each == rest.front(); });
  if (rest.size() < kFewestCharacters || one_character) return IdentityConfidence::kMake;
  for (const int base : {10, 16}) {
    for (const int step : {1, -1}) {
      if (RunsThroughDigits(rest, base, step)) return IdentityConfidence::kMake;
    }
  }
  if (std::ranges::find(kExamples, rest) != std::ranges::end(kExamples)) {
    return IdentityConfidence::kMake;
  }
  return IdentityConfidence::kSerial;
}

}  // namespace sekisho::core
