#include "agent/core/device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace sekisho::core {
namespace {

using Bytes = std::vector<std::byte>;

void Append(Bytes& bytes, std::initializer_list<unsigned> values) {
  for (const unsigned value : values) bytes.push_back(static_cast<std::byte>(value));
}

// USB 2.0, 9.6.1: vendor 0x0781, product 0x5581.
Bytes Head() {
  Bytes bytes;
  Append(bytes, {18, 1, 0, 2, 0, 0, 0, 64, 0x81, 0x07, 0x81, 0x55, 0, 1, 1, 2, 3, 1});
  return bytes;
}

void AppendConfiguration(Bytes& bytes) { Append(bytes, {9, 2, 32, 0, 1, 1, 0, 0x80, 50}); }

void AppendInterface(Bytes& bytes, unsigned number, unsigned class_code, unsigned alternate = 0) {
  Append(bytes, {9, 4, number, alternate, 2, class_code, 6, 0x50, 0});
}

Bytes Stick() {
  Bytes bytes = Head();
  AppendConfiguration(bytes);
  AppendInterface(bytes, 0, 8);
  Append(bytes, {7, 5, 0x81, 2, 0, 2, 0});
  Append(bytes, {7, 5, 0x02, 2, 0, 2, 0});
  return bytes;
}

std::variant<Device, DescriptorFault> Parse(Bytes bytes) {
  RawDevice raw;
  raw.port_path = "2-1";
  raw.descriptors = std::move(bytes);
  return ParseDevice(raw);
}

Device Parsed(Bytes bytes) { return std::get<Device>(Parse(std::move(bytes))); }
DescriptorFault Fault(Bytes bytes) { return std::get<DescriptorFault>(Parse(std::move(bytes))); }

TEST(ParseDevice, ReadsIdsInterfacesAndClassOfAStick) {
  RawDevice raw;
  raw.port_path = "2-1.4";
  raw.descriptors = Stick();
  raw.fingerprint.fill(7);
  raw.serial = "AA01";
  raw.manufacturer = "東芝";
  raw.product = "Stick";
  const Device device = std::get<Device>(ParseDevice(raw));
  EXPECT_EQ(device.vendor_id, 0x0781);
  EXPECT_EQ(device.product_id, 0x5581);
  EXPECT_EQ(device.serial, "AA01");
  EXPECT_EQ(device.manufacturer, "東芝");
  EXPECT_EQ(device.product, "Stick");
  EXPECT_EQ(device.port_path, "2-1.4");
  EXPECT_EQ(device.fingerprint, raw.fingerprint);
  EXPECT_THAT(device.classes, testing::ElementsAre(DeviceClass::kStorage));
  EXPECT_THAT(device.interfaces, testing::ElementsAre(UsbInterface{0, 8, 6, 0x50}));
}

TEST(ParseDevice, RefusesEveryTruncationOfAStickButThoseBetweenDescriptors) {
  const Bytes whole = Stick();
  const std::set<std::size_t> between = {18 + 9, 18 + 18, 18 + 25, 18 + 32};
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    const auto parsed = Parse(Bytes(whole.begin(), whole.begin() + length));
    EXPECT_EQ(std::holds_alternative<Device>(parsed), between.contains(length)) << length;
  }
}

TEST(ParseDevice, SeesTheInterfacesOfEveryConfiguration) {
  Bytes bytes = Stick();
  AppendConfiguration(bytes);
  Append(bytes, {9, 4, 0, 0, 1, 3, 1, 1, 0});
  EXPECT_THAT(Parsed(bytes).classes,
              testing::ElementsAre(DeviceClass::kStorage, DeviceClass::kKeyboard));
}

TEST(ParseDevice, SeesAnInterfaceThatOnlyAnAlternateSettingShows) {
  Bytes bytes = Head();
  AppendConfiguration(bytes);
  AppendInterface(bytes, 0, 1);
  AppendInterface(bytes, 0, 8, 1);
  EXPECT_THAT(Parsed(bytes).classes,
              testing::ElementsAre(DeviceClass::kStorage, DeviceClass::kAudio));
}

TEST(ParseDevice, SeesInterfacesBeyondTheLengthThatTheConfigurationClaims) {
  Bytes bytes = Head();
  Append(bytes, {9, 2, 9, 0, 0, 1, 0, 0x80, 50});  // wTotalLength 9: nothing but itself
  AppendInterface(bytes, 0, 8);
  EXPECT_THAT(Parsed(bytes).classes, testing::ElementsAre(DeviceClass::kStorage));
}

