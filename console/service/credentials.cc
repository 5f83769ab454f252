#include "console/service/credentials.h"

extern "C" {
#include <liboath/oath.h>
}
#include <sodium.h>

#include <array>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "proto/contract/keys.h"

namespace sekisho::console::service {
namespace {

constexpr unsigned kTotpDigits = 6;

std::size_t CharactersOf(const std::string& utf8) {
  std::size_t characters = 0;
  for (const unsigned char c : utf8) characters += (c & 0xc0) != 0x80 ? 1 : 0;
  return characters;
}

std::string UriEscape(const std::string& text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string escaped;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      escaped += static_cast<char>(c);
    } else {
      escaped += {'%', kHex[c >> 4], kHex[c & 0x0f]};
    }
  }
  return escaped;
}

std::int64_t StepAt(WallTime now) {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch() / kTotpStep;
}

std::string CodeOfStep(const std::string& secret, std::int64_t step) {
  std::array<char, kTotpDigits + 1> code{};
  const int result = oath_totp_generate(secret.data(), secret.size(),
                                        static_cast<time_t>(step * kTotpStep.count()),
                                        static_cast<unsigned>(kTotpStep.count()),
                                        OATH_TOTP_DEFAULT_START_TIME, kTotpDigits, code.data());
  return result == OATH_OK ? std::string(code.data(), kTotpDigits) : std::string();
}

}  // namespace

absl::Status CheckNewPassword(const std::string& password) {
  if (CharactersOf(password) < kMinPasswordCharacters) {
    return absl::InvalidArgumentError(
        absl::StrCat("the password is shorter than ", kMinPasswordCharacters,
                     " characters: choose a longer one, a few words will do"));
  }
  if (password.size() > kMaxPasswordBytes) {
    return absl::InvalidArgumentError("the password is longer than 512 bytes");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> HashPassword(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (crypto_pwhash_str(hash.data(), password.data(), password.size(),
                        crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return absl::ResourceExhaustedError("not enough memory to hash a password");
  }
  return std::string(hash.data());
}

PasswordCheck CheckPassword(const std::string& hash, const std::string& password) {
  // Of a password that nobody has: the work is the same.
  static const std::string* const nobody = [] {
    absl::StatusOr<std::string> made = HashPassword(contract::RandomBytes(32));
    return new std::string(made.ok() ? *made : "");
  }();
  const std::string& against = hash.empty() ? *nobody : hash;
  if (password.size() > kMaxPasswordBytes) return PasswordCheck::kWrong;
  const bool right =
      crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0;
  return right && !hash.empty() ? PasswordCheck::kRight : PasswordCheck::kWrong;
}

std::string NewTotpSecret() { return contract::RandomBytes(20); }

std::string TotpUri(const std::string& organisation, const std::string& name,
                    const std::string& secret) {
  const std::string issuer = UriEscape(absl::StrCat("Sekisho ", organisation));
  return absl::StrCat("otpauth://totp/", issuer, ":", UriEscape(name), "?secret=", Base32(secret),
                      "&issuer=", issuer);
}

std::optional<std::int64_t> TotpStepOf(const std::string& secret, const std::string& code,
                                       WallTime now) {
  if (secret.empty() || code.size() != kTotpDigits) return std::nullopt;
  const std::int64_t current = StepAt(now);
  std::optional<std::int64_t> found;
  for (const std::int64_t step : {current - 1, current, current + 1}) {
    if (EqualInConstantTime(CodeOfStep(secret, step), code)) found = step;
  }
  return found;
}

std::string TotpCode(const std::string& secret, WallTime now) {
  return CodeOfStep(secret, StepAt(now));
}

}  // namespace sekisho::console::service
