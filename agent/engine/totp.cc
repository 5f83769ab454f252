#include "agent/engine/totp.h"

#include <liboath/oath.h>
#include <sodium.h>

#include <chrono>
#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kSecretBytes = 20;
constexpr unsigned kDigits = 6;
constexpr std::chrono::seconds kStep{30};
constexpr std::uint64_t kAround = 1;

// RFC 3986, 2.3: everything but unreserved characters.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      escaped += c;
    } else {
      absl::StrAppend(&escaped, "%", absl::BytesToHexString(absl::string_view(&c, 1)));
    }
  }
  return escaped;
}

}  // namespace

std::string NewTotpSecret() {
  std::string secret(kSecretBytes, '\0');
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

std::string Base32Of(std::string_view secret) {
  char* text = nullptr;
  std::size_t length = 0;
  if (oath_base32_encode(secret.data(), secret.size(), &text, &length) != OATH_OK) return "";
  std::string base32(text, length);
  sodium_memzero(text, length);
  std::free(text);
  return base32.substr(0, base32.find('='));
}

std::string TotpUri(std::string_view person, std::string_view terminal, std::string_view secret) {
  return absl::StrCat(
      "otpauth://totp/Sekisho:", Escaped(std::string(person) + "@" + std::string(terminal)),
      "?secret=", Base32Of(secret), "&issuer=Sekisho");
}

std::string TotpCode(std::string_view secret, std::uint64_t step) {
  char code[kDigits + 1] = {};
  if (oath_hotp_generate(secret.data(), secret.size(), step, kDigits, /*add_checksum=*/false,
                         OATH_HOTP_DYNAMIC_TRUNCATION, code) != OATH_OK) {
    return "";
  }
  return code;
}

std::uint64_t TotpStep(core::WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return seconds.count() < 0 ? 0 : static_cast<std::uint64_t>(seconds / kStep);
}

TotpJudgement JudgeTotp(std::string_view secret, std::string_view typed, core::WallTime now,
                        std::uint64_t last_step) {
  std::string digits;
  for (const char c : typed) {
    if (c != ' ') digits += c;
  }
  const std::uint64_t middle = TotpStep(now);
  TotpJudgement judgement;
  // Each of them, whatever the one before said.
  for (std::uint64_t step = middle - (middle >= kAround ? kAround : 0); step <= middle + kAround;
       ++step) {
    const std::string code = TotpCode(secret, step);
    const bool same = code.size() == kDigits && digits.size() == kDigits &&
                      sodium_memcmp(code.data(), digits.data(), kDigits) == 0;
    if (!same) continue;
    if (step > last_step) {
      judgement = {core::Proof::kRight, step};
    } else if (judgement.proof != core::Proof::kRight) {
      judgement.proof = core::Proof::kReplayed;
    }
  }
  // No code of now could be accepted: the clock was set back, or was ahead when the last one was.
  if (judgement.proof != core::Proof::kRight && last_step > middle + kAround) {
    judgement.proof = core::Proof::kClock;
  }
  return judgement;
}

}  // namespace sekisho::engine
