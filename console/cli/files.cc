#include "console/cli/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "console/cli/exit_code.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kLongestFile = 1024 * 1024;

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(n);
  }
  return fsync(fd) == 0;
}

}  // namespace

absl::Status FileError(const Text& what, const std::string& path, int error, Language language) {
  return absl::InternalError(
      Fill(what.In(language), {{"file", path}, {"error", std::strerror(error)}}));
}

absl::StatusOr<std::string> ReadAll(int fd) {
  std::string out;
  char buffer[16 * 1024];
  while (true) {
    const ssize_t n = read(fd, buffer, sizeof buffer);
    if (n == 0) return out;
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return absl::ErrnoToStatus(errno, "read");
    out.append(buffer, n);
    if (out.size() > kLongestFile) return absl::OutOfRangeError("longer than 1 MiB");
  }
}

absl::StatusOr<std::string> ReadTextFile(const std::string& path, Language language) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  absl::StatusOr<std::string> text =
      file.ok() ? ReadAll(file.get()) : absl::StatusOr<std::string>(absl::ErrnoToStatus(errno, ""));
  if (text.ok()) return text;
  const std::string message = MessageOf(text.status());
  std::string_view error = message;
  if (error.starts_with(": ")) error.remove_prefix(2);
  return UsageError(Fill(messages::kCannotRead.In(language), {{"file", path}, {"error", error}}));
}

absl::Status ReplaceFile(const std::string& path, std::string_view text, Language language) {
  std::string beside = path + ".XXXXXX";
  const Descriptor file(mkostemp(beside.data(), O_CLOEXEC));  // 0600
  if (!file.ok()) return FileError(messages::kCannotWrite, path, errno, language);
  if (WriteAll(file.get(), text) && rename(beside.c_str(), path.c_str()) == 0) {
    return absl::OkStatus();
  }
  const int error = errno;
  unlink(beside.c_str());
  return FileError(messages::kCannotWrite, path, error, language);
}

}  // namespace sekisho::console::cli
