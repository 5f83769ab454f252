#include "console/cli/time_span.h"

#include <array>
#include <cstdint>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

constexpr std::int64_t kLongestSpan = 366LL * 24 * 60 * 60;

std::int64_t SecondsOf(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 60 * 60;
    case 'd':
      return 24 * 60 * 60;
    default:
      return 0;
  }
}

}  // namespace

absl::StatusOr<std::chrono::seconds> ParseSpan(std::string_view text, Language language) {
  const absl::Status refused =
      absl::InvalidArgumentError(Fill(messages::kNotASpan.In(language), {{"typed", text}}));
  std::int64_t total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    std::int64_t number = 0;
    std::size_t digits = 0;
    // Nine digits hold any span below the bound, and cannot overflow.
    while (digits < rest.size() && digits < 9 && rest[digits] >= '0' && rest[digits] <= '9') {
      number = number * 10 + (rest[digits++] - '0');
    }
    if (digits == 0 || digits == rest.size()) return refused;
    const std::int64_t unit = SecondsOf(rest[digits]);
    if (unit == 0) return refused;
    total += number * unit;
    if (total > kLongestSpan) return refused;
    rest.remove_prefix(digits + 1);
  }
  if (total == 0) return refused;
  return std::chrono::seconds(total);
}

absl::StatusOr<absl::Time> ParseMoment(std::string_view text, absl::Time now, absl::TimeZone zone,
                                       Language language) {
  if (const absl::StatusOr<std::chrono::seconds> span = ParseSpan(text, language); span.ok()) {
    return now - absl::FromChrono(*span);
  }
  for (const char* format :
       {absl::RFC3339_full, "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"}) {
    absl::Time time;
    if (absl::ParseTime(format, std::string(text), zone, &time, nullptr)) return time;
  }
  return absl::InvalidArgumentError(Fill(messages::kNotAMoment.In(language), {{"typed", text}}));
}

std::string WriteSpan(std::chrono::seconds span) {
  constexpr std::array<std::pair<std::int64_t, char>, 4> kUnits{
      {{24 * 60 * 60, 'd'}, {60 * 60, 'h'}, {60, 'm'}, {1, 's'}}};
  std::int64_t rest = span.count();
  if (rest <= 0) return "0s";
  std::string out;
  int parts = 0;
  for (const auto& [seconds, unit] : kUnits) {
    if (rest < seconds && out.empty()) continue;
    if (parts == 2) break;
    ++parts;
    if (rest >= seconds) {
      if (!out.empty()) out += ' ';
      absl::StrAppend(&out, rest / seconds, std::string(1, unit));
    }
    rest %= seconds;
  }
  return out;
}

absl::Time FromProto(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

google::protobuf::Timestamp ToProto(absl::Time time) {
  google::protobuf::Timestamp out;
  const std::int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<std::int32_t>((time - absl::FromUnixSeconds(seconds)) / absl::Nanoseconds(1)));
  return out;
}

std::string WriteMoment(const google::protobuf::Timestamp& time, absl::TimeZone zone) {
  if (time.seconds() == 0 && time.nanos() == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", FromProto(time), zone);
}

}  // namespace sekisho::console::cli