TEST(ParseDevice, ListsAlikeAlternateSettingsOnce) {
  Bytes bytes = Head();
  AppendConfiguration(bytes);
  for (unsigned alternate = 0; alternate < 255; ++alternate) {
    AppendInterface(bytes, 0, 1, alternate);
    AppendInterface(bytes, 1, 1, alternate);
  }
  EXPECT_EQ(Parsed(bytes).interfaces.size(), 2u);
}

TEST(ParseDevice, RefusesMoreInterfacesThanItsBound) {
  Bytes bytes = Head();
  AppendConfiguration(bytes);
  for (unsigned number = 0; number < kMaxInterfaces; ++number) AppendInterface(bytes, number, 8);
  EXPECT_EQ(Parsed(bytes).interfaces.size(), kMaxInterfaces);
  AppendInterface(bytes, 0, 3);
  EXPECT_EQ(Fault(bytes), DescriptorFault::kTooManyInterfaces);
}

TEST(ParseDevice, RefusesMoreBytesThanItsBound) {
  Bytes bytes = Stick();
  while (bytes.size() + 2 <= kMaxDescriptorBytes) Append(bytes, {2, 0xff});
  EXPECT_TRUE(std::holds_alternative<Device>(Parse(bytes)));
  Append(bytes, {2, 0xff});
  EXPECT_EQ(Fault(bytes), DescriptorFault::kTooLong);
}

TEST(ParseDevice, RefusesADescriptorOfLengthZeroInsteadOfWalkingForEver) {
  Bytes bytes = Stick();
  Append(bytes, {0, 4, 0, 0});
  EXPECT_EQ(Fault(bytes), DescriptorFault::kBadLength);
}

TEST(ParseDevice, RefusesAnInterfaceTooShortToSayItsClass) {
  Bytes bytes = Head();
  AppendConfiguration(bytes);
  Append(bytes, {5, 4, 0, 0, 2});
  EXPECT_EQ(Fault(bytes), DescriptorFault::kBadLength);
}

TEST(ParseDevice, RefusesWhatDoesNotBeginAsADevice) {
  Bytes bytes = Stick();
  bytes[1] = std::byte{2};
  EXPECT_EQ(Fault(bytes), DescriptorFault::kNoDeviceDescriptor);
  bytes = Stick();
  bytes[0] = std::byte{17};
  EXPECT_EQ(Fault(bytes), DescriptorFault::kBadLength);
  bytes[0] = std::byte{20};  // swallows two bytes of what follows
  EXPECT_EQ(Fault(bytes), DescriptorFault::kBadLength);
  bytes = Head();
  AppendInterface(bytes, 0, 8);
  AppendConfiguration(bytes);
  EXPECT_EQ(Fault(bytes), DescriptorFault::kNoConfiguration);
}

TEST(ParseDevice, TakesEscapesAndDirectionMarksOutOfNames) {
  RawDevice raw;
  raw.descriptors = Stick();
  raw.product =
      "a\x1b[2Jb\xe2\x80\xae"
      "c";
  raw.serial = std::string("\xff\x00z", 3);
  const Device device = std::get<Device>(ParseDevice(raw));
  EXPECT_EQ(device.product,
            "a\xef\xbf\xbd[2Jb\xef\xbf\xbd"
            "c");
  EXPECT_EQ(device.serial, "\xef\xbf\xbd\xef\xbf\xbdz");
}

TEST(ParseDevice, CutsNamesAt126Characters) {
  RawDevice raw;
  raw.descriptors = Stick();
  for (int i = 0; i < 200; ++i) raw.serial += "字";
  EXPECT_EQ(std::get<Device>(ParseDevice(raw)).serial.size(), 126u * 3);
}

TEST(DeviceClassNames, AreReadBackAsTheClassTheyName) {
  for (int i = 0; i <= static_cast<int>(DeviceClass::kUnknown); ++i) {
    const auto device_class = static_cast<DeviceClass>(i);
    EXPECT_EQ(ParseDeviceClass(Name(device_class)), device_class) << i;
  }
  EXPECT_EQ(ParseDeviceClass("STORAGE"), std::nullopt);
  EXPECT_EQ(ParseDeviceClass(""), std::nullopt);
}

}  // namespace
}  // namespace sekisho::core
