#include "console/media/csv.h"

#include <gtest/gtest.h>

namespace sekisho::console::media {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> Rows(std::string_view text) {
  std::vector<CsvRow> rows;
  CsvReader reader(text);
  for (;;) {
    auto next = reader.Next();
    if (std::holds_alternative<CsvEnd>(next)) return rows;
    if (const CsvFault* fault = std::get_if<CsvFault>(&next)) {
      ADD_FAILURE() << "line " << fault->line << ": " << fault->what;
      continue;
    }
    rows.push_back(std::get<CsvRow>(next));
  }
}

CsvFault FirstFault(std::string_view text) {
  CsvReader reader(text);
  for (;;) {
    auto next = reader.Next();
    if (const CsvFault* fault = std::get_if<CsvFault>(&next)) return *fault;
    if (std::holds_alternative<CsvEnd>(next)) return {};
  }
}

TEST(Csv, ReadsFieldsQuotesAndLinesOfEveryKind) {
  EXPECT_EQ(Rows("a,b\r\nc,\"d,\"\"e\"\"\nf\"\ng,\r\n"),
            (std::vector<CsvRow>{{1, {"a", "b"}}, {2, {"c", "d,\"e\"\nf"}}, {4, {"g", ""}}}));
  EXPECT_EQ(Rows("a\rb"), (std::vector<CsvRow>{{1, {"a"}}, {2, {"b"}}}));
}

TEST(Csv, SkipsTheMarkInFrontAndEmptyLines) {
  EXPECT_EQ(Rows("\xef\xbb\xbf\"管理番号\"\r\n\r\nK-1\r\n\r\n"),
            (std::vector<CsvRow>{{1, {"管理番号"}}, {3, {"K-1"}}}));
  EXPECT_TRUE(Rows("").empty());
  EXPECT_TRUE(Rows("\r\n\n").empty());
}

TEST(Csv, SaysWhereAQuoteIsWrongAndGoesOnWithTheNextLine) {
  const std::string_view text = "a,b\nc,d\"e\nf,g\n";
  const CsvFault fault = FirstFault(text);
  EXPECT_EQ(fault.line, 2u);
  EXPECT_EQ(fault.column, 2u);
  CsvReader reader(text);
  (void)reader.Next();
  (void)reader.Next();
  EXPECT_EQ(std::get<CsvRow>(reader.Next()), (CsvRow{3, {"f", "g"}}));
}

TEST(Csv, AQuoteThatIsNotClosedIsToldOfWhereItOpens) {
  const CsvFault fault = FirstFault("a\nb,\"c\nd\ne\n");
  EXPECT_EQ(fault.line, 2u);
  EXPECT_EQ(fault.column, 2u);
  EXPECT_STREQ(fault.what, "a quote is not closed");
}

TEST(Csv, AFileOfQuotesIsReadToItsEnd) {
  std::string text;
  for (int i = 0; i < 2001; ++i) text += "x,\"\n";
  int faults = 0;
  CsvReader reader(text);
  for (;;) {
    auto next = reader.Next();
    if (std::holds_alternative<CsvEnd>(next)) break;
    if (std::holds_alternative<CsvFault>(next)) ++faults;
  }
  EXPECT_GE(faults, 1);
}

TEST(Csv, WhatIsWrittenIsReadAgain) {
  for (const Fields& fields : {Fields{"a", "b"}, Fields{""}, Fields{"", ""},
                               Fields{"a\"b", "c,d", "e\r\nf"}, Fields{" a ", "税務課"}}) {
    EXPECT_EQ(Rows(WriteCsvRow(fields)), (std::vector<CsvRow>{{1, fields}}));
  }
}

}  // namespace
}  // namespace sekisho::console::media
