// sekisho-keyboard-code: shows a code on the screen that it was given as descriptor 4, and reads it
// from the keyboard whose directory in sysfs is descriptor 3. Holds both until it is killed. Runs
// as nobody in particular; started by sekisho-agentd.
#include <poll.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/keyboard_code/code_entry.h"
#include "platform/linux/keyboard_code/code_screen.h"
#include "platform/linux/keyboard_code/held_keys.h"

namespace sekisho::platform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kDevice = 3;
constexpr int kScreen = 4;
constexpr std::chrono::minutes kPatience{2};

void Write(int descriptor, const std::string& text) {
  const ssize_t n = write(descriptor, text.data(), text.size());
  static_cast<void>(n);
}

// "right 1", "wrong 3", "late 0": the verdict, and how many codes were typed.
void Tell(const char* verdict, const CodeEntry& entry) {
  Write(STDOUT_FILENO, std::string(verdict) + " " + std::to_string(entry.attempts()) + "\n");
}

// Until something is to be read, or `deadline`.
void Wait(const HeldKeys& keys, std::optional<Clock::time_point> deadline) {
  std::vector<pollfd> waited;
  for (const int each : keys.Descriptors()) waited.push_back({each, POLLIN, 0});
  int left = -1;
  if (deadline) {
    const auto span = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
    left = static_cast<int>(std::max<std::int64_t>(span.count(), 0));
  }
  poll(waited.data(), waited.size(), left);
}

int Run(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::strcmp(argv[1], "--help") == 0;
    std::fprintf(help ? stdout : stderr,
                 "Usage: sekisho-keyboard-code 3</sys/bus/usb/devices/PORT 4<>/dev/ttyN\n"
                 "Shows a code on a screen, and reads it from one keyboard. Tells on standard\n"
                 "output what came of it, and holds both until it is killed.\n"
                 "Exit status: 1 no code or no keyboard to be had, 2 usage.\n");
    return help ? 0 : 2;
  }
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  Result<std::string> code = DrawCode();
  Result<HeldKeys> keys = HeldKeys::Start(kDevice, "/dev");
  if (!code.ok() || !keys.ok()) return 1;
  CodeEntry entry(*code);
  Write(kScreen, ScreenOf(*code, entry));
  Write(STDOUT_FILENO, "shown\n");
  std::optional<Clock::time_point> deadline = Clock::now() + kPatience;
  for (;;) {
    Wait(*keys, deadline);
    if (deadline && Clock::now() >= *deadline) {
      deadline.reset();
      Tell("late", entry);
      continue;
    }
    keys->Look();
    // Whatever is typed after the verdict is taken, and goes nowhere.
    const std::vector<unsigned> pressed = keys->Pressed();
    if (!deadline || pressed.empty()) continue;
    for (const unsigned key : pressed) entry.Press(key);
    Write(kScreen, ScreenOf(*code, entry));
    if (entry.state() == CodeEntry::State::kTyping) continue;
    deadline.reset();
    Tell(entry.state() == CodeEntry::State::kRight ? "right" : "wrong", entry);
  }
}

}  // namespace
}  // namespace sekisho::platform

int main(int argc, char** argv) { return sekisho::platform::Run(argc, argv); }
