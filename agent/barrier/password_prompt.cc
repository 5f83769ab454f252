#include "agent/barrier/password_prompt.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::barrier {
namespace {

// What GRUB can ask for (GRUB_AUTH_MAX_PASSLEN, grub/auth.h).
constexpr std::size_t kLongest = 1024;

// Without ISIG: an interrupted prompt must not leave a shell that shows nothing of what is typed.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &before_) != 0) return;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    silent.c_lflag |= ECHONL;
    active_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (active_) tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

 private:
  const int terminal_;
  termios before_{};
  bool active_ = false;
};

}  // namespace

std::optional<std::string> AskPassword(std::string_view question) {
  const platform::Fd terminal(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) return std::nullopt;
  const Silence silence(terminal.get());
  if (write(terminal.get(), question.data(), question.size()) < 0) return std::nullopt;
  std::string line;
  char c = 0;
  while (line.size() < kLongest && read(terminal.get(), &c, 1) == 1 && c != '\x03') {
    if (c == '\n') return line;
    line += c;
  }
  return std::nullopt;
}

}  // namespace sekisho::barrier
