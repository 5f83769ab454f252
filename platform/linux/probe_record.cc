#include "platform/linux/probe_record.h"

#include <charconv>

#include "platform/linux/key_line.h"

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
  const std::optional<std::string_view> name = TakeValue(text, "name ");
  const std::optional<std::string_view> result = TakeValue(text, "result ");
  const std::optional<std::string_view> at = TakeValue(text, "at ");
  const std::optional<std::string_view> detail = TakeValue(text, "detail ");
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
