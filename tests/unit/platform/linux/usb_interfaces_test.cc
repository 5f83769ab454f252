// One device's interfaces, opened and shut by themselves, on a tree that looks like sysfs.
#include "platform/linux/usb_interfaces.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "platform/linux/enforcer.h"
#include "platform/linux/opening.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

// The kernel makes the interfaces when the device is authorised; here they are there before.
class InterfacesTest : public testing::Test {
 protected:
  InterfacesTest() {
    sysfs_.Write("bus/usb/drivers_probe", "");
    sysfs_.Write("module/usbcore/parameters/authorized_default", "0\n");
  }

  std::unique_ptr<SysfsDevice> Plug(const std::string& port, const std::string& interfaces_are) {
    directory_ = sysfs_.Plug(port, "S", StickDescriptors());
    for (const char* number : {"0", "1", "2"}) {
      sysfs_.Write(Interface(port, number), interfaces_are + "\n");
    }
    sysfs_.Write(Default(), "1\n");
    auto device = SysfsDevice::Open(sysfs_.path(), port);
    return std::move(*device);
  }
  std::string Interface(const std::string& port, const std::string& number) const {
    return directory_ + "/" + port + ":1." + number + "/authorized";
  }
  std::string Default() const { return directory_ + "/../interface_authorized_default"; }
  std::vector<std::string> States(const std::string& port) const {
    std::vector<std::string> states;
    for (const char* number : {"0", "1", "2"})
      states.push_back(sysfs_.Read(Interface(port, number)));
    return states;
  }

  ScratchSysfs sysfs_;
  std::string directory_;
};

TEST_F(InterfacesTest, AreReadWithTheDevice) {
  const auto device = Plug("2-1", "1");
  sysfs_.Write(Interface("2-1", "1"), "0\n");
  sysfs_.Write(directory_ + "/2-11:1.0/authorized", "1\n");
  sysfs_.Write(directory_ + "/ep_00/authorized", "1\n");
  const Result<DeviceFacts> facts = ReadFacts(*device);
  ASSERT_TRUE(facts.ok()) << facts.failure().ToString();
  EXPECT_THAT(facts->interfaces, ElementsAre(InterfaceState{0, true}, InterfaceState{1, false},
                                             InterfaceState{2, true}));
  EXPECT_EQ(facts->control, DeviceFacts::Interfaces::kEachItsOwn);
  EXPECT_TRUE(AnyShut(facts->interfaces));
}

TEST_F(InterfacesTest, AKernelWithoutADefaultForThemHasThemTogether) {
  const auto device = Plug("2-1", "1");
  fs::remove(sysfs_.path(Default()));
  EXPECT_EQ(ReadFacts(*device)->control, DeviceFacts::Interfaces::kTogether);
  const std::uint8_t first[] = {0};
  const Outcome outcome = LinuxEnforcer(sysfs_.path()).AuthoriseOnly(*device, first);
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.failure().code.value(), ENOTSUP);
  EXPECT_EQ(sysfs_.Read(directory_ + "/authorized"), "0\n") << "not even tried";
}

TEST_F(InterfacesTest, OnlyTheChosenOnesAreOpenedAndOfferedToADriver) {
  const auto device = Plug("2-1", "0");
  const std::uint8_t chosen[] = {0, 2};
  const Outcome outcome = LinuxEnforcer(sysfs_.path()).AuthoriseOnly(*device, chosen);
  ASSERT_TRUE(outcome.ok()) << outcome.failure().ToString();
  EXPECT_EQ(sysfs_.Read(Default()), "0\n") << "what comes by another configuration stays shut";
  EXPECT_EQ(sysfs_.Read(directory_ + "/authorized"), "1\n");
  EXPECT_THAT(States("2-1"), ElementsAre("1\n", "0\n", "1\n"));
  EXPECT_EQ(sysfs_.Read("bus/usb/drivers_probe"), "2-1:1.2") << "the last one offered";
  EXPECT_EQ(sysfs_.Read(directory_ + "/uevent"), "change");
}

TEST_F(InterfacesTest, WhatIsOpenBesidesIsShut) {
  const auto device = Plug("2-1", "1");
  const std::uint8_t chosen[] = {0};
  ASSERT_TRUE(LinuxEnforcer(sysfs_.path()).AuthoriseOnly(*device, chosen).ok());
  EXPECT_THAT(States("2-1"), ElementsAre("1\n", "0\n", "0\n"));
}

TEST_F(InterfacesTest, OneThatCannotBeKeptShutTakesTheDeviceWithIt) {
  const auto device = Plug("2-1", "0");
  // Takes the write, and reads back as open.
  fs::remove(sysfs_.path(Interface("2-1", "1")));
  fs::create_symlink("/dev/null", sysfs_.path(Interface("2-1", "1")));
  const std::uint8_t chosen[] = {0};
  EXPECT_FALSE(LinuxEnforcer(sysfs_.path()).AuthoriseOnly(*device, chosen).ok());
  EXPECT_EQ(sysfs_.Read(directory_ + "/authorized"), "0\n");
}

