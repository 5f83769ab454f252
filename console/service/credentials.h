#ifndef SEKISHO_CONSOLE_SERVICE_CREDENTIALS_H_
#define SEKISHO_CONSOLE_SERVICE_CREDENTIALS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/clock.h"

namespace sekisho::console::service {

inline constexpr std::size_t kMinPasswordCharacters = 12;
inline constexpr std::size_t kMaxPasswordBytes = 512;
inline constexpr std::chrono::seconds kTotpStep{30};

// INVALID_ARGUMENT says what is wrong with a new password.
absl::Status CheckNewPassword(const std::string& password);
// argon2id (RFC 9106) with libsodium's interactive limits (64 MiB, 2 passes): about 0.1 s.
// RESOURCE_EXHAUSTED when there is no memory for it.
absl::StatusOr<std::string> HashPassword(const std::string& password);
enum class PasswordCheck { kRight, kWrong };
// Takes as long for an empty hash (nobody by that name) as for a real one.
PasswordCheck CheckPassword(const std::string& hash, const std::string& password);

// 20 random bytes (RFC 4226, 4: at least 16, 20 recommended).
std::string NewTotpSecret();
// otpauth://totp/… (Key URI format), SHA-1, six digits, 30 s: what every app takes.
std::string TotpUri(const std::string& organisation, const std::string& name,
                    const std::string& secret);
// The time step (RFC 6238) that a code belongs to, at most one step either side of `now`; nullopt
// for a wrong code. The caller refuses a step that was used before.
std::optional<std::int64_t> TotpStepOf(const std::string& secret, const std::string& code,
                                       WallTime now);
// The code of the step that `now` falls in; for whoever signs in unattended, and tests.
std::string TotpCode(const std::string& secret, WallTime now);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_CREDENTIALS_H_
