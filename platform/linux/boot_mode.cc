#include "platform/linux/boot_mode.h"

#include <array>
#include <charconv>
#include <cstdint>

#include "platform/linux/key_line.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kNextHeader = "sekisho-mode 1\n";
constexpr std::string_view kThisHeader = "sekisho-boot 1\n";
constexpr std::string_view kNotUndone = "-";

std::optional<std::int64_t> ParseCount(std::string_view text) {
  std::int64_t count = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), count);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || count < 0) {
    return std::nullopt;
  }
  return count;
}

}  // namespace

const char* Word(BootMode mode) {
  switch (mode) {
    case BootMode::kObserve:
      return "observe";
    case BootMode::kTrial:
      return "trial";
    case BootMode::kEnforce:
      return "enforce";
    case BootMode::kRescue:
      return "rescue";
  }
  return "enforce";
}

std::optional<BootMode> ParseBootMode(std::string_view word) {
  for (const BootMode mode :
       {BootMode::kObserve, BootMode::kTrial, BootMode::kEnforce, BootMode::kRescue}) {
    if (word == Word(mode)) return mode;
  }
  return std::nullopt;
}

NewDevices NewDevicesIn(BootMode mode) {
  switch (mode) {
    case BootMode::kObserve:
      return NewDevices::kLetIn;
    case BootMode::kTrial:
    case BootMode::kEnforce:
    case BootMode::kRescue:
      return NewDevices::kShut;
  }
  return NewDevices::kShut;
}

std::string WriteNextBoot(const NextBoot& next) {
  return std::string(kNextHeader) + "mode " + Word(next.mode) + "\ntrial-seconds " +
         std::to_string(next.trial.count()) + "\nend\n";
}

std::optional<NextBoot> ParseNextBoot(std::string_view text) {
  if (!text.starts_with(kNextHeader)) return std::nullopt;
  text.remove_prefix(kNextHeader.size());
  const std::optional<std::string_view> word = TakeValue(text, "mode ");
  const std::optional<std::string_view> seconds = TakeValue(text, "trial-seconds ");
  if (!word || !seconds || text != "end\n") return std::nullopt;
  const std::optional<BootMode> mode = ParseBootMode(*word);
  const std::optional<std::int64_t> count = ParseCount(*seconds);
  if (!mode || *mode == BootMode::kRescue || !count) return std::nullopt;
  const std::chrono::seconds trial(*count);
  if (trial < kShortestTrial || trial > kLongestTrial) return std::nullopt;
  return NextBoot{*mode, trial};
}

std::string WriteThisBoot(const ThisBoot& boot) {
  return std::string(kThisHeader) + "mode " + Word(boot.mode) + "\ntrial-deadline " +
         std::to_string(boot.trial_deadline.count()) + "\nundone " +
         (boot.undone.empty() ? std::string(kNotUndone) : boot.undone) + "\nend\n";
}

std::optional<ThisBoot> ParseThisBoot(std::string_view text) {
  if (!text.starts_with(kThisHeader)) return std::nullopt;
  text.remove_prefix(kThisHeader.size());
  const std::optional<std::string_view> word = TakeValue(text, "mode ");
  const std::optional<std::string_view> deadline = TakeValue(text, "trial-deadline ");
  const std::optional<std::string_view> undone = TakeValue(text, "undone ");
  if (!word || !deadline || !undone || text != "end\n") return std::nullopt;
  const std::optional<BootMode> mode = ParseBootMode(*word);
  const std::optional<std::int64_t> count = ParseCount(*deadline);
  if (!mode || !count) return std::nullopt;
  ThisBoot boot{*mode, BootTime(*count), ""};
  if (*undone == "initramfs" || *undone == "running") {
    boot.undone = *undone;
  } else if (*undone != kNotUndone) {
    return std::nullopt;
  }
  return boot;
}

NextBoot NextBootOf(const std::optional<std::string>& text) {
  const std::optional<NextBoot> next = text ? ParseNextBoot(*text) : std::nullopt;
  return next.value_or(NextBoot{});
}

}  // namespace sekisho::platform
