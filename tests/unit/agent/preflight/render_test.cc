#include "agent/preflight/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::preflight {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Render, NamesTheCodeWhatWasSeenAndWhatToDo) {
  const std::vector<Finding> findings = {{FindingId::kNetworkUsb, {"enx0 (1-4)"}}};
  const std::string english = RenderText(Language::kEnglish, findings);
  EXPECT_THAT(english, HasSubstr("BREAKS  network-usb\n"));
  EXPECT_THAT(english, HasSubstr("- enx0 (1-4)\n"));
  EXPECT_THAT(english, HasSubstr("sekisho adopt"));
  EXPECT_THAT(english, HasSubstr("1 would break, 0 would stay open, 0 to be known."));
  EXPECT_THAT(RenderText(Language::kJapanese, findings), HasSubstr("支障あり 1 件"));
}

// A keyboard names itself; what it says goes to root's screen and into a document.
TEST(Render, LetsNoDeviceWriteOnTheScreenOrBreakOutOfTheDocument) {
  const std::vector<Finding> findings = {{FindingId::kKeyboardSingle, {"\x1b[2J\"},\\\n\xff"}}};
  const std::string text = RenderText(Language::kEnglish, findings);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  const std::string json = RenderJson(Language::kEnglish, findings);
  EXPECT_THAT(json, HasSubstr("[\"\uFFFD[2J\\\"},\\\\\uFFFD\uFFFD\"]"));
}

}  // namespace
}  // namespace sekisho::preflight
