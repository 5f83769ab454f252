#include "console/history/anchor.h"

#include <gtest/gtest.h>

#include "console/history/chain.h"

namespace sekisho::console::history {
namespace {

v1::HistoryHead SomeHead() {
  v1::HistoryHead head;
  head.set_cursor(123456);
  head.set_event_link(HashOf("events"));
  head.set_events(123400);
  head.set_audit_id(789);
  head.set_audit_link(HashOf("audit"));
  head.set_audits(789);
  return head;
}

Anchor Some() { return AnchorOf("org", 1'795'392'000, SomeHead()); }

TEST(Anchor, IsReadBackFromWhatWasPrintedAndFromAmongOtherLines) {
  const Anchor anchor = Some();
  const absl::StatusOr<std::vector<Anchor>> read = ReadAnchors(
      "Paper log\n2026-11-23, by hand:\n" + WriteAnchor(anchor) + "notes below, 12345\n");
  ASSERT_TRUE(read.ok()) << read.status();
  ASSERT_EQ(read->size(), 1u);
  const Anchor& again = read->front();
  EXPECT_EQ(again.organisation, anchor.organisation);
  EXPECT_EQ(again.at_seconds, anchor.at_seconds);
  EXPECT_EQ(again.cursor, 123456u);
  EXPECT_EQ(again.events, 123400u);
  EXPECT_EQ(again.audit_id, 789u);
  EXPECT_EQ(again.audits, 789u);
  EXPECT_EQ(again.hash, anchor.hash);
}

TEST(Anchor, FitsThreeLinesOfPaper) {
  const std::string text = WriteAnchor(Some());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_LT(text.size(), 180u);
}

TEST(Anchor, IsReadInSmallLettersAndWithTheLettersThatLookLikeDigits) {
  std::string text = WriteAnchor(Some());
  const std::size_t groups = text.find(' ');
  for (std::size_t i = groups; i < text.size(); ++i) {
    if (text[i] == '0') text[i] = 'o';
    if (text[i] == '1') text[i] = 'l';
    text[i] = static_cast<char>(std::tolower(text[i]));
  }
  EXPECT_TRUE(ReadAnchors(text).ok()) << text;
}

TEST(Anchor, NamesTheGroupWithAnyOneWrongCharacter) {
  const std::string text = WriteAnchor(Some());
  int group = 0;
  int tried = 0;
  for (std::size_t i = text.find(' '); i < text.size(); ++i) {
    if (text[i] == ' ' || text[i] == '\n') {
      if (text[i - 1] != ' ' && text[i - 1] != '\n') ++group;
      continue;
    }
    for (const char wrong : {'0', 'Z', '7', 'G'}) {
      if (text[i] == wrong) continue;
      std::string slip = text;
      slip[i] = wrong;
      const absl::StatusOr<std::vector<Anchor>> read = ReadAnchors(slip);
      ASSERT_FALSE(read.ok()) << slip;
      // A slip in a number may make it longer or shorter; the group is named all the same.
      EXPECT_NE(read.status().message().find(" group " + std::to_string(group) + " "),
                absl::string_view::npos)
          << read.status() << slip;
      ++tried;
    }
  }
  EXPECT_GT(tried, 200);
}

TEST(Anchor, ThatIsCutOffOrMissingSaysSo) {
  const std::string text = WriteAnchor(Some());
  const absl::Status cut = ReadAnchors(text.substr(0, text.rfind(' '))).status();
  EXPECT_TRUE(absl::IsInvalidArgument(cut)) << cut;
  EXPECT_NE(cut.message().find("not whole"), absl::string_view::npos) << cut;
  EXPECT_TRUE(absl::IsNotFound(ReadAnchors("12345 sekisho").status()));
}

TEST(Anchor, DependsOnEveryFactOfTheHead) {
  const std::string hash = Some().hash;
  const auto with = [](auto change) {
    v1::HistoryHead head = SomeHead();
    change(head);
    return AnchorOf("org", 1'795'392'000, head).hash;
  };
  EXPECT_NE(with([](v1::HistoryHead& head) { head.set_event_link(HashOf("x")); }), hash);
  EXPECT_NE(with([](v1::HistoryHead& head) { head.set_audit_link(HashOf("x")); }), hash);
  EXPECT_NE(with([](v1::HistoryHead& head) { head.set_events(1); }), hash);
  EXPECT_NE(with([](v1::HistoryHead& head) { head.set_audits(1); }), hash);
  EXPECT_NE(with([](v1::HistoryHead& head) { head.set_cursor(1); }), hash);
  EXPECT_NE(AnchorOf("other", 1'795'392'000, SomeHead()).hash, hash);
  EXPECT_NE(AnchorOf("org", 1, SomeHead()).hash, hash);
}

}  // namespace
}  // namespace sekisho::console::history
