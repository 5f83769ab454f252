#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/convert.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class GrantTest : public ::testing::Test {
 protected:
  GrantTest() {
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
  }
  // The grant is refused for that cause, and nothing opens.
  void ExpectRefused(const v1::Sealed& sealed, const std::string& cause) {
    terminal.FromConsole(sealed);
    EXPECT_FALSE(terminal.bus.Authorised("2-1"));
    std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_GRANT_REFUSED);
    ASSERT_THAT(refused, SizeIs(1));
    EXPECT_EQ(ParameterOf(refused[0], "cause"), cause);
  }
  Terminal terminal;
};

TEST_F(GrantTest, OpensExactlyThatDeviceUntilItsDeadline) {
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  const std::string grant_id = terminal.Grant("2-1", minutes(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_ACCEPTED), SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_OPENED), SizeIs(1));
  EXPECT_EQ(terminal.engine->Status().grants(0).remaining_ns(), 60'000'000'000u);
  terminal.Advance(seconds(59));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Advance(seconds(1));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  std::vector<v1::Event> ended = terminal.Events(v1::EVENT_KIND_GRANT_ENDED);
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ParameterOf(ended[0], "cause"), "expired");
  std::vector<v1::Event> closed = terminal.Events(v1::EVENT_KIND_MEDIUM_CLOSED);
  ASSERT_THAT(closed, SizeIs(1));
  EXPECT_EQ(closed[0].grant_id(), grant_id);
  EXPECT_EQ(ParameterOf(closed[0], "deauthorised"), "yes");
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(2)) << "no third request";
  terminal.ExpectWholeChain();
}

TEST_F(GrantTest, NamesAndEndsWhoeverHoldsTheMedium) {
  terminal.Grant("2-1", minutes(1));
  terminal.media.Mount("2-1");
  terminal.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "cp"});
  terminal.media.Hold("2-1", {.pid = 43, .uid = 1000, .program = "stubborn"},
                      platform::fake::Manners::kStubborn);
  terminal.Advance(minutes(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "until the holder has gone";
  terminal.Advance(seconds(3));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(terminal.media.Mounted("2-1"));
  std::vector<v1::Event> ended = terminal.Events(v1::EVENT_KIND_HOLDER_ENDED);
  ASSERT_THAT(ended, SizeIs(3));
  EXPECT_EQ(ParameterOf(ended[0], "program"), "cp");
  EXPECT_EQ(ParameterOf(ended[0], "signal"), "TERM");
  EXPECT_EQ(ParameterOf(ended[2], "program"), "stubborn");
  EXPECT_EQ(ParameterOf(ended[2], "signal"), "KILL");
  EXPECT_THAT(terminal.bus.effects(), Contains("deauthorise 2-1"));
  EXPECT_THAT(terminal.bus.effects(), ::testing::Not(Contains("cut 2-1")));
}

TEST_F(GrantTest, CutsThePortFromUnderAHolderThatNothingEnds) {
  terminal.Grant("2-1", minutes(1));
  terminal.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "stuck"},
                      platform::fake::Manners::kUnkillable);
  terminal.Advance(minutes(2));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.bus.effects(), Contains("cut 2-1"));
}

TEST_F(GrantTest, AShutThatFailsIsReportedAndTriedAgain) {
  terminal.Advance(seconds(30));  // between two ticks, so that the next one is half a minute away
  terminal.Grant("2-1", minutes(1));
  terminal.bus.FailNext("Deauthorise", EIO);
  terminal.bus.FailNext("CutPort", EIO);
  terminal.Advance(seconds(61));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED), SizeIs(2));
  EXPECT_THAT(terminal.backstop.armed(), SizeIs(1)) << "the backstop stays";
  terminal.Advance(seconds(60));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty());
}

TEST_F(GrantTest, TheBackstopIsArmedBeforeItOpensAndGoneAfterItShut) {
  std::size_t armed_before = 0;
  terminal.bus.BeforeNext("Authorise", [&] { armed_before = terminal.backstop.armed().size(); });
  const v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, seconds(60));
  terminal.Grant("2-1", seconds(60));
  EXPECT_EQ(armed_before, 1u);
  EXPECT_EQ(static_cast<std::uint64_t>(terminal.backstop.armed().begin()->second.deadline.count()),
            claims.deadline_boottime_ns());
  terminal.Advance(seconds(58));
  EXPECT_GT(static_cast<std::uint64_t>(terminal.backstop.armed().begin()->second.deadline.count()),
            claims.deadline_boottime_ns())
      << "a living agentd closes it itself";
  terminal.Advance(seconds(2));
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty());
}

