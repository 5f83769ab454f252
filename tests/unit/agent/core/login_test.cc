#include "agent/core/login.h"

#include <gtest/gtest.h>

#include "agent/core/login_ticket.h"

namespace sekisho::core {
namespace {

using namespace std::chrono_literals;

constexpr FactorKind kKinds[] = {FactorKind::kKnowledge, FactorKind::kPossession,
                                 FactorKind::kInherence};

Moment At(BootTime now, std::string boot_id = "b") { return {std::move(boot_id), now}; }

LoginFacts Hanako(PasswordAsked password, std::vector<Factor> factors) {
  return {.person = PersonKnown::kKnown,
          .password = password,
          .factors = std::move(factors),
          .wrong = {}};
}

Factor Totp(Tally wrong = {}) { return {"totp-1", FactorKind::kPossession, std::move(wrong)}; }

// Answers each question with `proof` until there is a verdict.
LoginVerdict Through(LoginFacts facts, Proof proof, const Moment& now = At(1s)) {
  LoginProgress progress{.facts = std::move(facts)};
  for (int i = 0; i < 10; ++i) {
    const LoginStep step = NextStep(progress, now);
    if (const auto* verdict = std::get_if<LoginVerdict>(&step)) return *verdict;
    progress = After(std::move(progress), std::get<LoginQuestion>(step), proof);
  }
  ADD_FAILURE() << "asks for ever";
  return {};
}

TEST(LoginTest, APasswordThatTheStackAlwaysAsksForAndACodeAreTwoFactors) {
  const LoginVerdict verdict = Through(Hanako(PasswordAsked::kAlways, {Totp()}), Proof::kRight);
  EXPECT_EQ(verdict.result, LoginResult::kGranted);
  EXPECT_EQ(verdict.cause, LoginCause::kTwoFactors);
}

TEST(LoginTest, ACodeAloneIsOne) {
  const LoginVerdict verdict = Through(Hanako(PasswordAsked::kNever, {Totp()}), Proof::kRight);
  EXPECT_EQ(verdict.result, LoginResult::kDenied);
  EXPECT_EQ(verdict.cause, LoginCause::kOneKind);
}

// R13: every pair of kinds, with and without the password.
TEST(LoginTest, TwoDifferentKindsLetInAndTwoOfOneKindDoNot) {
  for (const PasswordAsked password : {PasswordAsked::kNever, PasswordAsked::kAlways}) {
    for (const FactorKind first : kKinds) {
      for (const FactorKind second : kKinds) {
        std::set<FactorKind> kinds = {first, second};
        if (password == PasswordAsked::kAlways) kinds.insert(FactorKind::kKnowledge);
        const LoginVerdict verdict =
            Through(Hanako(password, {{"a", first, {}}, {"b", second, {}}}), Proof::kRight);
        EXPECT_EQ(verdict.result == LoginResult::kGranted, kinds.size() >= 2)
            << static_cast<int>(password) << static_cast<int>(first) << static_cast<int>(second);
      }
    }
  }
}

TEST(LoginTest, NoAnswerThatIsNotRightLetsAnybodyIn) {
  for (const Proof proof : {Proof::kWrong, Proof::kReplayed, Proof::kClock, Proof::kNone}) {
    EXPECT_EQ(Through(Hanako(PasswordAsked::kAlways, {Totp()}), proof).result,
              LoginResult::kDenied);
  }
}

TEST(LoginTest, AWrongAnswerEndsItWhateverCouldStillBeAsked) {
  LoginProgress progress{
      .facts = Hanako(PasswordAsked::kNever, {Totp(), {"pin", FactorKind::kKnowledge, {}}})};
  progress = After(progress, {"totp-1", FactorKind::kPossession}, Proof::kWrong);
  progress = After(progress, {"pin", FactorKind::kKnowledge}, Proof::kRight);
  EXPECT_EQ(std::get<LoginVerdict>(NextStep(progress, At(1s))).cause, LoginCause::kWrong);
}

TEST(LoginTest, NothingThatWasProvenHelpsAfterAWrongAnswerOrWhoIsNotThere) {
  LoginProgress progress{.facts = Hanako(PasswordAsked::kAlways, {Totp()})};
  progress.proven = {FactorKind::kPossession, FactorKind::kInherence};
  ASSERT_EQ(std::get<LoginVerdict>(NextStep(progress, At(1s))).result, LoginResult::kGranted);
  progress.failed = Proof::kWrong;
  EXPECT_EQ(std::get<LoginVerdict>(NextStep(progress, At(1s))).result, LoginResult::kDenied);
  progress.failed.reset();
  progress.facts.person = PersonKnown::kUnknown;
  progress.asked = {""};
  EXPECT_EQ(std::get<LoginVerdict>(NextStep(progress, At(1s))).result, LoginResult::kDenied);
}

TEST(LoginTest, WhoIsNotThereOrHasNothingIsAskedOnceLikeAnybodyAndNothingTheySayIsRight) {
  LoginFacts unreadable = Hanako(PasswordAsked::kAlways, {Totp()});
  unreadable.person = PersonKnown::kUnreadable;
  LoginFacts unknown;
  unknown.password = PasswordAsked::kAlways;
  const std::pair<LoginFacts, LoginCause> cases[] = {
      {unknown, LoginCause::kUnknownPerson},
      {unreadable, LoginCause::kUnreadable},
      {Hanako(PasswordAsked::kAlways, {}), LoginCause::kNoFactor}};
  for (const auto& [facts, cause] : cases) {
    LoginProgress progress{.facts = facts};
    const LoginStep first = NextStep(progress, At(1s));
    ASSERT_TRUE(std::holds_alternative<LoginQuestion>(first)) << Name(cause);
    EXPECT_EQ(std::get<LoginQuestion>(first).factor_id, "");
    progress = After(progress, std::get<LoginQuestion>(first), Proof::kRight);
    const LoginStep second = NextStep(progress, At(1s));
    ASSERT_TRUE(std::holds_alternative<LoginVerdict>(second)) << Name(cause);
    EXPECT_EQ(std::get<LoginVerdict>(second).result, LoginResult::kDenied);
    EXPECT_EQ(std::get<LoginVerdict>(second).cause, cause);
  }
}

TEST(LoginTest, ALockedFactorIsNotAskedForAndAnotherIs) {
  const Tally locked{.wrong = 6, .boot_id = "b", .last = 1s};
  EXPECT_EQ(Through(Hanako(PasswordAsked::kAlways, {Totp(locked)}), Proof::kRight, At(2s)),
            (LoginVerdict{LoginResult::kLocked, LoginCause::kLocked, 29s}));
  EXPECT_EQ(
      Through(Hanako(PasswordAsked::kAlways, {Totp(locked), {"key", FactorKind::kPossession, {}}}),
              Proof::kRight, At(2s))
          .result,
      LoginResult::kGranted);
}

TEST(LoginTest, ALockedPersonIsAskedForNothingWhetherThereIsSuchAPersonOrNot) {
  for (const PersonKnown person : {PersonKnown::kKnown, PersonKnown::kUnknown}) {
    LoginFacts facts = Hanako(PasswordAsked::kAlways, {Totp()});
    facts.person = person;
    facts.wrong = {.wrong = 11, .boot_id = "b", .last = 1s};
    EXPECT_EQ(Through(facts, Proof::kRight, At(2s)).result, LoginResult::kLocked);
  }
}

TEST(LoginTest, WhatWouldBeRefusedIsForeseenAndWhoWouldBeAskedIsNot) {
  EXPECT_EQ(Foresee(Hanako(PasswordAsked::kAlways, {Totp()}), At(1s)), std::nullopt);
  EXPECT_EQ(Foresee(Hanako(PasswordAsked::kNever, {Totp()}), At(1s)), LoginCause::kOneKind);
  EXPECT_EQ(Foresee(Hanako(PasswordAsked::kAlways, {}), At(1s)), LoginCause::kNoFactor);
}

TEST(LoginFallbackTest, OnlyTheServiceAndTheTroubleThatPolicyNamesAndOnlyBehindAPassword) {
  const LoginPolicy policy{.exempt = {}, .fallbacks = {{"login", {LoginTrouble::kClock}}}};
  EXPECT_TRUE(FallsBack(policy, "login", LoginCause::kClock, PasswordAsked::kAlways));
  EXPECT_FALSE(FallsBack(policy, "login", LoginCause::kClock, PasswordAsked::kNever));
  EXPECT_FALSE(FallsBack(policy, "sshd", LoginCause::kClock, PasswordAsked::kAlways));
  EXPECT_FALSE(FallsBack(policy, "login", LoginCause::kUnreadable, PasswordAsked::kAlways));
  EXPECT_FALSE(FallsBack({}, "login", LoginCause::kClock, PasswordAsked::kAlways));
}

TEST(LoginFallbackTest, WhatSomebodyTypedOrLacksIsNoTrouble) {
  std::set<LoginTrouble> all = {LoginTrouble::kNoAnswer, LoginTrouble::kUnreadable,
                                LoginTrouble::kClock, LoginTrouble::kUnrecordable};
  const LoginPolicy policy{.exempt = {}, .fallbacks = {{"login", all}}};
  std::set<LoginCause> falls;
  for (int cause = 0; cause <= static_cast<int>(LoginCause::kNobodyToAsk); ++cause) {
    const auto each = static_cast<LoginCause>(cause);
    if (FallsBack(policy, "login", each, PasswordAsked::kAlways)) falls.insert(each);
  }
  EXPECT_EQ(falls, (std::set<LoginCause>{LoginCause::kClock, LoginCause::kUnreadable,
                                         LoginCause::kUnrecordable}));
}

TEST(LoginFallbackTest, WhatPolicyExemptsIsExemptBesideWhatAlwaysIs) {
  const LoginPolicy policy{.exempt = {"backup"}, .fallbacks = {}};
  EXPECT_TRUE(IsExempt(policy, "backup"));
  EXPECT_TRUE(IsExempt(policy, "cron"));
  EXPECT_TRUE(IsExempt({}, "cron"));
  EXPECT_FALSE(IsExempt({}, "backup"));
  EXPECT_FALSE(IsExempt(policy, "login"));
}

TEST(LoginLockoutTest, FiveWrongAnswersCostNothingThenEachTwiceTheOneBeforeAndNeverMoreThanMost) {
  Tally tally;
  std::vector<std::int64_t> seconds;
  for (int i = 0; i < 14; ++i) {
    tally = OneMoreWrong(tally, At(100s));
    const auto locked = LockedFor(tally, kFactorLock, At(100s));
    seconds.push_back(locked ? std::chrono::duration_cast<std::chrono::seconds>(*locked).count()
                             : 0);
  }
  EXPECT_EQ(seconds,
            (std::vector<std::int64_t>{0, 0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900, 900}));
}

TEST(LoginLockoutTest, NobodyIsLockedOutForGood) {
  Tally tally;
  for (int i = 0; i < 100000; ++i) tally = OneMoreWrong(tally, At(100s));
  EXPECT_EQ(LockedFor(tally, kPersonLock, At(100s + kPersonLock.most)), std::nullopt);
}

// R17.
TEST(LoginLockoutTest, ARebootNeverShortensALock) {
  Tally tally{.wrong = 7, .boot_id = "b", .last = 5000s};
  ASSERT_EQ(LockedFor(tally, kFactorLock, At(5001s)), 59s);
  EXPECT_EQ(LockedFor(tally, kFactorLock, At(10s, "c")), 50s) << "it runs anew from the boot on";
  EXPECT_EQ(LockedFor(tally, kFactorLock, At(60s, "c")), std::nullopt);
  EXPECT_EQ(LockedFor(tally, kFactorLock, At(10s)), 60s) << "a time ahead was never said here";
}

LoginPlace Place(std::vector<ProcessId> line, std::string tty = "pts/1") {
  return {.uid = 1000, .service = "sshd", .tty = std::move(tty), .line = std::move(line)};
}

TEST(LoginTicketTest, IsGoodForAMinute) {
  const LoginTicket ticket{Place({{10, 1}}), 100s};
  EXPECT_TRUE(IsLive(ticket, 100s));
  EXPECT_TRUE(IsLive(ticket, 160s));
  EXPECT_FALSE(IsLive(ticket, 161s));
  EXPECT_FALSE(IsLive(ticket, 99s));
}

TEST(LoginTicketTest, FitsTheProcessThatGotItAndItsParentsAndChildrenAndNobodyElse) {
  const LoginTicket ticket{Place({{10, 7}, {9, 6}, {2, 1}}), 0s};
  EXPECT_TRUE(Fits(ticket, Place({{10, 7}, {9, 6}, {2, 1}}))) << "itself";
  EXPECT_TRUE(Fits(ticket, Place({{9, 6}, {2, 1}}))) << "who started it";
  EXPECT_TRUE(Fits(ticket, Place({{11, 8}, {10, 7}, {9, 6}, {2, 1}}))) << "whom it started";
  EXPECT_FALSE(Fits(ticket, Place({{12, 9}, {9, 6}, {2, 1}}))) << "a sibling";
  EXPECT_FALSE(Fits(ticket, Place({{10, 8}, {9, 6}, {2, 1}}))) << "a later one with its number";
  EXPECT_FALSE(Fits(ticket, Place({})));
}

TEST(LoginTicketTest, FitsOnePersonServiceAndTerminal) {
  const LoginTicket ticket{Place({{10, 7}}), 0s};
  LoginPlace other = Place({{10, 7}});
  other.uid = 1001;
  EXPECT_FALSE(Fits(ticket, other));
  other = Place({{10, 7}});
  other.service = "su";
  EXPECT_FALSE(Fits(ticket, other));
  EXPECT_TRUE(Fits(ticket, Place({{10, 7}}, "/dev/pts/1")));
  EXPECT_FALSE(Fits(ticket, Place({{10, 7}}, "pts/2")));
  EXPECT_FALSE(Fits(ticket, Place({{10, 7}}, "")));
  // sshd has no terminal yet when it asks the person.
  const LoginTicket early{Place({{10, 7}}, "ssh"), 0s};
  EXPECT_TRUE(Fits(early, Place({{10, 7}}, "pts/2")));
}

}  // namespace
}  // namespace sekisho::core
