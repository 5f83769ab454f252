#include "agent/core/text.h"

#include <gtest/gtest.h>

namespace sekisho::core {
namespace {

TEST(FirstCharacter, ReadsOneToFourBytes) {
  EXPECT_EQ(FirstCharacter("a")->code_point, U'a');
  EXPECT_EQ(FirstCharacter("é")->code_point, U'é');
  EXPECT_EQ(FirstCharacter("関")->code_point, U'関');
  EXPECT_EQ(FirstCharacter("𠮷")->code_point, U'𠮷');
  EXPECT_EQ(FirstCharacter("𠮷")->length, 4u);
}

TEST(FirstCharacter, RefusesOverlongFormsSurrogatesAndWhatIsCutShort) {
  EXPECT_FALSE(FirstCharacter(""));
  EXPECT_FALSE(FirstCharacter("\xc0\x80"));          // overlong NUL
  EXPECT_FALSE(FirstCharacter("\xe0\x80\xaf"));      // overlong slash
  EXPECT_FALSE(FirstCharacter("\xf0\x80\x80\xaf"));  // overlong slash
  EXPECT_FALSE(FirstCharacter("\xed\xa0\x80"));      // a surrogate
  EXPECT_FALSE(FirstCharacter("\xf4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(FirstCharacter(std::string_view("関").substr(0, 2)));
  EXPECT_FALSE(FirstCharacter("\x80"));
  EXPECT_FALSE(FirstCharacter("\xc3("));
}

TEST(IsControl, KnowsC0DelAndC1) {
  EXPECT_TRUE(IsControl(0));
  EXPECT_TRUE(IsControl(0x1f));
  EXPECT_FALSE(IsControl(0x20));
  EXPECT_TRUE(IsControl(0x7f));
  EXPECT_TRUE(IsControl(0x9f));
  EXPECT_FALSE(IsControl(0xa0));
}

}  // namespace
}  // namespace sekisho::core
