#include "platform/linux/enforcer.h"

#include <gtest/gtest.h>

#include <cerrno>

#include "platform/linux/sysfs_device.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;

TEST(Enforcer, DeniesByTheParameterAndByEveryRootHub) {
  ScratchSysfs sysfs;
  sysfs.Write("bus/usb/devices/usb1/authorized_default", "1\n");
  sysfs.Write("bus/usb/devices/usb2/authorized_default", "1\n");
  EXPECT_EQ(LooseControls(sysfs.path())->size(), 3u);
  LinuxEnforcer enforcer(sysfs.path());
  EXPECT_TRUE(enforcer.DenyNewDevices().ok());
  EXPECT_TRUE(LooseControls(sysfs.path())->empty());
  EXPECT_EQ(sysfs.Read("bus/usb/devices/usb2/authorized_default"), "0\n");
}

TEST(Enforcer, ADenyThatDoesNotStickIsAFailure) {
  ScratchSysfs sysfs;
  sysfs.Write("bus/usb/devices/usb2/authorized_default", "1\n");
  // Takes the write, and reads back as something else.
  fs::create_directories(sysfs.path("bus/usb/devices/usb1"));
  fs::create_symlink("/dev/null", sysfs.path("bus/usb/devices/usb1/authorized_default"));
  LinuxEnforcer enforcer(sysfs.path());
  EXPECT_FALSE(enforcer.DenyNewDevices().ok());
  EXPECT_EQ(sysfs.Read("bus/usb/devices/usb2/authorized_default"), "0\n") << "the rest was done";
}

TEST(Enforcer, AllowsAgainAsAKernelThatWasToldNothing) {
  ScratchSysfs sysfs;
  sysfs.Write("bus/usb/devices/usb1/authorized_default", "1\n");
  LinuxEnforcer enforcer(sysfs.path());
  ASSERT_TRUE(enforcer.DenyNewDevices().ok());
  EXPECT_TRUE(enforcer.AllowNewDevices().ok());
  EXPECT_EQ(sysfs.Read("bus/usb/devices/usb1/authorized_default"), "1\n");
  EXPECT_EQ(sysfs.Read("module/usbcore/parameters/authorized_default"), "-1");
}

TEST(Enforcer, DenyingWithoutUsbcoreIsAFailure) {
  Scratch empty;
  EXPECT_FALSE(LinuxEnforcer(empty.path()).DenyNewDevices().ok());
}

TEST(Enforcer, AuthorisesThroughTheOpenDirectoryAndTellsUdev) {
  ScratchSysfs sysfs;
  const std::string directory = sysfs.Plug("2-1", "S", StickDescriptors());
  auto device = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(device.ok());
  LinuxEnforcer enforcer(sysfs.path());
  ASSERT_TRUE(enforcer.Authorise(**device).ok());
  EXPECT_EQ(sysfs.Read(directory + "/authorized"), "1\n");
  EXPECT_EQ(sysfs.Read(directory + "/power/persist"), "0\n") << "no swap during suspend";
  EXPECT_EQ(sysfs.Read(directory + "/uevent"), "change");
  ASSERT_TRUE(enforcer.Deauthorise(**device).ok());
  EXPECT_EQ(sysfs.Read(directory + "/authorized"), "0\n");
}

TEST(Enforcer, AKeyboardKeepsItsAuthorisationAcrossSuspend) {
  ScratchSysfs sysfs;
  const std::string directory = sysfs.Plug("2-1", "", KeyboardDescriptors());
  auto device = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(LinuxEnforcer(sysfs.path()).Authorise(**device).ok());
  EXPECT_EQ(sysfs.Read(directory + "/power/persist"), "1\n");
}

TEST(Enforcer, ASwappedDeviceIsNotAuthorisedInsteadOfTheOneHeld) {
  ScratchSysfs sysfs;
  sysfs.Plug("2-1", "OLD", StickDescriptors());
  auto old = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(old.ok());
  sysfs.Unplug("2-1");
  const std::string fresh = sysfs.Plug("2-1", "NEW", StickDescriptors());
  LinuxEnforcer enforcer(sysfs.path());
  const Outcome outcome = enforcer.Authorise(**old);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code.value(), ENODEV);
  EXPECT_EQ(sysfs.Read(fresh + "/authorized"), "0\n");
}

TEST(Enforcer, CutsThePortAndGivesItBack) {
  ScratchSysfs sysfs;
  const std::string directory = sysfs.Plug("2-1", "", StickDescriptors());
  sysfs.Write("devices/port1/disable", "x\n");
  fs::create_symlink(sysfs.path("devices/port1"), sysfs.path(directory + "/port"));
  auto device = SysfsDevice::Open(sysfs.path(), "2-1");
  ASSERT_TRUE(LinuxEnforcer(sysfs.path()).CutPort(**device).ok());
  EXPECT_EQ(sysfs.Read("devices/port1/disable"), "0\n");
}

TEST(Enforcer, OnlyInputDevicesAndHubsKeepPersistence) {
  const auto persistence = [](const std::string& descriptors) {
    return PersistenceFor(AsBytes(descriptors));
  };
  EXPECT_EQ(persistence(KeyboardDescriptors()), Persistence::kKeep);
  EXPECT_EQ(persistence(HubDescriptors()), Persistence::kKeep);
  EXPECT_EQ(persistence(StickDescriptors()), Persistence::kDrop);
  EXPECT_EQ(persistence(KeyboardDescriptors() + StickDescriptors()), Persistence::kDrop);
  EXPECT_EQ(persistence(""), Persistence::kDrop);
  EXPECT_EQ(persistence(KeyboardDescriptors() + "\x01"), Persistence::kDrop) << "malformed";
}

}  // namespace
}  // namespace sekisho::platform
