#include "console/policy/diff.h"

#include <gtest/gtest.h>

#include "console/policy/yaml.h"

namespace sekisho::console::policy {
namespace {

v1::Policy PolicyOf(const std::string& rules, const std::string& rest = "") {
  const ParsedPolicy parsed = ParsePolicy("zone: z\nrules: [" + rules + "]\n" + rest);
  for (const v1::PolicyProblem& problem : parsed.problems) ADD_FAILURE() << problem.DebugString();
  return parsed.policy;
}
// One a line, with the turn behind it.
using Lines = std::vector<std::string>;
Lines LinesOf(const std::vector<v1::PolicyChange>& changes) {
  Lines lines;
  for (const v1::PolicyChange& change : changes) {
    const std::string turn = v1::PolicyTurn_Name(change.turn()).substr(sizeof("POLICY_TURN"));
    lines.push_back(change.rule_id() + ":" + change.key() + " " + change.before() + " → " +
                    change.after() + " " + turn);
  }
  return lines;
}
Lines Changes(const std::string& before, const std::string& after) {
  return LinesOf(Diff(PolicyOf(before), PolicyOf(after)));
}

constexpr char kEverything[] =
    "{id: a, description: \"it's \\\"all\\\": 全部\", match: {classes: [storage, optical], "
    "vendor: \"0781\", product: \"5581\", serial: \"a, b\", port: \"1-2\", fingerprint: "
    "\"0101010101010101010101010101010101010101010101010101010101010101\", bus: [usb, mmc], "
    "ids: [\"0781:5581\", \"0951:*\"], serials: [\"A*\"], products: [\"*\\\\x]\"], "
    "ports: [\"1-*\"], interfaces: {one_of: [\"08:06:*\", \"03:01:02\"]}, identity: "
    "\"0202020202020202020202020202020202020202020202020202020202020202\", registered: true, "
    "encrypted: true, users: [hanako, \"true\"], user_groups: [tax], "
    "hours: [\"mon-fri 08:30-17:15\", \"22:00-06:00\"]}, action: read_only, effect: audit, "
    "notify: true, only_interfaces: [storage, optical]}";

// Words for people are made of it elsewhere; what it says has to be all that there is.
TEST(PolicyDiff, AnAddedRuleIsWrittenAsWhatParsesToItAgain) {
  const v1::Policy policy = PolicyOf(kEverything);
  const std::vector<v1::PolicyChange> changes = Diff(PolicyOf(""), policy);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind(), v1::POLICY_CHANGE_KIND_RULE_ADDED);
  EXPECT_EQ(PolicyOf(changes[0].after()).SerializeAsString(), policy.SerializeAsString())
      << changes[0].after();
  const std::vector<v1::PolicyChange> removed = Diff(policy, PolicyOf(""));
  EXPECT_EQ(removed[0].kind(), v1::POLICY_CHANGE_KIND_RULE_REMOVED);
  EXPECT_EQ(removed[0].before(), changes[0].after());
}

TEST(PolicyDiff, SaysWhichWayLoginsWent) {
  const auto logins = [](const std::string& text) {
    return PolicyOf("", "logins: " + text + "\n");
  };
  const v1::Policy none = PolicyOf("");
  const v1::Policy one = logins("{fallbacks: [{services: [login], when: [clock]}]}");
  const v1::Policy two =
      logins("{fallbacks: [{services: [sshd, login], when: [clock, no_answer]}]}");
  const v1::Policy other = logins("{fallbacks: [{services: [su], when: clock}]}");
  const v1::Policy exempt = logins("{exempt: [backup]}");
  EXPECT_EQ(LinesOf(Diff(none, one)), Lines{":logins.fallbacks  → login: [clock] LOOSER"});
  EXPECT_EQ(LinesOf(Diff(one, two)),
            Lines{":logins.fallbacks login: [clock] → login: [no_answer, clock], sshd: "
                  "[no_answer, clock] LOOSER"});
  EXPECT_EQ(LinesOf(Diff(two, one))[0].substr(LinesOf(Diff(two, one))[0].rfind(' ')), " STRICTER");
  EXPECT_EQ(LinesOf(Diff(one, other)),
            Lines{":logins.fallbacks login: [clock] → su: [clock] LOOSER"});
  EXPECT_EQ(LinesOf(Diff(none, exempt)), Lines{":logins.exempt  → [backup] LOOSER"});
  EXPECT_EQ(LinesOf(Diff(exempt, none)), Lines{":logins.exempt [backup] →  STRICTER"});
}

TEST(PolicyDiff, SaysTheNewOrder) {
  const std::string a = "{id: a, match: {classes: hub}, action: allow}";
  const std::string b = "{id: b, match: {classes: hub}, action: block}";
  const std::vector<v1::PolicyChange> changes =
      Diff(PolicyOf(a + ", " + b), PolicyOf(b + ", " + a));
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind(), v1::POLICY_CHANGE_KIND_RULES_REORDERED);
  EXPECT_EQ(changes[0].turn(), v1::POLICY_TURN_MAY_BE_LOOSER);
  EXPECT_EQ(changes[0].rule_ids(0), "b");
}

