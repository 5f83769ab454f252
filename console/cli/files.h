#ifndef SEKISHO_CONSOLE_CLI_FILES_H_
#define SEKISHO_CONSOLE_CLI_FILES_H_

#include <unistd.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/cli/texts/text.h"

// Whole files; errors name the file in the person's language.
namespace sekisho::console::cli {

// Owns a file descriptor, or -1 when it could not be opened; errno is then still the open's.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }

 private:
  int fd_;
};

// What `fd` still has, at most 1 MiB.
absl::StatusOr<std::string> ReadAll(int fd);

// A text file of at most 1 MiB; UsageError when it cannot be read.
absl::StatusOr<std::string> ReadTextFile(const std::string& path, Language language);

// Whole and durable, or as it was; mode 0600: both that are written, a session and a parcel, open
// something.
absl::Status ReplaceFile(const std::string& path, std::string_view text, Language language);

// "cannot …: path: error".
absl::Status FileError(const Text& what, const std::string& path, int error, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_FILES_H_
