#ifndef SEKISHO_CONSOLE_CLI_TOTP_H_
#define SEKISHO_CONSOLE_CLI_TOTP_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sekisho::console::cli {

inline constexpr absl::Duration kTotpStep = absl::Seconds(30);  // RFC 6238, 4.1

// The raw secret in an otpauth:// URI (its secret= parameter) or in base32 text (RFC 4648, 6;
// blanks, hyphens and case ignored). INVALID_ARGUMENT when there is none.
absl::StatusOr<std::string> ReadTotpSecret(std::string_view text);

// RFC 6238 with SHA-1, steps of 30 s, six digits: what authenticators do unless told otherwise.
absl::StatusOr<std::string> TotpAt(std::string_view secret, absl::Time time);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TOTP_H_
