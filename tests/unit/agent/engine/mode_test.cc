#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::BootMode;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

// "before>after cause", oldest first.
std::vector<std::string> Changes(Terminal& terminal) {
  std::vector<std::string> changes;
  for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_MODE_CHANGED)) {
    changes.push_back(ParameterOf(event, "before") + ">" + ParameterOf(event, "after") + " " +
                      ParameterOf(event, "cause"));
  }
  return changes;
}

const v1::Probe* Find(const v1::LocalStatusReply& status, const std::string& name) {
  for (const v1::Probe& probe : status.probes()) {
    if (probe.name() == name) return &probe;
  }
  return nullptr;
}

v1::Mode ModeOf(Terminal& terminal) { return terminal.engine->Status().mode(); }

std::string FailureOf(const engine::Answer<v1::LocalConfirmReply>& answer) {
  const auto* failure = std::get_if<v1::LocalFailure>(&answer);
  return failure == nullptr ? "" : failure->code();
}

class ObservingTest : public ::testing::Test {
 protected:
  ObservingTest() {
    terminal.boot_control.Install({BootMode::kObserve, 900s});
    terminal.boot_control.Boot();
  }
  Terminal terminal;
};

TEST_F(ObservingTest, NothingIsDeniedAndNothingIsShut) {
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.StartEnrolled();
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  EXPECT_THAT(terminal.bus.effects(), IsEmpty());
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
  terminal.Advance(10min);
  terminal.engine->Stop();
  terminal.Restart();
  EXPECT_THAT(terminal.bus.effects(), IsEmpty());
}

TEST_F(ObservingTest, WhatWouldBeBlockedIsToldOnceWithItsVerdictAndNoReference) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.bus.LoseNotices("overrun");
  terminal.Advance(10min);
  const std::vector<v1::Event> would = terminal.Events(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED);
  ASSERT_THAT(would, SizeIs(1));
  EXPECT_EQ(would[0].device().serial(), "A1");
  EXPECT_EQ(would[0].verdict().action(), v1::ACTION_BLOCK);
  EXPECT_EQ(would[0].verdict().reason(), v1::VERDICT_REASON_DEFAULT);
  EXPECT_EQ(would[0].verdict().policy_version(), 1u);
  EXPECT_EQ(would[0].reference(), "");
  EXPECT_EQ(would[0].retention(), v1::RETENTION_BLOCK);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), IsEmpty());
  terminal.bus.Unplug("2-1");
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED), SizeIs(2));
}

TEST_F(ObservingTest, ThePersonIsNotToldOfBlocksThatAreNone) {
  terminal.StartEnrolled();
  std::vector<v1::LocalNotice> notices;
  const auto watch =
      terminal.engine->Watch([&](const v1::LocalNotice& notice) { notices.push_back(notice); });
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_THAT(notices, IsEmpty());
  const auto asked = terminal.engine->RequestException("2-1", "forms");
  EXPECT_EQ(std::get<v1::LocalFailure>(asked).code(), "already-open");
}

TEST_F(ObservingTest, ADeviceThatAnotherProgramShutIsLeftShut) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.bus.Plug("2-2", Stick("A1"));
  terminal.Settle();
  terminal.bus.SetAuthorised("2-1", false);
  terminal.bus.SetAuthorised("2-2", false);
  terminal.Advance(10min);
  terminal.Restart();
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "USBGuard's, say: we only observe";
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
  terminal.bus.SetAuthorised("2-2", true);
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty());
}

TEST_F(ObservingTest, AGrantIsAcceptedAndItsEndClosesNothing) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", 1min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_ACCEPTED), SizeIs(1));
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty()) << "it would shut what is only observed";
  terminal.Advance(5min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_ENDED), SizeIs(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.bus.effects(), IsEmpty());
}

TEST_F(ObservingTest, NoRefusalIsAttackedAndNothingIsClaimed) {
  terminal.probes.Set({"usb.new-device", platform::ProbeEnd::kOpen, "would authorise"});
  terminal.StartEnrolled();
  EXPECT_THAT(terminal.bus.effects(), Not(Contains("deny"))) << "loose is what it is to be";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty());
  const v1::LocalStatusReply status = terminal.engine->Status();
  const v1::Probe* probe = Find(status, "usb.new-device");
  ASSERT_NE(probe, nullptr);
  EXPECT_EQ(probe->result(), v1::PROBE_RESULT_UNTRIED)
      << "a console that knows no modes must not take it for protected";
  EXPECT_EQ(status.mode(), v1::MODE_OBSERVE);
}

TEST_F(ObservingTest, AFullDiskMakesNoDeviceOneThatWouldBeBlocked) {
  terminal.StartEnrolled();
  terminal.BreakSpool();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.bus.Plug("2-2", Hub());
  terminal.Settle();
  terminal.files.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(2min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED), SizeIs(1)) << "2-2";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED), SizeIs(1)) << "2-1";
}

