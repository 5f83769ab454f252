#include "agent/barrier/boot_decision.h"

#include <gtest/gtest.h>

namespace sekisho::barrier {
namespace {

using platform::BootMode;
using platform::NextBoot;
using NewDevices = BootDecision::NewDevices;
using std::chrono::seconds;

constexpr const char* kPlain = "BOOT_IMAGE=/vmlinuz root=/dev/vda1 ro quiet\n";
constexpr const char* kDenied =
    "BOOT_IMAGE=/vmlinuz ro usbcore.authorized_default=0 sekisho.deny=1\n";

BootFacts Booted(BootMode wanted) {
  BootFacts facts;
  facts.command_line = kPlain;
  facts.wanted = {wanted, seconds(900)};
  return facts;
}

TEST(BootDecision, EnforcingAndTrialRefuseAndObservingLeavesTheKernelAlone) {
  EXPECT_EQ(DecideBoot(Booted(BootMode::kEnforce)).new_devices, NewDevices::kDeny);
  const BootDecision trial = DecideBoot(Booted(BootMode::kTrial));
  EXPECT_EQ(trial.new_devices, NewDevices::kDeny);
  EXPECT_EQ(trial.boot.mode, BootMode::kTrial);
  EXPECT_EQ(trial.boot.trial_deadline, seconds(900)) << "from the boot's start";
  const BootDecision observe = DecideBoot(Booted(BootMode::kObserve));
  EXPECT_EQ(observe.new_devices, NewDevices::kLeave);
  EXPECT_EQ(observe.boot.mode, BootMode::kObserve);
}

TEST(BootDecision, ObservingOpensWhatAnOldMenuOrInitramfsOfOursShut) {
  BootFacts menu = Booted(BootMode::kObserve);
  menu.command_line = kDenied;
  EXPECT_EQ(DecideBoot(menu).new_devices, NewDevices::kOpen);
  BootFacts image = Booted(BootMode::kObserve);
  image.initramfs = NextBoot{BootMode::kTrial, seconds(900)};
  EXPECT_EQ(DecideBoot(image).new_devices, NewDevices::kOpen);
  BootFacts theirs = Booted(BootMode::kObserve);
  theirs.command_line = "BOOT_IMAGE=/vmlinuz ro usbcore.authorized_default=0\n";
  theirs.initramfs = NextBoot{BootMode::kObserve, seconds(900)};
  EXPECT_EQ(DecideBoot(theirs).new_devices, NewDevices::kLeave) << "another's deny";
}

TEST(BootDecision, ATrialThatTheInitramfsUndidIsGoneOnWithAsOpen) {
  BootFacts facts = Booted(BootMode::kTrial);
  facts.command_line = kDenied;
  facts.initramfs = facts.wanted;
  facts.trial_undone = BootFacts::TrialUndone::kYes;
  const BootDecision decision = DecideBoot(facts);
  EXPECT_EQ(decision.boot.mode, BootMode::kObserve);
  EXPECT_EQ(decision.boot.undone, "initramfs");
  EXPECT_EQ(decision.new_devices, NewDevices::kOpen);
  // It was confirmed, and only the initramfs did not know yet.
  facts.wanted.mode = BootMode::kEnforce;
  EXPECT_EQ(DecideBoot(facts).new_devices, NewDevices::kDeny);
}

TEST(BootDecision, ATrialBeginsWithABootAndNotWithAnInstallation) {
  BootFacts facts = Booted(BootMode::kTrial);
  facts.began = BootFacts::Began::kWithout;
  EXPECT_EQ(DecideBoot(facts).boot.mode, BootMode::kObserve);
  facts.wanted.mode = BootMode::kEnforce;
  EXPECT_EQ(DecideBoot(facts).boot.mode, BootMode::kEnforce);
}

TEST(BootDecision, RunAgainItKeepsWhatThisBootIs) {
  BootFacts facts = Booted(BootMode::kTrial);
  facts.command_line = kDenied;
  facts.already = platform::ThisBoot{BootMode::kObserve, {}, "running"};
  EXPECT_EQ(DecideBoot(facts).new_devices, NewDevices::kLeave);
  EXPECT_EQ(DecideBoot(facts).boot.undone, "running");
  facts.already = platform::ThisBoot{BootMode::kEnforce, {}, ""};
  facts.wanted.mode = BootMode::kObserve;
  EXPECT_EQ(DecideBoot(facts).new_devices, NewDevices::kDeny);
}

TEST(BootDecision, TheRescueEntryRefusesAllElseWhateverTheMode) {
  for (const BootMode mode : {BootMode::kObserve, BootMode::kTrial, BootMode::kEnforce}) {
    BootFacts facts = Booted(mode);
    facts.command_line = "root=/dev/vda1 sekisho.rescue=1\n";
    EXPECT_EQ(DecideBoot(facts).boot.mode, BootMode::kRescue);
    EXPECT_EQ(DecideBoot(facts).new_devices, NewDevices::kDeny);
  }
}

TEST(BootDecision, OnlyTheWholeWordIsARescue) {
  for (const char* line :
       {"", "sekisho.rescue=0", "sekisho.rescue=10", "xsekisho.rescue=1", "a=sekisho.rescue=1"}) {
    EXPECT_EQ(RescueIn(line), Rescue::kNo) << line;
  }
  EXPECT_EQ(RescueIn("sekisho.rescue=1"), Rescue::kYes);
}

}  // namespace
}  // namespace sekisho::barrier
