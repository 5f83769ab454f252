#ifndef SEKISHO_CONSOLE_CLI_TIME_SPAN_H_
#define SEKISHO_CONSOLE_CLI_TIME_SPAN_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "console/cli/texts/text.h"
#include "google/protobuf/timestamp.pb.h"

namespace sekisho::console::cli {

// "90s", "15m", "1h30m", "2d": whole numbers, each with its unit (s, m, h, d), added up; 1 second
// to 366 days. A bare number is refused rather than guessed at. INVALID_ARGUMENT says what to type.
absl::StatusOr<std::chrono::seconds> ParseSpan(std::string_view text, Language language);

// A moment: a span before `now` ("1h"), or local "2026-11-23", "2026-11-23 14:05", or RFC 3339.
absl::StatusOr<absl::Time> ParseMoment(std::string_view text, absl::Time now, absl::TimeZone zone,
                                       Language language);

// "15m", "1h 30m", "2d": the two largest units, rounded down.
std::string WriteSpan(std::chrono::seconds span);

absl::Time FromProto(const google::protobuf::Timestamp& time);
google::protobuf::Timestamp ToProto(absl::Time time);

// "2026-11-23 16:58:46" in `zone`; "-" for a time that was never set (0).
std::string WriteMoment(const google::protobuf::Timestamp& time, absl::TimeZone zone);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TIME_SPAN_H_