TEST_F(GrantTest, WithoutABackstopItDoesNotOpen) {
  terminal.backstop.FailNext(EIO);
  terminal.Grant("2-1", minutes(15));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED), SizeIs(1));
  terminal.Advance(minutes(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "tried again with the tick";
}

TEST_F(GrantTest, UnpluggedAndPluggedInAgainItIsStillOpenWithTheSameDeadline) {
  terminal.Grant("2-1", minutes(2));
  terminal.Advance(minutes(1));
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty());
  terminal.bus.Plug("2-3", Stick("A1"));
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-3"));
  EXPECT_EQ(terminal.engine->Status().grants(0).remaining_ns(), 60'000'000'000u);
  terminal.Advance(minutes(1));
  EXPECT_FALSE(terminal.bus.Authorised("2-3"));
}

TEST_F(GrantTest, OfTwoSticksWithTheSameSerialOneIsOpen) {
  terminal.bus.Plug("2-2", Stick("A1"));
  terminal.Settle();
  const std::string grant_id = terminal.Grant("2-1", minutes(15));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
  std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  EXPECT_EQ(blocked.back().verdict().reason(), v1::VERDICT_REASON_ANOTHER_INSTANCE);
  EXPECT_EQ(blocked.back().grant_id(), grant_id);
}

TEST_F(GrantTest, ClocksMayLieByAYearEitherWay) {
  terminal.Grant("2-1", minutes(2));
  terminal.clock.SetWall(terminal.clock.WallNow() + std::chrono::hours(24 * 365));
  terminal.Advance(minutes(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.clock.SetWall(terminal.clock.WallNow() - std::chrono::hours(2 * 24 * 365));
  terminal.Advance(seconds(59));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Advance(seconds(1));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  std::vector<v1::Event> moved = terminal.Events(v1::EVENT_KIND_CLOCK_MOVED);
  ASSERT_THAT(moved, SizeIs(2));
  EXPECT_EQ(ParameterOf(moved[0], "seconds"), "31536000");
  EXPECT_EQ(ParameterOf(moved[1], "seconds"), "-63072000");
}

TEST_F(GrantTest, EndsEarlyWhenReturned) {
  const std::string grant_id = terminal.Grant("2-1", minutes(15));
  auto answer = terminal.engine->Return("2-1");
  ASSERT_TRUE(std::holds_alternative<v1::LocalReturnReply>(answer));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_GRANT_ENDED).at(0), "cause"), "returned");
}

TEST_F(GrantTest, EndsEarlyWhenRevoked) {
  terminal.FromConsole(terminal.console.Revoke(terminal.Grant("2-1", minutes(15))));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_GRANT_ENDED).at(0), "cause"), "revoked");
}

TEST_F(GrantTest, ARevocationForAnotherTerminalEndsNothing) {
  v1::GrantRevocation revocation;
  revocation.ParseFromString(terminal.console.Revoke(terminal.Grant("2-1", minutes(15))).payload());
  revocation.set_terminal_id("terminal-2");
  terminal.FromConsole(terminal.console.SealRevocation(revocation));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_GRANT_REFUSED).at(0), "cause"),
            "revocation: other_terminal");
}

TEST_F(GrantTest, ARevocationThatOvertakesItsGrantStillHolds) {
  const v1::Sealed sealed = terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, minutes(15)));
  terminal.FromConsole(terminal.console.Revoke(Uuid(1)));
  ExpectRefused(sealed, "revoked");
}

