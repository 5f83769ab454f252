#include "platform/linux/boot_devices.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "platform/linux/files.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {

static bool operator==(const BootDevice& a, const BootDevice& b) {
  return a.port_path == b.port_path && a.fingerprint_hex == b.fingerprint_hex &&
         a.vendor_id == b.vendor_id && a.product_id == b.product_id && a.serial == b.serial;
}

namespace {

const std::string kFingerprint(64, 'a');

std::vector<BootDevice> Devices() {
  return {{"1-1", kFingerprint, 0x046d, 0xc31c, ""},
          {"1-2.4", kFingerprint, 0x0627, 0x0001, "evil\", RUN+=\"/bin/sh\n"}};
}

TEST(BootDevices, WhatIsWrittenReadsBack) {
  EXPECT_EQ(ParseBootDevices(WriteBootDevices(Devices())), Devices());
  EXPECT_EQ(ParseBootDevices(WriteBootDevices({})), std::vector<BootDevice>());
}

TEST(BootDevices, NoPartOfAListIsAList) {
  const std::string whole = WriteBootDevices(Devices());
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(ParseBootDevices(whole.substr(0, n)));
  EXPECT_FALSE(ParseBootDevices(whole + "1-1"));
}

TEST(BootDevices, AListOfALaterVersionIsNotRead) {
  EXPECT_FALSE(ParseBootDevices("sekisho-adopted 2\nend 0\n"));
}

// The list is read before anything else is there that could say what belongs to this terminal.
TEST(BootDevices, ALineThatIsNoDeviceSpoilsTheList) {
  const auto list = [](const std::string& line) {
    return ParseBootDevices("sekisho-adopted 1\n" + line + "\nend 1\n");
  };
  ASSERT_TRUE(list("1-1 " + kFingerprint + " 046d:c31c 4b31"));
  const std::string long_serial(2 * 4097, 'a');
  for (const std::string& line :
       {"1-1\",RUN+=\"x " + kFingerprint + " 046d:c31c 4b31",
        "usb1 " + kFingerprint + " 046d:c31c -", "1-1 " + kFingerprint.substr(2) + " 046d:c31c -",
        "1-1 " + kFingerprint + "aa 046d:c31c -", "1-1 " + std::string(64, 'g') + " 046d:c31c -",
        "1-1 " + kFingerprint + " 046d-c31c -", "1-1 " + kFingerprint + " 046d:c31cc -",
        "1-1 " + kFingerprint + " 046x:c31c -", "1-1 " + kFingerprint + " 046d:c31x -",
        "1-1 " + kFingerprint + " 046d:c31c ", "1-1 " + kFingerprint + " 046d:c31c 4b3",
        "1-1 " + kFingerprint + " 046d:c31c " + long_serial, "1-1 " + kFingerprint + " 046d:c31c",
        "1-1 " + kFingerprint + " 046d:c31c 4b31 4b31"}) {
    EXPECT_FALSE(list(line)) << line;
  }
}

TEST(BootDevices, OneTooManyIsNotWrittenNorRead) {
  Scratch scratch;
  LinuxFiles files;
  const BootFiles paths{scratch.path("list"), scratch.path("rules")};
  std::vector<BootDevice> devices(kMaxBootDevices, Devices().front());
  ASSERT_TRUE(WriteBootFiles(files, paths, devices).ok());
  devices.push_back(devices.front());
  EXPECT_EQ(WriteBootFiles(files, paths, devices).failure().code.value(), E2BIG);
  EXPECT_EQ(ReadBootFiles(files, paths)->size(), kMaxBootDevices);
  EXPECT_FALSE(ParseBootDevices(WriteBootDevices(devices)));
}

TEST(BootDevices, RulesNameThePortTheIdsAndTheFingerprint) {
  const std::string rules = UdevRulesFor(Devices());
  EXPECT_NE(rules.find("KERNEL==\"1-1\", ATTR{idVendor}==\"046d\", ATTR{idProduct}==\"c31c\", "
                       "RUN+=\"/usr/lib/sekisho/sekisho-barrier authorise --port 1-1 "
                       "--fingerprint " +
                       kFingerprint + " --serial-hex -\"\n"),
            std::string::npos)
      << rules;
}

TEST(BootDevices, ASerialNumberCannotWriteARule) {
  const std::string rules = UdevRulesFor(Devices());
  EXPECT_EQ(rules.find("/bin/sh"), std::string::npos) << rules;
}

TEST(BootDevices, WhatCouldNotBeReadBackIsNotWritten) {
  Scratch scratch;
  LinuxFiles files;
  const BootFiles paths{scratch.path("list"), scratch.path("rules")};
  ASSERT_TRUE(WriteBootFiles(files, paths, Devices()).ok());
  std::vector<BootDevice> bad = Devices();
  bad[0].port_path = "1-1\", RUN+=\"x";
  EXPECT_EQ(WriteBootFiles(files, paths, bad).failure().code.value(), EINVAL);
  EXPECT_EQ(*ReadBootFiles(files, paths), Devices()) << "the list before it stands";
}

TEST(BootDevices, AGarbledListIsSaidToBeOne) {
  Scratch scratch;
  LinuxFiles files;
  const BootFiles paths{scratch.path("list"), scratch.path("rules")};
  EXPECT_TRUE(ReadBootFiles(files, paths)->empty()) << "none was ever written";
  scratch.Write("list", "sekisho-adopted 1\n1-1 ");
  EXPECT_EQ(ReadBootFiles(files, paths).failure().code.value(), EBADMSG);
}

TEST(Hex, ReadsBackAndRefusesTheRest) {
  EXPECT_EQ(FromHex(ToHex(std::string("\x00\xff z", 4))), std::string("\x00\xff z", 4));
  for (const char* bad : {"a", "0g", "AB", " 0"}) EXPECT_FALSE(FromHex(bad)) << bad;
}

}  // namespace
}  // namespace sekisho::platform
