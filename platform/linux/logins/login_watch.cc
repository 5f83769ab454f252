#include "platform/linux/logins/login_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "platform/linux/logins/login_ways.h"

namespace sekisho::platform {
namespace {

using Factors = LoginWay::Factors;
constexpr std::array<std::pair<Factors, std::string_view>, 5> kWords = {{
    {Factors::kRefuses, "refuses"},
    {Factors::kTwo, "two"},
    {Factors::kOne, "one"},
    {Factors::kNoLogin, "no-login"},
    {Factors::kUnknown, "unknown"},
}};
constexpr std::string_view kEnd = "end";

// Also what comes there later: a folder is watched once something in it was looked at.
const WatchedDirectories& Directories() {
  static const WatchedDirectories directories = {
      {"/etc", {"pam.d", "ssh", "gdm3"}},
      {"/etc/pam.d", {}},
      {"/usr/lib/pam.d", {}},
      {"/etc/ssh", {}},
      {"/etc/ssh/sshd_config.d", {}},
      {"/etc/gdm3", {}},
      {"/usr/sbin", {"sshd"}},
  };
  return directories;
}

std::string OneLine(std::string text) {
  std::ranges::replace_if(text, [](char each) { return each == '\t' || each == '\n'; }, '?');
  return text;
}

std::vector<std::string_view> Split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(at);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::string WriteLoginWays(const std::vector<LoginWay>& ways) {
  std::string text;
  for (const LoginWay& way : ways) {
    text += std::ranges::find(kWords, way.factors, &decltype(kWords)::value_type::first)->second;
    text += "\t" + OneLine(way.name);
    for (const std::string& enough : way.enough) text += "\t" + OneLine(enough);
    text += "\n";
  }
  return text.append(kEnd);
}

std::optional<std::vector<LoginWay>> ParseLoginWays(std::string_view text) {
  std::vector<std::string_view> lines = Split(text, '\n');
  if (lines.back() != kEnd) return std::nullopt;
  lines.pop_back();
  std::vector<LoginWay> ways;
  for (const std::string_view line : lines) {
    const std::vector<std::string_view> parts = Split(line, '\t');
    const auto word = std::ranges::find(kWords, parts[0], &decltype(kWords)::value_type::second);
    if (parts.size() < 2 || word == kWords.end()) return std::nullopt;
    ways.push_back({word->first, std::string(parts[1]), {parts.begin() + 2, parts.end()}});
  }
  return ways;
}

LinuxLoginWatch::LinuxLoginWatch(EventLoop& loop, std::string root, DirectoryWatch directories)
    : root_(std::move(root)), directories_(std::move(directories)), look_(loop) {
  directories_.Watch(Directories());
}

Result<std::unique_ptr<LinuxLoginWatch>> LinuxLoginWatch::Start(EventLoop& loop, std::string root) {
  Result<DirectoryWatch> directories = DirectoryWatch::Start(root);
  if (!directories.ok()) return directories.failure();
  return std::unique_ptr<LinuxLoginWatch>(
      new LinuxLoginWatch(loop, std::move(root), std::move(*directories)));
}

void LinuxLoginWatch::Look(std::function<void(Result<std::vector<LoginWay>>)> seen) {
  directories_.Watch(Directories());
  look_.Start([this] { return WriteLoginWays(LookAtLogins(root_)); },
              [seen = std::move(seen)](const Result<std::string>& text) {
                if (!text.ok()) return seen(text.failure());
                std::optional<std::vector<LoginWay>> ways = ParseLoginWays(*text);
                if (!ways) return seen(MakeFailure(EPROTO, "look at the ways to log in"));
                seen(*std::move(ways));
              });
}

}  // namespace sekisho::platform