TEST_F(GrantTest, AWithheldRevocationShowsInTheNextBeacon) {
  const std::string grant_id = terminal.Grant("2-1", minutes(15));
  terminal.Advance(minutes(1));
  terminal.AnswerLastStatus();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.live_grants.erase(grant_id);  // revoked; the link keeps the revocation
  terminal.Advance(minutes(1));
  terminal.AnswerLastStatus();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(GrantTest, AnUsedGrantCannotBeReplayed) {
  const v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  terminal.FromConsole(terminal.console.SealGrant(claims));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  (void)terminal.engine->Return("2-1");
  ExpectRefused(terminal.console.SealGrant(claims), "replayed");
}

TEST_F(GrantTest, AnUsedGrantCannotBeReplayedAfterARestart) {
  const v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  terminal.FromConsole(terminal.console.SealGrant(claims));
  (void)terminal.engine->Return("2-1");
  terminal.Restart();
  terminal.Connect();
  ExpectRefused(terminal.console.SealGrant(claims), "replayed");
}

TEST_F(GrantTest, ARunningGrantThatComesAgainIsNoNews) {
  const v1::Sealed sealed = terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, minutes(15)));
  terminal.FromConsole(sealed);
  terminal.FromConsole(sealed);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_REFUSED), IsEmpty());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_ACCEPTED), SizeIs(1));
}

TEST_F(GrantTest, AForgedOneIsRefused) {
  v1::Sealed sealed = terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, minutes(15)));
  sealed.mutable_payload()->back() ^= 1;
  ExpectRefused(sealed, "bad_signature");
}

TEST_F(GrantTest, OneSignedByAKeyOfAnotherPurposeIsRefused) {
  const v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  ExpectRefused(
      contract::Seal(terminal.console.acknowledgement_key, terminal.console.organisation_id,
                     v1::PURPOSE_GRANT, claims.SerializeAsString()),
      "key_of_another_purpose");
}

TEST_F(GrantTest, AnExpiredOneIsRefused) {
  const v1::Sealed sealed = terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, seconds(30)));
  terminal.Advance(seconds(30));
  ExpectRefused(sealed, "expired");
}

TEST_F(GrantTest, AnotherTerminalsIsRefused) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.set_terminal_id("terminal-2");
  ExpectRefused(terminal.console.SealGrant(claims), "other_terminal");
}

TEST_F(GrantTest, AnotherOrganisationsIsRefused) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.set_organisation_id("organisation-2");
  ExpectRefused(terminal.console.SealGrant(claims), "other_organisation");
}

TEST_F(GrantTest, AnotherBootsIsRefused) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.set_boot_id(Uuid(77));
  ExpectRefused(terminal.console.SealGrant(claims), "other_boot");
}

TEST_F(GrantTest, OneThatRunsTooLongIsRefused) {
  ExpectRefused(terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, std::chrono::hours(25))),
                "too_long");
}

TEST_F(GrantTest, AnotherDevicesOpensNothing) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.mutable_device()->set_serial("B2");
  terminal.FromConsole(terminal.console.SealGrant(claims));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(GrantTest, AFloodOfForgeriesIsReportedOnceAMinute) {
  v1::Sealed sealed = terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, minutes(15)));
  sealed.mutable_payload()->back() ^= 1;
  for (int i = 0; i < 1000; ++i) terminal.FromConsole(sealed);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_REFUSED), SizeIs(1));
  terminal.Advance(minutes(2));
  std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_GRANT_REFUSED);
  ASSERT_THAT(refused, SizeIs(2));
  EXPECT_EQ(ParameterOf(refused[1], "count"), "999");
}

TEST_F(GrantTest, ARebootEndsItByDefault) {
  terminal.Grant("2-1", minutes(15));
  terminal.Reboot();
  terminal.Start();
  terminal.Connect();
  terminal.AnswerLastStatus();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  std::vector<v1::Event> ended = terminal.Events(v1::EVENT_KIND_GRANT_ENDED);
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ParameterOf(ended[0], "cause"), "rebooted");
  terminal.ExpectWholeChain();
}

class VolumeTest : public GrantTest {
 protected:
  // A grant to write 1,000 bytes.
  std::string GrantSome() {
    v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
    claims.set_max_written_bytes(1000);
    terminal.live_grants.insert(claims.grant_id());
    terminal.FromConsole(terminal.console.SealGrant(claims));
    terminal.Settle();
    EXPECT_TRUE(terminal.bus.Authorised("2-1"));
    return claims.grant_id();
  }
  // Whether it is still open a second after the medium's counter shows this.
  bool OpenAt(std::uint64_t bytes) {
    terminal.media.SetWritten("2-1", bytes);
    terminal.Advance(seconds(1));
    return terminal.bus.Authorised("2-1");
  }
};

