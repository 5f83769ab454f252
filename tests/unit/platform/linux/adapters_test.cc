#include "platform/linux/doors/adapters.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "platform/linux/doors/door_switch.h"
#include "platform/linux/doors/doors.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using Bus = AttachmentFacts::Bus;
using Kind = AttachmentFacts::Kind;

constexpr char kCard[] = "/devices/pci0000:00/0000:00:1c.0/0000:01:00.0";
constexpr char kOwn[] = "/devices/pci0000:00/0000:00:03.0";
constexpr char kRadio[] = "/devices/virtual/mac80211_hwsim/hwsim0";

std::string PlaceOf(const std::string& devpath) {
  const std::optional<Door> door = AdapterDoorOf(devpath);
  return door ? door->place : "";
}

TEST(Adapter, IsWhatADriverIsBoundTo) {
  EXPECT_EQ(PlaceOf(std::string(kCard) + "/net/eth1"), "pci-0000:01:00.0");
  EXPECT_EQ(AdapterDoorOf(std::string(kCard) + "/virtio5/net/eth1")->directory, kCard);
  EXPECT_EQ(PlaceOf(std::string(kCard) + "/ieee80211/phy0/rfkill3"), "pci-0000:01:00.0");
  EXPECT_EQ(PlaceOf(std::string(kCard) + "/bluetooth/hci0"), "pci-0000:01:00.0");
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:04.0/mmc_host/mmc1/mmc1:0001/mmc1:0001:1/net/w0"),
            "adapter-mmc1:0001:1")
      << "and not the host of the card";
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:0d.2/domain0/0-0/0-1/0-1.0/net/thunderbolt0"),
            "adapter-0-1.0");
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:1e.0/serial0/serial0-0/bluetooth/hci1"),
            "adapter-serial0-0");
}

TEST(Adapter, WithoutABusIsItself) {
  EXPECT_EQ(PlaceOf(std::string(kRadio) + "/net/wlan0"), "adapter-hwsim0");
  EXPECT_EQ(PlaceOf(std::string(kRadio) + "/ieee80211/phy0"), "adapter-hwsim0");
  EXPECT_EQ(PlaceOf("/devices/virtual/bluetooth/hci0/rfkill2"), "adapter-hci0");
  EXPECT_EQ(AdapterDoorOf("/devices/virtual/bluetooth/hci0/rfkill2")->directory,
            "/devices/virtual/bluetooth/hci0");
  EXPECT_EQ(PlaceOf("/devices/platform/serial8250/tty/ttyS0/hci0"), "adapter-hci0");
}

TEST(Adapter, IsNothingWithoutADeviceAndNothingOnUsb) {
  for (const char* devpath :
       {"/devices/virtual/net/lo", "/devices/virtual/net/br0/queues/rx-0", "/devices/net",
        "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/enx0",
        "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/bluetooth/hci0",
        "/devices/platform/thinkpad_acpi/rfkill/rfkill0", ""}) {
    EXPECT_EQ(PlaceOf(devpath), "") << devpath;
  }
}

TEST(Adapter, BusIsWhatItHangsOn) {
  EXPECT_EQ(AdapterDoorOf(std::string(kCard) + "/net/eth1")->bus, Bus::kPci);
  EXPECT_EQ(AdapterDoorOf(std::string(kRadio) + "/net/wlan0")->bus, Bus::kVirtual);
  EXPECT_EQ(AdapterDoorOf("/devices/x/mmc_host/mmc1/mmc1:0001/mmc1:0001:1/net/w0")->bus, Bus::kMmc);
}

TEST(AdapterPlace, HasAForm) {
  for (const char* good : {"pci-0000:01:00.0", "adapter-hci0", "adapter-mmc1:0001:1"}) {
    EXPECT_TRUE(IsAdapterPlace(good)) << good;
  }
  for (const char* bad : {"pci-0000:01:00.0/nvme0", "pci-x", "ata1", "adapter-../x", "2-1", ""}) {
    EXPECT_FALSE(IsAdapterPlace(bad)) << bad;
  }
}

