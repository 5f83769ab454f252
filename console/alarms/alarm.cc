#include "console/alarms/alarm.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sekisho::console::alarms {
namespace {

constexpr char kPrefix[] = "EVENT_KIND_";
// Parameters that name people or hold what they wrote.
constexpr std::array<std::string_view, 8> kPersonal = {
    "reason", "operator", "ordered_by", "requested_by", "approved_by", "person", "name", "uid"};

// The length of the UTF-8 sequence that `text` begins with, or 0 (RFC 3629).
std::size_t SequenceLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80             ? 1
                             : (first & 0xe0) == 0xc0 ? 2
                             : (first & 0xf0) == 0xe0 ? 3
                             : (first & 0xf8) == 0xf0 ? 4
                                                      : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  return length;
}

std::string Harmless(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = SequenceLength(text);
    const auto first = static_cast<unsigned char>(text.front());
    const bool control = first < 0x20 || first == 0x7f;
    if (clean.size() + std::max<std::size_t>(length, 1) > Alarm::kMaxText) break;
    if (length == 0 || control) {
      clean += '?';
      text.remove_prefix(1);
    } else {
      clean += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return clean;
}

}  // namespace

std::string WordOf(v1::EventKind kind) {
  const std::string& name = v1::EventKind_Name(kind);
  if (name.empty()) return absl::StrCat("kind-", static_cast<int>(kind));
  return absl::AsciiStrToLower(absl::StrReplaceAll(name.substr(sizeof(kPrefix) - 1), {{"_", "-"}}));
}

Alarm AlarmOf(const store::StoredEventRecord& record, Persons persons) {
  Alarm alarm;
  alarm.cursor = record.cursor;
  alarm.kind = WordOf(record.event.kind());
  alarm.terminal = Harmless(record.terminal_name);
  alarm.terminal_id = Harmless(record.terminal_id);
  alarm.at = record.received_at;
  if (persons == Persons::kNamed && !record.event.person().name().empty()) {
    alarm.details.emplace_back("person", Harmless(record.event.person().name()));
  }
  if (!record.event.reference().empty()) {
    alarm.details.emplace_back("reference", Harmless(record.event.reference()));
  }
  for (const v1::Parameter& each : record.event.parameters()) {
    const bool personal = std::ranges::find(kPersonal, each.key()) != kPersonal.end();
    if (personal && persons == Persons::kLeftOut) continue;
    alarm.details.emplace_back(Harmless(each.key()), Harmless(each.value()));
  }
  return alarm;
}

std::vector<v1::EventKind> DefaultKinds() {
  std::vector<v1::EventKind> kinds;
  // The proto keeps tampering and faults from 60, what the console finds out from 90.
  for (int number = 60; number < 100; ++number) {
    const bool routine =
        number == v1::EVENT_KIND_TERMINAL_REVOKED || number == v1::EVENT_KIND_TERMINAL_REINSTALLED;
    if (v1::EventKind_IsValid(number) && !routine) {
      kinds.push_back(static_cast<v1::EventKind>(number));
    }
  }
  return kinds;
}

absl::StatusOr<std::vector<v1::EventKind>> ParseKinds(const std::vector<std::string>& words) {
  std::vector<v1::EventKind> kinds;
  for (const std::string& word : words) {
    if (word == "default") {
      const std::vector<v1::EventKind> all = DefaultKinds();
      kinds.insert(kinds.end(), all.begin(), all.end());
      continue;
    }
    v1::EventKind kind = v1::EVENT_KIND_UNSPECIFIED;
    const std::string name =
        absl::StrCat(kPrefix, absl::StrReplaceAll(absl::AsciiStrToUpper(word), {{"-", "_"}}));
    if (!v1::EventKind_Parse(name, &kind) || kind == v1::EVENT_KIND_UNSPECIFIED) {
      return absl::InvalidArgumentError(absl::StrCat(
          "alarm-kinds: \"", word, "\" is no kind of event; sekishoctl events --help lists them"));
    }
    kinds.push_back(kind);
  }
  return kinds;
}

}  // namespace sekisho::console::alarms
