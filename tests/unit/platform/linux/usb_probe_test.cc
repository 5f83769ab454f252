#include "platform/linux/usb_probe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "platform/linux/usb_node.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned kNobody = 65534;

// Real processes, of programs that misbehave as a captured worker would.
class UsbProbeTest : public testing::Test {
 protected:
  void SetUp() override {
    MakeLoop();
    if (getuid() != 0) GTEST_SKIP() << "changes its user: run as root";
    std::filesystem::permissions(programs_.path(), std::filesystem::perms(0755));
    sysfs_.Plug("2-1", "A1", StickDescriptors());
    sysfs_.Plug("2-2", "A2", StickDescriptors());
    worker_.uid = kNobody;
    worker_.gid = kNobody;
    worker_.bound = seconds(20);
    // The text itself, to be looked at; the real reader has tests of its own.
    worker_.parse = [](std::string_view text) -> std::optional<UsbAnswers> {
      if (!text.ends_with("end\n")) return std::nullopt;
      return UsbAnswers{{}, {std::string(text)}};
    };
    worker_.open_node = [](const SysfsDevice&, std::span<const std::uint8_t>) {
      return OpenAt(AT_FDCWD, "/dev/null", O_RDWR);
    };
  }

  void Does(const std::string& script) {
    programs_.Write("worker", "#!/bin/sh\n" + script + "\n");
    worker_.program = programs_.path("worker");
    ASSERT_EQ(chmod(worker_.program.c_str(), 0755), 0);
  }
  void Ask(LinuxUsbProbe& probe, const std::string& port_path = "2-1") {
    const auto device = std::move(*SysfsDevice::Open(sysfs_.path(), port_path));
    ++waiting_;
    probe.Ask(*device, [this](Result<UsbAnswers> answer) {
      answers_.push_back(std::move(answer));
      if (--waiting_ == 0) loop_->Stop();
    });
  }
  Result<UsbAnswers> AskOnce() {
    MakeLoop();
    LinuxUsbProbe probe(*loop_, clock_, worker_);
    Ask(probe);
    Run();
    return answers_.empty() ? MakeFailure(ENODATA, "no answer") : answers_.back();
  }
  // One that was stopped does not run again.
  void MakeLoop() {
    end_.reset();
    loop_ = std::move(*MakeEventLoop());
    end_ = loop_->At(clock_.Now() + seconds(60), [this] {
      ADD_FAILURE() << "took too long";
      loop_->Stop();
    });
  }
  void Run() {
    loop_->Run([this] { return clock_.Now() + std::chrono::minutes(1); });
  }
  static int ErrorOf(const Result<UsbAnswers>& answer) {
    return answer.ok() ? 0 : answer.failure().code.value();
  }

  Scratch programs_;
  ScratchSysfs sysfs_;
  LinuxClock clock_;
  std::unique_ptr<EventLoop> loop_;
  std::unique_ptr<EventLoop::Handle> end_;
  UsbProbeWorker worker_;
  std::vector<Result<UsbAnswers>> answers_;
  int waiting_ = 0;
};

TEST_F(UsbProbeTest, AWorkerThatAnswersIsHeard) {
  Does("echo compatible MTP; echo end");
  const Result<UsbAnswers> answer = AskOnce();
  ASSERT_TRUE(answer.ok()) << answer.failure().ToString();
  EXPECT_EQ(answer->compatible_ids.at(0), "compatible MTP\nend\n");
}

