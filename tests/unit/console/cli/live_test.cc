// sekishoctl, the program, against sekisho-console, the program, over TLS on loopback.
#include <gtest/gtest.h>
#include <signal.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/unit/console/cli/live_console.h"

namespace sekisho::console::cli {
namespace {

// One console for all: making one costs an argon2id hash and a certificate authority.
class Live : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    console_ = std::make_unique<LiveConsole>();
    if (console_->ok()) signed_in_ = console_->SignIn();
  }
  static void TearDownTestSuite() { console_.reset(); }
  void SetUp() override {
    ASSERT_TRUE(console_->ok());
    ASSERT_EQ(signed_in_.code, 0) << signed_in_.err;
  }
  Ended Admin(const std::vector<std::string>& arguments) {
    return console_->Ctl("admin", arguments);
  }

  static std::unique_ptr<LiveConsole> console_;
  static Ended signed_in_;
};

std::unique_ptr<LiveConsole> Live::console_;
Ended Live::signed_in_;

testing::AssertionResult Holds(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in:\n" << text;
}

TEST_F(Live, SigningInByTrustHashIsRememberedAndShowsNoToken) {
  EXPECT_TRUE(Holds(signed_in_.out, "as admin (admin) until "));
  const Ended who = Admin({"whoami", "--output", "json"});
  EXPECT_EQ(who.code, 0) << who.err;
  EXPECT_TRUE(Holds(who.out, "\"role\": \"ROLE_ADMIN\""));
}