TEST_F(ObservingTest, TheModeOfAnInstallationIsToldOnce) {
  terminal.Start();
  terminal.Restart();
  terminal.Reboot();
  terminal.Start();
  EXPECT_THAT(Changes(terminal), ElementsAre(">observe installed"));
}

class TrialTest : public ::testing::Test {
 protected:
  TrialTest() {
    terminal.boot_control.Install({BootMode::kTrial, 900s});
    terminal.boot_control.Boot();
  }
  Terminal terminal;
};

TEST_F(TrialTest, ItRefusesAndSaysHowLongItStillDoes) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
  const v1::LocalStatusReply status = terminal.engine->Status();
  EXPECT_EQ(status.mode(), v1::MODE_TRIAL);
  EXPECT_EQ(platform::BootTime(status.trial_remaining_ns()), 900s - terminal.clock.Now());
}

TEST_F(TrialTest, ConfirmingItEnforcesAtOnceAndForGood) {
  terminal.StartEnrolled();
  const auto confirmed = terminal.engine->Confirm();
  ASSERT_TRUE(std::holds_alternative<v1::LocalConfirmReply>(confirmed));
  EXPECT_EQ(std::get<v1::LocalConfirmReply>(confirmed).mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(terminal.boot_control.Next().mode, BootMode::kEnforce);
  EXPECT_EQ(FailureOf(terminal.engine->Confirm()), "") << "twice is as good";
  terminal.Advance(20min);
  EXPECT_EQ(ModeOf(terminal), v1::MODE_ENFORCE);
  EXPECT_THAT(Changes(terminal), ElementsAre(">trial installed", "trial>enforce confirmed"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE), IsEmpty());
}

TEST_F(TrialTest, AConfirmationThatCannotBeWrittenIsNone) {
  terminal.StartEnrolled();
  terminal.boot_control.FailNext(ENOSPC);
  EXPECT_EQ(FailureOf(terminal.engine->Confirm()), "mode-unwritable");
  EXPECT_EQ(ModeOf(terminal), v1::MODE_TRIAL);
}

TEST_F(TrialTest, AConfirmationThatIsHalfWrittenHolds) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.boot_control.Install({BootMode::kEnforce, 900s});  // the next boot, and not yet this one
  terminal.Advance(20min);
  EXPECT_EQ(ModeOf(terminal), v1::MODE_ENFORCE);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE), IsEmpty());
}

TEST_F(TrialTest, NothingIsConfirmedWhereThereIsNoTrial) {
  terminal.boot_control.Install({BootMode::kObserve, 900s});
  terminal.boot_control.Boot();
  terminal.Start();
  EXPECT_EQ(FailureOf(terminal.engine->Confirm()), "no-trial");
  EXPECT_EQ(terminal.boot_control.sets(), 0);
}

TEST_F(TrialTest, WhatTheBarrierUndoesIsNotShutAgain) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.clock.SetNow(900s);
  // It opens, and only then writes down that it did.
  terminal.bus.SetNewDevices(platform::fake::NewDevices::kAuthorised);
  terminal.bus.SetAuthorised("2-1", true);
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty());
  terminal.boot_control.Undo("running");
  terminal.Restart();
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(ModeOf(terminal), v1::MODE_OBSERVE);
  const std::vector<v1::Event> undone = terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE);
  ASSERT_THAT(undone, SizeIs(1)) << "once a boot, however often agentd starts";
  EXPECT_EQ(ParameterOf(undone[0], "where"), "running");
  EXPECT_EQ(ParameterOf(undone[0], "seconds"), "900");
  EXPECT_THAT(Changes(terminal), ElementsAre(">trial installed", "trial>observe undone"));
}

TEST_F(TrialTest, TheDeadlineOpensEvenWhenNobodyRestartsAgentd) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Advance(905s - terminal.clock.Now());
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "and not a minute later";
  EXPECT_EQ(terminal.bus.new_devices(), platform::fake::NewDevices::kAuthorised);
  EXPECT_EQ(ModeOf(terminal), v1::MODE_OBSERVE);
}

TEST_F(TrialTest, WhatAgentdUndoesIsWrittenForTheAlarmThatIsLate) {
  terminal.StartEnrolled();
  terminal.Advance(16min);
  EXPECT_EQ(terminal.boot_control.Now().mode, BootMode::kObserve);
  EXPECT_EQ(terminal.boot_control.Next().mode, BootMode::kObserve);
  EXPECT_EQ(terminal.boot_control.sets(), 1);
  terminal.Restart();
  terminal.Advance(16min);
  EXPECT_EQ(terminal.boot_control.sets(), 1) << "once";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE), SizeIs(1));
}

TEST_F(TrialTest, OneThatWasUndoneBeforeTheDiskWasThereIsTold) {
  terminal.boot_control.Undo("initramfs");
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Start();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ASSERT_THAT(terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE), SizeIs(1));
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_TRIAL_UNDONE)[0], "where"), "initramfs");
}

