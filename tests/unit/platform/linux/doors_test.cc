#include "platform/linux/doors/doors.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>

#include "platform/linux/doors/door_switch.h"
#include "platform/linux/doors/medium_nodes.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using Bus = AttachmentFacts::Bus;
using Kind = AttachmentFacts::Kind;

constexpr char kAta[] = "/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0";
constexpr char kNvme[] = "/devices/pci0000:00/0000:00:05.0/0000:01:00.0/nvme/nvme0";
constexpr char kCard[] = "/devices/pci0000:00/0000:00:06.0/mmc_host/mmc0/mmc0:4567";
constexpr char kUsbDisk[] =
    "/devices/pci0000:00/0000:00:14.0/usb2/2-1/2-1.4/2-1.4:1.0/host6/target6:0:0/6:0:0:0";

std::string PlaceOf(const std::string& devpath) {
  const std::optional<Door> door = DoorOf(devpath);
  return door ? door->place : "";
}

Uevent Of(std::string action, const std::string& devpath, std::string subsystem,
          std::string devtype = "") {
  return {std::move(action), devpath, std::move(subsystem), std::move(devtype),
          Uevent::Origin::kKernel};
}

// "appeared ata3", "gone mmc0:4567", "media 2-1.4", or nothing.
std::string Told(const Uevent& uevent) {
  const std::optional<DeviceNotice> notice = DoorNoticeOf(uevent);
  if (!notice) return "";
  if (const auto* each = std::get_if<DeviceAppeared>(&*notice))
    return "appeared " + each->port_path;
  if (const auto* each = std::get_if<DeviceGone>(&*notice)) return "gone " + each->port_path;
  if (const auto* each = std::get_if<DeviceAltered>(&*notice)) return "altered " + each->port_path;
  if (const auto* each = std::get_if<MediaAltered>(&*notice)) return "media " + each->port_path;
  return "unknown";
}

TEST(Door, IsNamedByWhereItIs) {
  EXPECT_EQ(PlaceOf(std::string(kAta) + "/block/sr0"), "ata3");
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:1f.2/ata3/host2/target2:0:1/2:0:1:0/block/sda"),
            "ata3/0:1:0")
      << "the second of two on one cable";
  EXPECT_EQ(PlaceOf(std::string(kNvme) + "/nvme0n1"), "pci-0000:01:00.0/nvme0");
  EXPECT_EQ(PlaceOf("/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1"), "nvme-subsys0");
  EXPECT_EQ(PlaceOf(std::string(kCard) + "/block/mmcblk0/mmcblk0boot0"), "mmc0:4567");
  EXPECT_EQ(PlaceOf("/devices/pseudo_0/adapter0/host3/target3:0:0/3:0:0:0/scsi_tape/st0"),
            "scsi-3:0:0:0");
  EXPECT_EQ(
      PlaceOf("/devices/pci0000:00/0000:00:03.0/fw1/fw1.0/host4/target4:0:0/4:0:0:1/block/sdc"),
      "firewire-fw1.0/0:0:1");
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:04.0/virtio1/block/vda"), "pci-0000:00:04.0/vda");
  EXPECT_EQ(PlaceOf("/devices/platform/floppy.0/block/fd0"), "block-fd0");
  EXPECT_EQ(PlaceOf("/devices/virtual/block/ram3"), "block-ram3");
}

TEST(Door, BusIsWhatItHangsOn) {
  EXPECT_EQ(DoorOf(kAta)->bus, Bus::kAta);
  EXPECT_EQ(DoorOf(kNvme)->bus, Bus::kNvme);
  EXPECT_EQ(DoorOf(kCard)->bus, Bus::kMmc);
  EXPECT_EQ(DoorOf("/devices/pseudo_0/adapter0/host3/target3:0:0/3:0:0:0")->bus, Bus::kVirtual);
  EXPECT_EQ(DoorOf("/devices/pci0000:00/0000:00:07.0/host3/target3:0:0/3:0:0:0")->bus, Bus::kScsi);
  EXPECT_EQ(DoorOf("/devices/virtual/block/ram3")->bus, Bus::kVirtual);
  EXPECT_EQ(DoorOf("/devices/pci0000:00/0000:00:04.0/virtio1/block/vda")->bus, Bus::kPci);
}

