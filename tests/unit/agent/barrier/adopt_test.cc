#include "agent/barrier/adopt.h"

#include <gtest/gtest.h>

#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::barrier {
namespace {

using platform::HubDescriptors;
using platform::KeyboardDescriptors;
using platform::ScratchSysfs;
using platform::StickDescriptors;

std::vector<std::string> Ports(const ScratchSysfs& sysfs) {
  std::vector<std::string> ports;
  const std::vector<Candidate> candidates = *AdoptionCandidates(sysfs.path());
  for (const Candidate& each : candidates) {
    ports.push_back(each.device.port_path);
  }
  return ports;
}

TEST(Adoption, TakesKeyboardsAndTheHubsAboveThem) {
  ScratchSysfs sysfs;
  sysfs.Plug("1-1", "", HubDescriptors());
  sysfs.Plug("1-1.2", "", KeyboardDescriptors());
  sysfs.Plug("1-2", "", HubDescriptors());
  sysfs.Plug("1-2.1", "S", StickDescriptors());
  EXPECT_EQ(Ports(sysfs), (std::vector<std::string>{"1-1", "1-1.2"}));
}

TEST(Adoption, LeavesOutAKeyboardThatIsAlsoADisk) {
  ScratchSysfs sysfs;
  // One device descriptor, then the keyboard's configuration and the stick's.
  sysfs.Plug("1-1", "", KeyboardDescriptors() + StickDescriptors().substr(18));
  EXPECT_TRUE(Ports(sysfs).empty());
}

TEST(Adoption, LeavesOutAnInputDeviceThatNobodyTypesOrPointsWith) {
  ScratchSysfs sysfs;
  // An uninterruptible power supply, say: HID without the boot interface of a keyboard.
  std::string descriptors = KeyboardDescriptors();
  constexpr std::size_t kSubClass = 18 + 9 + 6;
  descriptors[kSubClass] = 0;
  descriptors[kSubClass + 1] = 0;
  sysfs.Plug("1-1", "", descriptors);
  sysfs.Plug("1-2", "", KeyboardDescriptors());
  EXPECT_EQ(Ports(sysfs), std::vector<std::string>{"1-2"});
}

TEST(Adoption, WritesDownWhatTellsTheDeviceFromAnother) {
  ScratchSysfs sysfs;
  sysfs.Plug("1-1", "K1", KeyboardDescriptors());
  const std::vector<Candidate> candidates = *AdoptionCandidates(sysfs.path());
  ASSERT_EQ(candidates.size(), 1u);
  EXPECT_EQ(candidates[0].device.serial, "K1");
  EXPECT_EQ(candidates[0].device.vendor_id, 0x0627u);
  EXPECT_EQ(candidates[0].device.fingerprint_hex.size(), 64u);
  EXPECT_EQ(candidates[0].classes, "keyboard");
}

}  // namespace
}  // namespace sekisho::barrier