TEST_F(TrialTest, AGrantGoesOnAcrossARestartOfTheAgent) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", 5min);
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.bus.ForgetEffects();
  terminal.engine->Stop();
  terminal.Restart();
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("deny")) << "closes nothing, opens nothing";
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(TrialTest, AGrantThatOutlivesItClosesNothingAtItsEnd) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", 20min);
  terminal.Advance(16min);
  ASSERT_EQ(ModeOf(terminal), v1::MODE_OBSERVE);
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty());
  // The alarm that hands an open medium over to the backstop comes shortly before the grant's end.
  for (int second = 0; second < 300; ++second) {
    terminal.Advance(1s);
    ASSERT_THAT(terminal.backstop.armed(), IsEmpty()) << "it would shut what is only observed";
  }
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST(EnforcingTest, WhatRootEndsWithTheBarrierIsFollowedAndReported) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  ASSERT_TRUE(terminal.boot_control.SetNext({BootMode::kObserve, 900s}).ok());
  terminal.bus.SetNewDevices(platform::fake::NewDevices::kAuthorised);
  terminal.bus.SetAuthorised("2-1", true);
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty());
  EXPECT_THAT(Changes(terminal), ElementsAre(">enforce installed", "enforce>observe installed"));
}

class RescueTest : public ::testing::Test {
 protected:
  RescueTest() { terminal.boot_control.BootRescue(); }
  Terminal terminal;
};

TEST_F(RescueTest, KeyboardsAndHubsComeUpUnaskedAndNothingElseDoes) {
  terminal.bus.SetNewDevices(platform::fake::NewDevices::kDenied);
  terminal.bus.Plug("2-1", Keyboard());
  terminal.bus.Plug("2-2", Hub());
  terminal.bus.Plug("2-3", Stick("A1"));
  terminal.bus.Plug("2-4", KeyboardWithStorage());
  platform::DeviceFacts with_unknown = Keyboard();
  with_unknown.descriptors = Descriptors(0x046d, 0xc31c, {kBootKeyboard, {0xff, 0, 0}});
  terminal.bus.Plug("1-1", with_unknown);
  terminal.Start();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
  EXPECT_FALSE(terminal.bus.Authorised("2-3"));
  EXPECT_FALSE(terminal.bus.Authorised("2-4"));
  EXPECT_FALSE(terminal.bus.Authorised("1-1")) << "whatever its other half is";
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty()) << "in this boot alone";
}

TEST_F(RescueTest, ItIsToldOnceABootAndTheModeOnDiskIsUntouched) {
  terminal.Start();
  terminal.Restart();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_RESCUE_BOOTED), SizeIs(1));
  EXPECT_EQ(terminal.engine->Status().next_mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(terminal.boot_control.sets(), 0);
  terminal.Reboot();
  terminal.Start();
  EXPECT_EQ(ModeOf(terminal), v1::MODE_ENFORCE);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_RESCUE_BOOTED), SizeIs(1));
  EXPECT_THAT(Changes(terminal), ElementsAre(">rescue rescue", "rescue>enforce rescue"));
}

TEST(BootImageTest, AStaleOneIsAnOpenProtectionAndToldOnce) {
  Terminal terminal;
  const std::string detail = "/boot/initrd.img-6.1.0-18-amd64 lacks the adopted devices";
  terminal.boot_control.SetImage({platform::BootImage::State::kStale, detail});
  terminal.StartEnrolled();
  terminal.Advance(20min);
  terminal.Restart();
  const std::vector<v1::Event> stale = terminal.Events(v1::EVENT_KIND_BOOT_IMAGE_STALE);
  ASSERT_THAT(stale, SizeIs(1));
  EXPECT_EQ(ParameterOf(stale[0], "image"), "/boot/initrd.img-6.1.0-18-amd64");
  EXPECT_EQ(ParameterOf(stale[0], "lacks"), "the adopted devices");
  const v1::LocalStatusReply status = terminal.engine->Status();
  ASSERT_NE(Find(status, "boot.image"), nullptr);
  EXPECT_EQ(Find(status, "boot.image")->result(), v1::PROBE_RESULT_OPEN);
  EXPECT_EQ(Find(status, "boot.image")->detail(), detail);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty()) << "this boot holds";

  terminal.boot_control.SetImage({platform::BootImage::State::kCarried, ""});
  (void)terminal.engine->Doctor();
  EXPECT_EQ(Find(terminal.engine->Status(), "boot.image")->result(), v1::PROBE_RESULT_HOLDS);
  terminal.boot_control.SetImage({platform::BootImage::State::kStale, detail});
  (void)terminal.engine->Doctor();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BOOT_IMAGE_STALE), SizeIs(2)) << "anew is news";
}

}  // namespace
}  // namespace sekisho::testing
