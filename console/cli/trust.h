#ifndef SEKISHO_CONSOLE_CLI_TRUST_H_
#define SEKISHO_CONSOLE_CLI_TRUST_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/cli/texts/text.h"
#include "sekisho/v1/seal.pb.h"

namespace sekisho::console::cli {

// "host" or "host:port" or "[::1]:port" → with a port (7443 when none was given). UsageError.
absl::StatusOr<std::string> ParseAddress(std::string_view text, Language language);

// 64 hexadecimal digits, colons and blanks ignored → 32 bytes. UsageError.
absl::StatusOr<std::string> ParseTrustHash(std::string_view text, Language language);

// The authority of the console at `address`, once its trust anchor has the SHA-256 `hash` (32
// bytes): the self-signed certificate at the end of the chain that it presents is believed only
// so far as to ask for the anchor, and for good only when the anchor has that hash and names that
// very certificate. Nothing secret is sent. PEM; UNAVAILABLE, or PERMISSION_DENIED on a mismatch.
absl::StatusOr<std::string> AuthorityByTrustHash(const std::string& address, std::string_view hash,
                                                 Language language);

// The pure half of the above: OK when `anchor_bytes` hashes to `hash` and names `ca_der`.
absl::Status CheckAnchor(std::string_view anchor_bytes, std::string_view hash,
                         std::string_view ca_der, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TRUST_H_
