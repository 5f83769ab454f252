#include "platform/linux/closure_record.h"

#include <charconv>
#include <vector>

#include "platform/linux/boot_devices.h"
#include "platform/linux/doors/place.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-closure 1";

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t space = text.find(' ');
    words.push_back(text.substr(0, space));
    if (space == std::string_view::npos) return words;
    text.remove_prefix(space + 1);
  }
}

std::optional<Holder> ParseHolder(std::string_view text) {
  const std::vector<std::string_view> words = Words(text);
  Holder holder;
  if (words.size() != 4 || !ParseNumber(words[0], holder.pid) ||
      !ParseNumber(words[1], holder.uid) || !ParseNumber(words[2], holder.started)) {
    return std::nullopt;
  }
  // The name is the program's own choice: in hexadecimal it cannot break the line.
  std::optional<std::string> program = FromHex(words[3]);
  if (!program) return std::nullopt;
  holder.program = std::move(*program);
  return holder;
}

std::string OneLine(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

}  // namespace

std::string WriteClosure(const Closure& closure) {
  std::string text(kHeader);
  text += "\ngrant " + closure.opened.grant_id + "\nport " + closure.opened.port_path +
          "\nfingerprint " + closure.opened.fingerprint_hex + "\nat " +
          std::to_string(closure.at.count()) + "\n";
  for (const Holder& holder : closure.ended) {
    text += "ended " + std::to_string(holder.pid) + " " + std::to_string(holder.uid) + " " +
            std::to_string(holder.started) + " " + ToHex(holder.program) + "\n";
  }
  for (const std::string& step : closure.done) text += "done " + OneLine(step) + "\n";
  for (const std::string& step : closure.failed) text += "failed " + OneLine(step) + "\n";
  return text + "end\n";
}

std::optional<Closure> ParseClosure(std::string_view text) {
  if (text.size() > kMaxClosureBytes) return std::nullopt;
  Closure closure;
  bool header = false;
  while (!text.empty()) {
    const std::size_t line_end = text.find('\n');
    if (line_end == std::string_view::npos) return std::nullopt;
    const std::string_view line = text.substr(0, line_end);
    text.remove_prefix(line_end + 1);
    if (!header) {
      if (line != kHeader) return std::nullopt;
      header = true;
      continue;
    }
    if (line == "end") {
      const bool whole =
          text.empty() && IsGrantId(closure.opened.grant_id) &&
          (IsPortPath(closure.opened.port_path) || IsPlace(closure.opened.port_path));
      return whole ? std::optional(std::move(closure)) : std::nullopt;
    }
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return std::nullopt;
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(space + 1);
    if (key == "grant") {
      closure.opened.grant_id = value;
    } else if (key == "port") {
      closure.opened.port_path = value;
    } else if (key == "fingerprint") {
      closure.opened.fingerprint_hex = value;
    } else if (key == "at") {
      BootTime::rep at = 0;
      if (!ParseNumber(value, at)) return std::nullopt;
      closure.at = BootTime(at);
    } else if (key == "ended") {
      std::optional<Holder> holder = ParseHolder(value);
      if (!holder) return std::nullopt;
      closure.ended.push_back(std::move(*holder));
    } else if (key == "done") {
      closure.done.emplace_back(value);
    } else if (key == "failed") {
      closure.failed.emplace_back(value);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

bool IsGrantId(std::string_view text) {
  return !text.empty() && text.size() <= 64 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
             std::string_view::npos;
}

}  // namespace sekisho::platform
