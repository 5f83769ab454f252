#include "proto/contract/parcel_file.h"

#include <sodium.h>

#include "absl/status/status.h"

namespace sekisho::contract {
namespace {

constexpr std::string_view kMark = "sekisho-parcel ";
constexpr std::string_view kVersion = "1";
constexpr std::string_view kEnd = "end";
constexpr std::size_t kLine = 76;

// The first line, without its end; what follows stays in `text`.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

std::string WriteParcelFile(std::string_view parcel) {
  std::string base64(sodium_base64_encoded_len(parcel.size(), sodium_base64_VARIANT_ORIGINAL),
                     '\0');
  sodium_bin2base64(base64.data(), base64.size(),
                    reinterpret_cast<const unsigned char*>(parcel.data()), parcel.size(),
                    sodium_base64_VARIANT_ORIGINAL);
  base64.resize(base64.size() - 1);
  std::string text = std::string(kMark) + std::string(kVersion) + "\n";
  for (std::size_t at = 0; at < base64.size(); at += kLine) {
    text += base64.substr(at, kLine) + "\n";
  }
  return text + std::string(kEnd) + "\n";
}

absl::StatusOr<std::string> ReadParcelFile(std::string_view text) {
  const std::string_view first = TakeLine(text);
  if (first.substr(0, kMark.size()) != kMark) return absl::InvalidArgumentError("not-a-parcel");
  if (first.substr(kMark.size()) != kVersion) return absl::InvalidArgumentError("newer-parcel");
  if (text.size() > kMaxParcelFile) return absl::InvalidArgumentError("damaged");
  std::string base64;
  for (;;) {
    if (text.empty()) return absl::InvalidArgumentError("cut-off");
    const std::string_view line = TakeLine(text);
    if (line == kEnd) break;
    base64 += line;
  }
  std::string parcel(base64.size(), '\0');
  std::size_t size = 0;
  const char* end = nullptr;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(parcel.data()), parcel.size(),
                        base64.data(), base64.size(), nullptr, &size, &end,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      end != base64.data() + base64.size()) {
    return absl::InvalidArgumentError("damaged");
  }
  parcel.resize(size);
  return parcel;
}

}  // namespace sekisho::contract
