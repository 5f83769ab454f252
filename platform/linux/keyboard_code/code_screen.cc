#include "platform/linux/keyboard_code/code_screen.h"

#include <sys/random.h>

#include <array>
#include <cstdint>
#include <cstdio>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

constexpr std::uint32_t kCodes = 100000000;
static_assert(kCodeDigits == 8);

// Wakes a blanked screen, leaves colours and scrolled-back text behind.
constexpr char kWiped[] = "\033[13]\033[0m\033[2J\033[3J\033[H";

}  // namespace

Result<std::string> DrawCode() {
  // The last, incomplete run of codes would make its codes likelier.
  constexpr std::uint32_t kEven = UINT32_MAX - UINT32_MAX % kCodes;
  std::uint32_t drawn = 0;
  do {
    if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn) return LastFailure("draw a code");
  } while (drawn >= kEven);
  std::array<char, kCodeDigits + 1> text{};
  std::snprintf(text.data(), text.size(), "%08u", drawn % kCodes);
  return std::string(text.data());
}

std::string ScreenOf(const std::string& code, const CodeEntry& entry) {
  std::string screen = kWiped;
  screen +=
      "\n  SEKISHO\n\n"
      "  A keyboard was plugged in that this terminal does not know, and the office\n"
      "  cannot be reached. Is it yours? Then type this number on it, and press Enter.\n"
      "  If not, unplug it.\n\n"
      "  Kono tanmatsu no shiranai kiiboodo ga tsunagaremashita. Go-jibun no mono nara,\n"
      "  tsugi no bangou wo sono kiiboodo de nyuuryoku shi, Enter wo oshite kudasai.\n"
      "  Sou de nakereba, nuite kudasai.\n\n";
  screen += "      " + code.substr(0, 4) + " " + code.substr(4) + "\n\n";
  switch (entry.state()) {
    case CodeEntry::State::kTyping:
      screen += "      " + std::string(entry.typed(), '*') + "\n\n";
      screen += "  Tries left / nokori: " + std::to_string(kCodeAttempts - entry.attempts()) +
                "   (2 minutes / 2 fun inai)\n";
      // Where the next star comes.
      screen += "\033[3A\r\033[" + std::to_string(6 + entry.typed()) + "C";
      break;
    case CodeEntry::State::kRight:
      screen += "  Right. / Tadashii bangou desu.\n";
      break;
    case CodeEntry::State::kWrong:
      screen += "  Wrong. / Bangou ga chigaimasu.\n";
      break;
  }
  return screen;
}

}  // namespace sekisho::platform
