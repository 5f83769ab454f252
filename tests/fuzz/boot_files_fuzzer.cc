// The files that decide a boot: what is not exactly one is none, and what is one writes itself.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "platform/linux/boot_image.h"
#include "platform/linux/boot_mode.h"
#include "tests/fuzz/check.h"

namespace platform = sekisho::platform;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto next = platform::ParseNextBoot(text)) {
    FUZZ_CHECK(platform::ParseNextBoot(platform::WriteNextBoot(*next))->mode == next->mode);
    FUZZ_CHECK(next->mode != platform::BootMode::kRescue);
    FUZZ_CHECK(next->trial >= platform::kShortestTrial && next->trial <= platform::kLongestTrial);
  } else {
    // Damage never loosens.
    FUZZ_CHECK(platform::NextBootOf(std::string(text)).mode == platform::BootMode::kEnforce);
  }
  if (const auto boot = platform::ParseThisBoot(text)) {
    const auto again = platform::ParseThisBoot(platform::WriteThisBoot(*boot));
    FUZZ_CHECK(again && again->mode == boot->mode && again->undone == boot->undone);
    FUZZ_CHECK(again->trial_deadline == boot->trial_deadline);
  }
  if (const auto images = platform::ParseSeenImages(text)) {
    FUZZ_CHECK(platform::ParseSeenImages(platform::WriteSeenImages(*images)) == images);
  }
  // A menu without an entry that denies is never good for a mode that refuses.
  if (text.find("usbcore.authorized_default=0") == std::string_view::npos) {
    FUZZ_CHECK(!platform::WrongInMenu(text, platform::BootMode::kEnforce).empty());
  }
  return 0;
}