TEST(Door, IsNotBeneathUsbAndNotMadeOfOtherDisks) {
  EXPECT_EQ(PlaceOf(std::string(kUsbDisk) + "/block/sdb"), "");
  for (const char* name : {"loop0", "dm-0", "md127", "zram0"}) {
    EXPECT_EQ(PlaceOf(std::string("/devices/virtual/block/") + name), "") << name;
  }
  EXPECT_EQ(PlaceOf("/devices/pci0000:00/0000:00:02.0/net/eth0"), "");
}

TEST(Door, OfAMediumBeneathUsbIsTheNearestDevice) {
  EXPECT_EQ(UsbPortOf(std::string(kUsbDisk) + "/block/sdb"), "2-1.4");
  EXPECT_EQ(UsbPortOf(kAta), std::nullopt);
  EXPECT_EQ(UsbPortOf("/devices/pci0000:00/0000:00:14.0/2-1/block/sdb"), std::nullopt)
      << "no bus above it";
}

TEST(Place, HasAForm) {
  for (const char* good : {"ata3", "scsi-2:0:0:0", "pci-0000:01:00.0/nvme0", "mmc0:4567"}) {
    EXPECT_TRUE(IsPlace(good)) << good;
  }
  for (const char* bad : {"", "2-1", "a b", "../etc", "/etc", "ata3\n", "mmc0/../../x"}) {
    EXPECT_FALSE(IsPlace(bad)) << bad;
  }
  EXPECT_FALSE(IsPlace(std::string(65, 'a')));
}

TEST(DoorNotice, TellsOfDisksAndOfWhatTheyBelongTo) {
  EXPECT_EQ(Told(Of("add", std::string(kUsbDisk) + "/block/sdb", "block", "disk")), "media 2-1.4");
  EXPECT_EQ(Told(Of("change", std::string(kUsbDisk) + "/block/sdb", "block", "disk")),
            "media 2-1.4");
  EXPECT_EQ(Told(Of("add", std::string(kUsbDisk) + "/scsi_generic/sg1", "scsi_generic")),
            "media 2-1.4");
  EXPECT_EQ(Told(Of("add", std::string(kUsbDisk) + "/block/sdb/sdb1", "block", "partition")), "");
  EXPECT_EQ(Told(Of("add", std::string(kAta) + "/block/sr0", "block", "disk")), "appeared ata3");
  EXPECT_EQ(Told(Of("change", std::string(kAta) + "/block/sr0", "block", "disk")), "media ata3");
  EXPECT_EQ(Told(Of("add", kAta, "scsi", "scsi_device")), "") << "its disk comes later";
  EXPECT_EQ(Told(Of("remove", kAta, "scsi", "scsi_device")), "gone ata3");
  EXPECT_EQ(Told(Of("add", std::string(kNvme) + "/nvme0n1", "block", "disk")),
            "appeared pci-0000:01:00.0/nvme0");
  EXPECT_EQ(Told(Of("remove", std::string(kNvme) + "/nvme0n1", "block", "disk")),
            "media pci-0000:01:00.0/nvme0");
  EXPECT_EQ(Told(Of("remove", kNvme, "nvme")), "gone pci-0000:01:00.0/nvme0");
  EXPECT_EQ(Told(Of("remove", kCard, "mmc")), "gone mmc0:4567");
  EXPECT_EQ(Told(Of("remove", "/devices/virtual/block/ram0", "block", "disk")), "gone block-ram0");
  const std::string tape = "/devices/pseudo_0/adapter0/host3/target3:0:0/3:0:0:0/scsi_tape/";
  EXPECT_EQ(Told(Of("add", tape + "st0", "scsi_tape")), "appeared scsi-3:0:0:0");
  EXPECT_EQ(Told(Of("add", tape + "nst0a", "scsi_tape")), "media scsi-3:0:0:0");
}

