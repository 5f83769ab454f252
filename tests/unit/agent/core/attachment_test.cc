#include "agent/core/attachment.h"

#include <gtest/gtest.h>

#include "agent/core/decide.h"

namespace sekisho::core {
namespace {

RawAttachment Card() {
  RawAttachment raw;
  raw.bus = Bus::kMmc;
  raw.device_class = DeviceClass::kStorage;
  raw.place = "mmc0:4567";
  raw.fingerprint[0] = 7;
  raw.serial = "0353";
  raw.product = "SC08G";
  return raw;
}

TEST(Attachment, BecomesADevice) {
  const std::optional<Device> device = ParseAttachment(Card());
  ASSERT_TRUE(device);
  EXPECT_EQ(device->bus, Bus::kMmc);
  EXPECT_EQ(device->port_path, "mmc0:4567");
  EXPECT_EQ(device->classes, (std::set<DeviceClass>{DeviceClass::kStorage}));
  EXPECT_EQ(device->identity, device->fingerprint);
  EXPECT_EQ(device->confidence, IdentityConfidence::kSerial);
  EXPECT_TRUE(device->interfaces.empty());
}

TEST(Attachment, WithoutASerialIsOneOfItsMake) {
  RawAttachment raw = Card();
  raw.serial.clear();
  EXPECT_EQ(ParseAttachment(raw)->confidence, IdentityConfidence::kMake);
}

TEST(Attachment, PutsNothingOnAScreenThatDoesNotBelongThere) {
  RawAttachment raw = Card();
  raw.product = "SC\x1b[31m\xe2\x80\xae" + std::string(500, 'x');
  raw.manufacturer = "\xff\xfe";
  const std::optional<Device> device = ParseAttachment(raw);
  ASSERT_TRUE(device);
  EXPECT_EQ(device->product.find('\x1b'), std::string::npos);
  EXPECT_EQ(device->product.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_LE(device->product.size(), 126u * 3);
  EXPECT_EQ(device->manufacturer, "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Attachment, NeedsAPlaceThatCanBeTyped) {
  for (const std::string& place : {std::string(), std::string("a b"), std::string("a\n"),
                                   std::string("\xe5\xa0\xb4"), std::string(65, 'a')}) {
    RawAttachment raw = Card();
    raw.place = place;
    EXPECT_FALSE(ParseAttachment(raw)) << place;
  }
}

TEST(Attachment, IsNeverUsb) {
  RawAttachment raw = Card();
  raw.bus = Bus::kUsb;
  EXPECT_FALSE(ParseAttachment(raw));
}

TEST(Attachment, IsNeverAdopted) {
  for (const DeviceClass each : {DeviceClass::kUnknown, DeviceClass::kKeyboard, DeviceClass::kHub,
                                 DeviceClass::kNetworkAdapter}) {
    RawAttachment raw = Card();
    raw.device_class = each;
    EXPECT_EQ(AdoptabilityOf(*ParseAttachment(raw)), Adoptability::kNever) << Name(each);
  }
}

TEST(OnlyDisks, AreWhatCanBeReadOnly) {
  Device stick;
  stick.classes = {DeviceClass::kStorage};
  stick.interfaces = {{0, 0x08, 0x06, 0x50}, {0, 0x08, 0x06, 0x62}};
  EXPECT_TRUE(IsOnlyDisks(stick));
  stick.interfaces.push_back({1, 0x03, 0x01, 0x01});
  stick.classes.insert(DeviceClass::kKeyboard);
  EXPECT_FALSE(IsOnlyDisks(stick)) << "it types besides";
  EXPECT_TRUE(IsOnlyDisks(*ParseAttachment(Card())));
  RawAttachment tape = Card();
  tape.device_class = DeviceClass::kTape;
  EXPECT_FALSE(IsOnlyDisks(*ParseAttachment(tape)));
  Device phone;
  phone.classes = {DeviceClass::kPhone, DeviceClass::kCamera};
  phone.interfaces = {{0, 0x06, 0x01, 0x01}};
  EXPECT_FALSE(IsOnlyDisks(phone));
  EXPECT_FALSE(IsOnlyDisks(Device{}));
}

}  // namespace
}  // namespace sekisho::core
