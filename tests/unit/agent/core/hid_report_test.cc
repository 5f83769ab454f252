// What a HID interface's report descriptor says that it is for; and that a hostile one is not taken
// for a security key.
#include "agent/core/hid_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/core/classify.h"

namespace sekisho::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Bytes = std::vector<std::byte>;

Bytes From(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// As CTAP 2.1, 11.2.8.1, has it: two reports of 64 bytes in a collection of the FIDO page.
const Bytes kFido = From({0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0x09, 0x20, 0x15, 0x00, 0x26,
                          0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x81, 0x02, 0x09, 0x21, 0x15, 0x00,
                          0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x40, 0x91, 0x02, 0xc0});
// A keyboard's collection, shortened: eight modifier keys.
const Bytes kTypes = From({0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7,
                           0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0xc0});

TEST(HidReport, ASecurityKeyIsOne) {
  EXPECT_EQ(UseOf(kFido), HidUse::kSecurityKey);
  EXPECT_EQ(UseOf(kFido + kFido), HidUse::kSecurityKey);
  // Its usage with the page in it.
  EXPECT_EQ(UseOf(From({0x06, 0xd0, 0xf1, 0x0b, 0x01, 0x00, 0xd0, 0xf1, 0xa1, 0x01, 0xc0})),
            HidUse::kSecurityKey);
}

TEST(HidReport, WhatTypesIsNoneWhereverItStands) {
  EXPECT_EQ(UseOf(kTypes), HidUse::kUntold);
  EXPECT_EQ(UseOf(kFido + kTypes), HidUse::kUntold);
  EXPECT_EQ(UseOf(kTypes + kFido), HidUse::kUntold);
  // Inside the collection: the kernel makes an input device of it.
  const Bytes head(kFido.begin(), kFido.begin() + 7);
  EXPECT_EQ(UseOf(head + kTypes + From({0xc0})), HidUse::kUntold);
}

TEST(HidReport, WhatMayReadAsSomethingElseIsNone) {
  const Bytes page = From({0x06, 0xd0, 0xf1});
  const Bytes open = From({0xa1, 0x01}), close = From({0xc0}), usage = From({0x09, 0x01});
  ASSERT_EQ(UseOf(page + usage + open + close), HidUse::kSecurityKey);
  EXPECT_EQ(UseOf(page + From({0x0b, 0x06, 0x00, 0x01, 0x00}) + open + close), HidUse::kUntold)
      << "a usage that brings another page";
  EXPECT_EQ(UseOf(page + usage + From({0x05, 0x01}) + open + close), HidUse::kUntold)
      << "the kernel takes the page that holds at the collection";
  EXPECT_EQ(UseOf(From({0x05, 0x01}) + usage + page + open + close), HidUse::kUntold);
  EXPECT_EQ(UseOf(usage + page + open + close), HidUse::kUntold) << "a usage of no page yet";
  EXPECT_EQ(UseOf(page + usage + usage + open + close), HidUse::kUntold) << "one of two usages";
  EXPECT_EQ(UseOf(page + open + close), HidUse::kUntold) << "no usage";
  EXPECT_EQ(UseOf(page + From({0x19, 0x01, 0x29, 0x02}) + open + close), HidUse::kUntold);
  EXPECT_EQ(UseOf(page + From({0x19, 0x01}) + open + close), HidUse::kUntold) << "half a range";
  EXPECT_EQ(UseOf(page + usage + open + From({0x05, 0x07}) + page + close), HidUse::kUntold)
      << "another page, if only named";
  EXPECT_EQ(UseOf(page + usage + From({0xa4}) + open + close), HidUse::kUntold) << "push";
  EXPECT_EQ(UseOf(page + usage + From({0xb4}) + open + close), HidUse::kUntold) << "pop";
  EXPECT_EQ(UseOf(page + From({0xfe, 0x00, 0x00}) + usage + open + close), HidUse::kUntold);
  EXPECT_EQ(UseOf(page + usage + open + From({0xfc}) + close), HidUse::kUntold) << "reserved";
  EXPECT_EQ(UseOf(page + usage + open + close + close), HidUse::kUntold);
  EXPECT_EQ(UseOf(close + page + usage + open), HidUse::kUntold) << "ends before it begins";
  EXPECT_EQ(UseOf(page + usage + open + close + From({0x81, 0x02})), HidUse::kUntold)
      << "a field outside of every collection";
  EXPECT_EQ(UseOf(page + usage + open + close + From({0xd1, 0x02})), HidUse::kUntold);
}

TEST(HidReport, NoPartOfOneIsOneAndNothingIsCutOffBehindIt) {
  EXPECT_EQ(UseOf(kFido + From({0x26, 0xff})), HidUse::kUntold);
  for (std::size_t n = 0; n < kFido.size(); ++n) {
    EXPECT_EQ(UseOf(std::span(kFido).first(n)), HidUse::kUntold) << n;
  }
}

constexpr UsbInterface kHid{0, 3, 0, 0};
constexpr UsbInterface kOtherHid{1, 3, 0, 0};
constexpr UsbInterface kCards{2, 11, 0, 0};
constexpr UsbInterface kKeys{3, 3, 1, 1};

Device Of(std::vector<UsbInterface> interfaces) {
  Device device;
  device.interfaces = std::move(interfaces);
  device.classes = Classify({}, device.interfaces);
  return device;
}

TEST(ToldDevice, IsASecurityKeyByItsReports) {
  const Device plain = Of({kHid});
  EXPECT_THAT(Untold(plain), ElementsAre(0));
  const Device told = Told(plain, {{0, kFido}});
  EXPECT_THAT(told.classes, ElementsAre(DeviceClass::kSecurityKey));
  EXPECT_EQ(Told(told, {{0, kFido}}), told);
  EXPECT_EQ(Told(told, {}), plain) << "forgotten again";
  EXPECT_EQ(Told(plain, {{0, kTypes}}), plain);
  EXPECT_EQ(Told(plain, {{7, kFido}}), plain);
}

TEST(ToldDevice, KeepsWhatElseItIs) {
  EXPECT_THAT(Told(Of({kHid, kCards}), {{0, kFido}}).classes,
              ElementsAre(DeviceClass::kSmartCardReader, DeviceClass::kSecurityKey));
  EXPECT_THAT(Told(Of({kHid, kOtherHid}), {{0, kFido}}).classes,
              ElementsAre(DeviceClass::kSecurityKey, DeviceClass::kUnknown))
      << "of two, the other has said nothing";
  EXPECT_THAT(Told(Of({kHid, kOtherHid}), {{0, kFido}, {1, kTypes}}).classes,
              ElementsAre(DeviceClass::kSecurityKey, DeviceClass::kUnknown));
}

TEST(ToldDevice, KeepsWhatItClaimsAsAWhole) {
  Device device = Of({kHid});
  device.classes.insert(DeviceClass::kStorage);
  EXPECT_THAT(Told(device, {{0, kFido}}).classes,
              ElementsAre(DeviceClass::kStorage, DeviceClass::kSecurityKey));
}

TEST(ToldDevice, IsNotAskedBesideABootKeyboardOrInAnotherSetting) {
  const Device keyboard = Of({kHid, kKeys});
  EXPECT_THAT(Untold(keyboard), IsEmpty());
  EXPECT_EQ(Told(keyboard, {{0, kFido}}), keyboard);
  const UsbInterface storage_at_zero{0, 8, 6, 0x50};
  EXPECT_THAT(Untold(Of({kHid, storage_at_zero, kOtherHid})), ElementsAre(1));
}

TEST(ToldDevice, IsOpenedInPart) {
  const Device device = Told(Of({kHid, kOtherHid, kCards}), {{0, kFido}, {1, kTypes}});
  const InterfaceSplit split = SplitInterfaces(device, {DeviceClass::kSecurityKey});
  EXPECT_THAT(split.open, ElementsAre(DeviceClass::kSecurityKey));
  EXPECT_THAT(split.shut, ElementsAre(1, 2));
}

}  // namespace
}  // namespace sekisho::core