TEST(PolicyDiff, SaysWhatBecomesLooser) {
  const std::string allow =
      "{id: a, match: {ids: [\"0781:5581\"], registered: true}, action: allow}";
  EXPECT_TRUE(Changes("", allow)[0].ends_with(" LOOSER"));
  EXPECT_TRUE(Changes(allow, "")[0].ends_with(" STRICTER"));
  const auto match = [&](const std::string& conditions, const std::string& action) {
    const Lines lines =
        Changes("{id: a, match: {ids: [\"0781:5581\"], registered: true}, action: " + action + "}",
                "{id: a, match: {" + conditions + "}, action: " + action + "}");
    return lines.empty() ? "" : lines[0].substr(lines[0].rfind(' ') + 1);
  };
  EXPECT_EQ(match("ids: [\"0781:5581\"]", "allow"), "LOOSER") << "a condition less";
  EXPECT_EQ(match("ids: [\"0781:5581\", \"0951:*\"], registered: true", "allow"), "LOOSER");
  EXPECT_EQ(match("ids: [\"0951:*\"], registered: true", "allow"), "MAY_BE_LOOSER");
  EXPECT_EQ(match("ids: [\"0781:5581\"], registered: true, encrypted: true", "allow"), "STRICTER");
  EXPECT_EQ(match("ids: [\"0781:5581\"], registered: true, encrypted: true", "block"), "LOOSER");
  EXPECT_EQ(match("ids: [\"0781:5581\"]", "block"), "STRICTER");
}

TEST(PolicyDiff, AnInterfaceListWidensOrNarrowsByItsOperator) {
  const auto turn = [](const std::string& quantifier) {
    const Lines lines =
        Changes("{id: a, match: {interfaces: {" + quantifier + ": [\"08:*:*\"]}}, action: allow}",
                "{id: a, match: {interfaces: {" + quantifier +
                    ": [\"08:*:*\", \"03:*:*\"]}}, action: allow}");
    return lines[0].substr(lines[0].rfind(' ') + 1);
  };
  EXPECT_EQ(turn("one_of"), "LOOSER");
  EXPECT_EQ(turn("match_all"), "LOOSER");
  EXPECT_EQ(turn("all_of"), "STRICTER");
  EXPECT_EQ(turn("none_of"), "STRICTER");
  EXPECT_EQ(turn("equals"), "MAY_BE_LOOSER");
}

TEST(PolicyDiff, SaysWhichWayTheRestTurns) {
  EXPECT_EQ(Changes("{id: a, match: {classes: hub}, action: allow}",
                    "{id: a, match: {classes: hub}, action: block}"),
            Lines{"a:action allow → block STRICTER"});
  EXPECT_EQ(Changes("{id: a, match: {classes: hub}, action: block}",
                    "{id: a, match: {classes: hub}, action: block, effect: audit}"),
            Lines{"a:effect  → audit LOOSER"});
  EXPECT_EQ(Changes("{id: a, match: {classes: storage}, action: allow, notify: true}",
                    "{id: a, match: {classes: storage}, action: allow}"),
            Lines{"a:notify true →  LOOSER"});
  EXPECT_EQ(Changes("{id: a, match: {classes: audio}, action: allow}",
                    "{id: a, match: {classes: audio}, action: allow, only_interfaces: [audio]}"),
            Lines{"a:only_interfaces  → [audio] STRICTER"});
  EXPECT_EQ(LinesOf(Diff(PolicyOf("", "exceptions: {helpdesk: 15m, approvers: 1}"),
                         PolicyOf("",
                                  "exceptions: {helpdesk: 30m, approvers: 0, max_volume: 1GB, "
                                  "survives_reboot: true}"))),
            (Lines{":exceptions.helpdesk 900s → 1800s LOOSER", ":exceptions.approvers 1 → 0 LOOSER",
                   ":exceptions.max_volume  → 1GB STRICTER",
                   ":exceptions.survives_reboot  → true LOOSER"}));
  EXPECT_EQ(LinesOf(Diff(PolicyOf("", "exceptions: {max_volume: 100MB}"),
                         PolicyOf("", "exceptions: {max_volume: 1GB}"))),
            Lines{":exceptions.max_volume 100MB → 1GB LOOSER"});
}

}  // namespace
}  // namespace sekisho::console::policy
