#include "proto/contract/hardware.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/keys.h"

namespace sekisho::contract {
namespace {

// As seen in the field, in lower case and without what is neither letter nor digit.
constexpr std::array<std::string_view, 17> kFillers = {
    "tobefilledbyoem", "defaultstring", "systemserialnumber", "baseboardserialnumber",
    "chassisserialnumber", "serialnumber", "notspecified", "notapplicable", "notavailable",
    "notsettable", "none", "null", "na", "oem", "unknown", "0123456789",
    // AMI's default UUID.
    "03000200040005000006000700080009"};
// Too short to tell one machine of a fleet.
constexpr std::size_t kShortest = 3;

std::string Letters(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      letters.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return letters;
}

}  // namespace

bool NamesHardware(std::string_view text) {
  const std::string letters = Letters(text);
  if (letters.size() < kShortest) return false;
  if (std::ranges::all_of(letters, [&](char c) { return c == letters.front(); })) return false;
  // "123456789", and as much of it as somebody had patience for.
  if (std::string_view("1234567890").starts_with(letters)) return false;
  return std::ranges::find(kFillers, letters) == kFillers.end();
}

std::string HardwareDigest(const Hardware& hardware) {
  std::string named;
  const auto add = [&named](const char* what, const std::string& value) {
    if (NamesHardware(value)) absl::StrAppend(&named, what, "=", Letters(value), "\n");
  };
  add("product", hardware.product_uuid);
  add("board", hardware.board_serial);
  if (named.empty()) add("disk", hardware.disk_serial);
  if (named.empty()) return "";
  const Sha256 hash = HashOf(named);
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace sekisho::contract