TEST(AdapterNotice, WhateverMovesIsLookedAt) {
  const auto told = [](const char* action, const std::string& devpath, const char* subsystem) {
    const std::optional<DeviceNotice> notice =
        DoorNoticeOf({action, devpath, subsystem, "", Uevent::Origin::kKernel});
    const auto* altered = notice ? std::get_if<DeviceAltered>(&*notice) : nullptr;
    return altered ? altered->port_path : "";
  };
  EXPECT_EQ(told("add", std::string(kCard) + "/net/eth1", "net"), "pci-0000:01:00.0");
  EXPECT_EQ(told("bind", kCard, "pci"), "pci-0000:01:00.0");
  EXPECT_EQ(told("remove", kCard, "pci"), "pci-0000:01:00.0");
  EXPECT_EQ(told("add", kCard, "pci"), "") << "its interface comes when a driver has it";
  EXPECT_EQ(told("change", std::string(kRadio) + "/ieee80211/phy0/rfkill1", "rfkill"),
            "adapter-hwsim0");
  EXPECT_EQ(told("add", "/devices/virtual/net/br0", "net"), "");
}

TEST(OwnAdapters, AreReadAsTheyWereWritten) {
  const std::vector<OwnAdapter> own = {{"pci-0000:00:03.0", 0x1af4, 0x1041, ""},
                                       {"pci-0000:01:00.0", 0x8086, 0x10d3, "5254000000123456"}};
  EXPECT_EQ(WriteOwnAdapters(own),
            "sekisho-own-adapters 1\npci-0000:00:03.0 1af4:1041 -\n"
            "pci-0000:01:00.0 8086:10d3 5254000000123456\n");
  EXPECT_EQ(ParseOwnAdapters(WriteOwnAdapters(own)), own);
  EXPECT_EQ(ParseOwnAdapters(WriteOwnAdapters({})), std::vector<OwnAdapter>());
  EXPECT_EQ(ParseOwnAdapters("sekisho-own-adapters 1\n# by hand\n"), std::vector<OwnAdapter>());
  for (const char* bad :
       {"", "sekisho-own-adapters 2\n", "sekisho-own-adapters 1", "pci-0000:00:03.0 1af4:1041 -\n",
        "sekisho-own-adapters 1\npci-0000:00:03.0 1af4:1041\n",
        "sekisho-own-adapters 1\npci-0000:00:03.0 1af4:104g -\n",
        "sekisho-own-adapters 1\n../../etc 1af4:1041 -\n"}) {
    EXPECT_EQ(ParseOwnAdapters(bad), std::nullopt) << bad;
  }
}

TEST(OwnAdapters, AreOfTheirMakeInTheirPlaceOrOfTheirSerial) {
  const std::vector<OwnAdapter> own = {{"pci-0000:00:03.0", 0x1af4, 0x1041, ""},
                                       {"pci-0000:01:00.0", 0x8086, 0x10d3, "5254000000123456"}};
  EXPECT_TRUE(IsOwnAdapter(own, own[0]));
  EXPECT_TRUE(IsOwnAdapter(own, {"pci-0000:02:00.0", 0x8086, 0x10d3, "5254000000123456"}))
      << "the buses were numbered anew";
  EXPECT_FALSE(IsOwnAdapter(own, {"pci-0000:00:03.0", 0x8086, 0x10d3, ""})) << "another make";
  EXPECT_FALSE(IsOwnAdapter(own, {"pci-0000:02:00.0", 0x1af4, 0x1041, ""})) << "another place";
}

