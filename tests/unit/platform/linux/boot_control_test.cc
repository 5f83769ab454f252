#include "platform/linux/boot_control.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "platform/linux/boot_mode.h"
#include "platform/linux/files.h"
#include "platform/linux/opening.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using std::chrono::seconds;
using Undoing = LinuxBootControl::Undoing;

TEST(Opening, LetsNewDevicesInAndAuthorisesThoseThatAreThere) {
  ScratchSysfs sysfs;
  sysfs.Write("bus/usb/devices/usb1/authorized_default", "0\n");
  const std::string stick = sysfs.Plug("1-1", "S", StickDescriptors());
  sysfs.Write(stick + "/authorized", "0\n");
  ASSERT_TRUE(OpenEverything(sysfs.path()).ok());
  EXPECT_EQ(sysfs.Read("module/usbcore/parameters/authorized_default"), "-1");
  EXPECT_EQ(sysfs.Read("bus/usb/devices/usb1/authorized_default"), "1\n");
  EXPECT_EQ(sysfs.Read(stick + "/authorized"), "1\n");
}

class BootControlOnDisk : public ::testing::Test {
 protected:
  BootControlOnDisk()
      : control(files, [this] { return Carry(); }, Paths(), [this] { return clock; }) {
    std::filesystem::create_directories(scratch.path("etc"));
    stick = sysfs.Plug("1-1", "S", StickDescriptors());
    sysfs.Write(stick + "/authorized", "0\n");
    sysfs.Write("module/usbcore/parameters/authorized_default", "0\n");
  }
  BootControlPaths Paths() {
    BootControlPaths paths;
    paths.image.mode = scratch.path("etc/mode");
    paths.image.rules = scratch.path("rules");
    paths.image.boot = scratch.path("boot");
    paths.image.menu = scratch.path("boot/grub/grub.cfg");
    paths.image.stamp = scratch.path("stamp");
    paths.image.lock = scratch.path("image.lock");
    paths.boot = scratch.path("run/boot");
    paths.lock = scratch.path("run/boot.lock");
    paths.trial_undone = scratch.path("run/trial-undone");
    paths.opening = scratch.path("run/opening");
    paths.probe_record = scratch.path("run/probe");
    paths.sysfs = sysfs.path();
    return paths;
  }
  Outcome Carry() {
    ++carried;
    return Done{};
  }
  void InTrial() {
    ASSERT_TRUE(control.Begin({BootMode::kTrial, seconds(900), ""}).ok());
    ASSERT_TRUE(control.SetNext({BootMode::kTrial, seconds(900)}).ok());
    carried = 0;
  }
  bool Shut() { return sysfs.Read(stick + "/authorized") == "0\n"; }

  Scratch scratch;
  ScratchSysfs sysfs;
  std::string stick;
  LinuxFiles files;
  int carried = 0;
  BootTime clock = seconds(600);
  LinuxBootControl control;
};

TEST_F(BootControlOnDisk, WithoutAnyFileThisBootAndTheNextEnforce) {
  EXPECT_EQ(control.Now().mode, BootMode::kEnforce);
  EXPECT_EQ(control.Next().mode, BootMode::kEnforce);
}

TEST_F(BootControlOnDisk, ATrialOrderedWhileObservingBeginsWithTheNextBoot) {
  ASSERT_TRUE(control.Begin({BootMode::kObserve, {}, ""}).ok());
  ASSERT_TRUE(control.SetNext({BootMode::kTrial, seconds(120)}).ok());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
  EXPECT_EQ(control.Next().mode, BootMode::kTrial);
  EXPECT_EQ(control.Next().trial, seconds(120));
  EXPECT_EQ(carried, 1);
}

TEST_F(BootControlOnDisk, EnforcingConfirmsTheTrialThatRunsAndItIsNotUndoneLater) {
  InTrial();
  ASSERT_TRUE(control.SetNext({BootMode::kEnforce, seconds(900)}).ok());
  EXPECT_EQ(control.Now().mode, BootMode::kEnforce);
  Result<Undoing> undone = control.UndoTrial();
  ASSERT_TRUE(undone.ok());
  EXPECT_EQ(*undone, Undoing::kNothing);
  EXPECT_TRUE(Shut());
  EXPECT_EQ(control.Next().mode, BootMode::kEnforce);
}

