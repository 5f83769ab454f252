#include <cerrno>
#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/medium_rig.h"

namespace sekisho::testing {
namespace {

using platform::AttachmentFacts;
using platform::BootMode;
using platform::GuardState;
using platform::MediumAccess;
using platform::MediumNode;
using platform::MediumRefusal;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

TEST_F(MediumTest, TheDiskOfAGrantedStickIsAdmittedUntilTheDeadline) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 1min);
  const platform::BootTime deadline = terminal.clock.Now() + 1min;
  ShowDisk();
  const auto admitted = guard.Admitted(kDisk);
  ASSERT_TRUE(admitted);
  EXPECT_EQ(admitted->access, MediumAccess::kReadWrite);
  EXPECT_EQ(admitted->deadline, deadline);
  EXPECT_TRUE(guard.Admitted(kGeneric));
  const std::vector<v1::Event> opened = terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED);
  ASSERT_THAT(opened, SizeIs(1)) << "a medium, not a node";
  EXPECT_EQ(ParameterOf(opened[0], "node"), "sdb");
  EXPECT_EQ(ParameterOf(opened[0], "action"), "allow");
  EXPECT_FALSE(opened[0].grant_id().empty());
  EXPECT_THAT(terminal.medium_hold.effects(), IsEmpty());
  EXPECT_THAT(guard.effects(), Contains("announce sdb"));
  terminal.Advance(2min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), SizeIs(1));
  EXPECT_FALSE(guard.Admitted(kDisk));
  EXPECT_THAT(guard.effects(), Contains("withdraw sdb"));
  terminal.ExpectWholeChain();
}

TEST_F(MediumTest, ARefusedSticksDiskIsNotAdmitted) {
  terminal.StartEnrolled();
  PlugStick();
  ShowDisk();
  EXPECT_FALSE(guard.WouldOpen(kDisk, MediumAccess::kReadOnly));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), IsEmpty());
}

TEST_F(MediumTest, IsWithdrawnBeforeItsDeviceIsShut) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 1min);
  ShowDisk();
  terminal.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "cp"});
  bool open_while_shutting = true;
  terminal.bus.BeforeNext("Deauthorise", [&] {
    open_while_shutting = guard.WouldOpen(kDisk, MediumAccess::kReadOnly);
  });
  (void)terminal.engine->Return("2-1");
  EXPECT_FALSE(guard.Admitted(kDisk)) << "while its holder is still being asked to go";
  terminal.Advance(3s);
  EXPECT_FALSE(open_while_shutting);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(MediumTest, WhatCannotBeRecordedIsNotAdmitted) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 1min);
  terminal.BreakSpool();
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
}

TEST_F(MediumTest, AnAdmissionThatFailsIsToldAndTriedAgainWithTheTick) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  guard.FailNext("Admit", EIO);
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
  const std::vector<v1::Event> failed = terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED);
  ASSERT_THAT(failed, SizeIs(1));
  EXPECT_EQ(ParameterOf(failed[0], "step"), "admit medium");
  terminal.Advance(61s);
  EXPECT_TRUE(guard.Admitted(kDisk));
}

TEST_F(MediumTest, ADiskThatTheKernelIsNotReadyWithIsAdmittedWithItsNotice) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  // Its sg node is told of while the disk is in sysfs and cannot be opened yet.
  for (const int error : {ENODEV, EPERM}) {
    guard.FailNext("Admit", error);
    ShowDisk();
    EXPECT_FALSE(guard.Admitted(kDisk));
  }
  ShowDisk();  // the kernel's "add" of the disk
  EXPECT_TRUE(guard.Admitted(kDisk)) << "at once, and not with the tick";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), SizeIs(1));
}

