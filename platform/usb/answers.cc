#include "platform/usb/answers.h"

#include <charconv>
#include <set>
#include <utility>

namespace sekisho::platform {
namespace {

constexpr std::uint8_t kBos = 0x0f;
constexpr std::uint8_t kDeviceCapability = 0x10;
constexpr std::size_t kBosHeader = 5;
constexpr std::size_t kCompatHeader = 16;
constexpr std::size_t kCompatSection = 24;
constexpr std::size_t kCompatIdOffset = 2;
constexpr std::size_t kCompatIdLength = 8;
// USB 2.0, table 9-12.
constexpr std::uint8_t kInterface = 4;
constexpr std::size_t kInterfaceLength = 9;
constexpr std::size_t kInterfaceNumberOffset = 2;
constexpr std::size_t kInterfaceClassOffset = 5;
constexpr std::uint8_t kHidClass = 0x03;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::uint8_t At(std::span<const std::byte> bytes, std::size_t i) {
  return std::to_integer<std::uint8_t>(bytes[i]);
}

bool IsCompatibleId(std::string_view id) {
  return !id.empty() && id.size() <= kCompatIdLength &&
         id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == std::string_view::npos;
}

std::optional<std::uint8_t> ParseByte(std::string_view text, int base) {
  std::uint8_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// "N HEX"; false when it is not, or there is one of that number.
bool AddReport(std::string_view text, UsbAnswers& answers) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const std::optional<std::uint8_t> number = ParseByte(text.substr(0, space), 10);
  const std::string_view hex = text.substr(space + 1);
  if (!number || hex.empty() || hex.size() % 2 != 0 || hex.size() > 2 * kMaxReport) return false;
  std::vector<std::byte> report;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const std::optional<std::uint8_t> value = ParseByte(hex.substr(i, 2), 16);
    if (!value) return false;
    report.push_back(static_cast<std::byte>(*value));
  }
  return answers.hid_reports.emplace(*number, std::move(report)).second;
}

}  // namespace

std::vector<std::uint8_t> HidInterfaces(std::span<const std::byte> descriptors) {
  std::set<std::uint8_t> numbers;
  while (descriptors.size() >= 2) {
    const std::size_t length = At(descriptors, 0);
    if (length < 2 || length > descriptors.size()) break;
    if (At(descriptors, 1) == kInterface && length >= kInterfaceLength &&
        At(descriptors, kInterfaceClassOffset) == kHidClass) {
      numbers.insert(At(descriptors, kInterfaceNumberOffset));
    }
    descriptors = descriptors.subspan(length);
  }
  return {numbers.begin(), numbers.end()};
}

std::optional<std::vector<std::uint8_t>> ParseBos(std::span<const std::byte> bytes) {
  if (bytes.size() < kBosHeader || At(bytes, 0) != kBosHeader || At(bytes, 1) != kBos) {
    return std::nullopt;
  }
  const std::size_t total = At(bytes, 2) | At(bytes, 3) << 8;
  const std::size_t count = At(bytes, 4);
  if (total > bytes.size() || total < kBosHeader || count > kMaxCapabilities) return std::nullopt;
  std::vector<std::uint8_t> types;
  for (std::size_t i = kBosHeader; i < total; i += At(bytes, i)) {
    if (total - i < 3 || At(bytes, i) < 3 || At(bytes, i) > total - i ||
        At(bytes, i + 1) != kDeviceCapability || types.size() == count) {
      return std::nullopt;
    }
    types.push_back(At(bytes, i + 2));
  }
  if (types.size() != count) return std::nullopt;
  return types;
}

std::optional<std::uint8_t> ParseMicrosoftVendorCode(std::span<const std::byte> bytes) {
  constexpr std::string_view kSignature = "MSFT100";
  if (bytes.size() < 18 || At(bytes, 0) != 18 || At(bytes, 1) != 3) return std::nullopt;
  for (std::size_t i = 0; i < kSignature.size(); ++i) {
    if (At(bytes, 2 + 2 * i) != static_cast<std::uint8_t>(kSignature[i]) ||
        At(bytes, 3 + 2 * i) != 0) {
      return std::nullopt;
    }
  }
  return At(bytes, 16);
}

std::optional<std::vector<std::string>> ParseCompatibleIds(std::span<const std::byte> bytes) {
  if (bytes.size() < kCompatHeader) return std::nullopt;
  const std::size_t length = At(bytes, 0) | At(bytes, 1) << 8;
  const std::size_t count = At(bytes, 8);
  const bool header = At(bytes, 2) == 0 && At(bytes, 3) == 0 && At(bytes, 4) == 0x00 &&
                      At(bytes, 5) == 0x01 && At(bytes, 6) == 4 && At(bytes, 7) == 0;
  if (!header || count > kMaxCompatibleIds || length != kCompatHeader + count * kCompatSection ||
      bytes.size() < length) {
    return std::nullopt;
  }
  std::vector<std::string> ids;
  for (std::size_t section = 0; section < count; ++section) {
    std::string id;
    const std::size_t start = kCompatHeader + section * kCompatSection + kCompatIdOffset;
    for (std::size_t i = 0; i < kCompatIdLength && At(bytes, start + i) != 0; ++i) {
      id += static_cast<char>(At(bytes, start + i));
    }
    if (id.empty()) continue;
    if (!IsCompatibleId(id)) return std::nullopt;
    ids.push_back(std::move(id));
  }
  return ids;
}

std::string WriteAnswers(const UsbAnswers& answers) {
  std::string text;
  for (const std::uint8_t type : answers.capability_types) {
    text += "capability " + std::to_string(type) + "\n";
  }
  for (const std::string& id : answers.compatible_ids) text += "compatible " + id + "\n";
  for (const auto& [number, report] : answers.hid_reports) {
    if (report.empty() || report.size() > kMaxReport) continue;
    text += "report " + std::to_string(number) + " ";
    for (const std::byte each : report) {
      const auto value = std::to_integer<unsigned>(each);
      text += kHexDigits[value >> 4];
      text += kHexDigits[value & 0xf];
    }
    text += "\n";
  }
  return text + "end\n";
}

std::optional<UsbAnswers> ParseAnswers(std::string_view text) {
  constexpr std::string_view kCapability = "capability ";
  constexpr std::string_view kCompatible = "compatible ";
  constexpr std::string_view kReport = "report ";
  if (text.size() > kMaxAnswersText) return std::nullopt;
  UsbAnswers answers;
  while (text != "end\n") {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.starts_with(kCapability)) {
      const std::optional<std::uint8_t> type = ParseByte(line.substr(kCapability.size()), 10);
      if (!type || answers.capability_types.size() == kMaxCapabilities) return std::nullopt;
      answers.capability_types.push_back(*type);
    } else if (line.starts_with(kCompatible)) {
      const std::string_view id = line.substr(kCompatible.size());
      if (!IsCompatibleId(id) || answers.compatible_ids.size() == kMaxCompatibleIds) {
        return std::nullopt;
      }
      answers.compatible_ids.emplace_back(id);
    } else if (line.starts_with(kReport)) {
      if (answers.hid_reports.size() == kMaxHidQuestions ||
          !AddReport(line.substr(kReport.size()), answers)) {
        return std::nullopt;
      }
    } else {
      return std::nullopt;
    }
  }
  return answers;
}

}  // namespace sekisho::platform
