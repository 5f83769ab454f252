// A tmpfs stands for the medium: what a device's directory says is on its disk is a device number,
// and a tmpfs has one. Mounts, namespaces, processes and signals are the kernel's own.
#include "platform/linux/media.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "platform/linux/device_nodes.h"
#include "platform/linux/mounts.h"
#include "platform/linux/sysfs_device.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;

// A child that does something and then waits until it is ended.
class Process {
 public:
  explicit Process(const std::function<void()>& start) {
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_ = fork();
    if (pid_ == 0) {
      sigset_t none;  // a loop of another test may have blocked SIGTERM
      sigemptyset(&none);
      sigprocmask(SIG_SETMASK, &none, nullptr);
      start();
      close(ends[0]);
      EXPECT_EQ(write(ends[1], "r", 1), 1);
      for (;;) pause();
    }
    close(ends[1]);
    char ready = 0;
    EXPECT_EQ(read(ends[0], &ready, 1), 1);
    close(ends[0]);
  }
  ~Process() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
  }
  int pid() const { return pid_; }
  // The signal that it died of.
  int Wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

 private:
  pid_t pid_ = -1;
};

class MediaTest : public testing::Test {
 protected:
  void SetUp() override {
    mount_ = sysfs_.path("medium");
    fs::create_directories(mount_);
    if (mount("none", mount_.c_str(), "tmpfs", 0, "size=1m") != 0) {
      GTEST_SKIP() << "only root can mount";
    }
    struct stat status{};
    ASSERT_EQ(stat(mount_.c_str(), &status), 0);
    number_ = status.st_dev;
    const std::string disk =
        sysfs_.Plug("2-1", "S", StickDescriptors()) + "/2-1:1.0/host0/block/sdx";
    sysfs_.Write(disk + "/dev",
                 std::to_string(major(number_)) + ":" + std::to_string(minor(number_)) + "\n");
    fs::create_directories(sysfs_.path("class/block"));
    fs::create_symlink(sysfs_.path("class/block"), sysfs_.path(disk + "/subsystem"));
    interface_ = disk.substr(0, disk.find("/host0"));
    device_ = std::move(*SysfsDevice::Open(sysfs_.path(), "2-1"));
  }
  void TearDown() override {
    while (umount2(mount_.c_str(), MNT_DETACH) == 0) {
    }
  }
  bool Mounted(const std::string& proc = "/proc/self") const {
    const Result<std::string> text = ReadTextAt(AT_FDCWD, proc + "/mountinfo", 1 << 20);
    const std::vector<MountLine> mounts = ParseMountInfo(*text);
    return std::ranges::any_of(mounts, [&](const MountLine& m) { return m.device == number_; });
  }
  std::vector<int> HolderPids() {
    std::vector<int> pids;
    const std::vector<Holder> holders = *media_.Holders(*device_);
    for (const Holder& holder : holders) pids.push_back(holder.pid);
    return pids;
  }

  ScratchSysfs sysfs_;
  std::string interface_;  // below the scratch
  std::string mount_;
  dev_t number_ = 0;
  std::unique_ptr<SysfsDevice> device_;
  LinuxMedia media_{"/proc", sysfs_.path()};
};

TEST_F(MediaTest, TheDisksOfADeviceAreFoundBelowIt) {
  const Result<std::vector<DeviceNode>> nodes = NodesBelow(device_->directory());
  ASSERT_TRUE(nodes.ok());
  ASSERT_EQ(nodes->size(), 1u);
  EXPECT_EQ((*nodes)[0].number, number_);
  EXPECT_EQ((*nodes)[0].kind, NodeKind::kBlock);
}

TEST_F(MediaTest, WhoeverHasItOpenIsNamed) {
  sysfs_.Write("medium/file", std::string(8192, 'x'));
  const Process by_descriptor([&] { EXPECT_GE(open((mount_ + "/file").c_str(), O_RDONLY), 0); });
  const Process by_directory([&] { EXPECT_EQ(chdir(mount_.c_str()), 0); });
  const Process by_mapping([&] {
    const int fd = open((mount_ + "/file").c_str(), O_RDONLY);
    EXPECT_NE(mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE, fd, 0), MAP_FAILED);
    close(fd);
  });
  const Process elsewhere([&] {
    EXPECT_EQ(unshare(CLONE_NEWNS), 0);
    EXPECT_EQ(chdir(mount_.c_str()), 0);
  });
  const Process bystander([] {});
  std::vector<int> pids = HolderPids();
  std::ranges::sort(pids);
  std::vector<int> expected{by_descriptor.pid(), by_directory.pid(), by_mapping.pid(),
                            elsewhere.pid()};
  std::ranges::sort(expected);
  EXPECT_EQ(pids, expected);
}

