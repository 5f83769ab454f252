#include "platform/linux/medium_guard/own_disks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysmacros.h>

#include <set>
#include <string>

#include "tests/unit/platform/medium_guard/machine.h"

namespace sekisho::platform {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kSata = "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0";
constexpr const char* kSecond = "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0";
constexpr const char* kStick = "pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/host6/target6:0:0/6:0:0:0";

class OwnDisksTest : public testing::Test {
 protected:
  OwnDisksTest() {
    machine_.AddDisk(kSata, "sda", "8:0");
    machine_.AddPartition("sda", "sda1", "8:1");
    machine_.AddDisk(kSecond, "sdb", "8:16");
    machine_.AddPartition("sdb", "sdb1", "8:17");
    machine_.AddDisk(kStick, "sdc", "8:32");
    machine_.AddPartition("sdc", "sdc1", "8:33");
  }
  std::set<std::string> Running() {
    Result<std::set<std::string>> disks = RunningDisks(machine_.Paths());
    return disks.ok() ? *disks : std::set<std::string>{};
  }
  ScratchMachine machine_;
};

TEST_F(OwnDisksTest, TheDiskBeneathTheRootPartitionIsOwn) {
  machine_.Mount("/", "8:1", "/dev/sda1");
  machine_.Mount("/mnt", "8:33", "/dev/sdc1");
  EXPECT_THAT(Running(), ElementsAre("sda"));
}

TEST_F(OwnDisksTest, SoAreAllDisksBeneathLogicalVolumesEncryptionAndRaid) {
  machine_.AddVirtual("md0", "9:0", {"sda1", "sdb1"});
  machine_.AddVirtual("dm-0", "253:0", {"md0"});
  machine_.AddVirtual("dm-1", "253:1", {"dm-0"});
  machine_.Mount("/", "253:1", "/dev/mapper/vg-root");
  EXPECT_THAT(Running(), ElementsAre("sda", "sdb"));
}

TEST_F(OwnDisksTest, SoAreThoseOfAFileSystemWithANumberOfItsOwn) {
  machine_.Write("sys/fs/btrfs/aaaa/devices/sda1", "");
  machine_.Write("sys/fs/btrfs/aaaa/devices/sdb1", "");
  machine_.Write("sys/fs/btrfs/bbbb/devices/sdc1", "");
  machine_.Mount("/", "0:22", machine_.path("dev/sda1"));
  EXPECT_THAT(Running(), ElementsAre("sda", "sdb"));
}

TEST_F(OwnDisksTest, SoIsTheSwapThatIsInUse) {
  machine_.Mount("/", "8:1", "/dev/sda1");
  machine_.Write("proc/swaps", "Filename Type Size Used Priority\n/dev/sdb1 partition 9 0 -2\n");
  EXPECT_THAT(Running(), ElementsAre("sda", "sdb"));
}

TEST_F(OwnDisksTest, WithoutADiskBeneathTheRootNothingIsKnown) {
  machine_.Mount("/", "0:30", "10.0.0.1:/export/root");
  EXPECT_FALSE(RunningDisks(machine_.Paths()).ok());
  machine_.AddVirtual("zram0", "252:0", {});
  machine_.Mount("/", "252:0", "/dev/zram0");
  EXPECT_FALSE(RunningDisks(machine_.Paths()).ok());
}

TEST_F(OwnDisksTest, ALoopOfSlavesEnds) {
  machine_.AddVirtual("dm-0", "253:0", {"dm-1"});
  machine_.AddVirtual("dm-1", "253:1", {"dm-0"});
  EXPECT_FALSE(DisksBeneath(machine_.Paths(), "dm-0").ok());
}

TEST_F(OwnDisksTest, TheFixedDisksOfTheTablesAreRecordedByTheirPlaces) {
  machine_.Write("fstab",
                 "# a comment\n/dev/sda1 / ext4 defaults 0 1\nUUID=22-22 /home ext4 rw 0 2\n"
                 "tmpfs /tmp tmpfs rw 0 0\n/dev/absent /srv ext4 rw 0 2\n");
  machine_.Write("dev/disk/by-uuid/.keep", "");
  std::filesystem::create_symlink("../../sdb1", machine_.path("dev/disk/by-uuid/22-22"));
  const OwnPlaces own = PlacesOfTables(machine_.Paths());
  EXPECT_THAT(own.places, ElementsAre("pci0000:00/0000:00:1f.2/ata1/:0:0:0",
                                      "pci0000:00/0000:00:1f.2/ata2/:0:0:0"));
  EXPECT_THAT(own.left_out, IsEmpty());
}

TEST_F(OwnDisksTest, WhatCanBePulledOutIsNotRecorded) {
  machine_.Write("fstab", "/dev/sdc1 /backup ext4 rw 0 2\n/dev/sr0 /cd udf ro 0 0\n");
  machine_.Write("crypttab", "# none\nbox /dev/mmcblk0 none luks\n");
  machine_.AddDisk("pci0000:00/0000:00:1f.2/ata3/host2/target2:0:0/2:0:0:0", "sr0", "11:0");
  machine_.AddDisk("pci0000:00/0000:00:05.0/mmc0/mmc0:0001", "mmcblk0", "179:0");
  machine_.Write("sys/class/block/mmcblk0/device/type", "SD\n");
  const OwnPlaces own = PlacesOfTables(machine_.Paths());
  EXPECT_THAT(own.places, IsEmpty());
  EXPECT_THAT(own.left_out, ElementsAre("mmcblk0 (card)", "sdc (USB)", "sr0 (optical)"));
}

TEST(OwnDisksFile, WhatIsWrittenReadsBackAndDamageHoldsNothing) {
  const std::vector<Place> places = {"pci0000:00/0000:00:1f.2/ata1/:0:0:0", "virtual/drbd0"};
  EXPECT_EQ(ParseOwnDisks(WriteOwnDisks(places)), places);
  EXPECT_EQ(ParseOwnDisks(WriteOwnDisks(places) + "# the scanner's disk\n\n"), places);
  EXPECT_THAT(ParseOwnDisks("sekisho-own-disks 2\npci0000:00\n"), IsEmpty());
  EXPECT_THAT(ParseOwnDisks("pci0000:00\n"), IsEmpty());
  EXPECT_THAT(ParseOwnDisks("sekisho-own-disks 1\npci0000:00 and more\n"), IsEmpty());
}

}  // namespace
}  // namespace sekisho::platform