TEST(DoorNotice, IsSilentAboutWhatIsNoDoor) {
  EXPECT_EQ(Told(Of("change", "/devices/virtual/block/loop0", "block", "disk")), "");
  EXPECT_EQ(Told(Of("add", "/devices/virtual/block/dm-0", "block", "disk")), "");
  Uevent written = Of("change", std::string(kAta) + "/block/sr0", "block", "disk");
  written.origin = Uevent::Origin::kSynthetic;
  EXPECT_EQ(Told(written), "") << "what we write ourselves comes back so";
  const std::string thunderbolt = "/devices/pci0000:00/0000:00:0d.2/domain0/0-0";
  EXPECT_EQ(Told(Of("add", thunderbolt, "thunderbolt", "thunderbolt_device")), "")
      << "the machine's own router";
  EXPECT_EQ(Told(Of("add", thunderbolt + "/0-1", "thunderbolt", "thunderbolt_device")),
            "appeared thunderbolt-0-1");
}

// A sysfs with an ATA drive, a card and a disk of the machine's.
class DoorsTest : public ::testing::Test {
 protected:
  DoorsTest() {
    At(kAta, "type", "5\n");
    At(kAta, "vendor", "QEMU    \n");
    At(kAta, "model", "QEMU DVD-ROM    \n");
    At(kAta, "wwid", "t10.ATA QEMU DVD-ROM QM00005\n");
    At(kAta, "uevent", "DEVTYPE=scsi_device\n");
    Node(std::string(kAta) + "/block/sr0", "block", "11:0", "7");
    Node(std::string(kAta) + "/scsi_generic/sg0", "scsi_generic", "21:0");
    Link("block/sr0", std::string(kAta) + "/block/sr0");
    At(kCard, "cid", "035344534330384780123456780123a1\n");
    At(kCard, "name", "SC08G\n");
    At(kCard, "manfid", "0x000003\n");
    At(kCard, "oemid", "0x5344\n");
    At(kCard, "uevent", "DRIVER=mmcblk\n");
    Node(std::string(kCard) + "/block/mmcblk0", "block", "179:0", "9");
    At(std::string(kCard) + "/block/mmcblk0/mmcblk0p1", "dev", "179:1");
    At(std::string(kCard) + "/block/mmcblk0/mmcblk0p1", "partition", "1");
    Link("block/mmcblk0", std::string(kCard) + "/block/mmcblk0");
    Node("/devices/virtual/block/ram0", "block", "1:0", "1");
    At("/devices/virtual/block/ram0", "size", "0\n");
    Link("block/ram0", "/devices/virtual/block/ram0");
    Node("/devices/virtual/block/loop0", "block", "7:0", "2");
    Link("block/loop0", "/devices/virtual/block/loop0");
  }
  void At(const std::string& devpath, const std::string& name, const std::string& content) {
    sysfs_.Write(devpath.substr(1) + "/" + name, content);
  }
  void Node(const std::string& devpath, const std::string& subsystem, const std::string& number,
            const std::string& sequence = "") {
    At(devpath, "dev", number + "\n");
    At(devpath, "uevent", "\n");
    if (!sequence.empty()) At(devpath, "diskseq", sequence + "\n");
    std::filesystem::create_directory_symlink("/nowhere/class/" + subsystem,
                                              sysfs_.path(devpath.substr(1) + "/subsystem"));
  }
  void Link(const std::string& name, const std::string& devpath) {
    std::filesystem::create_directories(std::filesystem::path(sysfs_.path(name)).parent_path());
    std::filesystem::create_directory_symlink(sysfs_.path(devpath.substr(1)), sysfs_.path(name));
  }
  DeviceFacts FactsOf(const std::string& place) {
    Result<std::unique_ptr<SysfsDevice>> device = OpenDoor(sysfs_.path(), place);
    EXPECT_TRUE(device.ok()) << place;
    Result<DeviceFacts> facts = ReadDoor(**device);
    EXPECT_TRUE(facts.ok()) << place;
    return *facts;
  }
  Scratch sysfs_;
};

