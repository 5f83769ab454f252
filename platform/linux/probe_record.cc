#include "platform/linux/probe_record.h"

#include <charconv>

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-probe 1\n";

const char* Word(ProbeEnd end) {
  switch (end) {
    case ProbeEnd::kHolds:
      return "holds";
    case ProbeEnd::kOpen:
      return "open";
    case ProbeEnd::kUntried:
      return "untried";
  }
  return "untried";
}

// "KEY value\n" off the front of `text`.
std::optional<std::string_view> Take(std::string_view& text, std::string_view key) {
  if (!text.starts_with(key)) return std::nullopt;
  text.remove_prefix(key.size());
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view value = text.substr(0, end);
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string WriteProbeRecord(const ProbeRecord& record) {
  std::string detail = record.attempt.detail;
  for (char& c : detail) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return std::string(kHeader) + "name " + record.attempt.name + "\nresult " +
         Word(record.attempt.end) + "\nat " + std::to_string(record.at.count()) + "\ndetail " +
         detail + "\nend\n";
}

std::optional<ProbeRecord> ParseProbeRecord(std::string_view text) {
  if (!text.starts_with(kHeader)) return std::nullopt;
  text.remove_prefix(kHeader.size());
  const std::optional<std::string_view> name = Take(text, "name ");
  const std::optional<std::string_view> result = Take(text, "result ");
  const std::optional<std::string_view> at = Take(text, "at ");
  const std::optional<std::string_view> detail = Take(text, "detail ");
  if (!name || !result || !at || !detail || text != "end\n") return std::nullopt;
  ProbeRecord record;
  record.attempt.name = *name;
  record.attempt.detail = *detail;
  if (*result == "holds") {
    record.attempt.end = ProbeEnd::kHolds;
  } else if (*result == "open") {
    record.attempt.end = ProbeEnd::kOpen;
  } else if (*result != "untried") {
    return std::nullopt;
  }
  BootTime::rep count = 0;
  const auto parsed = std::from_chars(at->data(), at->data() + at->size(), count);
  if (parsed.ec != std::errc() || parsed.ptr != at->data() + at->size()) return std::nullopt;
  record.at = BootTime(count);
  return record;
}

}  // namespace sekisho::platform
