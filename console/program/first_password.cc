#include "console/program/first_password.h"

#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <optional>

#include "absl/strings/str_cat.h"
#include "console/ids.h"
#include "console/service/credentials.h"
#include "proto/contract/keys.h"

namespace sekisho::console::program {
namespace {

constexpr int kAttempts = 3;
constexpr std::size_t kGeneratedBytes = 15;

absl::StatusOr<Password> FromFile(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot read a password from it"));
  }
  if (!line.empty() && line.back() == '\r') line.pop_back();
  return Password{std::move(line)};
}

// Nothing at the end of the input.
std::optional<std::string> TypedLine(int terminal) {
  std::string line;
  char c = 0;
  for (;;) {
    const ssize_t n = ::read(terminal, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
}

std::optional<std::string> AskHidden(int terminal, const char* question) {
  std::fprintf(stderr, "%s", question);
  termios before{};
  ::tcgetattr(terminal, &before);
  termios hidden = before;
  hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  ::tcsetattr(terminal, TCSAFLUSH, &hidden);
  std::optional<std::string> answer = TypedLine(terminal);
  ::tcsetattr(terminal, TCSAFLUSH, &before);
  std::fprintf(stderr, "\n");
  return answer;
}

absl::Status None(const char* why) {
  return absl::InvalidArgumentError(
      absl::StrCat(why, ": start again, or use --admin-password-file"));
}

}  // namespace

absl::StatusOr<Password> FirstPassword(const std::string& file, int input) {
  if (!file.empty()) return FromFile(file);
  if (::isatty(input) == 0) return Password{Base32(contract::RandomBytes(kGeneratedBytes)), true};
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const std::optional<std::string> first =
        AskHidden(input, "Password of the first admin (12 characters or more): ");
    if (!first) return None("the input ended before there was a password");
    if (absl::Status status = service::CheckNewPassword(*first); !status.ok()) {
      std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
      continue;
    }
    const std::optional<std::string> again = AskHidden(input, "Again: ");
    if (!again) return None("the input ended before the password was typed again");
    if (*again == *first) return Password{*first};
    std::fprintf(stderr, "These two are not the same.\n");
  }
  return None("no password");
}

}  // namespace sekisho::console::program
