#include "agent/core/classify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::core {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr UsbInterface kSound{0, 1, 1, 0};
constexpr UsbInterface kStorage{1, 8, 6, 0x50};
constexpr UsbInterface kKeys{2, 3, 1, 1};
constexpr UsbInterface kPoints{2, 3, 1, 2};
constexpr UsbInterface kOtherHid{3, 3, 0, 0};
constexpr UsbInterface kModem{4, 2, 2, 1};
constexpr UsbInterface kCdcData{5, 10, 0, 0};

Device Of(std::vector<UsbInterface> interfaces, DeviceCodes codes = {}) {
  Device device;
  device.interfaces = std::move(interfaces);
  device.classes = Classify(codes, device.interfaces);
  return device;
}

TEST(SplitInterfaces, LeavesAHeadsetItsSoundAndShutsItsStorage) {
  const InterfaceSplit split = SplitInterfaces(Of({kSound, kStorage}), {DeviceClass::kAudio});
  EXPECT_THAT(split.open, ElementsAre(DeviceClass::kAudio));
  EXPECT_THAT(split.shut, ElementsAre(1));
}

TEST(SplitInterfaces, TakesAHidInterfaceForTheKeyboardBesideIt) {
  const InterfaceSplit split =
      SplitInterfaces(Of({kStorage, kKeys, kOtherHid}), {DeviceClass::kKeyboard});
  EXPECT_THAT(split.shut, ElementsAre(1));
}

// It may type, and a pointer is not asked for that.
TEST(SplitInterfaces, ShutsAHidInterfaceBesideAPointer) {
  const Device device = Of({kPoints, kOtherHid});
  EXPECT_THAT(SplitInterfaces(device, {DeviceClass::kPointer}).shut, ElementsAre(3));
  EXPECT_THAT(ClassesOf(kOtherHid, device), ElementsAre(DeviceClass::kUnknown));
}

TEST(SplitInterfaces, TakesCdcDataForItsControl) {
  const Device device = Of({kModem, kCdcData, kStorage});
  EXPECT_THAT(SplitInterfaces(device, {DeviceClass::kSerial}).shut, ElementsAre(1));
  EXPECT_THAT(SplitInterfaces(device, {DeviceClass::kStorage}).shut, ElementsAre(4, 5));
}

TEST(OpenClasses, AreThoseOfWhatIsNotShut) {
  const Device device = Of({kSound, kStorage, kKeys});
  const std::uint8_t shut[] = {1, 2};
  EXPECT_THAT(OpenClasses(device, shut), ElementsAre(DeviceClass::kAudio));
  EXPECT_THAT(OpenInterfaces(device, shut), ElementsAre(0));
  EXPECT_EQ(OpenClasses(device, {}), device.classes);
  EXPECT_THAT(OpenInterfaces(device, {}), ElementsAre(0, 1, 2));
}

TEST(SplitInterfaces, ShutsANumberThatIsSomethingElseInAnotherSetting) {
  const UsbInterface storage_at_zero{0, 8, 6, 0x50};
  const InterfaceSplit split =
      SplitInterfaces(Of({kSound, storage_at_zero}), {DeviceClass::kAudio});
  EXPECT_THAT(split.shut, ElementsAre(0));
  EXPECT_THAT(split.open, IsEmpty());
}

TEST(SplitInterfaces, HoldsWhatTheWholeDeviceClaimsAgainstEachInterface) {
  const Device device = Of({kSound}, {.class_code = 0xff});
  EXPECT_THAT(SplitInterfaces(device, {DeviceClass::kAudio}).shut, ElementsAre(0));
  EXPECT_THAT(SplitInterfaces(device, {DeviceClass::kAudio, DeviceClass::kUnknown}).shut,
              IsEmpty());
}

}  // namespace
}  // namespace sekisho::core
