#include "agent/core/hid_report.h"

#include <algorithm>
#include <optional>
#include <set>

#include "agent/core/classify.h"

namespace sekisho::core {
namespace {

constexpr std::uint8_t kHid = 0x03;
constexpr std::uint8_t kBootSubclass = 1;
constexpr std::uint32_t kFidoPage = 0xf1d0;

// HID 1.11, 6.2.2.2: a short item's prefix is tag, type and size.
enum class ItemType { kMain = 0, kGlobal = 1, kLocal = 2, kReserved = 3 };
constexpr unsigned kInput = 0x8, kOutput = 0x9, kFeature = 0xb, kCollection = 0xa, kEnd = 0xc;
constexpr unsigned kUsagePage = 0x0, kPush = 0xa, kPop = 0xb;
constexpr unsigned kUsage = 0x0;

struct Item {
  ItemType type = ItemType::kReserved;
  unsigned tag = 0;
  std::size_t size = 0;  // bytes of data: 0, 1, 2 or 4
  std::uint32_t value = 0;
};

// Takes one item off; nothing when it is cut short. A long one reads as one of the reserved type.
std::optional<Item> Take(std::span<const std::byte>& bytes) {
  const auto prefix = std::to_integer<std::uint8_t>(bytes.front());
  Item item;
  item.type = static_cast<ItemType>(prefix >> 2 & 3);
  item.tag = prefix >> 4;
  item.size = (prefix & 3) == 3 ? 4 : prefix & 3;
  if (bytes.size() - 1 < item.size) return std::nullopt;
  for (std::size_t i = 0; i < item.size; ++i) {
    item.value |= std::to_integer<std::uint32_t>(bytes[1 + i]) << 8 * i;
  }
  bytes = bytes.subspan(1 + item.size);
  return item;
}

// Follows the items as far as they are plain and FIDO's.
class FidoWalk {
 public:
  // Whether it still may be one.
  bool Follow(const Item& item) {
    switch (item.type) {
      case ItemType::kMain:
        return FollowMain(item.tag);
      case ItemType::kGlobal:
        if (item.tag == kUsagePage) in_page_ = item.value == kFidoPage;
        return item.tag != kPush && item.tag != kPop && (item.tag != kUsagePage || in_page_);
      case ItemType::kLocal:
        ++usages_;
        // One of four bytes brings its page along.
        return item.tag == kUsage && (item.size == 4 ? item.value >> 16 == kFidoPage : in_page_);
      case ItemType::kReserved:
        return false;
    }
    return false;
  }
  bool Ended() const { return some_ && depth_ == 0; }

 private:
  bool FollowMain(unsigned tag) {
    const int usages = usages_;
    usages_ = 0;
    switch (tag) {
      case kCollection:
        some_ = true;
        ++depth_;
        // The kernel takes a collection by the first usage before it, in the page that holds then.
        return in_page_ && usages == 1;
      case kEnd:
        return --depth_ >= 0;
      case kInput:
      case kOutput:
      case kFeature:
        return depth_ > 0;
      default:
        return false;
    }
  }

  bool in_page_ = false;
  bool some_ = false;
  int depth_ = 0;
  int usages_ = 0;  // since the last main item
};

bool IsPlainHid(const UsbInterface& interface) {
  return interface.class_code == kHid && interface.subclass_code != kBootSubclass;
}

}  // namespace

HidUse UseOf(std::span<const std::byte> report_descriptor) {
  FidoWalk walk;
  while (!report_descriptor.empty()) {
    const std::optional<Item> item = Take(report_descriptor);
    if (!item || !walk.Follow(*item)) return HidUse::kUntold;
  }
  return walk.Ended() ? HidUse::kSecurityKey : HidUse::kUntold;
}

std::vector<std::uint8_t> Untold(const Device& device) {
  // One with a boot interface anywhere is what that says.
  std::set<std::uint8_t> numbers;
  for (const UsbInterface& each : device.interfaces) {
    if (each.class_code == kHid && !IsPlainHid(each)) return {};
    if (IsPlainHid(each)) numbers.insert(each.number);
  }
  // A number that is something else in another setting is nobody's to tell.
  for (const UsbInterface& each : device.interfaces) {
    if (!IsPlainHid(each)) numbers.erase(each.number);
  }
  return {numbers.begin(), numbers.end()};
}

bool CouldBeTold(const Device& device) { return !Untold(device).empty(); }

Device Told(const Device& device, const HidReports& reports) {
  Device told = device;
  const std::set<DeviceClass> whole = ClaimedAsAWhole(device);
  const std::vector<std::uint8_t> numbers = Untold(device);
  for (UsbInterface& each : told.interfaces) {
    if (!std::ranges::binary_search(numbers, each.number)) continue;
    const auto report = reports.find(each.number);
    each.hid_use = report == reports.end() ? HidUse::kUntold : UseOf(report->second);
  }
  told.classes = Classify({}, told.interfaces);
  told.classes.insert(whole.begin(), whole.end());
  return told;
}

}  // namespace sekisho::core