TEST_F(MediumTest, AMediumThatIsAnotherWhenItIsFirstOpenedIsAdmittedAsThatOne) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  MediumNode next = kDisk;
  next.sequence = 6;
  guard.BeforeNextAdmit([&] {
    guard.Appear(next);
    terminal.bus.SetMedia("2-1", {next, kGeneric});
    (void)terminal.source.Drain();  // told while the kernel was still adding the disk: swallowed
  });
  ShowDisk();
  EXPECT_TRUE(guard.Admitted(next));
  EXPECT_TRUE(guard.Admitted(kGeneric));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENFORCEMENT_FAILED), IsEmpty());
}

TEST_F(MediumTest, ADriveThatFindsAnotherMediumEachTimeIsNotLookedAtForEver) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  MediumNode next = kDisk;
  int looks = 0;
  std::function<void()> change = [&] {
    ++looks;
    ++next.sequence;
    guard.Appear(next);
    terminal.bus.SetMedia("2-1", {next});
    (void)terminal.source.Drain();
    guard.BeforeNextAdmit(change);
  };
  guard.BeforeNextAdmit(change);
  ShowDisk();
  EXPECT_LE(looks, 16);
  guard.BeforeNextAdmit(nullptr);
  terminal.Advance(61s);
  EXPECT_TRUE(guard.Admitted(next));
}

TEST_F(MediumTest, ANumberThatIsGivenOutAgainIsNobodysAdmission) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  ShowDisk();
  guard.ForgetEffects();
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  EXPECT_THAT(guard.effects(), Contains("withdraw sg1"));
}

TEST_F(MediumTest, AnotherDiscInTheSameDriveIsAdmittedAnew) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  ShowDisk();
  MediumNode next = kDisk;
  next.sequence = 6;
  guard.Appear(next);
  terminal.bus.SetMedia("2-1", {next, kGeneric});
  terminal.Settle();
  EXPECT_TRUE(guard.Admitted(next));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), SizeIs(2));
}

TEST_F(MediumTest, AfterARestartWhatStandsIsAdmittedAndNothingElse) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  ShowDisk();
  PlugCard();
  ASSERT_TRUE(guard.Admit(kCard, MediumAccess::kReadWrite, std::nullopt).ok());
  guard.ForgetEffects();
  terminal.Restart();
  EXPECT_TRUE(guard.Admitted(kDisk));
  EXPECT_THAT(guard.effects(), Contains(HasSubstr("admit sdb read-write until")));
  EXPECT_FALSE(guard.Admitted(kCard)) << "whoever admitted it, no verdict does";
}

TEST_F(MediumTest, ACardIsRefusedGrantedAndShutLikeAnyDevice) {
  terminal.StartEnrolled();
  PlugCard();
  const std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].device().bus(), v1::BUS_MMC);
  EXPECT_EQ(blocked[0].device().port_path(), "mmc0:4567");
  EXPECT_THAT(blocked[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_STORAGE));
  EXPECT_EQ(blocked[0].person().name(), "hanako");
  EXPECT_EQ(blocked[0].reference().size(), 6u);
  EXPECT_EQ(ParameterOf(blocked[0], "enforced"), "");
  EXPECT_FALSE(guard.WouldOpen(kCard, MediumAccess::kReadOnly));
  ASSERT_NE(Listed("mmc0:4567"), nullptr);
  EXPECT_FALSE(Listed("mmc0:4567")->authorised());

  const std::string grant_id = terminal.Grant("mmc0:4567", 1min);
  EXPECT_TRUE(guard.WouldOpen(kCard, MediumAccess::kReadWrite));
  EXPECT_TRUE(Listed("mmc0:4567")->authorised());
  EXPECT_EQ(terminal.backstop.armed().at(grant_id).opened.port_path, "mmc0:4567");
  terminal.media.Mount("mmc0:4567");
  terminal.Advance(1min);
  EXPECT_FALSE(guard.WouldOpen(kCard, MediumAccess::kReadOnly));
  EXPECT_FALSE(terminal.media.Mounted("mmc0:4567"));
  const std::vector<v1::Event> closed = terminal.Events(v1::EVENT_KIND_MEDIUM_CLOSED);
  ASSERT_THAT(closed, SizeIs(1));
  EXPECT_EQ(closed[0].grant_id(), grant_id);
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty());
  terminal.ExpectWholeChain();
}

