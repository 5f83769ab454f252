#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/medium_guard.h"
#include "tests/unit/agent/engine/rig.h"

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

const MediumNode kDisk{MediumNode::Kind::kBlock, 8, 16, 5, "sdb"};
const MediumNode kGeneric{MediumNode::Kind::kCharacter, 21, 1, 0, "sg1"};
const MediumNode kCard{MediumNode::Kind::kBlock, 179, 0, 9, "mmcblk0"};

platform::DeviceFacts Attached(AttachmentFacts::Bus bus, AttachmentFacts::Kind kind,
                               std::string serial) {
  platform::DeviceFacts facts;
  facts.attachment = AttachmentFacts{.bus = bus, .kind = kind};
  for (const char each : serial) facts.descriptors.push_back(static_cast<std::byte>(each));
  facts.product = "SC08G";
  facts.serial = std::move(serial);
  return facts;
}

platform::DeviceFacts Card(std::string serial) {
  return Attached(AttachmentFacts::Bus::kMmc, AttachmentFacts::Kind::kStorage, std::move(serial));
}

class MediumTest : public ::testing::Test {
 protected:
  MediumTest() { terminal.medium_guard = &guard; }
  // A stick is plugged, and its disk shows once it is let in.
  void PlugStick() {
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
  }
  void ShowDisk() {
    guard.Appear(kDisk);
    guard.Appear(kGeneric);
    terminal.bus.SetMedia("2-1", {kDisk, kGeneric});
    terminal.Settle();
  }
  void PlugCard(const std::string& serial = "C1") {
    guard.Appear(kCard);
    terminal.bus.Plug("mmc0:4567", Card(serial));
    terminal.bus.SetMedia("mmc0:4567", {kCard});
    terminal.Settle();
  }
  std::string GrantReadOnly(const std::string& port_path, unsigned number = 1) {
    v1::GrantClaims claims = terminal.ClaimsFor(port_path, number, 60s);
    claims.set_action(v1::ACTION_READ_ONLY);
    terminal.live_grants.insert(claims.grant_id());
    terminal.FromConsole(terminal.console.SealGrant(claims));
    return claims.grant_id();
  }
  void AllowStorage(v1::Action action, std::uint64_t version) {
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("storage");
    rule->mutable_match()->add_classes(v1::DEVICE_CLASS_STORAGE);
    rule->set_action(action);
    terminal.newest_bundle_version = version;
    terminal.FromConsole(
        terminal.console.SealBundle(terminal.console.BundleOf(std::move(policy), version)));
  }
  const v1::LocalDevice* Listed(const std::string& handle) {
    listed_ = terminal.engine->Devices();
    const auto found = std::ranges::find(listed_.devices(), handle, &v1::LocalDevice::handle);
    return found == listed_.devices().end() ? nullptr : &*found;
  }
  Terminal terminal;
  platform::fake::FakeMediumGuard guard{terminal.clock, GuardState::kObserves};
  EndsFirst ends_first{terminal};
  v1::LocalDevicesReply listed_;
};

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

// ---- Read-only.

TEST_F(MediumTest, AReadOnlyGrantIsAttackedBeforeItIsAnnounced) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  std::vector<std::string> announced_before_the_attack;
  terminal.medium_hold.WhenRefused([&](const MediumNode&, int) {
    std::ranges::copy_if(guard.effects(), std::back_inserter(announced_before_the_attack),
                         [](const std::string& each) { return each.starts_with("announce"); });
  });
  ShowDisk();
  EXPECT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadOnly));
  EXPECT_FALSE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
  EXPECT_FALSE(guard.Admitted(kGeneric)) << "commands that write go through it";
  EXPECT_THAT(terminal.medium_hold.effects(), ElementsAre("try sdb"));
  EXPECT_TRUE(announced_before_the_attack.empty());
  EXPECT_THAT(guard.effects(), Contains("announce sdb"));
  const std::vector<v1::Event> opened = terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED);
  ASSERT_THAT(opened, SizeIs(1));
  EXPECT_EQ(ParameterOf(opened[0], "action"), "read_only");
  EXPECT_EQ(ParameterOf(opened[0], "proof"), "raw: open for writing: not permitted");
  terminal.Advance(2min);
  EXPECT_FALSE(guard.Admitted(kDisk));
}

