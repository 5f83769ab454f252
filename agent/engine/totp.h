#ifndef SEKISHO_AGENT_ENGINE_TOTP_H_
#define SEKISHO_AGENT_ENGINE_TOTP_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/core/grant.h"
#include "agent/core/login.h"

namespace sekisho::engine {

// Time-based one-time passwords (RFC 6238) as apps and tokens make them: SHA-1, six digits, steps
// of thirty seconds. The arithmetic is liboath's.

// 160 random bits, as RFC 4226 (4, R6) recommends.
std::string NewTotpSecret();
// Without padding.
std::string Base32Of(std::string_view secret);
// otpauth://totp/… of Google Authenticator's "Key URI format": what a QR code holds.
std::string TotpUri(std::string_view person, std::string_view terminal, std::string_view secret);

// The code of a step: seconds since 1970 divided by thirty.
std::string TotpCode(std::string_view secret, std::uint64_t step);
std::uint64_t TotpStep(core::WallTime now);

struct TotpJudgement {
  core::Proof proof = core::Proof::kWrong;
  // kRight: the step whose code it was.
  std::uint64_t step = 0;
};
// Whether `typed` is the code of the step of `now` or of the one before or after it, for a clock
// that is not quite right, and of a step later than `last_step`. Blanks in it do not matter. Takes
// as long whether it is or not.
TotpJudgement JudgeTotp(std::string_view secret, std::string_view typed, core::WallTime now,
                        std::uint64_t last_step);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_TOTP_H_