TEST_F(MediumTest, AGrantOnACardOutlivesAgentd) {
  terminal.StartEnrolled();
  PlugCard();
  terminal.Grant("mmc0:4567", 10min);
  terminal.Restart();
  EXPECT_TRUE(guard.WouldOpen(kCard, MediumAccess::kReadWrite));
  EXPECT_TRUE(Listed("mmc0:4567")->authorised());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_OPENED), SizeIs(1)) << "it was open";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
}

TEST_F(MediumTest, AnotherCardInTheSlotIsAnotherDevice) {
  terminal.StartEnrolled();
  PlugCard();
  terminal.Grant("mmc0:4567", 10min);
  MediumNode other = kCard;
  other.sequence = 10;
  guard.Appear(other);
  terminal.bus.Swap("mmc0:4567", Card("C2"));
  terminal.bus.SetMedia("mmc0:4567", {other});
  terminal.Settle();
  EXPECT_FALSE(guard.WouldOpen(other, MediumAccess::kReadOnly));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(2));
}

TEST_F(MediumTest, TheMachinesOwnDisksAreNoDevices) {
  const MediumNode system{MediumNode::Kind::kBlock, 8, 0, 1, "sda"};
  guard.AppearOwn(system);
  terminal.bus.Plug(
      "ata1", Attached(AttachmentFacts::Bus::kAta, AttachmentFacts::Kind::kStorage, "SYSTEM"));
  terminal.bus.SetMedia("ata1", {system});
  terminal.StartEnrolled();
  EXPECT_EQ(Listed("ata1"), nullptr);
  EXPECT_TRUE(guard.WouldOpen(system, MediumAccess::kReadWrite));
  EXPECT_THAT(guard.effects(), Not(Contains("withdraw sda")));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), IsEmpty());
}

TEST_F(MediumTest, ASystemDiskOnUsbIsNotWithdrawn) {
  const MediumNode system{MediumNode::Kind::kBlock, 8, 0, 1, "sda"};
  terminal.StartEnrolled();
  PlugStick();
  guard.AppearOwn(system);
  terminal.bus.SetMedia("2-1", {system});
  terminal.Settle();
  EXPECT_THAT(guard.effects(), Not(Contains("withdraw sda")));
}

TEST_F(MediumTest, ARuleOpensWithoutADeadline) {
  terminal.StartEnrolled();
  AllowStorage(v1::ACTION_ALLOW, 2);
  PlugCard();
  const auto admitted = guard.Admitted(kCard);
  ASSERT_TRUE(admitted);
  EXPECT_FALSE(admitted->deadline);
  AllowStorage(v1::ACTION_BLOCK, 3);
  EXPECT_FALSE(guard.Admitted(kCard));
}

TEST_F(MediumTest, WhenObservingNothingIsRefusedAndAllIsTold) {
  terminal.boot_control.Install({BootMode::kObserve, 900s});
  terminal.boot_control.Boot();
  terminal.StartEnrolled();
  PlugCard();
  EXPECT_THAT(guard.effects(), ElementsAre("observe"));
  EXPECT_TRUE(guard.WouldOpen(kCard, MediumAccess::kReadWrite));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), IsEmpty());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED), SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST), IsEmpty());
}