TEST_F(InterfacesTest, ABusThatDoesNotTakeTheDefaultOpensNothing) {
  const auto device = Plug("2-1", "0");
  fs::remove(sysfs_.path(Default()));
  fs::create_symlink("/dev/null", sysfs_.path(Default()));
  const std::uint8_t chosen[] = {0};
  EXPECT_FALSE(LinuxEnforcer(sysfs_.path()).AuthoriseOnly(*device, chosen).ok());
  EXPECT_EQ(sysfs_.Read(directory_ + "/authorized"), "0\n");
}

TEST_F(InterfacesTest, AWholeDeviceIsOpenedWholeOnSuchABusToo) {
  const auto device = Plug("2-1", "0");
  sysfs_.Write(Default(), "0\n");
  ASSERT_TRUE(LinuxEnforcer(sysfs_.path()).Authorise(*device).ok());
  EXPECT_THAT(States("2-1"), ElementsAre("1\n", "1\n", "1\n"));
  EXPECT_EQ(sysfs_.Read("bus/usb/drivers_probe"), "2-1:1.2");
  EXPECT_EQ(sysfs_.Read(Default()), "0\n") << "for the other device there";
}

TEST_F(InterfacesTest, ABusThatKeepsNothingShutIsLeftAlone) {
  const auto device = Plug("2-1", "1");
  ASSERT_TRUE(LinuxEnforcer(sysfs_.path()).Authorise(*device).ok());
  EXPECT_EQ(sysfs_.Read("bus/usb/drivers_probe"), "");
  EXPECT_EQ(sysfs_.Read(Default()), "1\n");
}

TEST_F(InterfacesTest, TheBusIsTheOneTheDeviceHangsOnThroughAllHubs) {
  const std::string hub = "devices/bus/usb2/2-1";
  sysfs_.Write("devices/bus/usb2/interface_authorized_default", "1\n");
  sysfs_.Write(hub + "/interface_authorized_default", "not the bus\n");
  for (const char* attribute : {"authorized", "uevent", "power/persist"}) {
    sysfs_.Write(hub + "/2-1.4/" + attribute, "0\n");
  }
  sysfs_.Write(hub + "/2-1.4/descriptors", StickDescriptors());
  fs::create_directory_symlink(sysfs_.path(hub + "/2-1.4"), sysfs_.path("bus/usb/devices/2-1.4"));
  auto device = SysfsDevice::Open(sysfs_.path(), "2-1.4");
  ASSERT_TRUE(device.ok());
  ASSERT_TRUE(LinuxEnforcer(sysfs_.path()).ShutNewInterfaces(**device).ok());
  EXPECT_EQ(sysfs_.Read("devices/bus/usb2/interface_authorized_default"), "0\n");
  EXPECT_EQ(sysfs_.Read(hub + "/interface_authorized_default"), "not the bus\n");
}

TEST_F(InterfacesTest, OneIsAuthorisedAndOfferedToNobody) {
  const auto device = Plug("2-1", "0");
  ASSERT_TRUE(AuthoriseInterface(*device, 1).ok());
  EXPECT_THAT(States("2-1"), ElementsAre("0\n", "1\n", "0\n"));
  EXPECT_EQ(sysfs_.Read("bus/usb/drivers_probe"), "");
  EXPECT_EQ(AuthoriseInterface(*device, 7).failure().code.value(), ENOENT);
}

TEST_F(InterfacesTest, ReportDescriptorsAreThoseThatAHidDriverHas) {
  const auto device = Plug("2-1", "1");
  const std::string hid = "/0003:1050:0120.0004/report_descriptor";
  for (const char* number : {"0", "1", "2"}) {
    const std::string interface = directory_ + "/2-1:1." + number;
    sysfs_.Write(interface + "/bInterfaceClass", *number == '2' ? "08\n" : "03\n");
    if (*number != '1') sysfs_.Write(interface + hid, std::string("\x06\xd0\xf1", 3));
    sysfs_.Write(interface + "/0003/report_descriptor", "x");
  }
  const Result<DeviceFacts> facts = ReadFacts(*device);
  ASSERT_TRUE(facts.ok());
  ASSERT_THAT(facts->hid_reports, testing::SizeIs(1));
  EXPECT_THAT(facts->hid_reports.at(0),
              ElementsAre(std::byte{0x06}, std::byte{0xd0}, std::byte{0xf1}));
}

TEST_F(InterfacesTest, OpeningEverythingOpensThemToo) {
  const auto device = Plug("2-1", "0");
  sysfs_.Write(directory_ + "/authorized", "1\n");
  sysfs_.Write("bus/usb/devices/usb2/authorized_default", "0\n");
  sysfs_.Write("bus/usb/devices/usb2/interface_authorized_default", "0\n");
  (void)OpenEverything(sysfs_.path());
  EXPECT_EQ(sysfs_.Read("bus/usb/devices/usb2/interface_authorized_default"), "1\n");
  EXPECT_THAT(States("2-1"), ElementsAre("1\n", "1\n", "1\n"));
}

}  // namespace
}  // namespace sekisho::platform
