#include "console/alarms/format.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "absl/strings/escaping.h"

namespace sekisho::console::alarms {
namespace {

store::StoredEventRecord Record(v1::EventKind kind) {
  store::StoredEventRecord record;
  record.cursor = 7;
  record.terminal_id = "t-1";
  record.terminal_name = "madoguchi-1";
  record.received_at = store::WallTime(std::chrono::seconds(1'800'000'000));
  record.event.set_kind(kind);
  return record;
}

void AddParameter(store::StoredEventRecord& record, const char* key, const char* value) {
  v1::Parameter& parameter = *record.event.add_parameters();
  parameter.set_key(key);
  parameter.set_value(value);
}

TEST(AlarmTest, NamesAndWordsOfPersonsStayAtTheConsoleUnlessAskedFor) {
  store::StoredEventRecord record = Record(v1::EVENT_KIND_ORDER_REFUSED);
  record.event.mutable_person()->set_name("taro");
  AddParameter(record, "reason", "because of Hanako");
  AddParameter(record, "cause", "other-terminal");
  const Alarm plain = AlarmOf(record, Persons::kLeftOut);
  ASSERT_EQ(plain.details.size(), 1);
  EXPECT_EQ(plain.details[0].first, "cause");
  EXPECT_EQ(AlarmOf(record, Persons::kNamed).details.size(), 3);
}

TEST(AlarmTest, WhatADeviceCallsItselfCannotBreakALine) {
  store::StoredEventRecord record = Record(v1::EVENT_KIND_CHAIN_BROKEN);
  record.terminal_name = "a\r\nBcc: thief@example.com\x1b[2J";
  AddParameter(record, "cause", "\xff\xfe not UTF-8");
  AddParameter(record, "detail", std::string(5000, 'x').c_str());
  const Alarm alarm = AlarmOf(record, Persons::kLeftOut);
  EXPECT_EQ(alarm.terminal, "a??Bcc: thief@example.com?[2J");
  EXPECT_EQ(alarm.details[0].second, "?? not UTF-8");
  EXPECT_EQ(alarm.details[1].second.size(), Alarm::kMaxText);
}

TEST(AlarmTest, TamperingIsToldByDefaultAndRoutineIsNot) {
  const std::vector<v1::EventKind> kinds = DefaultKinds();
  const auto told = [&](v1::EventKind kind) {
    return std::ranges::find(kinds, kind) != kinds.end();
  };
  EXPECT_TRUE(told(v1::EVENT_KIND_CHAIN_BROKEN));
  EXPECT_TRUE(told(v1::EVENT_KIND_TERMINAL_SILENT));
  EXPECT_TRUE(told(v1::EVENT_KIND_TRIAL_UNDONE));
  EXPECT_TRUE(told(v1::EVENT_KIND_RESCUE_BOOTED));
  EXPECT_TRUE(told(v1::EVENT_KIND_TERMINAL_DUPLICATED));
  EXPECT_FALSE(told(v1::EVENT_KIND_RESCAN));
  EXPECT_FALSE(told(v1::EVENT_KIND_DEVICE_BLOCKED));
}

TEST(AlarmTest, KindsAreTakenAsSekishoctlTakesThem) {
  const auto kinds = ParseKinds({"chain-broken", "terminal-silent"});
  ASSERT_TRUE(kinds.ok());
  EXPECT_EQ((*kinds)[1], v1::EVENT_KIND_TERMINAL_SILENT);
  EXPECT_TRUE(absl::IsInvalidArgument(ParseKinds({"chain-brokn"}).status()));
}

TEST(FormatTest, ASyslogMessageIsOneOfRfc5424) {
  Notice notice{.organisation = "テスト]\"市", .alarms = {}, .more = 0};
  notice.alarms.push_back(AlarmOf(Record(v1::EVENT_KIND_CHAIN_BROKEN), Persons::kLeftOut));
  const std::string line = SyslogOf(notice, notice.alarms[0], "console.example.jp");
  EXPECT_EQ(line.find("<81>1 2027-01-15T08:00:00.000Z console.example.jp sekisho-console - "
                      "chain-broken [sekisho@32473 organisation=\"テスト\\]\\\"市\" "),
            0)
      << line;
  EXPECT_NE(line.find("\"] \xEF\xBB\xBF"
                      "chain-broken madoguchi-1"),
            std::string::npos);
}

TEST(FormatTest, AMailSaysHowManyInBothLanguagesAndIsMadeOfShortLines) {
  Notice notice{.organisation = "テスト市", .alarms = {}, .more = 214};
  notice.alarms.push_back(AlarmOf(Record(v1::EVENT_KIND_CHAIN_BROKEN), Persons::kLeftOut));
  const std::string mail = MailOf(notice, "console@example.jp", "hanako@example.jp", {});
  const std::size_t body_at = mail.find("\r\n\r\n") + 4;
  std::string body;
  ASSERT_TRUE(absl::Base64Unescape(mail.substr(body_at), &body));
  EXPECT_NE(body.find("chain-broken"), std::string::npos);
  EXPECT_NE(body.find("and 214 more / ほか 214 件"), std::string::npos);
  std::size_t longest = 0;
  for (std::size_t at = body_at; at < mail.size();) {
    const std::size_t end = mail.find("\r\n", at);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  EXPECT_LE(longest, 76u);
}

TEST(FormatTest, TheWebhooksSignatureIsHmacSha256) {
  // RFC 4231, test case 2.
  EXPECT_EQ(SignatureOf("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(FormatTest, JsonEscapesWhatItMust) {
  Notice notice{.organisation = "a\"b\\c\nd", .alarms = {}, .more = 1};
  EXPECT_EQ(JsonOf(notice),
            "{\"organisation\":\"a\\\"b\\\\c\\u000ad\",\"test\":false,\"alarms\":[],\"more\":1}");
}

}  // namespace
}  // namespace sekisho::console::alarms