TEST_F(VolumeTest, AGrantEndsOnceAsMuchWasWrittenAsItAllows) {
  const std::string grant_id = GrantSome();
  terminal.media.Mount("2-1");
  terminal.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "cp"},
                      platform::fake::Manners::kStubborn);
  EXPECT_TRUE(OpenAt(999));
  EXPECT_FALSE(OpenAt(1000));
  EXPECT_FALSE(terminal.media.Mounted("2-1"));
  const std::vector<v1::Event> ended = terminal.Events(v1::EVENT_KIND_GRANT_ENDED);
  ASSERT_THAT(ended, SizeIs(1));
  EXPECT_EQ(ended[0].grant_id(), grant_id);
  EXPECT_EQ(ParameterOf(ended[0], "cause"), "volume");
  EXPECT_EQ(ParameterOf(ended[0], "written"), "1000");
  EXPECT_THAT(terminal.media.effects(), ::testing::Not(Contains("flush 2-1")))
      << "what waits in memory must not follow";
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_MEDIUM_CLOSED).at(0), "flushed"), "no");
  terminal.ExpectWholeChain();
}

TEST_F(VolumeTest, WhatWasWrittenBeforeItDoesNotCount) {
  terminal.media.SetWritten("2-1", 5000);
  GrantSome();
  EXPECT_TRUE(OpenAt(5999));
  EXPECT_FALSE(OpenAt(6000));
}

TEST_F(VolumeTest, TheCountGoesOnOverARestartOfAgentd) {
  GrantSome();
  EXPECT_TRUE(OpenAt(600));
  terminal.Kill();
  terminal.media.SetWritten("2-1", 900);  // while nobody looked
  terminal.Start();
  terminal.Settle();
  EXPECT_TRUE(OpenAt(999));
  EXPECT_FALSE(OpenAt(1000));
}

TEST_F(VolumeTest, PluggedInAgainItGoesOnWhereItWas) {
  GrantSome();
  EXPECT_TRUE(OpenAt(600));
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  terminal.media.SetWritten("2-1", 0);  // another disk to the kernel
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_TRUE(OpenAt(399));
  EXPECT_FALSE(OpenAt(400));
}

TEST_F(VolumeTest, AUsedUpGrantIsUsedUpForGood) {
  GrantSome();
  EXPECT_FALSE(OpenAt(1000));
  terminal.Restart();
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(GrantTest, OneThatSurvivesARebootWaitsForTheConsolesTime) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.set_survives_reboot(true);
  terminal.live_grants.insert(claims.grant_id());
  terminal.FromConsole(terminal.console.SealGrant(claims));
  terminal.Advance(minutes(5));
  terminal.Reboot();
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "its own clocks say nothing about the time gone";
  terminal.Connect();
  v1::Beacon beacon = terminal.BeaconFor(terminal.LastStatus());
  beacon.mutable_console_time()->set_seconds(claims.issued_at().seconds() + 360);
  terminal.FromConsole(terminal.SealBeacon(beacon));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.engine->Status().grants(0).remaining_ns(), 540'000'000'000u);
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "the resumed deadline is on disk";
  terminal.Advance(seconds(540));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(GrantTest, OneThatSurvivesARebootEndsWhenItsTimeIsOver) {
  v1::GrantClaims claims = terminal.ClaimsFor("2-1", 1, minutes(15));
  claims.set_survives_reboot(true);
  terminal.FromConsole(terminal.console.SealGrant(claims));
  terminal.Reboot();
  terminal.Start();
  terminal.Connect();
  v1::Beacon beacon = terminal.BeaconFor(terminal.LastStatus());
  beacon.mutable_console_time()->set_seconds(claims.expires_at().seconds());
  terminal.FromConsole(terminal.SealBeacon(beacon));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_GRANT_ENDED).at(0), "cause"), "expired");
}

TEST_F(GrantTest, AnAgentThatComesBackAfterTheDeadlineShutsAtOnce) {
  terminal.Grant("2-1", minutes(1));
  terminal.Kill();
  terminal.clock.Advance(minutes(2));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_GRANT_ENDED).at(0), "cause"), "expired");
}

}  // namespace
}  // namespace sekisho::testing
