#include "platform/linux/startup_memory.h"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <string>

namespace sekisho::platform {
namespace {

// In a writable segment that is made read-only once it is relocated: must survive.
const char* const kRelocated[] = {"one", "two", "three"};
int changed = 1;

// Kilobytes of this process's memory that are mapped from files.
long MappedFromFiles() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssFile:")) return std::stol(line.substr(8));
  }
  return -1;
}

TEST(StartupMemoryTest, IsGivenBack) {
  // Code that is used once: the more of it, the plainer.
  EXPECT_TRUE(std::regex_match("2-1.4", std::regex("[0-9]+-[0-9]+(\\.[0-9]+)*")));
  const long before = MappedFromFiles();
  GiveBackStartupMemory();
  const long after = MappedFromFiles();
  ASSERT_GT(before, 0);
  EXPECT_LT(after, before * 3 / 4);
}

TEST(StartupMemoryTest, LeavesWhatWasRelocatedOrChanged) {
  changed = 2;
  std::string heap(100'000, 'x');
  GiveBackStartupMemory();
  EXPECT_EQ(changed, 2);
  EXPECT_EQ(std::string(kRelocated[1]), "two");
  EXPECT_EQ(heap, std::string(100'000, 'x'));
  EXPECT_TRUE(std::regex_match("2-1", std::regex("[0-9]+-[0-9]+")));
}

}  // namespace
}  // namespace sekisho::platform
