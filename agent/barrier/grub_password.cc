#include "agent/barrier/grub_password.h"

#include <algorithm>

namespace sekisho::barrier {
namespace {

constexpr std::string_view kStart = "grub.pbkdf2.sha512.";

bool IsHex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

// ITERATIONS.SALT.HASH
bool IsTail(std::string_view tail) {
  const std::size_t salt = tail.find('.');
  if (salt == std::string_view::npos) return false;
  const std::size_t hash = tail.find('.', salt + 1);
  if (hash == std::string_view::npos) return false;
  const std::string_view iterations = tail.substr(0, salt);
  const auto hex = [](std::string_view text) {
    return text.size() >= 16 && text.size() % 2 == 0 && std::ranges::all_of(text, IsHex);
  };
  return !iterations.empty() && iterations.size() <= 9 &&
         iterations.find_first_not_of("0123456789") == std::string_view::npos &&
         hex(tail.substr(salt + 1, hash - salt - 1)) && hex(tail.substr(hash + 1));
}

}  // namespace

std::optional<std::string> FindGrubHash(std::string_view text) {
  const std::size_t start = text.find(kStart);
  if (start == std::string_view::npos) return std::nullopt;
  text.remove_prefix(start);
  const std::string_view hash = text.substr(0, text.find_first_of(" \t\r\n"));
  if (!IsTail(hash.substr(kStart.size()))) return std::nullopt;
  if (text.find(kStart, hash.size()) != std::string_view::npos) return std::nullopt;
  return std::string(hash);
}

std::string GrubPasswordScript(std::string_view hash) {
  // Every entry that grub-mkconfig's own scripts make takes its options from this variable, which
  // 00_header sets; a word in it is an option of all of them, with no file of Debian's changed.
  return "#!/bin/sh\n"
         "# Written by sekisho-barrier rescue-password, which also takes it away.\n"
         "[ -x /usr/lib/sekisho/check-boot-image ] || exit 0\n"
         "cat <<'END'\n"
         "set superusers=\"sekisho\"\n"
         "export superusers\n"
         "password_pbkdf2 sekisho " +
         std::string(hash) +
         "\n"
         "menuentry_id_option=\"--unrestricted $menuentry_id_option\"\n"
         "export menuentry_id_option\n"
         "END\n";
}

}  // namespace sekisho::barrier
