// record-boot-files, as the hooks run it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "platform/linux/guard/guarded_files.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    // The script as it is, but for where the record and its lock are.
    std::ifstream file(RECORD_BOOT_FILES);
    std::stringstream text;
    text << file.rdbuf();
    std::string script = text.str();
    for (const char* place : {"/var/lib/sekisho/agentd", "/run/lock"}) {
      const std::size_t at = script.find(place);
      EXPECT_NE(at, std::string::npos);
      script.replace(at, std::string(place).size(), disk_.path());
    }
    disk_.Write("script", script);
    disk_.Write("initrd.img-1", "one");
    disk_.Write("initrd.img-2", "two");
  }
  void Record(const std::string& names) const {
    ASSERT_EQ(std::system(("cd " + disk_.path() + " && sh script " + names).c_str()), 0);
  }
  std::map<std::string, std::string> Recorded() const {
    return ParseBootFiles(disk_.Read("boot-files"));
  }
  Scratch disk_;
};

TEST_F(RecordTest, KeepsWhatIsNotNamedAndForgetsWhatIsGone) {
  const std::string one = disk_.path("initrd.img-1"), two = disk_.path("initrd.img-2");
  Record(one + " " + two);
  const auto before = Recorded();
  EXPECT_THAT(before, SizeIs(2));
  // Somebody changed the first; the second was made anew.
  disk_.Write("initrd.img-1", "edited");
  disk_.Write("initrd.img-2", "new");
  Record(two);
  EXPECT_EQ(Recorded().at(one), before.at(one));
  EXPECT_NE(Recorded().at(two), before.at(two));
  std::remove(two.c_str());
  Record(two);
  EXPECT_THAT(Recorded(), AllOf(Contains(Key(one)), Not(Contains(Key(two)))));
}

}  // namespace
}  // namespace sekisho::platform