TEST_F(BootControlOnDisk, ATrialThatNobodyConfirmsIsUndoneForThisBootAndTheNext) {
  InTrial();
  scratch.Write("run/probe", "a record");
  Result<Undoing> undone = control.UndoTrial();
  ASSERT_TRUE(undone.ok());
  EXPECT_EQ(*undone, Undoing::kUndone);
  EXPECT_FALSE(Shut());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
  EXPECT_EQ(control.Now().undone, "running");
  EXPECT_EQ(control.Next().mode, BootMode::kObserve);
  EXPECT_EQ(carried, 1);
  EXPECT_FALSE(std::filesystem::exists(scratch.path("run/probe"))) << "what it said holds no more";
  EXPECT_EQ(*control.UndoTrial(), Undoing::kNothing) << "once";
}

TEST_F(BootControlOnDisk, AnUndoneTrialOpensThoughTheDiskCannotBeWrittenAndIsWrittenLater) {
  InTrial();
  const std::string mode = scratch.Read("etc/mode");
  std::filesystem::remove_all(scratch.path("etc"));
  scratch.Write("etc", "no directory");
  EXPECT_FALSE(control.UndoTrial().ok());
  EXPECT_FALSE(Shut());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
  std::filesystem::remove(scratch.path("etc"));
  scratch.Write("etc/mode", mode);
  EXPECT_TRUE(control.UndoTrial().ok());
  EXPECT_EQ(control.Next().mode, BootMode::kObserve);
}

TEST_F(BootControlOnDisk, WhatTheInitramfsUndidIsWrittenForTheNextBoot) {
  InTrial();
  scratch.Write("run/trial-undone", "");
  ASSERT_TRUE(control.Begin({BootMode::kObserve, {}, "initramfs"}).ok());
  ASSERT_TRUE(control.UndoTrial().ok());
  EXPECT_EQ(control.Next().mode, BootMode::kObserve);
  EXPECT_EQ(control.Now().undone, "initramfs");
  // A trial ordered after that is a new one.
  ASSERT_TRUE(control.SetNext({BootMode::kTrial, seconds(900)}).ok());
  ASSERT_TRUE(control.UndoTrial().ok());
  EXPECT_EQ(control.Next().mode, BootMode::kTrial);
}

TEST_F(BootControlOnDisk, ATrialOrderedBeforeAnUndoneOneWasWrittenIsTheLaterWord) {
  InTrial();
  scratch.Write("run/trial-undone", "");
  ASSERT_TRUE(control.Begin({BootMode::kObserve, {}, "initramfs"}).ok());
  ASSERT_TRUE(control.SetNext({BootMode::kTrial, seconds(900)}).ok());
  ASSERT_TRUE(control.UndoTrial().ok());
  EXPECT_EQ(control.Next().mode, BootMode::kTrial);
}

TEST_F(BootControlOnDisk, ObservingLetsEverythingInAtOnceButNotInARescue) {
  ASSERT_TRUE(control.Begin({BootMode::kRescue, {}, ""}).ok());
  ASSERT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_TRUE(Shut());
  EXPECT_EQ(control.Now().mode, BootMode::kRescue);
  ASSERT_TRUE(control.Begin({BootMode::kEnforce, {}, ""}).ok());
  ASSERT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_FALSE(Shut());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
  EXPECT_EQ(control.Now().undone, "") << "it was ordered";
}

TEST_F(BootControlOnDisk, ObservingThatCannotBeSaidOpensNothingAndIsDoneWhenItIsOrderedAgain) {
  ASSERT_TRUE(control.Begin({BootMode::kEnforce, {}, ""}).ok());
  std::filesystem::remove(scratch.path("run/boot"));
  scratch.Write("run/boot/in-the-way", "");
  EXPECT_FALSE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_EQ(control.Next().mode, BootMode::kObserve);
  EXPECT_TRUE(Shut()) << "or it would be open, and said to refuse";
  std::filesystem::remove_all(scratch.path("run/boot"));
  EXPECT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_FALSE(Shut());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
}

TEST_F(BootControlOnDisk, AnOpeningThatWasCutShortIsGoneOnWithAndADoneOneIsNot) {
  ASSERT_TRUE(control.Begin({BootMode::kEnforce, {}, ""}).ok());
  std::filesystem::remove(sysfs.path() + "/" + stick + "/authorized");
  sysfs.Write(stick + "/authorized/in-the-way", "");
  EXPECT_FALSE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve) << "it is not said to refuse any more";
  std::filesystem::remove_all(sysfs.path() + "/" + stick + "/authorized");
  sysfs.Write(stick + "/authorized", "0\n");
  EXPECT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_FALSE(Shut());
  sysfs.Write(stick + "/authorized", "0\n");
  EXPECT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_TRUE(Shut()) << "what another program shut since is its own";
}

