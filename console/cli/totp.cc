#include "console/cli/totp.h"

#include <liboath/oath.h>

#include <algorithm>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"

namespace sekisho::console::cli {

absl::StatusOr<std::string> ReadTotpSecret(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  text.remove_prefix(std::min(text.find_first_not_of(kBlanks), text.size()));
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  if (text.starts_with("otpauth://")) {
    constexpr std::string_view kParameter = "secret=";
    std::size_t at = text.find("?secret=");
    if (at == std::string_view::npos) at = text.find("&secret=");
    if (at == std::string_view::npos) return absl::InvalidArgumentError("no secret= in the URI");
    text.remove_prefix(at + 1 + kParameter.size());
    text = text.substr(0, text.find('&'));
  }
  std::string base32;
  for (const char c : text) {
    if (c != ' ' && c != '-' && c != '=') base32 += absl::ascii_toupper(c);
  }
  char* bytes = nullptr;
  std::size_t length = 0;
  if (base32.empty() ||
      oath_base32_decode(base32.data(), base32.size(), &bytes, &length) != OATH_OK) {
    return absl::InvalidArgumentError("not base32");
  }
  std::string secret(bytes, length);
  std::free(bytes);
  return secret;
}

absl::StatusOr<std::string> TotpAt(std::string_view secret, absl::Time time) {
  char code[7] = {};
  const int status =
      oath_totp_generate(secret.data(), secret.size(), absl::ToTimeT(time),
                         static_cast<unsigned>(absl::ToInt64Seconds(kTotpStep)), 0, 6, code);
  if (status != OATH_OK) return absl::InternalError(oath_strerror(status));
  return std::string(code, 6);
}

}  // namespace sekisho::console::cli
