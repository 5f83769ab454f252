#include "platform/linux/guard/guarded_files.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <span>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/dpkg_database.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using Word = GuardedFile::Word;

std::string Md5Of(const std::string& text) {
  return Md5Hex(std::as_bytes(std::span(text.data(), text.size())));
}

class GuardedFilesTest : public testing::Test {
 protected:
  GuardedFilesTest() {
    disk_.Write("usr/lib/sekisho/sekisho-agentd", "program");
    disk_.Write("var/lib/dpkg/info/sekisho-agent.md5sums",
                Md5Of("program") + "  usr/lib/sekisho/sekisho-agentd\n");
    disk_.Write("etc/pam.d/sshd", "auth required pam_unix.so\n");
    disk_.Write("var/lib/dpkg/status",
                "Package: ssh\nStatus: install ok installed\nConffiles:\n /etc/pam.d/sshd " +
                    Md5Of("auth required pam_unix.so\n") + "\n\n");
  }
  std::map<std::string, GuardedFile> Look() const {
    std::map<std::string, GuardedFile> files;
    for (const GuardedFile& file : LookAtGuardedFiles({.root = disk_.path()}).files) {
      files.emplace(file.path, file);
    }
    return files;
  }
  Word WordOn(const std::string& path) const {
    const auto files = Look();
    const auto found = files.find(path);
    if (found == files.end()) ADD_FAILURE() << path << " is not guarded";
    return found == files.end() ? Word::kNobodys : found->second.word;
  }
  Scratch disk_;
};

TEST_F(GuardedFilesTest, OurFilesAreWhatDpkgSaysOrDisputed) {
  EXPECT_EQ(WordOn("/usr/lib/sekisho/sekisho-agentd"), Word::kAgrees);
  disk_.Write("usr/lib/sekisho/sekisho-agentd", "another");
  EXPECT_EQ(WordOn("/usr/lib/sekisho/sekisho-agentd"), Word::kDisagrees);
  std::filesystem::remove(disk_.path("usr/lib/sekisho/sekisho-agentd"));
  EXPECT_EQ(WordOn("/usr/lib/sekisho/sekisho-agentd"), Word::kDisagrees);
  EXPECT_EQ(Look().at("/usr/lib/sekisho/sekisho-agentd").hash, "");
}

TEST_F(GuardedFilesTest, ManualsThatAnImageLeavesOutAreNotMissed) {
  disk_.Write("var/lib/dpkg/info/sekisho-agent.md5sums",
              Md5Of("x") + "  usr/share/man/man1/sekisho.1.gz\n");
  EXPECT_THAT(Look(), Not(Contains(Key("/usr/share/man/man1/sekisho.1.gz"))));
}

TEST_F(GuardedFilesTest, AConffileIsVouchedForUntilSomebodyEditsIt) {
  EXPECT_EQ(WordOn("/etc/pam.d/sshd"), Word::kAgrees);
  const std::string before = Look().at("/etc/pam.d/sshd").hash;
  disk_.Write("etc/pam.d/sshd", "auth sufficient pam_permit.so\n");
  EXPECT_EQ(WordOn("/etc/pam.d/sshd"), Word::kNobodys);
  EXPECT_NE(Look().at("/etc/pam.d/sshd").hash, before);
  std::filesystem::remove(disk_.path("etc/pam.d/sshd"));
  EXPECT_EQ(Look().at("/etc/pam.d/sshd").hash, "");
}

TEST_F(GuardedFilesTest, DropInsMasksAndRulesWithOurNameAreSeen) {
  disk_.Write("etc/systemd/system/sekisho-agentd.service.d/x.conf", "[Service]\nExecStart=\n");
  disk_.Write("etc/udev/rules.d/72-sekisho-unauthorised.rules", "");
  disk_.Write("etc/udev/rules.d/97-sekisho-adopted.rules", "");
  disk_.Write("etc/udev/rules.d/10-local.rules", "");
  std::filesystem::create_symlink("/dev/null",
                                  disk_.path("etc/systemd/system/sekisho-link.service"));
  const auto files = Look();
  EXPECT_THAT(files, Contains(Key("/etc/systemd/system/sekisho-agentd.service.d/x.conf")));
  EXPECT_THAT(files, Contains(Key("/etc/systemd/system/sekisho-link.service")));
  EXPECT_THAT(files, Contains(Key("/etc/udev/rules.d/72-sekisho-unauthorised.rules")));
  EXPECT_THAT(files, Not(Contains(Key("/etc/udev/rules.d/97-sekisho-adopted.rules"))));
  EXPECT_THAT(files, Not(Contains(Key("/etc/udev/rules.d/10-local.rules"))));
}

TEST_F(GuardedFilesTest, AnInitramfsIsWhatItWasWhenItWasMade) {
  disk_.Write("boot/initrd.img-6.1", "image");
  EXPECT_EQ(WordOn("/boot/initrd.img-6.1"), Word::kNobodys);
  const std::string hash = Look().at("/boot/initrd.img-6.1").hash;
  disk_.Write("var/lib/sekisho/agentd/boot-files", hash + "  /boot/initrd.img-6.1\n");
  EXPECT_EQ(WordOn("/boot/initrd.img-6.1"), Word::kAgrees);
  disk_.Write("boot/initrd.img-6.1", "image with a key logger");
  EXPECT_EQ(WordOn("/boot/initrd.img-6.1"), Word::kDisagrees);
}

TEST_F(GuardedFilesTest, TheCommandLineIsThatOfTheMenuItWasChosenFrom) {
  disk_.Write("boot/grub/grub.cfg", "linux /boot/vmlinuz-6.1 ro quiet\n");
  disk_.Write("proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-6.1 ro quiet\n");
  disk_.Write("proc/stat", "cpu 1\nbtime 9999999999\n");
  EXPECT_EQ(WordOn("/proc/cmdline"), Word::kAgrees);
  disk_.Write("proc/cmdline", "BOOT_IMAGE=/boot/vmlinuz-6.1 ro quiet init=/bin/sh\n");
  EXPECT_EQ(WordOn("/proc/cmdline"), Word::kDisagrees);
  // The menu was written since: what it says now says nothing of this boot.
  disk_.Write("proc/stat", "cpu 1\nbtime 1000000000\n");
  EXPECT_THAT(Look(), Not(Contains(Key("/proc/cmdline"))));
}

TEST_F(GuardedFilesTest, ALookWhileBootImagesAreMadeIsNotAtRest) {
  EXPECT_EQ(LookAtGuardedFiles({.root = disk_.path()}).taken, GuardedFiles::Taken::kAtRest);
  disk_.Write("run/sekisho/boot-image.lock", "");
  const Fd lock(open(disk_.path("run/sekisho/boot-image.lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_EQ(flock(lock.get(), LOCK_EX), 0);
  EXPECT_EQ(LookAtGuardedFiles({.root = disk_.path()}).taken, GuardedFiles::Taken::kMeanwhile);
}

TEST_F(GuardedFilesTest, ManyFilesInADirectoryThatMattersInPartWakeNobody) {
  const auto directories = GuardedDirectories({.root = disk_.path()});
  EXPECT_THAT(directories.at("/etc"), testing::ElementsAre("pam.conf"));
  EXPECT_THAT(directories.at("/etc/pam.d"), testing::IsEmpty());
}

}  // namespace
}  // namespace sekisho::platform
