#include "platform/linux/own_screen.h"

#include <fcntl.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace sekisho::platform {
namespace {

constexpr unsigned kPatienceSeconds = 5;
constexpr std::string_view kWipe = "\033[2J\033[3J\033[H";

Result<Fd> OpenOwn(const std::string& dev) {
  return OpenAt(AT_FDCWD, dev + "/tty" + std::to_string(kOwnScreen),
                O_RDWR | O_NOCTTY | O_NONBLOCK);
}

// VT_WAITACTIVE has no bound of its own: an alarm interrupts it.
bool WaitUntilShown(int terminal) {
  struct sigaction interrupt{};
  interrupt.sa_handler = [](int) {};
  sigaction(SIGALRM, &interrupt, nullptr);
  alarm(kPatienceSeconds);
  const bool shown = ioctl(terminal, VT_WAITACTIVE, kOwnScreen) == 0;
  alarm(0);
  return shown;
}

}  // namespace

Result<int> ShownScreen(const std::string& dev) {
  Result<Fd> terminal = OpenAt(AT_FDCWD, dev + "/tty0", O_RDWR | O_NOCTTY | O_NONBLOCK);
  if (!terminal.ok()) return terminal.failure();
  vt_stat state{};
  if (ioctl(terminal->get(), VT_GETSTATE, &state) != 0) return LastFailure("find the screen");
  return state.v_active;
}

Result<Fd> TakeScreen(const std::string& dev, const std::function<void(int)>& before) {
  Result<int> shown = ShownScreen(dev);
  if (!shown.ok()) return shown.failure();
  Result<Fd> own = OpenOwn(dev);
  if (!own.ok()) return own.failure();
  const int terminal = own->get();
  termios settings{};
  if (tcgetattr(terminal, &settings) != 0) return LastFailure("read the screen's settings");
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
  settings.c_iflag &= ~static_cast<tcflag_t>(IXON);
  if (tcsetattr(terminal, TCSANOW, &settings) != 0) return LastFailure("silence the screen");
  if (ioctl(terminal, KDSETMODE, KD_TEXT) != 0) return LastFailure("make the screen show text");
  if (ioctl(terminal, KDSKBMODE, K_OFF) != 0) return LastFailure("cut the keys off");
  before(*shown);
  if (ioctl(terminal, VT_ACTIVATE, kOwnScreen) != 0) return LastFailure("show a screen");
  if (!WaitUntilShown(terminal)) return MakeFailure(ETIMEDOUT, "show a screen");
  if (ioctl(terminal, VT_LOCKSWITCH, 0) != 0) return LastFailure("hold a screen");
  // Somebody may have switched away between the two.
  shown = ShownScreen(dev);
  if (!shown.ok()) return shown.failure();
  if (*shown != kOwnScreen) return MakeFailure(EBUSY, "hold a screen");
  return own;
}

void GiveBackScreen(const std::string& dev, int before) {
  Result<Fd> own = OpenOwn(dev);
  if (!own.ok()) return;
  const int terminal = own->get();
  ioctl(terminal, VT_UNLOCKSWITCH, 0);
  ioctl(terminal, VT_ACTIVATE, before);
  ioctl(terminal, KDSKBMODE, K_UNICODE);
  const ssize_t wiped = write(terminal, kWipe.data(), kWipe.size());
  static_cast<void>(wiped);
}

}  // namespace sekisho::platform
