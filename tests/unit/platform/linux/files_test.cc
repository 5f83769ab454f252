#include "platform/linux/files.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cerrno>

#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;

unsigned ModeOf(const std::string& path) {
  struct stat status{};
  stat(path.c_str(), &status);
  return status.st_mode & 07777;
}

TEST(LinuxFiles, AFileIsReplacedWhole) {
  Scratch scratch;
  LinuxFiles files;
  ASSERT_TRUE(files.Replace(scratch.path("f"), AsBytes("one"), FileMode::kOwnerOnly).ok());
  EXPECT_EQ(ModeOf(scratch.path("f")), 0600u);
  ASSERT_TRUE(files.Replace(scratch.path("f"), AsBytes("two"), FileMode::kWorldReadable).ok());
  EXPECT_EQ(ModeOf(scratch.path("f")), 0644u);
  EXPECT_EQ(*files.Read(scratch.path("f"), 3), AsBytes("two"));
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 1)
      << "no temporary file is left";
}

TEST(LinuxFiles, ReadingIsBoundedAndFollowsNoLink) {
  Scratch scratch;
  LinuxFiles files;
  scratch.Write("f", "1234");
  fs::create_symlink(scratch.path("f"), scratch.path("link"));
  EXPECT_EQ(files.Read(scratch.path("f"), 3).failure().code.value(), EFBIG);
  EXPECT_EQ(files.Read(scratch.path("none"), 3).failure().code.value(), ENOENT);
  EXPECT_EQ(files.Read(scratch.path("link"), 10).failure().code.value(), ELOOP);
  EXPECT_EQ(files.Read(scratch.path(), 10).failure().code.value(), EINVAL);
}

TEST(LinuxFiles, AFullDiskLeavesTheOldContent) {
  Scratch scratch;
  if (mount("none", scratch.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
    GTEST_SKIP() << "only root can make a small disk";
  }
  LinuxFiles files;
  ASSERT_TRUE(files.Replace(scratch.path("f"), AsBytes("old"), FileMode::kOwnerOnly).ok());
  const Outcome full =
      files.Replace(scratch.path("f"), AsBytes(std::string(100000, 'x')), FileMode::kOwnerOnly);
  EXPECT_EQ(full.failure().code.value(), ENOSPC);
  EXPECT_EQ(*files.Read(scratch.path("f"), 10), AsBytes("old"));
  EXPECT_EQ(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()), 1);
  umount(scratch.path().c_str());
}

TEST(LinuxFiles, WhatIsSetAsideKeepsItsContentUnderANameOfItsOwn) {
  Scratch scratch;
  LinuxFiles files;
  std::vector<std::string> names;
  for (const char* content : {"first", "second"}) {
    scratch.Write("f", content);
    Result<std::string> aside = files.SetAside(scratch.path("f"), "bad/Checksum");
    ASSERT_TRUE(aside.ok());
    EXPECT_EQ(scratch.Read(aside->substr(scratch.path().size() + 1)), content);
    names.push_back(*aside);
  }
  EXPECT_NE(names[0], names[1]);
  EXPECT_TRUE(names[0].starts_with(scratch.path("f.set-aside.bad--hecksum."))) << names[0];
  EXPECT_FALSE(fs::exists(scratch.path("f")));
}

}  // namespace
}  // namespace sekisho::platform