TEST_F(MediumTest, WithoutASecondLayerACardIsSaidToBeReachable) {
  terminal.medium_guard = nullptr;
  terminal.bus.Plug(
      "ata1", Attached(AttachmentFacts::Bus::kAta, AttachmentFacts::Kind::kStorage, "SYSTEM"));
  (void)terminal.source.Drain();  // told long before agentd
  terminal.StartEnrolled();
  PlugCard();
  EXPECT_EQ(Listed("ata1"), nullptr) << "nobody can say that it is not the machine's own";
  const std::vector<v1::Event> blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED);
  ASSERT_THAT(blocked, SizeIs(1));
  EXPECT_EQ(blocked[0].device().port_path(), "mmc0:4567");
  EXPECT_EQ(ParameterOf(blocked[0], "enforced"), "no");
  EXPECT_TRUE(Listed("mmc0:4567")->authorised());
}

TEST_F(MediumTest, NobodyAdoptsWhatIsNotUsb) {
  terminal.StartEnrolled();
  PlugCard();
  const auto answer = terminal.engine->Adopt({"mmc0:4567"});
  ASSERT_TRUE(std::holds_alternative<v1::LocalFailure>(answer));
  EXPECT_EQ(std::get<v1::LocalFailure>(answer).code(), "not-adoptable");
}

// ---- The guard itself.

TEST_F(MediumTest, AGuardThatWasTakenAwayIsToldOnceAndPutBack) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  ShowDisk();
  guard.SetState(GuardState::kMissing);
  terminal.Advance(61s);
  std::vector<v1::Event> lost = terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST);
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(ParameterOf(lost[0], "what"), "missing");
  terminal.Advance(5min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST), SizeIs(1));
  guard.SetState(GuardState::kObserves);
  terminal.Advance(2min);
  lost = terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST);
  ASSERT_THAT(lost, SizeIs(2));
  EXPECT_EQ(ParameterOf(lost[1], "what"), "loose");
  EXPECT_EQ(guard.State(), GuardState::kStands) << "refusing again";
  EXPECT_TRUE(guard.Admitted(kDisk)) << "what stands was admitted again";
}

TEST_F(MediumTest, AKernelWithoutItIsTold) {
  guard.SetState(GuardState::kUnsupported);
  terminal.StartEnrolled();
  const std::vector<v1::Event> lost = terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST);
  ASSERT_THAT(lost, SizeIs(1));
  EXPECT_EQ(ParameterOf(lost[0], "what"), "kernel");
  terminal.Advance(10min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_GUARD_LOST), SizeIs(1));
}

TEST_F(MediumTest, WhoeverIsRefusedIsNamedAndAFloodIsOneCount) {
  terminal.StartEnrolled();
  PlugCard();
  for (int pid = 100; pid < 400; ++pid) {
    guard.Try(kCard, MediumRefusal::Operation::kOpen, pid, 1000, "dd");
    terminal.Settle();
  }
  std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(ParameterOf(refused[0], "operation"), "open");
  EXPECT_EQ(ParameterOf(refused[0], "node"), "mmcblk0");
  EXPECT_EQ(ParameterOf(refused[0], "program"), "dd");
  EXPECT_EQ(ParameterOf(refused[0], "uid"), "1000");
  EXPECT_EQ(refused[0].device().port_path(), "mmc0:4567");
  terminal.Advance(2min);
  refused = terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED);
  ASSERT_THAT(refused, SizeIs(2));
  EXPECT_EQ(ParameterOf(refused[1], "count"), "299");
}

TEST_F(MediumTest, WhoeverWasFasterThanTheVerdictIsNoRefusal) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.Grant("2-1", 10min);
  guard.Appear(kDisk);
  guard.Try(kDisk, MediumRefusal::Operation::kOpen, 99, 0, "(udev-worker)");
  terminal.bus.SetMedia("2-1", {kDisk});
  terminal.Settle();
  EXPECT_TRUE(guard.Admitted(kDisk));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), IsEmpty());
}

TEST_F(MediumTest, AWriteToWhatIsReadOnlyIsARefusal) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  ShowDisk();
  guard.Try(kDisk, MediumRefusal::Operation::kWrite, 99, 1000, "dd");
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), SizeIs(1));
}

}  // namespace
}  // namespace sekisho::testing
