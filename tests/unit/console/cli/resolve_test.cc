#include "console/cli/resolve.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "console/cli/exit_code.h"

namespace sekisho::console::cli {
namespace {

v1::ListGroupsResponse Groups() {
  v1::ListGroupsResponse groups;
  const auto add = [&groups](const char* id, const char* parent, const char* name) {
    v1::Group* group = groups.add_groups();
    group->set_group_id(id);
    group->set_parent_id(parent);
    group->set_name(name);
  };
  add("id-1", "", "本庁");
  add("id-2", "id-1", "税務課");
  add("id-3", "", "支所");
  add("id-4", "id-3", "税務課");
  add("id-5", "id-3", "zeimu");
  return groups;
}

absl::StatusOr<std::string> Find(const std::string& typed) {
  return FindGroup(Groups().groups(), typed, Language::kEnglish);
}

TEST(FindGroup, TakesAnIdAPathOrANameThatIsOnlyOnce) {
  EXPECT_EQ(Find("id-2").value(), "id-2");
  EXPECT_EQ(Find("本庁/税務課").value(), "id-2");
  EXPECT_EQ(Find("支所").value(), "id-3");
  EXPECT_EQ(Find("zeimu").value(), "id-5");
}

TEST(FindGroup, TakesTheEndOfAPathAtItsSlashesOnly) {
  v1::ListGroupsResponse groups;
  const auto add = [&groups](const char* id, const char* parent, const char* name) {
    v1::Group* group = groups.add_groups();
    group->set_group_id(id);
    group->set_parent_id(parent);
    group->set_name(name);
  };
  add("top", "", "狛江市");
  add("main", "top", "本庁");
  add("tax", "main", "税務課");
  const auto find = [&groups](const char* typed) {
    return FindGroup(groups.groups(), typed, Language::kEnglish);
  };
  EXPECT_EQ(find("本庁/税務課").value(), "tax");
  EXPECT_EQ(find("狛江市").value(), "top");
  EXPECT_FALSE(find("務課").ok());
  EXPECT_FALSE(find("/税務課").ok());
}

TEST(FindGroup, AsksForThePathWhenANameIsUsedTwice) {
  const auto found = Find("税務課");
  EXPECT_EQ(ExitCodeOf(found.status()), ExitCode::kUsage);
  EXPECT_NE(MessageOf(found.status()).find("本庁/税務課, 支所/税務課"), std::string::npos);
}

TEST(FindGroup, SuggestsTheNearestName) {
  const auto found = Find("ziemu");
  EXPECT_EQ(ExitCodeOf(found.status()), ExitCode::kNotFound);
  EXPECT_NE(MessageOf(found.status()).find("did you mean \"zeimu\"?"), std::string::npos);
}

std::vector<v1::Grant> Grants() {
  std::vector<v1::Grant> grants(3);
  grants[0].mutable_claims()->set_grant_id("4f7a19c2-1111-4222-8333-444444444444");
  grants[1].mutable_claims()->set_grant_id("4f7a9999-1111-4222-8333-444444444444");
  grants[2].mutable_claims()->set_grant_id("abcd");
  return grants;
}

TEST(FindGrant, TakesTheBeginningOfAnId) {
  EXPECT_EQ(FindGrant(Grants(), "4f7a1", Language::kEnglish)->claims().grant_id(),
            Grants()[0].claims().grant_id());
  EXPECT_EQ(FindGrant(Grants(), "abcd", Language::kEnglish)->claims().grant_id(), "abcd");
}

// Revoking the wrong one of two would be worse than asking again.
TEST(FindGrant, RefusesABeginningThatSeveralShareOrThatIsTooShort) {
  EXPECT_EQ(ExitCodeOf(FindGrant(Grants(), "4f7a", Language::kEnglish).status()), ExitCode::kUsage);
  EXPECT_EQ(ExitCodeOf(FindGrant(Grants(), "abc", Language::kEnglish).status()),
            ExitCode::kNotFound);
  EXPECT_EQ(ExitCodeOf(FindGrant(Grants(), "", Language::kEnglish).status()), ExitCode::kNotFound);
}

TEST(ParseReference, TakesTheSixDigitsAsPeopleReadThemOut) {
  EXPECT_EQ(ParseReference("482913", Language::kEnglish).value(), "482913");
  EXPECT_EQ(ParseReference("482 913", Language::kEnglish).value(), "482913");
  EXPECT_EQ(ParseReference("482-913", Language::kEnglish).value(), "482913");
  for (const char* typed : {"", "48291", "4829133", "48291a", "a482913", "４８２９１３"}) {
    EXPECT_EQ(ExitCodeOf(ParseReference(typed, Language::kEnglish).status()), ExitCode::kUsage)
        << typed;
  }
}

}  // namespace
}  // namespace sekisho::console::cli
