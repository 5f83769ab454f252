#ifndef SEKISHO_AGENT_BARRIER_GRUB_PASSWORD_H_
#define SEKISHO_AGENT_BARRIER_GRUB_PASSWORD_H_

#include <optional>
#include <string>
#include <string_view>

namespace sekisho::barrier {

// The hash in what grub-mkpasswd-pbkdf2 wrote, or in a file with just it:
// "grub.pbkdf2.sha512.ITERATIONS.SALT.HASH", numbers and hexadecimal. Nothing for anything else,
// or for more than one. Pure.
std::optional<std::string> FindGrubHash(std::string_view text);

// A part of GRUB's menu (grub-mkconfig's /etc/grub.d) that asks for that password where an entry
// does not say --unrestricted. Pure.
std::string GrubPasswordScript(std::string_view hash);

}  // namespace sekisho::barrier

#endif  // SEKISHO_AGENT_BARRIER_GRUB_PASSWORD_H_