TEST_F(DoorsTest, EachThatIsThereIsFoundOnce) {
  std::vector<std::string> places;
  const Result<std::vector<Door>> doors = PresentDoors(sysfs_.path());
  for (const Door& door : *doors) places.push_back(door.place);
  EXPECT_EQ(places, (std::vector<std::string>{"ata3", "mmc0:4567"}))
      << "no shell without content, nothing made of other disks";
}

TEST_F(DoorsTest, IsReadThroughItsDirectory) {
  const DeviceFacts drive = FactsOf("ata3");
  EXPECT_EQ(drive.manufacturer, "QEMU");
  EXPECT_EQ(drive.product, "QEMU DVD-ROM");
  EXPECT_EQ(drive.serial, "t10.ATA QEMU DVD-ROM QM00005");
  EXPECT_EQ(drive.attachment->kind, Kind::kOptical);
  EXPECT_EQ(drive.attachment->bus, Bus::kAta);
  EXPECT_EQ(drive.attachment->control, AttachmentFacts::Control::kMedia);
  const DeviceFacts card = FactsOf("mmc0:4567");
  EXPECT_EQ(card.manufacturer, "0x000003 0x5344");
  EXPECT_EQ(card.product, "SC08G");
  EXPECT_EQ(card.serial, "035344534330384780123456780123a1");
  EXPECT_EQ(card.attachment->kind, Kind::kStorage);
}

TEST_F(DoorsTest, ASerialNumberPageCountsBeforeTheWorldWideName) {
  At(kAta, "vpd_pg80", std::string("\x05\x80\x00\x08  QM00009", 13));
  EXPECT_EQ(FactsOf("ata3").serial, "QM00009");
}

TEST_F(DoorsTest, TheFingerprintsTextNamesEveryFactAndNotThePlace) {
  const DeviceFacts facts = FactsOf("ata3");
  const std::string text(reinterpret_cast<const char*>(facts.descriptors.data()),
                         facts.descriptors.size());
  EXPECT_EQ(text,
            "14:sekisho-door-1,3:ata,7:optical,4:0000,4:0000,4:QEMU,12:QEMU DVD-ROM,"
            "28:t10.ATA QEMU DVD-ROM QM00005,");
}

TEST_F(DoorsTest, WhatTookOverItsNameIsNotIt) {
  auto device = OpenDoor(sysfs_.path(), "mmc0:4567");
  ASSERT_TRUE(device.ok());
  std::filesystem::remove_all(sysfs_.path(std::string(kCard).substr(1)));
  At(kCard, "cid", "another\n");
  At(kCard, "uevent", "\n");
  const Result<DeviceFacts> facts = ReadDoor(**device);
  ASSERT_FALSE(facts.ok());
  EXPECT_EQ(facts.failure().code.value(), ENODEV);
  for (const DoorTo to : {DoorTo::kOpen, DoorTo::kShut}) {
    const Outcome switched = SwitchDoor(**device, to);
    ASSERT_FALSE(switched.ok());
    EXPECT_EQ(switched.failure().code.value(), ENODEV);
  }
}

TEST_F(DoorsTest, OnlyAPlaceIsOpened) {
  EXPECT_EQ(OpenDoor(sysfs_.path(), "../../etc").failure().code.value(), EINVAL);
  EXPECT_EQ(OpenDoor(sysfs_.path(), "ata4").failure().code.value(), ENOENT);
}

TEST_F(DoorsTest, MediaAreDisksAndWhatReachesThem) {
  auto drive = OpenDoor(sysfs_.path(), "ata3");
  EXPECT_EQ(*MediumNodesBelow((*drive)->directory()),
            (std::vector<MediumNode>{
                {MediumNode::Kind::kBlock, 11, 0, 7, "sr0"},
                {MediumNode::Kind::kCharacter, 21, 0, 0, "sg0"},
            }));
  auto card = OpenDoor(sysfs_.path(), "mmc0:4567");
  EXPECT_EQ(*MediumNodesBelow((*card)->directory()),
            (std::vector<MediumNode>{{MediumNode::Kind::kBlock, 179, 0, 9, "mmcblk0"}}))
      << "without its partition";
}

