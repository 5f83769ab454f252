#ifndef SEKISHO_CONSOLE_IDS_H_
#define SEKISHO_CONSOLE_IDS_H_

#include <string>
#include <string_view>

namespace sekisho::console {

// A random UUID in text form (RFC 9562, version 4).
std::string NewUuid();
// `bytes` in base64url without padding (RFC 4648, 5).
std::string Base64Url(std::string_view bytes);
// `bytes` in base32 without padding (RFC 4648, 6), as authenticator apps take secrets.
std::string Base32(std::string_view bytes);
// SHA-256 as raw bytes, for what is stored only hashed (session tokens, enrolment secrets).
std::string Sha256Of(std::string_view bytes);
// Equal, in time that depends on the lengths only.
bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace sekisho::console

#endif  // SEKISHO_CONSOLE_IDS_H_
