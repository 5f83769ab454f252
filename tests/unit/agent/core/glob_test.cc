#include "agent/core/glob.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <string>
#include <vector>

namespace sekisho::core {
namespace {

// By the definition: a table of which beginnings match, a cell a pair of characters.
bool MatchesByTable(std::string_view glob, std::string_view text) {
  std::vector<std::vector<char>> matches(glob.size() + 1, std::vector<char>(text.size() + 1, 0));
  matches[0][0] = 1;
  for (std::size_t g = 1; g <= glob.size(); ++g) {
    if (glob[g - 1] == '*') matches[g][0] = matches[g - 1][0];
    for (std::size_t t = 1; t <= text.size(); ++t) {
      if (glob[g - 1] == '*') {
        matches[g][t] = matches[g - 1][t] != 0 || matches[g][t - 1] != 0;
      } else {
        matches[g][t] =
            matches[g - 1][t - 1] != 0 && (glob[g - 1] == '?' || glob[g - 1] == text[t - 1]);
      }
    }
  }
  return matches[glob.size()][text.size()] != 0;
}

TEST(GlobMatches, TakesStarsForAnythingAndQuestionMarksForOne) {
  EXPECT_TRUE(GlobMatches("AA*", "AA01"));
  EXPECT_TRUE(GlobMatches("AA*", "AA"));
  EXPECT_FALSE(GlobMatches("AA*", "BAA"));
  EXPECT_TRUE(GlobMatches("*Elgato*", "The Elgato Key"));
  EXPECT_TRUE(GlobMatches("1-2.?", "1-2.4"));
  EXPECT_FALSE(GlobMatches("1-2.?", "1-2.14"));
  EXPECT_FALSE(GlobMatches("1-2.?", "1-2."));
  EXPECT_TRUE(GlobMatches("*", ""));
  EXPECT_TRUE(GlobMatches("", ""));
  EXPECT_FALSE(GlobMatches("", "x"));
  EXPECT_TRUE(GlobMatches("a*b*c", "axbxxbxc"));
}

TEST(GlobMatches, TakesBracketsAndBackslashesForThemselves) {
  EXPECT_TRUE(GlobMatches("[ab]\\", "[ab]\\"));
  EXPECT_FALSE(GlobMatches("[ab]", "a"));
}

TEST(GlobMatches, CountsCharactersAndNotBytes) {
  EXPECT_TRUE(GlobMatches("?芝*", "東芝製"));
  EXPECT_TRUE(GlobMatches("??", "東芝"));
  EXPECT_FALSE(GlobMatches("?", "東芝"));
  EXPECT_FALSE(GlobMatches("*???", "東芝"));
}

TEST(GlobMatches, AgreesWithTheDefinition) {
  std::mt19937 random(20260401);
  const auto draw = [&](std::string_view letters, std::size_t length) {
    std::string text(random() % (length + 1), ' ');
    for (char& each : text) each = letters[random() % letters.size()];
    return text;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::string glob = draw("ab*?", 8);
    const std::string text = draw("ab", 10);
    ASSERT_EQ(GlobMatches(glob, text), MatchesByTable(glob, text)) << glob << " on " << text;
  }
}

// What takes a matcher that tries every way for each star longer than the world will stand.
TEST(GlobMatches, TakesNoLongerThanTheTableWhateverTheStars) {
  const std::string text(378, 'a');  // the longest that a device can say
  std::string glob;
  while (glob.size() + 2 < kMaxGlobBytes) glob += "*a";
  glob += "b";
  using Clock = std::chrono::steady_clock;
  const auto time = [&](auto matches) {
    auto least = Clock::duration::max();
    for (int round = 0; round < 5; ++round) {
      const auto begin = Clock::now();
      EXPECT_FALSE(matches(glob, text));
      least = std::min(least, Clock::now() - begin);
    }
    return least;
  };
  const auto yardstick = time(MatchesByTable);
  EXPECT_LE(time(GlobMatches), yardstick);
}

TEST(LiteralPrefix, EndsAtTheFirstWildcard) {
  EXPECT_EQ(LiteralPrefix("AA?1"), "AA");
  EXPECT_EQ(LiteralPrefix("*1"), "");
  EXPECT_EQ(LiteralPrefix("AA"), "AA");
  EXPECT_TRUE(HasWildcard("A?"));
  EXPECT_FALSE(HasWildcard("A"));
}

}  // namespace
}  // namespace sekisho::core