TEST_F(BootControlOnDisk, ATrialThatIsOverIsUndoneAndNotConfirmedAnyMore) {
  InTrial();
  clock = seconds(900);
  ASSERT_TRUE(control.SetNext({BootMode::kEnforce, seconds(900)}).ok());
  EXPECT_EQ(control.Now().mode, BootMode::kObserve) << "what came up was decided on by nobody";
  EXPECT_EQ(control.Now().undone, "running");
  EXPECT_FALSE(Shut());
  EXPECT_EQ(*control.UndoTrial(), Undoing::kNothing) << "the alarm comes late";
  EXPECT_EQ(control.Now().mode, BootMode::kObserve);
  EXPECT_EQ(control.Next().mode, BootMode::kEnforce) << "the later word";
}

TEST_F(BootControlOnDisk, WhatIsUndoneAlreadyTheAlarmLeavesAlone) {
  InTrial();
  clock = seconds(902);
  ASSERT_TRUE(control.SetNext({BootMode::kObserve, seconds(900)}).ok());
  EXPECT_FALSE(Shut());
  EXPECT_EQ(control.Now().undone, "running");
  sysfs.Write(stick + "/authorized", "0\n");
  EXPECT_EQ(*control.UndoTrial(), Undoing::kNothing);
  EXPECT_TRUE(Shut()) << "nothing is opened twice";
  EXPECT_EQ(carried, 1);
}

TEST_F(BootControlOnDisk, ATrialConfirmedInTimeStaysConfirmedThoughNotedLate) {
  InTrial();
  scratch.Write("etc/mode", WriteNextBoot({BootMode::kEnforce, seconds(900)}));
  clock = seconds(902);
  ASSERT_TRUE(control.SetNext({BootMode::kEnforce, seconds(900)}).ok());
  EXPECT_EQ(control.Now().mode, BootMode::kEnforce);
  EXPECT_TRUE(Shut()) << "an enforced terminal is not opened";
}

TEST_F(BootControlOnDisk, RefusesWhatNoBootCanBe) {
  EXPECT_FALSE(control.SetNext({BootMode::kRescue, seconds(900)}).ok());
  EXPECT_FALSE(control.SetNext({BootMode::kTrial, seconds(59)}).ok());
  EXPECT_FALSE(control.SetNext({BootMode::kTrial, seconds(86401)}).ok());
  EXPECT_EQ(carried, 0);
}

TEST_F(BootControlOnDisk, AChangeIsBeingCarriedBeforeItCanBeStale) {
  scratch.Write("boot/vmlinuz-1", "kernel");
  scratch.Write("boot/initrd.img-1", "image");
  ASSERT_TRUE(control.SetNext({BootMode::kEnforce, seconds(900)}).ok());
  EXPECT_EQ(control.Image().state, BootImage::State::kCarrying);
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(scratch.path("etc/mode"), long_ago);
  EXPECT_EQ(control.Image().state, BootImage::State::kStale);
}

TEST_F(BootControlOnDisk, ARestartBeforeTheChangeWasCarriedIsNotYetStale) {
  scratch.Write("boot/vmlinuz-1", "kernel");
  scratch.Write("boot/initrd.img-1", "image");
  scratch.Write("etc/mode", WriteNextBoot({BootMode::kTrial, seconds(900)}));
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  std::filesystem::last_write_time(scratch.path("etc/mode"), long_ago);
  ASSERT_TRUE(control.Begin({BootMode::kTrial, seconds(900), ""}).ok());
  EXPECT_EQ(control.Image().state, BootImage::State::kCarrying) << "its turn is yet to come";
  scratch.Write("image.lock", "");
  EXPECT_EQ(control.Image().state, BootImage::State::kStale) << "it has had its turn";
  std::filesystem::remove(scratch.path("image.lock"));
  std::filesystem::last_write_time(scratch.path("run/boot"), long_ago);
  EXPECT_EQ(control.Image().state, BootImage::State::kStale) << "it never came";
}

}  // namespace
}  // namespace sekisho::platform
