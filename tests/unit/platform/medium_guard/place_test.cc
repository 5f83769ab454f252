#include "platform/linux/medium_guard/place.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "platform/linux/medium_guard/layout.h"
#include "tests/unit/platform/medium_guard/machine.h"

namespace sekisho::platform {
namespace {

Place PlaceIn(const ScratchMachine& machine, const std::string& disk) {
  Result<Place> place = PlaceOfDisk(machine.Paths(), disk);
  return place.ok() ? *place : place.failure().ToString();
}

TEST(Place, LeavesOutWhatTheKernelNumbersAsItFindsIt) {
  EXPECT_EQ(NameInPlace("host3"), "");
  EXPECT_EQ(NameInPlace("target3:0:1"), "");
  EXPECT_EQ(NameInPlace("virtio2"), "");
  EXPECT_EQ(NameInPlace("nvme0"), "");
  EXPECT_EQ(NameInPlace("3:0:1:2"), ":0:1:2");
  EXPECT_EQ(NameInPlace("0000:00:1f.2"), "0000:00:1f.2");
  EXPECT_EQ(NameInPlace("pci0000:00"), "pci0000:00");
  EXPECT_EQ(NameInPlace("ata1"), "ata1");
  EXPECT_EQ(NameInPlace("nvme-subsys0"), "nvme-subsys0");
  EXPECT_EQ(NameInPlace("host"), "host");
}

TEST(Place, IsTheSameWhateverNumbersTheKernelGave) {
  ScratchMachine first;
  first.AddDisk("pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0");
  ScratchMachine second;
  second.AddDisk("pci0000:00/0000:00:1f.2/ata1/host7/target7:0:0/7:0:0:0", "sdd", "8:48");
  EXPECT_EQ(PlaceIn(first, "sda"), PlaceIn(second, "sdd"));
  EXPECT_EQ(PlaceIn(first, "sda"), "pci0000:00/0000:00:1f.2/ata1/:0:0:0");
}

TEST(Place, OfAnotherPortIsAnother) {
  ScratchMachine machine;
  machine.AddDisk("pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0", "sda", "8:0");
  machine.AddDisk("pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", "sdb", "8:16");
  EXPECT_NE(HashOfPlace(PlaceIn(machine, "sda")), HashOfPlace(PlaceIn(machine, "sdb")));
}

TEST(Place, OfADiskThatHangsOnNothingIsItsName) {
  ScratchMachine machine;
  machine.AddVirtual("drbd0", "147:0", {});
  EXPECT_EQ(PlaceIn(machine, "drbd0"), "virtual/drbd0");
  EXPECT_NE(HashOfPlace("virtual/drbd0"), HashOfPlace("drbd0"));
}

// The kernel's side computes these from the devices; it was seen to agree in the virtual terminal.
TEST(Place, HasTheHashThatTheKernelsSideWasSeenToCompute) {
  EXPECT_EQ(HashOfPlace(""), SG_FNV_BASIS);
  EXPECT_EQ(HashOfPlace("a"),
            (SG_FNV_BASIS ^ ((SG_FNV_BASIS ^ 'a') * SG_FNV_PRIME)) * SG_FNV_PRIME);
  // Innermost first.
  EXPECT_NE(HashOfPlace("a/b"), HashOfPlace("b/a"));
}

TEST(Place, IsNoFurtherUpThanTheKernelsSideClimbs) {
  ScratchMachine machine;
  std::string above = "pci0000:00";
  for (int i = 0; i < 20; ++i) above += "/0000:" + std::to_string(10 + i) + ":00.0";
  machine.AddDisk(above, "sda", "8:0");
  const Place place = PlaceIn(machine, "sda");
  EXPECT_FALSE(place.starts_with("pci"));
  EXPECT_EQ(std::ranges::count(place, '/'), kSgMostParents - 1);
}

}  // namespace
}  // namespace sekisho::platform
