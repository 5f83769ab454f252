// What the office reads about logins.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/console/cli/samples.h"

namespace sekisho::console::cli {
namespace {

using samples::In;

v1::Terminal Enrolled(const std::string& name) {
  v1::Terminal terminal;
  terminal.set_name(name);
  terminal.set_state(v1::TERMINAL_STATE_ENROLLED);
  return terminal;
}

v1::Terminal Heard(const std::string& name) {
  v1::Terminal terminal = Enrolled(name);
  terminal.mutable_last_status_at()->set_seconds(samples::kNow - 60);
  terminal.mutable_status()->mutable_logins()->set_mode(v1::LOGINS_MODE_OBSERVE);
  return terminal;
}

v1::PersonLogins& Add(v1::Terminal& terminal, const std::string& name, int factors) {
  v1::PersonLogins& person = *terminal.mutable_status()->mutable_logins()->add_people();
  person.set_name(name);
  for (int i = 0; i < factors; ++i) person.add_factors(v1::FACTOR_TYPE_TOTP);
  return person;
}

// As a morning in an office may be: one of each.
std::vector<v1::Terminal> Office() {
  v1::Terminal desk = Heard("zeimu-012");
  Add(desk, "jiro", 0);
  Add(desk, "saburo", 1).set_unreadable(true);
  Add(desk, "hanako", 1).set_locked_seconds(960);
  Add(desk, "taro", 2).set_locked_seconds(30);  // over by now
  v1::Terminal enforced = Heard("zeimu-013");
  v1::TerminalLogins& logins = *enforced.mutable_status()->mutable_logins();
  logins.set_mode(v1::LOGINS_MODE_ENFORCE);
  logins.set_people_left_off(7);
  logins.add_open_ways("sshd publickey");
  logins.add_open_ways("login");
  Add(enforced, "花子", 1);
  v1::Terminal old = Enrolled("zeimu-014");
  old.mutable_status()->set_mode(v1::MODE_ENFORCE);
  v1::Terminal expected = Enrolled("zeimu-016");
  expected.set_state(v1::TERMINAL_STATE_EXPECTED);
  v1::Terminal revoked = Heard("zeimu-017");
  revoked.set_state(v1::TERMINAL_STATE_REVOKED);
  return {desk, enforced, old, Enrolled("zeimu-015"), expected, revoked, Heard("zeimu-018")};
}

TEST(Logins, AreALineAPersonAndNoTerminalIsPassedOver) {
  EXPECT_EQ(WriteLogins(Office(), In(Language::kEnglish)),
            "TERMINAL   MODE     PERSON  SECOND FACTOR  LOCKED FOR  NOTE\n"
            "zeimu-012  observe  jiro    NONE           -           -\n"
            "zeimu-012  observe  saburo  TOTP           -           what is stored cannot be read: "
            "reset, and enrol anew\n"
            "zeimu-012  observe  hanako  TOTP           15m         -\n"
            "zeimu-012  observe  taro    TOTP, TOTP     -           -\n"
            "zeimu-013  enforce  花子    TOTP           -           -\n"
            "zeimu-013  enforce  -       -              -           and 7 more that it does not "
            "list\n"
            "zeimu-014  -        -       -              -           does not say who can log in: "
            "old agent?\n"
            "zeimu-015  -        -       -              -           has not been heard yet\n"
            "zeimu-016  -        -       -              -           expected\n"
            "zeimu-018  observe  -       -              -           nobody can log in\n"
            "\n"
            "TERMINAL   ONE FACTOR IS ENOUGH BY\n"
            "zeimu-013  sshd publickey, login\n");
  EXPECT_EQ(WriteLogins({}, In(Language::kEnglish)), "");
}

TEST(Logins, AreInTheReadersLanguage) {
  const std::string text = WriteLogins(Office(), In(Language::kJapanese));
  for (const char* part :
       {"端末       動作モード  利用者  第二要素", "停止の残り  備考\n", "zeimu-012  監視のみ",
        "jiro    未登録", "認証アプリ（TOTP）、認証アプリ（TOTP）", "zeimu-013  適用",
        "ほか7人（一覧外）\n", "利用者の情報がありません（古いエージェントの可能性）\n",
        "まだ応答がありません\n", "導入予定\n", "ログインできる利用者なし\n",
        "端末       一要素でログインできる経路\nzeimu-013  sshd publickey、login\n"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in\n" << text;
  }
}

TEST(Logins, ThatAreMissingAreWhatKeepsAGroupFromBeingEnforced) {
  EXPECT_EQ(WriteLogins(OnlyMissing(Office()), In(Language::kEnglish)),
            "TERMINAL   MODE     PERSON  SECOND FACTOR  LOCKED FOR  NOTE\n"
            "zeimu-012  observe  jiro    NONE           -           -\n"
            "zeimu-012  observe  saburo  TOTP           -           what is stored cannot be read: "
            "reset, and enrol anew\n"
            "zeimu-014  -        -       -              -           does not say who can log in: "
            "old agent?\n"
            "zeimu-015  -        -       -              -           has not been heard yet\n"
            "zeimu-016  -        -       -              -           expected\n");
  v1::Terminal crowded = Heard("zeimu-019");
  Add(crowded, "jiro", 0);
  crowded.mutable_status()->mutable_logins()->set_people_left_off(1);
  EXPECT_EQ(OnlyMissing({crowded})[0].status().logins().people_left_off(), 1u)
      << "behind one who has none there may be others";
}

TEST(Outcomes, SayWhoHasNoSecondFactor) {
  v1::SetLoginsModeResponse answer;
  const auto add = [&answer](const std::string& name, v1::OrderOutcome outcome,
                             const std::vector<std::string>& people) {
    v1::TerminalOutcome& terminal = *answer.add_terminals();
    terminal.set_terminal_name(name);
    terminal.set_outcome(outcome);
    terminal.mutable_people()->Assign(people.begin(), people.end());
  };
  add("t1", v1::ORDER_OUTCOME_AT_ONCE, {});
  EXPECT_EQ(WriteOutcomes(answer.terminals(), In(Language::kEnglish)),
            "WHAT HAPPENS                  HOW MANY  TERMINALS\n"
            "at once, or when it connects  1         t1\n");
  add("t2", v1::ORDER_OUTCOME_WITHOUT_FACTOR, {"jiro", "花子"});
  add("t3", v1::ORDER_OUTCOME_WITHOUT_FACTOR, {});
  add("t4", v1::ORDER_OUTCOME_PEOPLE_UNKNOWN, {});
  EXPECT_EQ(WriteOutcomes(answer.terminals(), In(Language::kEnglish)),
            "WHAT HAPPENS                                HOW MANY  TERMINALS\n"
            "at once, or when it connects                1         t1\n"
            "NOT ORDERED: somebody has no second factor  2         t2, t3\n"
            "NOT ORDERED: has not said who can log in    1         t4\n"
            "\n"
            "TERMINAL  WITHOUT A SECOND FACTOR\n"
            "t2        jiro, 花子\n"
            "t3        somebody whom it does not list\n");
  const std::string japanese = WriteOutcomes(answer.terminals(), In(Language::kJapanese));
  for (const char* part :
       {"指示できません: 第二要素が未登録の利用者がいる  2     t2、t3\n",
        "端末  第二要素が未登録の利用者\nt2    jiro、花子\n", "t3    一覧外の利用者\n"}) {
    EXPECT_NE(japanese.find(part), std::string::npos) << part << " is not in\n" << japanese;
  }
}

TEST(AnOrderAboutLogins, SaysWhatAndAboutWhom) {
  v1::IssuedOrder order;
  order.set_kind(v1::ORDER_KIND_SET_LOGINS_MODE);
  v1::SetLoginsMode& mode = *order.mutable_order()->mutable_set_logins_mode();
  mode.set_mode(v1::LOGINS_MODE_OBSERVE);
  EXPECT_EQ(DescribeOrder(order, Language::kEnglish), "logins: observe");
  EXPECT_EQ(DescribeOrder(order, Language::kJapanese), "ログイン認証: 監視のみ");
  mode.set_mode(v1::LOGINS_MODE_ENFORCE);
  mode.add_without_factor("yobi");
  mode.add_without_factor("kensyu");
  EXPECT_EQ(DescribeOrder(order, Language::kEnglish), "logins: enforce, locking out yobi, kensyu");
  EXPECT_EQ(DescribeOrder(order, Language::kJapanese),
            "ログイン認証: 適用（未登録でも適用: yobi、kensyu）");
  order.set_kind(v1::ORDER_KIND_LIFT_LOGIN_LOCK);
  order.mutable_order()->mutable_lift_login_lock()->set_person("花子");
  EXPECT_EQ(DescribeOrder(order, Language::kEnglish), "lift the login lock: 花子");
  order.set_kind(v1::ORDER_KIND_REMOVE_FACTORS);
  order.mutable_order()->mutable_remove_factors()->set_person("花子");
  EXPECT_EQ(DescribeOrder(order, Language::kJapanese), "第二要素の登録解除: 花子");
}

}  // namespace
}  // namespace sekisho::console::cli
