#include "platform/linux/dpkg_database.h"

#include <md5.h>

#include <array>
#include <cstdint>

namespace sekisho::platform {

std::string Md5Hex(std::span<const std::byte> bytes) {
  MD5_CTX context;
  MD5Init(&context);
  MD5Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::array<char, MD5_DIGEST_STRING_LENGTH> text{};
  MD5End(&context, text.data());
  return text.data();
}

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::size_t end = line.find_first_of(" \t");
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

DpkgStatus ParseDpkgStatus(std::string_view text) {
  DpkgStatus status;
  std::string package;
  bool installed = false;
  bool in_conffiles = false;
  for (const std::string_view line : Lines(text)) {
    if (line.empty()) {
      package.clear();
      installed = in_conffiles = false;
      continue;
    }
    if (line.front() == ' ') {
      const std::vector<std::string_view> words = Words(line);
      // "obsolete" and "remove-on-upgrade" follow where the package no longer brings it.
      if (in_conffiles && installed && words.size() == 2) {
        status.conffiles.emplace(words[0], words[1]);
      }
      continue;
    }
    in_conffiles = line == "Conffiles:";
    if (line.starts_with("Package: ")) package = line.substr(9);
    if (line.starts_with("Status: ")) {
      installed = line.ends_with(" installed");
      if (installed) status.installed.insert(package);
    }
  }
  return status;
}

std::map<std::string, std::string> ParseMd5sums(std::string_view text) {
  std::map<std::string, std::string> sums;
  for (const std::string_view line : Lines(text)) {
    // "MD5  path": the path may hold blanks.
    if (line.size() < 35 || line[32] != ' ') continue;
    sums.emplace("/" + std::string(line.substr(34)), line.substr(0, 32));
  }
  return sums;
}

std::map<std::string, std::string> ParseDiversions(std::string_view text) {
  std::map<std::string, std::string> diverted;
  const std::vector<std::string_view> lines = Lines(text);
  for (std::size_t i = 0; i + 2 < lines.size(); i += 3) {
    diverted.emplace(lines[i], lines[i + 2]);
  }
  return diverted;
}

}  // namespace sekisho::platform