TEST_F(MediaTest, WhoeverListensToItsKeysHoldsNoMedium) {
  const Process listens([] { EXPECT_GE(open("/dev/full", O_RDONLY), 0); });
  const auto node = [&](const std::string& below, const std::string& name) {
    sysfs_.Write(interface_ + below + "/dev", "1:7\n");  // /dev/full
    sysfs_.Write(interface_ + below + "/uevent", "MAJOR=1\nMINOR=7\nDEVNAME=" + name + "\n");
  };
  node("/input/input7/event3", "input/event3");
  EXPECT_THAT(HolderPids(), testing::IsEmpty());
  node("/input/input7/event3", "hidraw0");
  EXPECT_THAT(HolderPids(), testing::ElementsAre(listens.pid()));
}

TEST_F(MediaTest, AHolderIsAskedThenKilled) {
  Process polite([&] { EXPECT_EQ(chdir(mount_.c_str()), 0); });
  const Holder holder = media_.Holders(*device_)->front();
  EXPECT_EQ(holder.uid, getuid());
  EXPECT_FALSE(holder.program.empty());
  ASSERT_TRUE(media_.End(holder, Media::Force::kAsk).ok());
  EXPECT_EQ(polite.Wait(), SIGTERM);

  Process stubborn([&] {
    signal(SIGTERM, SIG_IGN);
    EXPECT_EQ(chdir(mount_.c_str()), 0);
  });
  const Holder other = media_.Holders(*device_)->front();
  ASSERT_TRUE(media_.End(other, Media::Force::kAsk).ok());
  ASSERT_TRUE(media_.End(other, Media::Force::kKill).ok());
  EXPECT_EQ(stubborn.Wait(), SIGKILL);
}

TEST_F(MediaTest, WhoeverHasAHoldersPidNowIsNotEndedForIt) {
  const Process process([&] { EXPECT_EQ(chdir(mount_.c_str()), 0); });
  Holder holder = media_.Holders(*device_)->front();
  holder.started -= 1;  // as if the pid had been another's when it was seen
  const Outcome ended = media_.End(holder, Media::Force::kKill);
  ASSERT_FALSE(ended.ok());
  EXPECT_EQ(ended.failure().code.value(), ESRCH);
  EXPECT_EQ(kill(process.pid(), 0), 0);
}

TEST_F(MediaTest, ItIsUnmountedInEveryNamespace) {
  const Process elsewhere([] {
    EXPECT_EQ(unshare(CLONE_NEWNS), 0);
    EXPECT_EQ(mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
  });
  const std::string other = "/proc/" + std::to_string(elsewhere.pid());
  ASSERT_TRUE(Mounted(other));
  const Outcome flushed = media_.Flush(*device_, std::chrono::seconds(5));
  EXPECT_TRUE(flushed.ok()) << flushed.failure().ToString();
  const Outcome unmounted = media_.Unmount(*device_);
  EXPECT_TRUE(unmounted.ok()) << unmounted.failure().ToString();
  EXPECT_FALSE(Mounted());
  EXPECT_FALSE(Mounted(other));
}

TEST_F(MediaTest, ABusyMountIsDetachedAndSaid) {
  const Process holder([&] { EXPECT_EQ(chdir(mount_.c_str()), 0); });
  const Outcome unmounted = media_.Unmount(*device_);
  ASSERT_FALSE(unmounted.ok());
  EXPECT_EQ(unmounted.failure().code.value(), EBUSY);
  EXPECT_FALSE(Mounted()) << "nobody can open anything there any more";
}

TEST_F(MediaTest, WhatWasMountedJustBeforeTheDiskWentIsStillFound) {
  ASSERT_TRUE(media_.Unmount(*device_).ok());
  ASSERT_EQ(mount("none", mount_.c_str(), "tmpfs", 0, "size=1m"), 0);
  struct stat status{};
  ASSERT_EQ(stat(mount_.c_str(), &status), 0);
  if (status.st_dev != number_) GTEST_SKIP() << "the kernel gave another number";
  fs::remove_all(sysfs_.path("devices/1/2-1/2-1:1.0"));  // deauthorised
  ASSERT_TRUE(media_.Unmount(*device_).ok());
  EXPECT_FALSE(Mounted());
}

TEST(MountInfo, IsReadWithItsEscapes) {
  const std::vector<MountLine> mounts = ParseMountInfo(
      "22 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
      "garbage\n"
      "219 27 8:1 / /media/hanako/MY\\040STICK rw shared:116 master:2 - vfat /dev/sda1 rw\n");
  ASSERT_EQ(mounts.size(), 2u);
  EXPECT_EQ(mounts[1].point, "/media/hanako/MY STICK");
  EXPECT_EQ(mounts[1].source, "/dev/sda1");
  EXPECT_EQ(mounts[1].device, makedev(8, 1));
}

}  // namespace
}  // namespace sekisho::platform