TEST_F(Live, AnotherTrustHashIsRefusedAndNothingSecretIsSent) {
  std::string wrong = console_->trust_hash();
  wrong[0] = wrong[0] == 'a' ? 'b' : 'a';
  const Ended refused =
      console_->Ctl("stranger", {"sign-in", "admin", "--console", console_->address(),
                                 "--trust-hash", wrong, "--password-file",
                                 console_->directory() + "/admin.password", "--totp", "000000"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_TRUE(Holds(refused.err, "NOT THE CONSOLE"));
}

TEST_F(Live, AnAuthorityThatIsNotTheConsolesIsNotBelieved) {
  const Ended made = console_->CtlWith({{"SEKISHO_TOKEN", "sks_x"},
                                        {"SEKISHO_CONSOLE", console_->address()},
                                        {"SEKISHO_CA", "/etc/ssl/certs/ca-certificates.crt"}},
                                       {"whoami"});
  EXPECT_EQ(made.code, 7) << made.err;
  EXPECT_TRUE(Holds(made.err, "is --ca its authority?"));
}

TEST_F(Live, AWrongCodeIsRefusedAsNotSignedIn) {
  const Ended refused = console_->Ctl(
      "stranger", {"sign-in", "admin", "--console", console_->address(), "--ca",
                   console_->ca_file(), "--password-file", "/dev/null", "--totp", "000000"});
  EXPECT_NE(refused.code, 0);
  EXPECT_NE(console_->Ctl("stranger", {"whoami"}).code, 0);
}

TEST_F(Live, WithoutATerminalAPromptSaysWhichOptionToUse) {
  const Ended asked = console_->Ctl("stranger", {"sign-in", "admin", "--console",
                                                 console_->address(), "--ca", console_->ca_file()});
  EXPECT_EQ(asked.code, 2);
  EXPECT_TRUE(Holds(asked.err, "--password-file FILE"));
}

TEST_F(Live, GroupsAreNamedByPathAndMistypedOnesAreSuggested) {
  ASSERT_EQ(Admin({"groups", "create", "本庁"}).code, 0);
  ASSERT_EQ(Admin({"groups", "create", "zeimu", "--parent", "本庁"}).code, 0);
  EXPECT_TRUE(Holds(Admin({"groups"}).out, "本庁/zeimu  "));
  const Ended expected = Admin({"terminals", "expect", "zeimu-013", "--group", "本庁/zeimu"});
  EXPECT_EQ(expected.code, 0) << expected.err;
  EXPECT_TRUE(Holds(expected.out, "sekishoctl tokens create --terminal zeimu-013"));
  const Ended mistyped = Admin({"terminals", "--group", "ziemu"});
  EXPECT_EQ(mistyped.code, 5);
  EXPECT_TRUE(Holds(mistyped.err, "did you mean \"zeimu\"?"));

  const Ended unprotected = Admin({"terminals", "--unprotected"});
  EXPECT_TRUE(Holds(unprotected.out, "NOT PROTECTED: never enrolled"));
  EXPECT_TRUE(Holds(unprotected.out, "本庁/zeimu"));
  const Ended unknown = Admin({"terminals", "show", "zeimu-031"});
  EXPECT_EQ(unknown.code, 5);
  EXPECT_TRUE(Holds(unknown.err, "did you mean \"zeimu-013\"?"));
}

TEST_F(Live, AModeIsOrderedByGroupAndAskedAboutFirst) {
  ASSERT_EQ(Admin({"terminals", "expect", "mado-001"}).code, 0);
  const Ended preview = Admin({"mode", "preview", "--group", "狛江市"});
  EXPECT_EQ(preview.code, 0) << preview.err;
  EXPECT_TRUE(Holds(preview.out, "nothing that was reported would be refused"));
  const Ended ordered = Admin({"mode", "enforce", "--terminal", "mado-001", "--reason", "x"});
  EXPECT_EQ(ordered.code, 0) << "nothing to ask about: " << ordered.err;
  EXPECT_TRUE(Holds(ordered.out, "not ordered: never enrolled  1         mado-001"));
  const Ended mistyped = Admin({"mode", "enforce", "--terminal", "mado-01", "--reason", "x"});
  EXPECT_EQ(mistyped.code, 5);
  EXPECT_TRUE(Holds(mistyped.err, "did you mean \"mado-001\"?"));
  const Ended released = Admin({"terminals", "release", "mado-001", "--reason", "x"});
  EXPECT_EQ(released.code, 2) << "asked nobody";
  EXPECT_EQ(Admin({"terminals", "release", "mado-001", "--reason", "x", "--yes"}).code, 6);
  EXPECT_EQ(Admin({"orders"}).out, "(none)\n");
  EXPECT_EQ(Admin({"orders", "cancel", "mado-001", "1", "--reason", "x"}).code, 5);
  EXPECT_TRUE(Holds(Admin({"orders", "list", "--output", "json"}).out, "\"orders\": []"));
}

TEST_F(Live, LoginsAreListedOrderedAndHelpedWith) {
  ASSERT_EQ(Admin({"terminals", "expect", "mado-002"}).code, 0);
  const Ended listed = Admin({"logins", "list", "--missing", "--terminal", "mado-002"});
  EXPECT_EQ(listed.code, 0) << listed.err;
  EXPECT_TRUE(Holds(listed.out, "mado-002  -     -       -              -           expected\n"));
  EXPECT_TRUE(Holds(Admin({"logins", "--output", "json"}).out, "\"name\": \"mado-002\""));
  for (const char* verb : {"enforce", "observe"}) {
    const Ended ordered = Admin({"logins", verb, "--terminal", "mado-002", "--reason", "x"});
    EXPECT_EQ(ordered.code, 0) << "nothing to ask about: " << ordered.err;
    EXPECT_TRUE(Holds(ordered.out, "not ordered: never enrolled  1         mado-002"));
  }
  EXPECT_EQ(Admin({"logins", "lift", "mado-002", "jiro", "--reason", "x"}).code, 6);
  const Ended mistyped = Admin({"logins", "lift", "mado-02", "jiro", "--reason", "x"});
  EXPECT_EQ(mistyped.code, 5);
  EXPECT_TRUE(Holds(mistyped.err, "did you mean \"mado-002\"?"));
  const std::vector<std::string> reset{"logins", "reset", "mado-002", "jiro", "--reason", "x"};
  EXPECT_EQ(Admin(reset).code, 2) << "asked nobody";
  std::vector<std::string> sure = reset;
  sure.push_back("--yes");
  EXPECT_EQ(Admin(sure).code, 6);
}

TEST_F(Live, ATokenGoesToStandardOutputAlone) {
  const Ended made = Admin({"tokens", "create", "--for", "1h"});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(made.out.starts_with("sekisho1.")) << made.out;
  EXPECT_EQ(made.out.find('\n'), made.out.size() - 1);
  EXPECT_TRUE(Holds(made.err, "sudo sekisho enrol TOKEN"));
  EXPECT_TRUE(Holds(Admin({"tokens"}).out, "active"));
}

TEST_F(Live, PolicyGoesFromFileToVersionAndBack) {
  const Ended shown = Admin({"policy", "show"});
  ASSERT_EQ(shown.code, 0) << shown.err;
  const std::string good = console_->Write("good.yaml", shown.out + "# touched\n");
  EXPECT_EQ(Admin({"policy", "check", good}).code, 0);
  const std::string bad = console_->Write("bad.yaml", shown.out + "rulse: []\n");
  const Ended checked = Admin({"policy", "check", bad});
  EXPECT_EQ(checked.code, 6);
  EXPECT_TRUE(Holds(checked.err, bad + ":"));
  EXPECT_EQ(Admin({"policy", "publish", good, "--comment", "x"}).code, 2) << "asked nobody";
  const Ended simulated = Admin({"policy", "simulate", good});
  EXPECT_EQ(simulated.code, 0) << simulated.err;
  EXPECT_TRUE(Holds(simulated.out, "Against version 1: 0 recorded devices."));
  EXPECT_TRUE(Holds(Admin({"policy", "simulate", good, "--output", "json"}).out,
                    "\"againstVersion\": \"1\""));
  const Ended faulty = Admin({"policy", "simulate", bad});
  EXPECT_EQ(faulty.code, 6);
  EXPECT_TRUE(Holds(faulty.err, bad + ":"));
  const Ended published = Admin({"policy", "publish", good, "--comment", "x", "--yes"});
  EXPECT_EQ(published.code, 0) << published.err;
  EXPECT_TRUE(Holds(published.out, "Version 2 is published"));
  const Ended back = Admin({"policy", "rollback", "--to", "1", "--comment", "y"});
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_TRUE(Holds(back.out, "Version 3 is published, with the content of version 1"));
  EXPECT_TRUE(Holds(Admin({"policy", "list"}).out, "y (content of 1)"));
}

TEST_F(Live, ARobotWorksByItsTokenWithinItsRole) {
  const Ended made = Admin({"robots", "create", "nightly", "--role", "auditor", "--for", "1h"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string token = made.out.substr(0, made.out.find('\n'));
  const std::map<std::string, std::string> robot{{"SEKISHO_TOKEN", token},
                                                 {"SEKISHO_CONSOLE", console_->address()},
                                                 {"SEKISHO_CA", console_->ca_file()},
                                                 {"HOME", "/nonexistent"}};
  EXPECT_EQ(console_->CtlWith(robot, {"terminals", "--output", "json"}).code, 0);
  const Ended refused = console_->CtlWith(robot, {"tokens", "create"});
  EXPECT_EQ(refused.code, 4) << refused.err;
  EXPECT_TRUE(Holds(refused.err, "sekishoctl whoami"));
  EXPECT_EQ(Admin({"robots", "revoke", "nightly"}).code, 0);
  EXPECT_EQ(console_->CtlWith(robot, {"terminals"}).code, 3);
}

TEST_F(Live, WhatTheConsoleDoesNotFindOrRefusesHasItsExitCode) {
  EXPECT_EQ(Admin({"requests", "show", "123456"}).code, 5);
  EXPECT_EQ(Admin({"grants", "revoke", "4f7a19c2", "--reason", "x"}).code, 5);
  EXPECT_EQ(Admin({"events", "--terminal", "nowhere"}).code, 5);
  const Ended twice = Admin({"groups", "create", "本庁"});
  EXPECT_TRUE(twice.code == 6 || twice.code == 0);
  const Ended none = console_->Ctl("admin", {"grants", "create", "123456", "--for", "15m", "--mode",
                                             "read-write", "--reason", "x", "--ticket", "y"});
  EXPECT_EQ(none.code, 5) << none.err;
}

TEST_F(Live, OutputIsJapaneseInAJapaneseLocale) {
  const Ended shown = console_->CtlWith(
      {{"XDG_CONFIG_HOME", console_->directory() + "/admin"}, {"LANG", "ja_JP.UTF-8"}},
      {"requests"});
  EXPECT_EQ(shown.out, "（なし）\n");
}

// Every event once, though the console is killed in the middle and the follower is not told.
TEST_F(Live, FollowingLosesNothingAndRepeatsNothingWhenTheConsoleIsKilled) {
  for (const char* name : {"listed", "before", "after"}) {
    ASSERT_EQ(Admin({"terminals", "expect", name}).code, 0);
  }
  const auto revoke = [this](const std::string& name) {
    return Admin({"terminals", "revoke", name, "--reason", "lost " + name, "--yes"}).code;
  };
  ASSERT_EQ(revoke("listed"), 0);
  const std::unique_ptr<Running> follower =
      console_->Follow("admin", {"events", "--follow", "--kind", "terminal-revoked"});
  // Once it has written the list, all that follows comes by the watch.
  ASSERT_TRUE(follower->WaitForOutput("lost listed")) << follower->err();
  ASSERT_EQ(revoke("before"), 0);
  EXPECT_TRUE(follower->WaitForOutput("lost before")) << follower->err();
  console_->Kill();
  console_->Restart();
  ASSERT_TRUE(console_->ok());
  ASSERT_EQ(revoke("after"), 0);
  // Its wait between attempts is at most 30 s, usually well below 1 s.
  EXPECT_TRUE(follower->WaitForOutput("lost after")) << follower->err();
  EXPECT_TRUE(Holds(follower->err(), "nothing will be missed"));
  follower->Signal(SIGTERM);
  const Ended ended = follower->Wait();
  EXPECT_EQ(ended.out.find("lost before"), ended.out.rfind("lost before")) << ended.out;
  EXPECT_EQ(ended.out.find("lost after"), ended.out.rfind("lost after")) << ended.out;
  EXPECT_TRUE(Holds(ended.out,
                    "before        TERMINAL REVOKED      admin: revoked; its "
                    "connection was ended: lost before\n"));
}

TEST_F(Live, EventsAfterACursorAreOneDocument) {
  ASSERT_EQ(Admin({"terminals", "expect", "cursor"}).code, 0);
  ASSERT_EQ(Admin({"terminals", "revoke", "cursor", "--reason", "x", "--yes"}).code, 0);
  const Ended all = Admin({"events", "--after", "0", "--output", "json"});
  ASSERT_EQ(all.code, 0) << all.err;
  EXPECT_TRUE(Holds(all.out, "\"kind\": \"EVENT_KIND_TERMINAL_REVOKED\""));
  const std::string mark = "\"nextCursor\": \"";
  const std::size_t at = all.out.find(mark);
  ASSERT_NE(at, std::string::npos) << all.out;
  const std::size_t begin = at + mark.size();
  const std::string cursor = all.out.substr(begin, all.out.find('"', begin) - begin);
  const Ended rest = Admin({"events", "--after", cursor, "--output", "json"});
  EXPECT_TRUE(Holds(rest.out, "\"events\": []"));
  EXPECT_TRUE(Holds(rest.out, mark + cursor + "\""));
}

TEST_F(Live, AConsoleThatIsDownHasItsOwnExitCode) {
  console_->Kill();
  const Ended down = Admin({"terminals"});
  console_->Restart();
  EXPECT_EQ(down.code, 7);
  EXPECT_TRUE(Holds(down.err, "no answer from the console"));
}

}  // namespace
}  // namespace sekisho::console::cli
