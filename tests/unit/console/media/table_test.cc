#include "console/media/table.h"

#include <gtest/gtest.h>

namespace sekisho::console::media {
namespace {

std::vector<v1::Medium> Media(TableReader& reader) {
  std::vector<v1::Medium> media;
  while (std::optional<TableRow> row = reader.Next()) media.push_back(row->medium);
  return media;
}

std::vector<v1::ImportProblem> Problems(const std::string& text) {
  TableReader reader(text);
  (void)Media(reader);
  return reader.problems();
}

TEST(Table, ReadsHeadingsOfBothLanguages) {
  const std::string japanese =
      "\xef\xbb\xbf管理番号,種別,ベンダーID,製品ID,シリアル番号,暗号化,状態,貸出先\r\n"
      "K-1,USBメモリ,0781,0x5583,4C53,あり,貸出中,山田\r\n";
  const std::string english =
      "Label Number,kind,vendor_id,Product-ID,serial,encrypted,state,issued_to\n"
      "K-1,stick,781,5583,4C53,yes,issued,山田\n";
  TableReader first(japanese);
  TableReader second(english);
  const std::vector<v1::Medium> media = Media(first);
  ASSERT_EQ(media.size(), 1u);
  EXPECT_TRUE(first.problems().empty());
  EXPECT_EQ(media[0].label_number(), "K-1");
  EXPECT_EQ(media[0].kind(), v1::MEDIUM_KIND_STICK);
  EXPECT_EQ(media[0].vendor_id(), 0x0781u);
  EXPECT_EQ(media[0].product_id(), 0x5583u);
  EXPECT_TRUE(media[0].encrypted());
  EXPECT_EQ(media[0].state(), v1::MEDIUM_STATE_ISSUED);
  const std::vector<v1::Medium> same = Media(second);
  ASSERT_EQ(same.size(), 1u);
  EXPECT_EQ(same[0].SerializeAsString(), media[0].SerializeAsString());
}

TEST(Table, SaysLineColumnAndNameOfWhatIsWrong) {
  const std::vector<v1::ImportProblem> problems =
      Problems("label_number,kind,vendor_id\nK-1,stick,0781\nK-2,stcik,zzzz\n");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_EQ(problems[0].line(), 3u);
  EXPECT_EQ(problems[0].column(), 2u);
  EXPECT_EQ(problems[0].field(), "kind");
  EXPECT_EQ(problems[1].column(), 3u);
}

TEST(Table, AColumnThatIsNotUnderstoodIsAProblemAndNotSkipped) {
  const std::vector<v1::ImportProblem> problems = Problems("label_number,encripted\nK-1,yes\n");
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].line(), 1u);
  EXPECT_EQ(problems[0].column(), 2u);
}

TEST(Table, RefusesAFileThatIsNotUtf8OrHasNoHeadings) {
  // 管理番号 in Shift_JIS, as Excel saves "CSV".
  EXPECT_EQ(Problems("\x8a\xc7\x97\x9d\x94\xd4\x8d\x86\nK-1\n").size(), 1u);
  EXPECT_EQ(Problems("").size(), 1u);
  EXPECT_EQ(Problems("kind,owner\nstick,x\n").size(), 1u);
  EXPECT_EQ(Problems("label_number,label_number\nK-1,K-2\n").size(), 1u);
}

TEST(Table, ARowThatIsTooLongIsAProblemAndOneThatIsTooShortIsFilledUp) {
  TableReader reader("label_number,kind,note\nK-1,stick\nK-2,stick,a,b\n,,\n");
  const std::vector<v1::Medium> media = Media(reader);
  ASSERT_EQ(media.size(), 1u);
  EXPECT_EQ(media[0].note(), "");
  ASSERT_EQ(reader.problems().size(), 1u);
  EXPECT_EQ(reader.problems()[0].line(), 3u);
}

TEST(Table, CountsAllProblemsAndTellsOfAHundred) {
  std::string text = "label_number,kind\n";
  for (int i = 0; i < 500; ++i) text += "K,x\n";
  TableReader reader(text);
  (void)Media(reader);
  EXPECT_EQ(reader.problem_count(), 500u);
  EXPECT_EQ(reader.problems().size(), 100u);
}

TEST(Table, WhatIsWrittenInEitherLanguageIsReadAgain) {
  v1::Medium medium;
  medium.set_medium_id("id");
  medium.set_label_number("K-\"1\"");
  medium.set_owner("税務課, 庶務係");
  medium.set_kind(v1::MEDIUM_KIND_OPTICAL_DISC);
  medium.set_vendor_id(0x0781);
  medium.set_serial("4C53");
  medium.set_identity(std::string(32, 'i'));
  medium.set_encrypted(true);
  medium.set_state(v1::MEDIUM_STATE_RETIRED);
  medium.set_certificate_number("D-1");
  medium.set_group_id("税務課");
  medium.set_note("a\"b");
  for (const Words words : {Words::kEnglish, Words::kJapanese}) {
    const std::string text = WriteHeadings(words) + WriteMedium(medium, "税務課", words);
    TableReader reader(text);
    const std::vector<v1::Medium> media = Media(reader);
    ASSERT_EQ(media.size(), 1u) << text;
    EXPECT_EQ(media[0].SerializeAsString(), medium.SerializeAsString());
  }
}

}  // namespace
}  // namespace sekisho::console::media
