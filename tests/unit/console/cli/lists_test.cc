#include "console/cli/render/lists.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/console/cli/samples.h"

namespace sekisho::console::cli {
namespace {

using samples::In;

const GroupPaths kGroups{{"g1", "本庁/税務課"}};

v1::Terminal ATerminal() {
  v1::Terminal terminal;
  terminal.set_terminal_id("0b9e6c1e-0000-4000-8000-000000000012");
  terminal.set_name("zeimu-012");
  terminal.set_group_id("g1");
  terminal.set_state(v1::TERMINAL_STATE_ENROLLED);
  terminal.set_connected(true);
  terminal.mutable_last_status_at()->set_seconds(samples::kNow);
  terminal.set_newest_bundle_version(3);
  terminal.mutable_status()->set_bundle_version(3);
  terminal.mutable_status()->set_agent_version("0.1.0");
  return terminal;
}

TEST(Terminals, ShowProtectionAndWhyNot) {
  v1::Terminal outdated = ATerminal();
  outdated.set_name("税務-013");
  outdated.mutable_status()->set_bundle_version(2);
  outdated.add_unprotected(v1::UNPROTECTED_OUTDATED_BUNDLE);
  outdated.add_unprotected(v1::UNPROTECTED_SILENT);
  v1::Terminal expected;
  expected.set_name("zeimu-014");
  expected.set_state(v1::TERMINAL_STATE_EXPECTED);
  expected.add_unprotected(v1::UNPROTECTED_NEVER_ENROLLED);
  EXPECT_EQ(
      WriteTerminals({ATerminal(), outdated, expected}, kGroups, In(Language::kEnglish)),
      "TERMINAL   GROUP        STATE     LAST HEARD           POLICY  MODE     PROTECTION\n"
      "zeimu-012  本庁/税務課  enrolled  2026-04-01 09:30:00  3       enforce  protected\n"
      "税務-013   本庁/税務課  enrolled  2026-04-01 09:30:00  2 of 3  enforce  NOT PROTECTED: old "
      "policy, silent\n"
      "zeimu-014  -            expected  -                    -       -        NOT PROTECTED: "
      "never "
      "enrolled\n");
  EXPECT_EQ(
      WriteTerminals({ATerminal()}, kGroups, In(Language::kJapanese)),
      "端末       グループ     状態      最終受信             ポリシー  動作モード  保護\n"
      "zeimu-012  本庁/税務課  登録済み  2026-04-01 09:30:00  3         遮断        保護中\n");
}

TEST(ATerminal, ShowsEachProtectionThatWasTried) {
  v1::Terminal terminal = ATerminal();
  v1::Probe* holds = terminal.mutable_status()->add_probes();
  holds->set_name("usb.new-device");
  holds->set_result(v1::PROBE_RESULT_HOLDS);
  v1::Probe* open = terminal.mutable_status()->add_probes();
  open->set_name("usb.module-parameter");
  open->set_result(v1::PROBE_RESULT_OPEN);
  open->set_detail("authorized_default=1");
  terminal.add_unprotected(v1::UNPROTECTED_PROBE_FAILED);
  const std::string text = WriteTerminal(terminal, kGroups, In(Language::kEnglish));
  EXPECT_NE(text.find("PROTECTION      NOT PROTECTED: a protection gave way\n"), std::string::npos)
      << text;
  EXPECT_NE(text.find("usb.module-parameter  OPEN    authorized_default=1\n"), std::string::npos)
      << text;
}

TEST(ATerminal, SaysInWordsWhatAMissingSecondLayerLeavesOpen) {
  v1::Terminal terminal = ATerminal();
  v1::Probe* open = terminal.mutable_status()->add_probes();
  open->set_name("disk.refused-medium");
  open->set_result(v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(WriteTerminal(terminal, kGroups, In(Language::kEnglish)).find("Left open"),
            std::string::npos);
  terminal.add_unprotected(v1::UNPROTECTED_NO_MEDIUM_GUARD);
  EXPECT_EQ(WriteProtection(terminal, Language::kEnglish),
            "NOT PROTECTED: second layer not in force");
  const std::string text = WriteTerminal(terminal, kGroups, In(Language::kEnglish));
  EXPECT_NE(text.find("Left open: memory cards, NVMe, SATA"), std::string::npos) << text;
  EXPECT_NE(WriteTerminal(terminal, kGroups, In(Language::kJapanese)).find("残る穴"),
            std::string::npos);
}

TEST(AMode, SaysWhenItIsNotYetWhatWasOrdered) {
  v1::Terminal terminal = ATerminal();
  const auto mode = [&terminal](Language language = Language::kEnglish) {
    return WriteMode(terminal, language);
  };
  EXPECT_EQ(mode(), "enforce") << "an agent of before modes sends none";
  terminal.mutable_status()->set_mode(v1::MODE_OBSERVE);
  EXPECT_EQ(mode(), "observe");
  terminal.set_ordered_mode(v1::MODE_ENFORCE);
  terminal.set_orders_waiting(1);
  EXPECT_EQ(mode(), "observe (enforce is ordered)");
  terminal.set_orders_waiting(0);
  EXPECT_EQ(mode(), "observe (enforce: waits for its restart)");
  EXPECT_EQ(mode(Language::kJapanese), "監視のみ（遮断は再起動待ち）");
  terminal.mutable_status()->set_mode(v1::MODE_TRIAL);
  EXPECT_EQ(mode(), "trial") << "a trial is how enforcing begins";
  terminal.clear_status();
  EXPECT_EQ(mode(), "");
}

TEST(ATerminal, ShowsWhereItsKeyIsAndHowOftenItWasInstalled) {
  v1::Terminal terminal = ATerminal();
  EXPECT_EQ(WriteTerminal(terminal, kGroups, In(Language::kEnglish)).find("TLS KEY"),
            std::string::npos);
  terminal.mutable_status()->set_key_protection(v1::KEY_PROTECTION_TPM);
  terminal.set_enrolments(2);
  terminal.set_orders_waiting(3);
  const std::string text = WriteTerminal(terminal, kGroups, In(Language::kEnglish));
  EXPECT_NE(text.find("TLS KEY         key in the TPM\n"), std::string::npos) << text;
  EXPECT_NE(text.find("INSTALLED       2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("ORDERS WAITING  3\n"), std::string::npos) << text;
}

TEST(Outcomes, AreCountedAndNamed) {
  v1::SetModeResponse answer;
  const auto add = [&answer](const std::string& name, v1::OrderOutcome outcome) {
    v1::TerminalOutcome& terminal = *answer.add_terminals();
    terminal.set_terminal_name(name);
    terminal.set_outcome(outcome);
  };
  for (int i = 1; i <= 7; ++i) {
    add("t" + std::to_string(i), v1::ORDER_OUTCOME_AT_NEXT_START);
  }
  add("old", v1::ORDER_OUTCOME_AGENT_TOO_OLD);
  EXPECT_EQ(WriteOutcomes(answer.terminals(), In(Language::kEnglish)),
            "WHAT HAPPENS                HOW MANY  TERMINALS\n"
            "at its next start           7         t1, t2, t3, t4, t5, …\n"
            "NOT ORDERED: agent too old  1         old\n");
}

v1::IssuedOrder AnOrder(v1::OrderKind kind) {
  v1::IssuedOrder order;
  order.set_kind(kind);
  order.set_state(v1::ORDER_STATE_WAITING);
  order.set_terminal_name("zeimu-012");
  order.mutable_order()->set_version(3);
  order.mutable_order()->mutable_issued_at()->set_seconds(samples::kNow);
  order.mutable_order()->set_ordered_by("hanako");
  order.mutable_order()->set_reason("Rollout");
  return order;
}

TEST(Orders, SayWhatWasOrderedAndWhatBecameOfIt) {
  v1::ListOrdersResponse orders;
  *orders.add_orders() = AnOrder(v1::ORDER_KIND_SET_MODE);
  v1::SetMode& mode = *orders.mutable_orders(0)->mutable_order()->mutable_set_mode();
  mode.set_mode(v1::MODE_ENFORCE);
  EXPECT_EQ(DescribeOrder(orders.orders(0), Language::kEnglish), "enforce, after a trial of 15m");
  mode.set_confirmed(true);
  EXPECT_EQ(DescribeOrder(orders.orders(0), Language::kJapanese), "遮断（試行なし）");
  mode.set_mode(v1::MODE_OBSERVE);
  EXPECT_EQ(DescribeOrder(orders.orders(0), Language::kEnglish), "observe");
  v1::IssuedOrder& adoption = *orders.add_orders() = AnOrder(v1::ORDER_KIND_ADOPT_DEVICE);
  *adoption.mutable_device() = samples::Stick();
  adoption.set_state(v1::ORDER_STATE_CANCELLED);
  adoption.set_cause("reinstalled");
  adoption.mutable_sent_at()->set_seconds(samples::kNow);
  const std::string text = WriteOrders(orders, In(Language::kEnglish));
  for (const char* part :
       {"zeimu-012  3      observe", "waiting", "2026-04-01 09:30:00  -  ", "hanako  Rollout",
        "adopt: SanDisk Ultra 0781:5581 (storage)  cancelled: the terminal was installed anew  ",
        "2026-04-01 09:30:00  2026-04-01 09:30:00  hanako"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  }
}

TEST(WouldBeBlocked, SaysWhatWhereHowOftenAndWhy) {
  v1::ListWouldBeBlockedResponse devices;
  v1::WouldBeBlocked& device = *devices.add_devices();
  *device.mutable_device() = samples::Stick();
  *device.mutable_verdict() = samples::Blocked();
  device.set_terminals(2);
  device.set_times(9);
  device.mutable_last_seen_at()->set_seconds(samples::kNow);
  device.add_terminal_names("zeimu-012");
  device.add_terminal_names("zeimu-013");
  const std::string text = WriteWouldBeBlocked(devices, In(Language::kEnglish));
  EXPECT_NE(text.find("SanDisk Ultra 0781:5581 (storage)  4C530001  9f2c01d4     2         9      "
                      "2026-04-01 09:30:00  zeimu-012, zeimu-013  no rule allows it (policy 3)"),
            std::string::npos)
      << text;
}

TEST(Requests, ShowWhatTheHelpdeskAsksForOnThePhone) {
  v1::ListRequestsResponse requests;
  v1::ExceptionRequest* request = requests.add_requests();
  request->set_reference("482913");
  request->set_terminal_name("zeimu-012");
  *request->mutable_device() = samples::Stick();
  request->mutable_person()->set_name("花子");
  request->set_reason("税務署への提出");
  request->mutable_received_at()->set_seconds(samples::kNow);
  v1::ExceptionRequest* quiet = requests.add_requests();
  *quiet = *request;
  quiet->clear_reason();
  quiet->clear_person();
  quiet->set_grant_id("4f7a19c2-1111");
  EXPECT_EQ(WriteRequests(requests, In(Language::kEnglish)),
            "REFERENCE  TERMINAL   PERSON  DEVICE                             FINGERPRINT  SINCE   "
            "             ANSWER          REASON\n"
            "482913     zeimu-012  花子    SanDisk Ultra 0781:5581 (storage)  9f2c01d4     "
            "2026-04-01 09:30:00  open            税務署への提出\n"
            "482913     zeimu-012  -       SanDisk Ultra 0781:5581 (storage)  9f2c01d4     "
            "2026-04-01 09:30:00  grant 4f7a19c2  (not asked)\n");
}

TEST(AGrant, LeavesOutWhatHasNotHappenedYet) {
  v1::Grant grant;
  grant.mutable_claims()->set_grant_id("4f7a19c2-1111-4222-8333-444444444444");
  grant.mutable_claims()->set_action(v1::ACTION_READ_ONLY);
  grant.mutable_claims()->mutable_expires_at()->set_seconds(samples::kNow + 900);
  grant.set_state(v1::GRANT_STATE_ISSUED);
  grant.set_seconds(900);
  *grant.mutable_device() = samples::Stick();
  const std::string text = WriteGrant(grant, In(Language::kEnglish));
  EXPECT_NE(text.find("MODE    read-only\n"), std::string::npos) << text;
  EXPECT_NE(text.find("UNTIL   2026-04-01 09:45:00\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("OPENED"), std::string::npos);
  EXPECT_EQ(text.find("APPROVED"), std::string::npos);
}

TEST(Operators, ShowWhoMayStillSignIn) {
  v1::ListOperatorsResponse operators;
  v1::Operator* person = operators.add_operators();
  person->set_name("hanako");
  person->set_role(v1::ROLE_HELPDESK);
  person->set_group_id("g1");
  v1::Operator* robot = operators.add_operators();
  robot->set_name("nightly");
  robot->set_role(v1::ROLE_AUDITOR);
  robot->set_robot(true);
  robot->mutable_expires_at()->set_seconds(samples::kNow - 1);
  EXPECT_EQ(WriteOperators(operators, kGroups, In(Language::kEnglish)),
            "NAME     KIND    ROLE      GROUP        UNTIL                STATE\n"
            "hanako   person  helpdesk  本庁/税務課  -                    active\n"
            "nightly  robot   auditor   (all)        2026-04-01 09:29:59  expired\n");
}

TEST(GroupPaths, FollowParentsAndStopAtALoop) {
  v1::ListGroupsResponse groups;
  const auto add = [&groups](const char* id, const char* parent, const char* name) {
    v1::Group* group = groups.add_groups();
    group->set_group_id(id);
    group->set_parent_id(parent);
    group->set_name(name);
  };
  add("1", "", "本庁");
  add("2", "1", "税務課");
  add("3", "missing", "支所");
  add("4", "5", "a");
  add("5", "4", "b");
  const GroupPaths paths = PathsOf(groups.groups());
  EXPECT_EQ(paths.at("2"), "本庁/税務課");
  EXPECT_EQ(paths.at("3"), "支所");
  EXPECT_EQ(paths.at("4"), "b/a");
}

TEST(Problems, AreWrittenAsEditorsJumpToThem) {
  v1::CheckPolicyResponse response;
  v1::PolicyProblem* placed = response.add_problems();
  placed->set_line(12);
  placed->set_column(5);
  placed->set_message("no such class: strage");
  placed->set_suggestion("class: storage");
  response.add_problems()->set_message("no keyboard would be left");
  EXPECT_EQ(WriteProblems(response.problems(), "policy.yaml", Language::kEnglish),
            "policy.yaml:12:5: no such class: strage\n"
            "    write: class: storage\n"
            "policy.yaml: no keyboard would be left\n");
}

TEST(Problems, NameWhoWouldBeLockedOutInTheReadersLanguage) {
  v1::PublishPolicyResponse response;
  v1::PolicyLockOut& hit = *response.add_problems()->mutable_lock_out();
  hit.set_terminal_name("zeimu-012");
  hit.set_input(v1::DEVICE_CLASS_KEYBOARD);
  hit.mutable_device()->set_product("K120");
  hit.mutable_device()->set_port_path("1-3");
  response.add_problems()->set_more_lock_outs(3);
  const std::string english = WriteProblems(response.problems(), "f", Language::kEnglish);
  EXPECT_TRUE(
      english.starts_with("LOCKED OUT: terminal \"zeimu-012\" would have no keyboard left; this "
                          "one would be shut: K120"))
      << english;
  EXPECT_NE(english.find("\nand 3 more like these\n    keep a rule"), std::string::npos) << english;
  const std::string japanese = WriteProblems(response.problems(), "f", Language::kJapanese);
  EXPECT_NE(japanese.find("端末「zeimu-012」で使えるキーボードがなくなります"), std::string::npos)
      << japanese;
}

TEST(Policies, ChangesAreWordsOfTheReadersLanguageAroundThePolicysOwn) {
  v1::DiffPolicyResponse diff;
  v1::PolicyChange& added = *diff.add_changes();
  added.set_kind(v1::POLICY_CHANGE_KIND_RULE_ADDED);
  added.set_turn(v1::POLICY_TURN_LOOSER);
  added.set_rule_id("hubs");
  added.set_after("{id: \"hubs\", match: {classes: [hub]}, action: allow}");
  v1::PolicyChange& changed = *diff.add_changes();
  changed.set_kind(v1::POLICY_CHANGE_KIND_RULE_CHANGED);
  changed.set_rule_id("a");
  changed.set_key("effect");
  changed.set_after("audit");
  v1::PolicyChange& order = *diff.add_changes();
  order.set_kind(v1::POLICY_CHANGE_KIND_RULES_REORDERED);
  order.set_turn(v1::POLICY_TURN_MAY_BE_LOOSER);
  order.add_rule_ids("b");
  order.add_rule_ids("a");
  v1::PolicyChange& setting = *diff.add_changes();
  setting.set_kind(v1::POLICY_CHANGE_KIND_SETTING_CHANGED);
  setting.set_turn(v1::POLICY_TURN_STRICTER);
  setting.set_key("exceptions.helpdesk");
  setting.set_before("900s");
  setting.set_after("600s");
  EXPECT_EQ(WriteChanges(diff.changes(), Language::kEnglish),
            "+ rule {id: \"hubs\", match: {classes: [hub]}, action: allow} (looser)\n"
            "~ rule a: effect (not given) → audit\n"
            "~ order of rules (the first that matches wins): b, a (may be looser)\n"
            "~ exceptions.helpdesk 900s → 600s (stricter)\n");
  EXPECT_EQ(WriteChanges(diff.changes(), Language::kJapanese),
            "+ 規則 {id: \"hubs\", match: {classes: [hub]}, action: allow}（緩和）\n"
            "~ 規則 a: effect （指定なし） → audit\n"
            "~ 規則の順序（最初に一致したものが適用される）: b, a（緩和の可能性）\n"
            "~ exceptions.helpdesk 900s → 600s（厳格化）\n");
}

TEST(Policies, ASimulationSaysWhoWouldFeelWhatAndByWhichRule) {
  v1::SimulatePolicyResponse all;
  all.set_against_version(3);
  all.set_judged(100);
  EXPECT_EQ(WriteSimulation(all, 20, In(Language::kEnglish)),
            "Against version 3: 100 recorded devices.\nNone would be treated otherwise.\n");
  all.mutable_looser()->set_devices(7);
  all.mutable_looser()->set_terminals(5);
  all.mutable_looser()->add_people("hanako");
  for (int i = 0; i < 2; ++i) {
    v1::SimulatedChange& change = *all.add_changes();
    change.set_turn(v1::POLICY_TURN_LOOSER);
    *change.mutable_device() = samples::Stick();
    *change.mutable_before() = samples::Blocked();
    change.mutable_after()->set_action(v1::ACTION_ALLOW);
    change.mutable_after()->set_reason(v1::VERDICT_REASON_RULE);
    change.mutable_after()->set_rule_id("sticks");
    change.set_devices(4);
    change.set_terminals(3);
    change.add_terminal_names("zeimu-012");
  }
  all.set_unlike_reported(2);
  all.add_unknown_conditions("user_groups");
  const std::string english = WriteSimulation(all, 1, In(Language::kEnglish));
  for (const char* part :
       {"looser:   7 devices at 5 terminals, 1 people", "SanDisk Ultra 0781:5581 (storage)",
        "block: no rule allows it  ", "read-write: rule \"sticks\"", "zeimu-012, …",
        "and 1 more (--limit", "2 of the recorded decisions", "the person's groups"}) {
    EXPECT_NE(english.find(part), std::string::npos) << part << " is not in:\n" << english;
  }
  EXPECT_NE(WriteSimulation(all, 1, In(Language::kJapanese))
                .find("緩和: 機器 7 件、端末 5 台、利用者 1 人"),
            std::string::npos);
}

TEST(Policies, SayWhichContentARollbackBroughtBack) {
  v1::ListPoliciesResponse policies;
  v1::PublishedPolicy* policy = policies.add_policies();
  policy->set_version(13);
  policy->set_content_of_version(11);
  policy->set_comment("plotters");
  policy->set_published_by("hanako");
  const std::string text = WritePolicies(policies, {}, In(Language::kEnglish));
  EXPECT_NE(text.find("13       (all)  -          hanako  plotters (content of 11)\n"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace sekisho::console::cli
