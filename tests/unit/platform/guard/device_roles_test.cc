#include "platform/linux/guard/device_roles.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using Place = DeviceRole::Place;
using Route = DeviceRole::Route;

class At : public OpenDevice {
 public:
  explicit At(std::string port_path) : port_path_(std::move(port_path)) {}
  const std::string& PortPath() const override { return port_path_; }

 private:
  std::string port_path_;
};

class DeviceRolesTest : public testing::Test {
 protected:
  DeviceRolesTest() {
    Interface("1-2:1.0", "cdc_ether");
    const std::string part = "sys/devices/pci0/usb1/1-2/1-2:1.0";
    std::filesystem::create_directories(disk_.path(part + "/net/enx0"));
    Link(part + "/net/enx0/device", part);
    Link("sys/class/net/enx0", part + "/net/enx0");
    disk_.Write("proc/net/route",
                "Iface Destination Gateway Flags RefCnt Use Metric Mask\n"
                "enx0 00000000 0102A8C0 0003 0 0 100 00000000\n");
  }
  void Link(const std::string& link, const std::string& target) const {
    std::filesystem::create_directories(std::filesystem::path(disk_.path(link)).parent_path());
    std::filesystem::create_directories(disk_.path(target));
    std::filesystem::create_directory_symlink(disk_.path(target), disk_.path(link));
  }
  // An interface of 1-2, with its driver; none when "".
  void Interface(const std::string& name, const std::string& driver) const {
    const std::string part = "sys/devices/pci0/usb1/1-2/" + name;
    Link("sys/bus/usb/devices/" + name, part);
    if (!driver.empty()) Link(part + "/driver", "sys/bus/usb/drivers/" + driver);
  }
  Route RouteOf(const std::string& port) {
    return LinuxDeviceRoles(disk_.path()).Of(At(port), "192.168.2.9").route;
  }
  Scratch disk_;
};

TEST_F(DeviceRolesTest, TheAdapterUnderTheRouteCarriesItAndItsNeighbourDoesNot) {
  Interface("1-2:1.1", "cdc_ether");
  EXPECT_EQ(RouteOf("1-2"), Route::kCarries);
  EXPECT_EQ(RouteOf("1-3"), Route::kNone);
}

TEST_F(DeviceRolesTest, APhoneThatSharesItsConnectionHasPartsThatNoNetworkDriverHolds) {
  Interface("1-2:1.1", "");
  EXPECT_EQ(RouteOf("1-2"), Route::kCarriesMore);
}

TEST_F(DeviceRolesTest, ASecondDriverIsASecondUse) {
  Interface("1-2:1.1", "usbhid");
  EXPECT_EQ(RouteOf("1-2"), Route::kCarriesMore);
}

TEST_F(DeviceRolesTest, WhatTheFirmwareCallsFixedIsBuiltIn) {
  const auto place = [&] { return LinuxDeviceRoles(disk_.path()).Of(At("1-7"), "").place; };
  EXPECT_EQ(place(), Place::kPlugged);
  disk_.Write("sys/bus/usb/devices/1-7/removable", "fixed\n");
  EXPECT_EQ(place(), Place::kBuiltIn);
  disk_.Write("sys/bus/usb/devices/1-7/removable", "unknown\n");
  disk_.Write("sys/bus/usb/devices/1-7/port/connect_type", "hardwired\n");
  EXPECT_EQ(place(), Place::kBuiltIn);
}

}  // namespace
}  // namespace sekisho::platform
