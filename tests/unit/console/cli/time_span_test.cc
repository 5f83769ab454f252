#include "console/cli/time_span.h"

#include <gtest/gtest.h>

#include <chrono>

namespace sekisho::console::cli {
namespace {

using std::chrono::seconds;

absl::TimeZone Tokyo() { return absl::FixedTimeZone(9 * 60 * 60); }

TEST(ParseSpan, AddsUpNumbersWithTheirUnits) {
  EXPECT_EQ(ParseSpan("90s", Language::kEnglish).value(), seconds(90));
  EXPECT_EQ(ParseSpan("15m", Language::kEnglish).value(), seconds(900));
  EXPECT_EQ(ParseSpan("1h30m", Language::kEnglish).value(), seconds(5400));
  EXPECT_EQ(ParseSpan("2d", Language::kEnglish).value(), seconds(172800));
  EXPECT_EQ(ParseSpan("366d", Language::kEnglish).value(), seconds(366 * 86400));
}

TEST(ParseSpan, RefusesWhatItWouldHaveToGuessAt) {
  for (const char* typed : {"", "15", "m", "15 m", "15M", "-5m", "1.5h", "0s", "367d", "15min",
                            "9999999999s", "99999999999999999999d", "1h30"}) {
    EXPECT_FALSE(ParseSpan(typed, Language::kEnglish).ok()) << typed;
  }
}

TEST(ParseSpan, SaysWhatToTypeInstead) {
  EXPECT_NE(ParseSpan("15", Language::kEnglish).status().ToString().find("15m"), std::string::npos);
  EXPECT_NE(ParseSpan("15", Language::kJapanese).status().ToString().find("単位"),
            std::string::npos);
}

TEST(ParseMoment, TakesASpanAsThatLongAgo) {
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_EQ(ParseMoment("1h", now, Tokyo(), Language::kEnglish).value(), now - absl::Hours(1));
}

TEST(ParseMoment, ReadsDatesInTheLocalZone) {
  const absl::Time now = absl::UnixEpoch();
  const absl::Time expected = absl::FromCivil(absl::CivilSecond(2026, 4, 1, 9, 30, 0), Tokyo());
  EXPECT_EQ(ParseMoment("2026-04-01 09:30", now, Tokyo(), Language::kEnglish).value(), expected);
  EXPECT_EQ(ParseMoment("2026-04-01T00:30:00Z", now, Tokyo(), Language::kEnglish).value(),
            expected);
  EXPECT_EQ(ParseMoment("2026-04-01", now, Tokyo(), Language::kEnglish).value(),
            expected - absl::Minutes(9 * 60 + 30));
  EXPECT_FALSE(ParseMoment("yesterday", now, Tokyo(), Language::kEnglish).ok());
  EXPECT_FALSE(ParseMoment("2026-13-01", now, Tokyo(), Language::kEnglish).ok());
}

TEST(WriteSpan, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(WriteSpan(seconds(60)), "1m");
  EXPECT_EQ(WriteSpan(seconds(5400)), "1h 30m");
  EXPECT_EQ(WriteSpan(seconds(90061)), "1d 1h");
  EXPECT_EQ(WriteSpan(seconds(86400 + 60)), "1d");
  EXPECT_EQ(WriteSpan(seconds(0)), "0s");
}

TEST(WriteMoment, UsesTheLocalZoneAndADashForNever) {
  google::protobuf::Timestamp time;
  EXPECT_EQ(WriteMoment(time, Tokyo()), "-");
  time.set_seconds(1775003400);
  EXPECT_EQ(WriteMoment(time, Tokyo()), "2026-04-01 09:30:00");
}

TEST(Timestamps, SurviveTheRoundTrip) {
  google::protobuf::Timestamp time;
  time.set_seconds(1775003400);
  time.set_nanos(123456789);
  const google::protobuf::Timestamp back = ToProto(FromProto(time));
  EXPECT_EQ(back.seconds(), time.seconds());
  EXPECT_EQ(back.nanos(), time.nanos());
}

}  // namespace
}  // namespace sekisho::console::cli
