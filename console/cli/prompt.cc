#include "console/cli/prompt.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "absl/strings/ascii.h"
#include "console/cli/exit_code.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kLongestLine = 1024;

// The terminal with echo off. Signals from the keyboard wait until echo is back: an interrupted
// prompt must not leave a shell in which nothing that is typed is shown.
class Silence {
 public:
  explicit Silence(int terminal) : terminal_(terminal) {
    if (tcgetattr(terminal_, &before_) != 0) return;
    sigset_t keyboard;
    sigemptyset(&keyboard);
    for (const int signal : {SIGQUIT, SIGTSTP, SIGTERM, SIGHUP}) sigaddset(&keyboard, signal);
    sigprocmask(SIG_BLOCK, &keyboard, &mask_);
    termios silent = before_;
    // Without ISIG a ^C arrives as a byte, and ReadLine gives up by itself.
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
    silent.c_lflag |= ECHONL;
    active_ = tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (active_) tcsetattr(terminal_, TCSAFLUSH, &before_);
    sigprocmask(SIG_SETMASK, &mask_, nullptr);
  }

 private:
  const int terminal_;
  termios before_{};
  sigset_t mask_{};
  bool active_ = false;
};

std::optional<std::string> ReadLine(int fd) {
  std::string line;
  char c = 0;
  while (line.size() < kLongestLine) {
    const ssize_t n = read(fd, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0 || c == '\x03') return std::nullopt;
    if (c == '\n') return line;
    line += c;
  }
  return std::nullopt;
}

// Without its question mark and choices, for "cannot ask for …".
std::string Subject(std::string_view question) {
  const std::size_t end = question.find_first_of(":(");
  return std::string(question.substr(0, end));
}

}  // namespace

absl::StatusOr<std::string> Ask(Context& context, const Text& question, Echo echo,
                                std::string_view option) {
  const std::string text = context.Say(question);
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) {
    return context.Usage(messages::kNoTerminal, {{"what", Subject(text)}, {"option", option}});
  }
  std::optional<std::string> line;
  {
    std::optional<Silence> silence;
    if (echo == Echo::kHidden) silence.emplace(terminal);
    if (write(terminal, text.data(), text.size()) >= 0) line = ReadLine(terminal);
  }
  close(terminal);
  if (!line) return absl::CancelledError(context.Say(messages::kNotDone));
  return *line;
}

absl::Status Confirm(Context& context, std::string_view question) {
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return context.Usage(messages::kYesNeeded);
  std::optional<std::string> line;
  if (write(terminal, question.data(), question.size()) >= 0) line = ReadLine(terminal);
  close(terminal);
  const std::string answer = absl::AsciiStrToLower(line.value_or(""));
  if (answer == "y" || answer == "yes" || answer == "はい") return absl::OkStatus();
  return absl::CancelledError(context.Say(messages::kNotDone));
}

void Wipe(std::string& secret) { explicit_bzero(secret.data(), secret.size()); }

}  // namespace sekisho::console::cli