// A sysfs with the terminal's own card and one that was plugged in, both bound to a driver, and a
// radio.
class AdaptersTest : public ::testing::Test {
 protected:
  AdaptersTest() {
    paths_.own = scratch_.path("own-adapters");
    paths_.own_in_this_boot = scratch_.path("this-boot");
    paths_.opened = scratch_.path("opened");
    for (const char* file : {"bus/pci/drivers_probe", "bus/pci/drivers/e1000e/unbind"}) {
      scratch_.Write(std::string("sys/") + file, "");
    }
    Card(kOwn, "0x1041");
    Card(kCard, "0x10d3");
    At(kRadio, "uevent", "");
    At(kRadio, "ieee80211/phy0/rfkill1/soft", "0\n");
    Link(std::string(kRadio) + "/subsystem", "/class/mac80211_hwsim");
    std::filesystem::create_directories(sysfs() + kRadio + "/net/wlan0");
    Link("/class/net/wlan0", std::string(kRadio) + "/net/wlan0");
    Record("pci-0000:00:03.0 8086:1041 -\n");
  }
  std::string sysfs() const { return scratch_.path("sys"); }
  void At(const std::string& devpath, const std::string& name, const std::string& content) {
    scratch_.Write("sys" + devpath + "/" + name, content);
  }
  void Link(const std::string& at, const std::string& to) {
    std::filesystem::create_directories(std::filesystem::path(sysfs() + at).parent_path());
    std::filesystem::create_directories(sysfs() + to);
    std::filesystem::create_directory_symlink(sysfs() + to, sysfs() + at);
  }
  void Card(const std::string& devpath, const std::string& id) {
    At(devpath, "uevent", "");
    At(devpath, "class", "0x020000\n");
    At(devpath, "vendor", "0x8086\n");
    At(devpath, "device", id + "\n");
    Link(devpath + "/subsystem", "/bus/pci");
    Link(devpath + "/driver", "/bus/pci/drivers/e1000e");
    Link("/bus/pci/devices/" + devpath.substr(devpath.rfind('/') + 1), devpath);
  }
  void Record(const std::string& lines) {
    scratch_.Write("own-adapters", "sekisho-own-adapters 1\n" + lines);
  }
  std::vector<std::string> Strange() {
    std::vector<std::string> places;
    const Result<std::vector<Door>> doors = StrangeAdapters(sysfs(), paths_);
    for (const Door& door : *doors) places.push_back(door.place);
    return places;
  }
  std::unique_ptr<SysfsDevice> Hold(const std::string& place) {
    Result<std::unique_ptr<SysfsDevice>> device = OpenDoor(sysfs(), place, paths_);
    EXPECT_TRUE(device.ok()) << place;
    return std::move(*device);
  }
  Scratch scratch_;
  AdapterPaths paths_;
};

TEST_F(AdaptersTest, AllButTheMachinesOwnAreDoors) {
  EXPECT_EQ(Strange(), (std::vector<std::string>{"adapter-hwsim0", "pci-0000:01:00.0"}));
  EXPECT_EQ(OpenDoor(sysfs(), "pci-0000:00:03.0", paths_).failure().code.value(), ENOENT);
}

TEST_F(AdaptersTest, WithoutARecordNobodyIsCutOff) {
  std::filesystem::remove(paths_.own);
  EXPECT_TRUE(Strange().empty());
  scratch_.Write("own-adapters", "sekisho-own-adapters 1\ngarbage\n");
  EXPECT_TRUE(Strange().empty());
}

TEST_F(AdaptersTest, WhereNoneOfTheOwnIsThereWhatIsThereCountsForThisBoot) {
  EXPECT_TRUE(BeginAdapters(sysfs(), paths_)->empty()) << "one of them is there";
  Record("pci-0000:05:00.0 8086:1041 -\n");
  const Result<std::vector<OwnAdapter>> adopted = BeginAdapters(sysfs(), paths_);
  ASSERT_TRUE(adopted.ok());
  EXPECT_EQ(adopted->size(), 2u);
  EXPECT_EQ(Strange(), (std::vector<std::string>{"adapter-hwsim0"}));
}

TEST_F(AdaptersTest, WithoutOwnOnPciNoneIsMissed) {
  Record("");
  EXPECT_TRUE(BeginAdapters(sysfs(), paths_)->empty());
  EXPECT_EQ(Strange().size(), 3u);
}

TEST_F(AdaptersTest, IsTheSameWithAndWithoutADriver) {
  const auto device = Hold("pci-0000:01:00.0");
  const Result<DeviceFacts> bound = ReadDoor(*device);
  ASSERT_TRUE(bound.ok());
  EXPECT_TRUE(bound->authorised);
  EXPECT_EQ(bound->attachment->kind, Kind::kNetworkAdapter);
  EXPECT_EQ(bound->attachment->control, AttachmentFacts::Control::kSwitch);
  std::filesystem::remove(sysfs() + kCard + "/driver");
  const Result<DeviceFacts> unbound = ReadDoor(*device);
  ASSERT_TRUE(unbound.ok());
  EXPECT_FALSE(unbound->authorised);
  EXPECT_EQ(unbound->descriptors, bound->descriptors);
}

