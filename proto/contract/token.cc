#include "proto/contract/token.h"

#include <sodium.h>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "proto/contract/seal.h"

namespace sekisho::contract {
namespace {

constexpr char kPrefix[] = "sekisho1.";
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
constexpr std::size_t kMaxTokenText = 1024;

absl::Status Unusable(const std::string& why) {
  return absl::InvalidArgumentError(
      absl::StrCat("the enrolment token ", why, "; copy the whole line that begins with \"",
                   kPrefix, "\" from the console, or have a new token made there"));
}

// host:port, with a name, an IPv4 address or a bracketed IPv6 address.
bool IsAddress(std::string_view address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  unsigned port = 0;
  return absl::SimpleAtoi(std::string(address.substr(colon + 1)), &port) && port >= 1 &&
         port <= 65535;
}

}  // namespace

std::string WriteToken(const v1::EnrolmentToken& token) {
  const std::string bytes = token.SerializeAsString();
  std::string encoded(sodium_base64_encoded_len(bytes.size(), kVariant), '\0');
  sodium_bin2base64(encoded.data(), encoded.size(),
                    reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), kVariant);
  encoded.pop_back();  // its terminating zero
  return absl::StrCat(kPrefix, encoded);
}

absl::StatusOr<v1::EnrolmentToken> ReadToken(std::string_view text) {
  while (!text.empty() && absl::ascii_isspace(text.front())) text.remove_prefix(1);
  while (!text.empty() && absl::ascii_isspace(text.back())) text.remove_suffix(1);
  if (!text.starts_with(kPrefix)) return Unusable("does not begin as one");
  if (text.size() > kMaxTokenText) return Unusable("is too long");
  text.remove_prefix(sizeof(kPrefix) - 1);
  std::string bytes(text.size(), '\0');
  std::size_t length = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                        text.size(), nullptr, &length, nullptr, kVariant) != 0) {
    return Unusable("is cut short or holds a stray character");
  }
  bytes.resize(length);
  absl::StatusOr<v1::EnrolmentToken> token = ParseStrictly<v1::EnrolmentToken>(bytes);
  if (!token.ok()) return Unusable("is cut short or damaged");
  if (!IsAddress(token->console_address())) return Unusable("names no console address");
  if (token->token_id().empty() || token->secret().size() != 16 ||
      token->trust_anchor_hash().size() != 32) {
    return Unusable("is incomplete");
  }
  return token;
}

}  // namespace sekisho::contract