TEST_F(UsbProbeTest, TheWorkerIsNobodyAndHasTheNodeAndNothingElse) {
  const Fd secret(open("/etc/passwd", O_RDONLY));  // a descriptor that somebody forgot to mark
  ASSERT_EQ(setenv("SEKISHO_SECRET", "1", 1), 0);
  Does(
      "while read -r name a b c d; do case $name in\n"
      "  Uid:|Gid:|CapEff:|CapPrm:|CapInh:|CapAmb:|NoNewPrivs:|Groups:) echo $name $a $b $c $d;;\n"
      "esac; done </proc/self/status\n"
      "[ -z \"$SEKISHO_SECRET\" ] || echo leaked environment\n"
      "for n in 0 1 2 3 4 5 6 7 8 9; do [ ! -e /proc/$$/fd/$n ] || echo fd $n; done\n"
      "echo end");
  const Result<UsbAnswers> answer = AskOnce();
  unsetenv("SEKISHO_SECRET");
  ASSERT_TRUE(answer.ok()) << answer.failure().ToString();
  const std::string& text = answer->compatible_ids.at(0);
  EXPECT_NE(text.find("Uid: 65534 65534 65534 65534\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Gid: 65534 65534 65534 65534\n"), std::string::npos) << text;
  EXPECT_NE(text.find("Groups:\n"), std::string::npos) << text;
  for (const char* set : {"CapEff:", "CapPrm:", "CapInh:", "CapAmb:"}) {
    EXPECT_NE(text.find(std::string(set) + " 0000000000000000\n"), std::string::npos) << text;
  }
  EXPECT_NE(text.find("NoNewPrivs: 1\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("leaked"), std::string::npos) << text;
  for (const char* number : {"4", "5", "6", "7", "8", "9"}) {
    EXPECT_EQ(text.find(std::string("fd ") + number + "\n"), std::string::npos) << text;
  }
  EXPECT_NE(text.find("fd 3\n"), std::string::npos) << text;
}

TEST_F(UsbProbeTest, AWorkerThatHangsIsKilledInTimeAndTheLoopRunsOn) {
  Does("exec sleep 1000");
  worker_.bound = milliseconds(300);
  bool ran_on = false;
  LinuxUsbProbe probe(*loop_, clock_, worker_);
  const auto other = loop_->At(clock_.Now() + milliseconds(50), [&] { ran_on = answers_.empty(); });
  const BootTime start = clock_.Now();
  Ask(probe);
  Run();
  EXPECT_EQ(ErrorOf(answers_.at(0)), ETIMEDOUT);
  EXPECT_LT(clock_.Now() - start, seconds(10));
  EXPECT_TRUE(ran_on) << "something else had its turn while it hung";
}

TEST_F(UsbProbeTest, AWorkerThatDiesIsNotBelieved) {
  Does("echo end; kill -9 $$");
  EXPECT_EQ(ErrorOf(AskOnce()), EPROTO);
  Does("echo end; exit 1");
  EXPECT_EQ(ErrorOf(AskOnce()), EPROTO);
}

TEST_F(UsbProbeTest, GarbageIsNoAnswer) {
  Does("echo MTP");
  EXPECT_EQ(ErrorOf(AskOnce()), EPROTO);
  Does(":");
  EXPECT_EQ(ErrorOf(AskOnce()), EPROTO);
}

TEST_F(UsbProbeTest, AnAnswerThatIsTooLongIsNone) {
  worker_.max_output = 100;
  Does("i=0; while [ $i -lt 97 ]; do printf x; i=$((i+1)); done; echo end");
  EXPECT_EQ(ErrorOf(AskOnce()), EPROTO);
}

TEST_F(UsbProbeTest, AWorkerThatNeverStopsTalkingIsCutOff) {
  Does("while :; do echo end; done");
  worker_.bound = milliseconds(300);
  EXPECT_EQ(ErrorOf(AskOnce()), ETIMEDOUT);
}

TEST_F(UsbProbeTest, ANodeThatCannotBeHadAndAProgramThatIsMissingAreTold) {
  Does("echo end");
  worker_.program = programs_.path("missing");
  EXPECT_EQ(ErrorOf(AskOnce()), ECHILD);
  worker_.open_node = [](const SysfsDevice&, std::span<const std::uint8_t>) -> Result<Fd> {
    return MakeFailure(ENODEV, "open");
  };
  EXPECT_EQ(ErrorOf(AskOnce()), ENODEV);
}

TEST_F(UsbProbeTest, OneQuestionAPortAndFourWorkersInAll) {
  Does("exec sleep 1000");
  worker_.bound = milliseconds(300);
  for (const char* port : {"2-3", "2-4", "2-5"}) sysfs_.Plug(port, "A", StickDescriptors());
  LinuxUsbProbe probe(*loop_, clock_, worker_);
  for (const char* port : {"2-1", "2-1", "2-2", "2-3", "2-4", "2-5"}) Ask(probe, port);
  EXPECT_TRUE(answers_.empty()) << "never from within Ask";
  Run();
  std::vector<int> errors;
  for (const auto& answer : answers_) errors.push_back(ErrorOf(answer));
  std::ranges::sort(errors);
  EXPECT_EQ(errors, (std::vector{EAGAIN, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT, ETIMEDOUT, EALREADY}));
}

TEST_F(UsbProbeTest, WhatIsDestroyedCallsNobodyAndLeavesNoWorker) {
  Does("exec sleep 1000");
  {
    LinuxUsbProbe probe(*loop_, clock_, worker_);
    Ask(probe);
  }
  // Killed, so gone soon; or reaped already.
  int status = 0;
  const BootTime start = clock_.Now();
  while (waitpid(-1, &status, WNOHANG) >= 0 && clock_.Now() - start < seconds(5)) usleep(1000);
  EXPECT_EQ(waitpid(-1, &status, WNOHANG), -1) << "a worker is still about";
  const auto soon = loop_->At(clock_.Now() + milliseconds(50), [this] { loop_->Stop(); });
  Run();
  EXPECT_TRUE(answers_.empty());
}

class UsbNodeTest : public testing::Test {
 protected:
  // A device whose sysfs says it is `number`, and whose node is /dev/null (1:3).
  std::unique_ptr<SysfsDevice> Device(const std::string& number) {
    const std::string directory = sysfs_.Plug("2-1", "A1", StickDescriptors());
    sysfs_.Write("bus/usb/devices/2-1/busnum", "2\n");
    sysfs_.Write("bus/usb/devices/2-1/devnum", "17\n");
    sysfs_.Write("bus/usb/devices/2-1/dev", number + "\n");
    std::filesystem::create_directories(sysfs_.path("nodes/002"));
    std::filesystem::create_symlink("/dev/null", sysfs_.path("nodes/002/017"));
    return std::move(*SysfsDevice::Open(sysfs_.path(), "2-1"));
  }
  ScratchSysfs sysfs_;
};

TEST_F(UsbNodeTest, TheNodeOfAnotherDeviceIsRefused) {
  const auto device = Device("189:144");
  EXPECT_EQ(OpenUsbNode(*device, sysfs_.path("nodes")).failure().code.value(), ENODEV);
}

TEST_F(UsbNodeTest, ANodeWhosePrivilegesCannotBeDroppedIsRefused) {
  const auto device = Device("1:3");
  EXPECT_EQ(OpenUsbNode(*device, sysfs_.path("nodes")).failure().code.value(), ENOTTY);
}

// /dev/null takes no claim: whatever was opened for it is shut again.
TEST_F(UsbNodeTest, InterfacesThatCannotBeClaimedLeaveTheDeviceShut) {
  const auto device = Device("1:3");
  const std::string directory = "devices/1/2-1";
  sysfs_.Write(directory + "/2-1:1.0/authorized", "0\n");
  sysfs_.Write("bus/usb/drivers_probe", "");
  sysfs_.Write(directory + "/../interface_authorized_default", "1\n");
  const std::uint8_t first[] = {0};
  const Result<Fd> node = ClaimUsbInterfaces(*device, sysfs_.path(), sysfs_.path("nodes"), first);
  ASSERT_FALSE(node.ok());
  EXPECT_EQ(node.failure().code.value(), ENOTTY) << node.failure().ToString();
  EXPECT_EQ(sysfs_.Read(directory + "/authorized"), "0\n");
  EXPECT_EQ(sysfs_.Read("bus/usb/drivers_probe"), "") << "offered to nobody";
  const std::uint8_t too_high[] = {32};
  EXPECT_EQ(ClaimUsbInterfaces(*device, sysfs_.path(), sysfs_.path("nodes"), too_high)
                .failure()
                .code.value(),
            EINVAL);
}

TEST_F(UsbNodeTest, ADeviceThatWentHasNone) {
  const auto device = Device("1:3");
  std::filesystem::remove(sysfs_.path("bus/usb/devices/2-1/dev"));
  EXPECT_EQ(OpenUsbNode(*device, sysfs_.path("nodes")).failure().code.value(), ENODEV);
}

}  // namespace
}  // namespace sekisho::platform
