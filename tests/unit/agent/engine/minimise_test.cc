#include "agent/engine/minimise.h"

#include "gtest/gtest.h"

namespace sekisho::engine {
namespace {

TEST(MinimiseTest, MasksTwelveDigitsHowEverTheyAreWritten) {
  EXPECT_EQ(Minimise("for 123456789012 please"), "for ************ please");
  EXPECT_EQ(Minimise("1234-5678-9012"), "****-****-****");
  EXPECT_EQ(Minimise("1234 5678 9012"), "**** **** ****");
  EXPECT_EQ(Minimise("番号は１２３４５６７８９０１２です"), "番号は************です");
  EXPECT_EQ(Minimise("１２３４－５６７８－９０１２"), "****－****－****");
}

TEST(MinimiseTest, LeavesShorterNumbersAlone) {
  EXPECT_EQ(Minimise("ticket 4711, 03-1234-5678"), "ticket 4711, 03-1234-5678");
}

TEST(MinimiseTest, KeepsTextPrintableAndWithinTheBound) {
  EXPECT_EQ(Minimise("a\nb").find('\n'), std::string::npos);
  EXPECT_LE(Minimise(std::string(5000, 'x')).size(), 512u);
  std::string wide;
  for (int i = 0; i < 400; ++i) wide += "あ";
  EXPECT_LE(Minimise(wide).size(), 512u);
}

TEST(MinimiseTest, APathKeepsItsNameAndIsMaskedBeforeItIsCut) {
  EXPECT_EQ(MinimisePath("/a/1234_5678_9012.txt"), "/a/****_****_****.txt");
  const std::string path = "/" + std::string(700, 'd') + "123456789012" + std::string(505, 'n');
  const std::string minimised = MinimisePath(path);
  EXPECT_LE(minimised.size(), 512u);
  EXPECT_TRUE(minimised.starts_with("…**")) << "what is left of the number is masked";
  EXPECT_TRUE(minimised.ends_with("nnn"));
  std::string wide = "/";
  for (int i = 0; i < 400; ++i) wide += "あ";
  EXPECT_LE(MinimisePath(wide).size(), 512u);
}

}  // namespace
}  // namespace sekisho::engine
