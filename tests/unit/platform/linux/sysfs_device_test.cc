#include "platform/linux/sysfs_device.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "platform/linux/device_source.h"
#include "platform/linux/fingerprint.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

TEST(SysfsDevice, IsReadThroughItsDirectory) {
  ScratchSysfs sysfs;
  sysfs.Plug("2-1", "S1", StickDescriptors());
  auto device = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(device.ok()) << device.failure().ToString();
  const Result<DeviceFacts> facts = ReadFacts(**device);
  ASSERT_TRUE(facts.ok()) << facts.failure().ToString();
  EXPECT_EQ(facts->descriptors, AsBytes(StickDescriptors()));
  EXPECT_EQ(facts->serial, "S1");
  EXPECT_EQ(facts->manufacturer, "") << "it has none";
  EXPECT_EQ(facts->product, "Product");
  EXPECT_FALSE(facts->authorised);
}

TEST(SysfsDevice, WhatTookOverItsNameIsNotIt) {
  ScratchSysfs sysfs;
  sysfs.Plug("2-1", "OLD", StickDescriptors());
  auto old = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(old.ok());
  sysfs.Unplug("2-1");
  sysfs.Plug("2-1", "NEW", StickDescriptors());
  const Result<DeviceFacts> facts = ReadFacts(**old);
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.failure().code.value(), ENODEV);
  EXPECT_EQ(ReadFacts(**SysfsDevice::Open(sysfs.path(), "2-1"))->serial, "NEW");
}

TEST(SysfsDevice, DescriptorsAreBounded) {
  ScratchSysfs sysfs;
  sysfs.Plug("2-1", "", std::string(65537, 'x'));
  auto device = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(device.ok());
  const Result<DeviceFacts> facts = ReadFacts(**device);
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.failure().code.value(), EFBIG);
}

TEST(SysfsDevice, OnlyAPortPathIsOpened) {
  ScratchSysfs sysfs;
  const auto device = SysfsDevice::Open(sysfs.path(), "../../../../etc");
  ASSERT_FALSE(device.ok());
  EXPECT_EQ(device.failure().code.value(), EINVAL);
}

TEST(PresentDevices, ComeHubsFirstAndWithoutRootHubs) {
  ScratchSysfs sysfs;
  for (const char* port : {"2-1.4.1", "2-1", "10-2", "2-1.4"}) sysfs.Plug(port, "", "");
  sysfs.Write("devices/usb2/authorized", "1");
  std::filesystem::create_symlink("../../../devices/usb2", sysfs.path("bus/usb/devices/usb2"));
  std::filesystem::create_symlink("../../../devices/usb2", sysfs.path("bus/usb/devices/2-0:1.0"));
  EXPECT_EQ(*PresentDevices(sysfs.path()),
            (std::vector<std::string>{"10-2", "2-1", "2-1.4", "2-1.4.1"}));
}

TEST(PresentDevices, AreNoneWithoutUsb) {
  Scratch empty;
  EXPECT_TRUE(PresentDevices(empty.path())->empty());
}

TEST(Fingerprint, IsSha256) {
  // FIPS 180-4's own example, "abc".
  EXPECT_EQ(FingerprintHex(AsBytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace
}  // namespace sekisho::platform