TEST_F(DoorsTest, MediaOfAHubAreNotThoseOfWhatHangsOnIt) {
  const std::string hub = "/devices/pci0000:00/0000:00:14.0/usb2/2-1";
  Node(std::string(kUsbDisk) + "/block/sdb", "block", "8:16", "12");
  const auto below = [&](const std::string& devpath) {
    return *MediumNodesBelow(
        OpenAt(-1, sysfs_.path(devpath.substr(1)), O_RDONLY | O_DIRECTORY)->get());
  };
  EXPECT_TRUE(below(hub).empty());
  EXPECT_EQ(below(hub + "/2-1.4").size(), 1u);
}

TEST_F(DoorsTest, ThunderboltIsSwitchedByItsOwnAuthorisation) {
  const std::string box = "/devices/pci0000:00/0000:00:0d.2/domain0/0-0/0-1";
  At(box, "uevent", "DEVTYPE=thunderbolt_device\n");
  At(box, "authorized", "0");
  At(box, "unique_id", "c6030000-0070-6f08-2346-d2f91c810923\n");
  At(box, "vendor_name", "Lacie\n");
  At(box, "device_name", "Rugged\n");
  At(box, "vendor", "0x1\n");
  At(box, "device", "0x8002\n");
  Link("bus/thunderbolt/devices/0-1", box);
  auto device = OpenDoor(sysfs_.path(), "thunderbolt-0-1");
  ASSERT_TRUE(device.ok());
  const Result<DeviceFacts> facts = ReadDoor(**device);
  ASSERT_TRUE(facts.ok());
  EXPECT_FALSE(facts->authorised);
  EXPECT_EQ(facts->attachment->bus, Bus::kThunderbolt);
  EXPECT_EQ(facts->attachment->control, AttachmentFacts::Control::kSwitch);
  EXPECT_EQ(facts->serial, "c6030000-0070-6f08-2346-d2f91c810923");
  EXPECT_EQ(facts->attachment->product_id, 0x8002u);
  EXPECT_TRUE(SwitchDoor(**device, DoorTo::kOpen).ok());
  EXPECT_EQ(sysfs_.Read(box.substr(1) + "/authorized"), "1");
  EXPECT_TRUE(SwitchDoor(**device, DoorTo::kShut).ok());
  EXPECT_EQ(sysfs_.Read(box.substr(1) + "/authorized"), "0");
}

TEST_F(DoorsTest, CuttingDeletesAScsiDeviceAndHasItFoundAnew) {
  At(kAta, "delete", "");
  sysfs_.Write("class/scsi_host/host2/scan", "");
  auto device = OpenDoor(sysfs_.path(), "ata3");
  ASSERT_TRUE(CutDoor(sysfs_.path(), **device).ok());
  EXPECT_EQ(sysfs_.Read(std::string(kAta).substr(1) + "/delete"), "1");
  EXPECT_EQ(sysfs_.Read("class/scsi_host/host2/scan"), "0 0 0");
}

TEST_F(DoorsTest, CuttingTakesACardFromItsDriverAndGivesItBack) {
  sysfs_.Write("bus/mmc/drivers/mmcblk/unbind", "");
  sysfs_.Write("bus/mmc/drivers/mmcblk/bind", "");
  Link(std::string(kCard).substr(1) + "/driver", "/bus/mmc/drivers/mmcblk");
  auto device = OpenDoor(sysfs_.path(), "mmc0:4567");
  ASSERT_TRUE(CutDoor(sysfs_.path(), **device).ok());
  EXPECT_EQ(sysfs_.Read("bus/mmc/drivers/mmcblk/unbind"), "mmc0:4567");
  EXPECT_EQ(sysfs_.Read("bus/mmc/drivers/mmcblk/bind"), "mmc0:4567");
}

}  // namespace
}  // namespace sekisho::platform
