#include "agent/core/grant.h"

#include <gtest/gtest.h>

#include <limits>

namespace sekisho::core {
namespace {

using namespace std::chrono_literals;

constexpr auto kEnd = BootTime::max();

Here MakeHere(BootTime now) {
  Here here;
  here.organisation_id = "komae";
  here.terminal_id = "t";
  here.boot_id = "b";
  here.now = now;
  return here;
}

GrantClaims MakeClaims(BootTime deadline) {
  GrantClaims claims;
  claims.organisation_id = "komae";
  claims.grant_id = "g";
  claims.terminal_id = "t";
  claims.action = Action::kAllow;
  claims.boot_id = "b";
  claims.deadline = deadline;
  return claims;
}

std::optional<GrantRefusal> RefusalOf(const GrantClaims& claims, const Here& here,
                                      std::span<const Grant> held = {}) {
  const auto outcome = Accept(claims, held, here);
  if (const auto* refusal = std::get_if<GrantRefusal>(&outcome)) return *refusal;
  return std::nullopt;
}

TEST(Accept, RefusesADeadlineAtTheEndOfTimeWithoutOverflow) {
  EXPECT_EQ(RefusalOf(MakeClaims(kEnd), MakeHere(0ns)), GrantRefusal::kTooLong);
  EXPECT_EQ(RefusalOf(MakeClaims(kEnd), MakeHere(BootTime::min())), GrantRefusal::kTooLong);
  EXPECT_EQ(RefusalOf(MakeClaims(BootTime::min()), MakeHere(kEnd)), GrantRefusal::kExpired);
  EXPECT_EQ(RefusalOf(MakeClaims(0ns), MakeHere(-1h)), GrantRefusal::kExpired);
  EXPECT_EQ(RefusalOf(MakeClaims(kEnd), MakeHere(kEnd - 1h)), std::nullopt);
}

TEST(Accept, RefusesOneMoreThanTheMostThatMayBeLive) {
  std::vector<Grant> held;
  for (std::size_t i = 0; i < kMaxLiveGrants; ++i) {
    Grant grant{.claims = MakeClaims(2h), .active_port = {}, .end = {}, .counted = {}};
    grant.claims.grant_id = "g" + std::to_string(i);
    held.push_back(grant);
  }
  EXPECT_EQ(RefusalOf(MakeClaims(2h), MakeHere(1h), held), GrantRefusal::kTooMany);
  held.back().end = GrantEnd::kReturned;
  EXPECT_EQ(RefusalOf(MakeClaims(2h), MakeHere(1h), held), std::nullopt);
  held.back().end.reset();
  held.back().claims.deadline = 1h;  // due, though not ended yet
  EXPECT_EQ(RefusalOf(MakeClaims(2h), MakeHere(1h), held), std::nullopt);
}

TEST(Accept, RefusesAGrantThatBlocks) {
  GrantClaims claims = MakeClaims(2h);
  claims.action = Action::kBlock;
  EXPECT_EQ(RefusalOf(claims, MakeHere(1h)), GrantRefusal::kActionUnavailable);
}

Grant Surviving(WallTime expires_at) {
  Grant grant{.claims = MakeClaims(1h), .active_port = {}, .end = {}, .counted = {}};
  grant.claims.boot_id = "an earlier one";
  grant.claims.reboot = RebootPolicy::kSurvivesReboot;
  grant.claims.expires_at = expires_at;
  return grant;
}

TEST(Resume, NeverRunsLongerThanTheLongestGrantFromNow) {
  Here here = MakeHere(5s);
  here.console_time = WallTime::min();
  const auto claims = Resume(Surviving(WallTime::max()), here);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->deadline, 5s + kMaxGrant);
  EXPECT_EQ(claims->boot_id, "b");
}

TEST(Resume, EndsAtTheEndOfTheClockInsteadOfWrapping) {
  Here here = MakeHere(kEnd - 1s);
  here.console_time = WallTime(0ms);
  const auto claims = Resume(Surviving(WallTime(1h)), here);
  ASSERT_TRUE(claims);
  EXPECT_EQ(claims->deadline, kEnd);
}

TEST(Resume, IsForGrantsOfAnEarlierBootOnly) {
  Here here = MakeHere(5s);
  here.console_time = WallTime(0ms);
  Grant grant = Surviving(WallTime(1h));
  EXPECT_TRUE(Resume(grant, here));
  grant.claims.boot_id = "b";
  EXPECT_FALSE(Resume(grant, here));
}

TEST(Resume, IsForGrantsThatSurviveARestartOnly) {
  Here here = MakeHere(5s);
  here.console_time = WallTime(0ms);
  Grant grant = Surviving(WallTime(1h));
  grant.claims.reboot = RebootPolicy::kEndsAtReboot;
  EXPECT_FALSE(Resume(grant, here));
}

TEST(Resume, IsNotForGrantsThatEndedOrAreOver) {
  Here here = MakeHere(5s);
  here.console_time = WallTime(1h);
  Grant grant = Surviving(WallTime(1h + 1ms));
  EXPECT_TRUE(Resume(grant, here));
  grant.end = GrantEnd::kReturned;
  EXPECT_FALSE(Resume(grant, here));
  EXPECT_FALSE(Resume(Surviving(WallTime(1h)), here));
  EXPECT_FALSE(Resume(Surviving(WallTime(1h - 1ms)), here));
  here.console_time.reset();
  EXPECT_FALSE(Resume(Surviving(WallTime::max()), here));
}

TEST(DueEnd, IsAskedOfLiveGrantsOnly) {
  Grant grant{
      .claims = MakeClaims(1h), .active_port = {}, .end = GrantEnd::kReturned, .counted = {}};
  EXPECT_EQ(DueEnd(grant, MakeHere(2h)), std::nullopt);
  grant.end.reset();
  EXPECT_EQ(DueEnd(grant, MakeHere(2h)), GrantEnd::kExpired);
}

TEST(IsRunning, IsFalseForEndedDueAndEarlierGrants) {
  Grant grant{.claims = MakeClaims(1h), .active_port = {}, .end = {}, .counted = {}};
  EXPECT_TRUE(IsRunning(grant, MakeHere(1h - 1ns)));
  EXPECT_FALSE(IsRunning(grant, MakeHere(1h)));
  grant.end = GrantEnd::kRevoked;
  EXPECT_FALSE(IsRunning(grant, MakeHere(0h)));
  EXPECT_FALSE(IsRunning(Surviving(WallTime::max()), MakeHere(0h)));
}

}  // namespace
}  // namespace sekisho::core
