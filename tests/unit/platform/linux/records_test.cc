// What sekisho-barrier leaves for agentd to report.
#include <gtest/gtest.h>

#include "platform/linux/backstop.h"
#include "platform/linux/clock.h"
#include "platform/linux/closure_record.h"
#include "platform/linux/probe_record.h"
#include "platform/linux/probes.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

Closure Sample() {
  Closure closure;
  closure.opened = {"0b1d-4e", "2-1.4", std::string(64, 'a')};
  closure.at = BootTime(123456789);
  closure.ended = {{.pid = 42, .uid = 1000, .program = "cp x\nend", .started = 777}};
  closure.done = {"flushed", "deauthorised"};
  closure.failed = {"unmounted: unmount /media/x: Device or resource busy"};
  return closure;
}

TEST(ClosureRecord, WhatIsWrittenReadsBack) {
  const std::optional<Closure> read = ParseClosure(WriteClosure(Sample()));
  ASSERT_TRUE(read);
  EXPECT_EQ(WriteClosure(*read), WriteClosure(Sample()));
  EXPECT_EQ(read->ended[0].program, "cp x\nend");
  EXPECT_EQ(read->at, BootTime(123456789));
}

TEST(ClosureRecord, NoPartOfARecordIsARecord) {
  const std::string whole = WriteClosure(Sample());
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_FALSE(ParseClosure(whole.substr(0, n)));
}

TEST(Backstop, FindsItsClosuresOldestFirstAndForgetsThem) {
  Scratch scratch;
  Closure late = Sample();
  late.opened.grant_id = "late";
  late.at = BootTime(2);
  Closure early = Sample();
  early.opened.grant_id = "early";
  early.at = BootTime(1);
  scratch.Write("late.closure", WriteClosure(late));
  scratch.Write("early.closure", WriteClosure(early));
  scratch.Write("garbage.closure", "?");
  scratch.Write("renamed.closure", WriteClosure(early));
  LinuxClock clock;
  SystemdBackstop backstop(clock, scratch.path());
  Result<std::vector<Closure>> closures = backstop.Closures();
  ASSERT_TRUE(closures.ok());
  ASSERT_EQ(closures->size(), 2u);
  EXPECT_EQ((*closures)[0].opened.grant_id, "early");
  EXPECT_TRUE(backstop.ForgetClosure("early").ok());
  EXPECT_TRUE(backstop.ForgetClosure("early").ok()) << "twice is fine";
  EXPECT_EQ(backstop.Closures()->size(), 1u);
  EXPECT_FALSE(backstop.ForgetClosure("../late").ok());
}

ProbeRecord Record(ProbeEnd end) {
  return {{"usb.new-device", end, "a stick was refused"}, BootTime(5)};
}

TEST(ProbeRecord, WhatIsWrittenReadsBack) {
  for (const ProbeEnd end : {ProbeEnd::kHolds, ProbeEnd::kOpen, ProbeEnd::kUntried}) {
    const std::optional<ProbeRecord> read = ParseProbeRecord(WriteProbeRecord(Record(end)));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->attempt.end, end);
    EXPECT_EQ(read->attempt.detail, "a stick was refused");
  }
  EXPECT_FALSE(ParseProbeRecord("sekisho-probe 1\nname x\nresult good\nat 1\ndetail \nend\n"));
}

class ProbesTest : public testing::Test {
 protected:
  ProbeAttempt NewDevice() {
    return LinuxProbes(sysfs_.path(), sysfs_.path("record")).Try({}, {})[0];
  }
  ScratchSysfs sysfs_;
};

TEST_F(ProbesTest, WithoutAnAttemptInThisBootItIsUntried) {
  sysfs_.Write("module/usbcore/parameters/authorized_default", "0\n");
  EXPECT_EQ(NewDevice().end, ProbeEnd::kUntried);
}

TEST_F(ProbesTest, TheAttemptCountsAsLongAsNothingWasOpenedSince) {
  sysfs_.Write("record", WriteProbeRecord(Record(ProbeEnd::kHolds)));
  sysfs_.Write("module/usbcore/parameters/authorized_default", "0\n");
  sysfs_.Write("bus/usb/devices/usb1/authorized_default", "0\n");
  EXPECT_EQ(NewDevice().end, ProbeEnd::kHolds);
  sysfs_.Write("bus/usb/devices/usb1/authorized_default", "1\n");
  EXPECT_EQ(NewDevice().end, ProbeEnd::kOpen);
}

TEST_F(ProbesTest, NothingIsClaimedOfRefusedDevicesWhereThereAreNone) {
  const std::vector<ProbeAttempt> attempts =
      LinuxProbes(sysfs_.path(), sysfs_.path("record")).Try({}, {});
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[0].name, "usb.new-device");
  EXPECT_EQ(attempts[1].name, "disk.refused-medium");
}

TEST_F(ProbesTest, AKernelThatAsksNoProgramsHoldsNoMedium) {
  sysfs_.Write("kernel/security/lsm", "lockdown,capability,apparmor\n");
  const ProbeAttempt attempt = LinuxProbes(sysfs_.path(), sysfs_.path("record")).Try({}, {})[1];
  EXPECT_EQ(attempt.end, ProbeEnd::kOpen);
  EXPECT_NE(attempt.detail.find("BPF"), std::string::npos);
}

TEST_F(ProbesTest, AnAttemptThatWentThroughIsSaid) {
  sysfs_.Write("record", WriteProbeRecord(Record(ProbeEnd::kOpen)));
  sysfs_.Write("module/usbcore/parameters/authorized_default", "0\n");
  EXPECT_EQ(NewDevice().end, ProbeEnd::kOpen);
}

}  // namespace
}  // namespace sekisho::platform