TEST_F(AdaptersTest, ClassesAreWhatPciSays) {
  const auto kind = [&](const char* code) {
    At(kCard, "class", code);
    return ReadDoor(*Hold("pci-0000:01:00.0"))->attachment->kind;
  };
  EXPECT_EQ(kind("0x028000\n"), Kind::kWifi);
  EXPECT_EQ(kind("0x0d1100\n"), Kind::kBluetooth);
  EXPECT_EQ(kind("0x020700\n"), Kind::kNetworkAdapter);
}

TEST_F(AdaptersTest, ASerialNumberIsReadFromThePciExpressCapability) {
  std::string config(4096, '\0');
  config.replace(0x100, 4, std::string("\x01\x00\x01\x14", 4));  // AER; the next one at 0x140
  config.replace(0x140, 12, std::string("\x03\x00\x01\x00\x56\x34\x12\xff\xff\x00\x54\x52", 12));
  At(kCard, "config", config);
  EXPECT_EQ(ReadDoor(*Hold("pci-0000:01:00.0"))->serial, "525400ffff123456");
  config.replace(0x142, 2, "\x01\x14");  // points at itself
  config.replace(0x140, 2, "\x01");
  At(kCard, "config", config.substr(0, 4096));
  EXPECT_EQ(ReadDoor(*Hold("pci-0000:01:00.0"))->serial, "");
}

TEST_F(AdaptersTest, IsShutByItsDriverAndOpenedByItsBus) {
  const auto device = Hold("pci-0000:01:00.0");
  ASSERT_TRUE(SwitchDoor(*device, DoorTo::kShut, paths_).ok());
  EXPECT_EQ(scratch_.Read("sys/bus/pci/drivers/e1000e/unbind"), "0000:01:00.0");
  EXPECT_EQ(WasOpened(*device, paths_), Opened::kNo);
  std::filesystem::remove(sysfs() + kCard + "/driver");
  EXPECT_TRUE(SwitchDoor(*device, DoorTo::kShut, paths_).ok()) << "it is shut already";
  const Outcome opened = SwitchDoor(*device, DoorTo::kOpen, paths_);
  EXPECT_EQ(scratch_.Read("sys/bus/pci/drivers_probe"), "0000:01:00.0");
  EXPECT_EQ(opened.failure().code.value(), ENXIO) << "here no driver takes it";
  EXPECT_EQ(WasOpened(*device, paths_), Opened::kYes) << "marked before anybody could shut it";
}

TEST_F(AdaptersTest, WhatWasOpenedIsThatOneAndNoOtherInItsPlace) {
  const auto device = Hold("pci-0000:01:00.0");
  ASSERT_TRUE(SwitchDoor(*device, DoorTo::kOpen, paths_).ok());
  EXPECT_EQ(WasOpened(*device, paths_), Opened::kYes);
  At(kCard, "device", "0x10d4\n");
  EXPECT_EQ(WasOpened(*Hold("pci-0000:01:00.0"), paths_), Opened::kNo);
}

TEST_F(AdaptersTest, ARadioWithoutABusIsSwitchedAsOne) {
  const auto device = Hold("adapter-hwsim0");
  EXPECT_EQ(ReadDoor(*device)->attachment->kind, Kind::kWifi);
  EXPECT_TRUE(ReadDoor(*device)->authorised);
  ASSERT_TRUE(SwitchDoor(*device, DoorTo::kShut, paths_).ok());
  EXPECT_EQ(scratch_.Read("sys" + std::string(kRadio) + "/ieee80211/phy0/rfkill1/soft").front(),
            '1');
  EXPECT_FALSE(ReadDoor(*device)->authorised);
  ASSERT_TRUE(SwitchDoor(*device, DoorTo::kOpen, paths_).ok());
  EXPECT_TRUE(ReadDoor(*device)->authorised);
}

TEST_F(AdaptersTest, ARadioIsNoneBeforeItHasASwitch) {
  std::filesystem::remove_all(sysfs() + kRadio + "/ieee80211/phy0/rfkill1");
  EXPECT_EQ(Strange(), (std::vector<std::string>{"pci-0000:01:00.0"}));
}

}  // namespace
}  // namespace sekisho::platform
