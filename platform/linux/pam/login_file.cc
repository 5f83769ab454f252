#include "platform/linux/pam/login_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

namespace sekisho::platform {
namespace {

constexpr std::size_t kMostText = 8192;
constexpr std::size_t kMostServices = 64;

// Takes the next line off; none when it has no end.
std::optional<std::string_view> TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool IsName(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// Whether it is a line of this word.
bool TakeService(std::string_view line, std::string_view word, std::vector<std::string>& services) {
  if (!line.starts_with(word)) return false;
  line.remove_prefix(word.size());
  if (!IsName(line) || services.size() >= kMostServices) return false;
  services.emplace_back(line);
  return true;
}

}  // namespace

std::optional<LoginFile> ParseLoginFile(std::string_view text) {
  LoginFile file;
  if (TakeLine(text) != "sekisho-logins 1") return std::nullopt;
  const std::optional<std::string_view> mode = TakeLine(text);
  if (mode == "mode observe") {
    file.mode = LoginFile::Mode::kObserve;
  } else if (mode != "mode enforce") {
    return std::nullopt;
  }
  while (const std::optional<std::string_view> line = TakeLine(text)) {
    if (*line == "end") {
      if (!text.empty()) return std::nullopt;
      return file;
    }
    if (!TakeService(*line, "exempt ", file.exempt) &&
        !TakeService(*line, "no-answer ", file.no_answer)) {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<LoginFile> ReadLoginFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return std::nullopt;
  std::string text;
  struct stat status{};
  bool good = fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == 0 &&
              (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  std::array<char, 1024> buffer;
  while (good) {
    const ssize_t size = read(fd, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) {
      good = size == 0;
      break;
    }
    text.append(buffer.data(), static_cast<std::size_t>(size));
    good = text.size() <= kMostText;
  }
  close(fd);
  if (!good) return std::nullopt;
  return ParseLoginFile(text);
}

bool PassesUnasked(const std::optional<LoginFile>& file, std::string_view service) {
  if (!file) return false;
  const auto names = [service](const std::vector<std::string>& services) {
    return std::ranges::find(services, service) != services.end();
  };
  return file->mode == LoginFile::Mode::kObserve || names(file->exempt) || names(file->no_answer);
}

}  // namespace sekisho::platform