TEST_F(MediumTest, AReadOnlyThatDoesNotHoldIsShutAndToldAndNotTriedAgain) {
  terminal.StartEnrolled();
  PlugStick();
  terminal.medium_hold.Leak("sdb");
  GrantReadOnly("2-1");
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
  const std::vector<v1::Event> broken = terminal.Events(v1::EVENT_KIND_READ_ONLY_BROKEN);
  ASSERT_THAT(broken, SizeIs(1));
  EXPECT_EQ(ParameterOf(broken[0], "node"), "sdb");
  EXPECT_EQ(ParameterOf(broken[0], "how"), "raw: write of 512 bytes");
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "the whole device";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_OPENED), IsEmpty());
  EXPECT_THAT(guard.effects(), Not(Contains("announce sdb")));
  terminal.Advance(61s);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_READ_ONLY_BROKEN), SizeIs(1));
}

TEST_F(MediumTest, AMediumThatCannotBeTriedIsNotOpenedReadOnly) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.FailNext("TryToWrite", ETIMEDOUT);
  ShowDisk();
  EXPECT_FALSE(guard.Admitted(kDisk));
  EXPECT_THAT(guard.effects(), Not(Contains("announce sdb")));
}

TEST_F(MediumTest, OurOwnAttemptToWriteIsNoRefusal) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.WhenRefused([&](const MediumNode& node, int pid) {
    guard.Try(node, MediumRefusal::Operation::kWrite, pid, 0, "sekisho-agentd");
    guard.Try(node, MediumRefusal::Operation::kCommand, pid, 0, "sekisho-agentd");
  });
  ShowDisk();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), IsEmpty());
  // The number of a process that ended is given out again.
  guard.Try(kDisk, MediumRefusal::Operation::kWrite, platform::fake::FakeMediumHold::kPid, 0,
            "sekisho-agentd");
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), SizeIs(1));
}

TEST_F(MediumTest, NobodyHidesBehindOurOwnAttemptToWrite) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  terminal.medium_hold.WhenRefused([&](const MediumNode& node, int pid) {
    for (int i = 0; i < 2; ++i) {  // ours, and root's under our name: the guard counts them as one
      guard.Try(node, MediumRefusal::Operation::kWrite, pid, 0, "sekisho-agentd");
    }
  });
  ShowDisk();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), SizeIs(1));
}

TEST_F(MediumTest, MountingToWriteWhatIsThenMountedToReadIsNoRefusal) {
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  ShowDisk();
  guard.Try(kDisk, MediumRefusal::Operation::kMount, 99, 0, "udisksd");
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_MEDIUM_REFUSED), IsEmpty());
}

TEST_F(MediumTest, ReadOnlyIsRefusedWhereNothingHoldsIt) {
  guard.SetState(GuardState::kUnsupported);
  terminal.StartEnrolled();
  PlugStick();
  GrantReadOnly("2-1");
  const std::vector<v1::Event> refused = terminal.Events(v1::EVENT_KIND_GRANT_REFUSED);
  ASSERT_THAT(refused, SizeIs(1));
  EXPECT_EQ(ParameterOf(refused[0], "cause"), "action_unavailable");
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(MediumTest, ReadOnlyIsNotPromisedOfWhatIsMoreThanADisk) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", KeyboardWithStorage());
  terminal.Settle();
  GrantReadOnly("2-1");
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(Listed("2-1")->verdict().reason(), v1::VERDICT_REASON_READ_ONLY_UNAVAILABLE);
}

TEST_F(MediumTest, WhatWasOpenToWriteIsShutBeforeItIsReadOnly) {
  terminal.StartEnrolled();
  AllowStorage(v1::ACTION_ALLOW, 2);
  PlugStick();
  ShowDisk();
  ASSERT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
  terminal.media.Mount("2-1");
  AllowStorage(v1::ACTION_READ_ONLY, 3);
  EXPECT_FALSE(terminal.media.Mounted("2-1"));
  EXPECT_THAT(terminal.bus.effects(), Contains("deauthorise 2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ShowDisk();  // it comes with its driver, anew
  EXPECT_TRUE(guard.WouldOpen(kDisk, MediumAccess::kReadOnly));
  EXPECT_FALSE(guard.WouldOpen(kDisk, MediumAccess::kReadWrite));
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
