#include "agent/engine/state_file.h"
#include "agent/engine/status_beat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using std::chrono::minutes;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(BeaconTest, AStatusGoesOutOnceAMinuteWithAFreshNumber) {
  Terminal terminal;
  terminal.StartEnrolled();
  const v1::Status first = terminal.LastStatus();
  terminal.Advance(minutes(1));
  const v1::Status second = terminal.LastStatus();
  EXPECT_EQ(first.nonce().size(), 16u);
  EXPECT_NE(first.nonce(), second.nonce());
  EXPECT_EQ(second.boottime_ns() - first.boottime_ns(), 60'000'000'000u);
  EXPECT_EQ(second.bundle_version(), 1u);
  EXPECT_EQ(second.bundle_hash().size(), 32u);
}

TEST(BeaconTest, StatusesFallOnTheBeatsOfTheConsolesClock) {
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const auto moved = [](int console_ms) {
    const core::WallTime console_now(seconds(1775001600) + milliseconds(console_ms));
    return engine::NextStatus(seconds(1000), console_now) - seconds(1060);
  };
  EXPECT_EQ(moved(0), milliseconds(0));
  EXPECT_EQ(moved(1), milliseconds(-1));
  EXPECT_EQ(moved(125), milliseconds(-125));
  EXPECT_EQ(moved(126), milliseconds(124));
  EXPECT_EQ(moved(249), milliseconds(1));
  EXPECT_EQ(moved(250), milliseconds(0));
  EXPECT_EQ(engine::NextStatus(seconds(1000), std::nullopt), seconds(1060));
}

TEST(BeaconTest, ATerminalKeepsToTheBeatOnceItKnowsTheConsolesTime) {
  Terminal terminal;
  terminal.StartEnrolled();
  v1::Beacon beacon = terminal.BeaconFor(terminal.LastStatus());
  beacon.mutable_console_time()->set_nanos(70'000'000);
  const std::uint64_t before = terminal.LastStatus().boottime_ns();
  terminal.FromConsole(terminal.SealBeacon(beacon));
  terminal.Advance(minutes(3));
  // The first tick was set before the Beacon came; those after it are on the beat.
  const std::uint64_t past = (terminal.LastStatus().boottime_ns() - before) % 60'000'000'000;
  EXPECT_EQ(past, 60'000'000'000 - 70'000'000);
}

TEST(BeaconTest, AWithheldBundleIsFoundOut) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.newest_bundle_version = 2;
  terminal.Advance(minutes(1));
  terminal.AnswerLastStatus();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_WITHHELD), IsEmpty()) << "it may be on its way";
  terminal.Advance(minutes(1));
  terminal.AnswerLastStatus();
  terminal.Advance(minutes(1));
  terminal.AnswerLastStatus();
  std::vector<v1::Event> withheld = terminal.Events(v1::EVENT_KIND_BUNDLE_WITHHELD);
  ASSERT_THAT(withheld, SizeIs(1));
  EXPECT_EQ(ParameterOf(withheld[0], "newest"), "2");
  EXPECT_EQ(ParameterOf(withheld[0], "applied"), "1");
}

TEST(BeaconTest, SilenceIsAnAlarmOnce) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.Advance(minutes(10));
  std::vector<v1::Event> stale = terminal.Events(v1::EVENT_KIND_BEACON_STALE);
  ASSERT_THAT(stale, SizeIs(1));
  EXPECT_EQ(ParameterOf(stale[0], "seconds"), "180");
}

TEST(BeaconTest, AReplayedBeaconDoesNotBreakTheSilence) {
  Terminal terminal;
  terminal.StartEnrolled();
  const v1::Sealed old = terminal.SealBeacon(terminal.BeaconFor(terminal.LastStatus()));
  for (int i = 0; i < 4; ++i) {
    terminal.Advance(minutes(1));
    terminal.FromConsole(old);
  }
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BEACON_STALE), SizeIs(1));
}

TEST(BeaconTest, AnAnswerCountsOnce) {
  Terminal terminal;
  terminal.StartEnrolled();
  const v1::Sealed answered = terminal.SealBeacon(terminal.BeaconFor(terminal.LastStatus()));
  terminal.Advance(minutes(1));
  terminal.FromConsole(answered);
  terminal.newest_bundle_version = 2;
  terminal.AnswerLastStatus();
  ASSERT_EQ(terminal.engine->Status().newest_bundle_version(), 2u);
  terminal.FromConsole(answered);
  EXPECT_EQ(terminal.engine->Status().newest_bundle_version(), 2u);
}

TEST(BeaconTest, AForgedBeaconTellsNothingAndIsReported) {
  Terminal terminal;
  terminal.StartEnrolled();
  v1::Beacon beacon = terminal.BeaconFor(terminal.LastStatus());
  beacon.set_newest_bundle_version(99);
  terminal.FromConsole(contract::Seal(terminal.console.grant_key, terminal.console.organisation_id,
                                      v1::PURPOSE_BEACON, beacon.SerializeAsString()));
  EXPECT_EQ(terminal.engine->Status().newest_bundle_version(), 1u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED), SizeIs(1));
}

// What the link makes up is refused by the console (ForgedReportTest); here: it cannot sign.
TEST(BeaconTest, TheLinkNeverSeesTheKeyThatStatusesAreSignedWith) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.Advance(minutes(1));
  const std::vector<std::byte> file =
      terminal.files.Get(terminal.settings.state_directory + "/report-key").value();
  const std::string seed = std::get<std::string>(
      engine::ReadStateFile({reinterpret_cast<const char*>(file.data()), file.size()}));
  ASSERT_EQ(seed.size(), 32u);
  ASSERT_GT(terminal.link.sent.size(), 2u);
  for (const v1::LinkDown& down : terminal.link.sent) {
    EXPECT_EQ(down.SerializeAsString().find(seed), std::string::npos) << down.DebugString();
  }
}

}  // namespace
}  // namespace sekisho::testing
