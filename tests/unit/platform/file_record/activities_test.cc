#include "platform/linux/file_record/activities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sekisho::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Writer = FileActivities::Writer;
using Which = FileActivities::Which;

constexpr std::array<std::uint8_t, 32> kHash{1, 2, 3};

class ActivitiesTest : public testing::Test {
 protected:
  static FileKey KeyOf(const std::string& file) { return {{1}, {1, file}}; }
  void Add(const std::string& file, FileOperation operation, Writer writer = Writer::kNone,
           const std::string& path = "", const std::string& to = "", int pid = 7) {
    activities_.Add(KeyOf(file),
                    {operation, path.empty() ? "/" + file : path, to, {pid, 1000, "cp"}, now_},
                    {{2, "directory"}, file}, writer);
  }
  void Copy(const std::string& file) {
    Add(file, FileOperation::kCreated, Writer::kStays);
    Add(file, FileOperation::kWritten, Writer::kCloses);
  }
  // Hashes whatever is quiet by now.
  std::vector<FileRecorded> HashAll() {
    activities_.Ripen(now_, Which::kQuiet);
    while (const auto job = activities_.Take()) {
      activities_.Finish(job->id, {.size = 5, .sha256 = kHash, .unhashed = ""});
    }
    return activities_.TakeRecords();
  }

  BootTime now_{seconds(100)};
  FileActivities activities_{"2-1"};
};

TEST_F(ActivitiesTest, ACopyIsOneRecordOnceItIsQuiet) {
  Copy("a");
  EXPECT_THAT(HashAll(), IsEmpty()) << "it may go on";
  now_ += milliseconds(300);
  const std::vector<FileRecorded> records = HashAll();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].operation, FileOperation::kCreated);
  EXPECT_EQ(records[0].port_path, "2-1");
  EXPECT_EQ(records[0].path, "/a");
  EXPECT_EQ(records[0].size, 5);
  EXPECT_EQ(records[0].sha256, kHash);
  EXPECT_EQ(records[0].actor.program, "cp");
  EXPECT_EQ(records[0].at, BootTime(seconds(100)));
  EXPECT_TRUE(activities_.Empty());
}

TEST_F(ActivitiesTest, AFileThatIsStillBeingWrittenIsNotLookedAt) {
  Add("a", FileOperation::kCreated, Writer::kStays);
  now_ += std::chrono::minutes(10);
  EXPECT_THAT(HashAll(), IsEmpty());
  Add("a", FileOperation::kWritten, Writer::kCloses);
  now_ += seconds(1);
  EXPECT_THAT(HashAll(), SizeIs(1));
}

TEST_F(ActivitiesTest, ALinkIsNeverClosed) {
  Add("a", FileOperation::kCreated, Writer::kStays);
  now_ += seconds(1);
  const std::vector<FileActivities::Job> unclosed = activities_.Unclosed(now_);
  ASSERT_THAT(unclosed, SizeIs(1));
  EXPECT_THAT(activities_.Unclosed(now_), IsEmpty()) << "asked once";
  activities_.NeverCloses(unclosed[0].key);
  EXPECT_THAT(HashAll(), SizeIs(1));
}

TEST_F(ActivitiesTest, WhatAnotherProgramReadsIsARecordOfItsOwn) {
  Copy("a");
  Add("a", FileOperation::kRead, Writer::kNone, "", "", 7);
  Add("a", FileOperation::kRead, Writer::kNone, "", "", 8);
  Add("a", FileOperation::kRead, Writer::kNone, "", "", 8);
  now_ += seconds(1);
  const std::vector<FileRecorded> records = HashAll();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[1].operation, FileOperation::kRead);
  EXPECT_EQ(records[1].actor.pid, 8);
}

TEST_F(ActivitiesTest, AFileRewrittenWhileItIsHashedIsHashedAgain) {
  Copy("a");
  now_ += seconds(1);
  activities_.Ripen(now_, Which::kQuiet);
  const auto job = activities_.Take();
  ASSERT_TRUE(job);
  Add("a", FileOperation::kWritten, Writer::kCloses);
  activities_.Finish(job->id, {.size = 5, .sha256 = kHash, .unhashed = ""});
  std::vector<FileRecorded> records = activities_.TakeRecords();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].sha256, std::nullopt) << "of neither the one nor the other";
  EXPECT_EQ(records[0].unhashed, "changed");
  now_ += seconds(1);
  records = HashAll();
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].operation, FileOperation::kWritten);
  EXPECT_EQ(records[0].sha256, kHash);
}

TEST_F(ActivitiesTest, SavedByWritingBesideAndRenamingBothCarryTheHash) {
  Copy("a");
  Add("a", FileOperation::kRenamed, Writer::kNone, "/a", "/b");
  now_ += seconds(1);
  const std::vector<FileRecorded> records = HashAll();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].sha256, kHash);
  EXPECT_EQ(records[1].operation, FileOperation::kRenamed);
  EXPECT_EQ(records[1].to, "/b");
  EXPECT_EQ(records[1].sha256, kHash);
}

TEST_F(ActivitiesTest, AHashIsNotPutToWhatWasThereBeforeTheLastWrite) {
  Copy("a");
  Add("a", FileOperation::kRenamed, Writer::kNone, "/a", "/b");
  Add("a", FileOperation::kWritten, Writer::kCloses, "/b", "", 9);
  now_ += seconds(1);
  const std::vector<FileRecorded> records = HashAll();
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].unhashed, "changed");
  EXPECT_EQ(records[1].unhashed, "changed");
  EXPECT_EQ(records[2].sha256, kHash);
}

TEST_F(ActivitiesTest, WhatWasDeletedBeforeItCouldBeHashedSaysSo) {
  Copy("a");
  Add("a", FileOperation::kDeleted, Writer::kCloses);
  const std::vector<FileRecorded> records = activities_.TakeRecords();
  ASSERT_THAT(records, SizeIs(2));
  EXPECT_EQ(records[0].operation, FileOperation::kCreated);
  EXPECT_EQ(records[0].unhashed, "deleted");
  EXPECT_EQ(records[1].operation, FileOperation::kDeleted);
  EXPECT_EQ(records[1].unhashed, "");
}

TEST_F(ActivitiesTest, WrittenAgainAndAgainItIsHashedNowAndThen) {
  for (int i = 0; i < 200; ++i) {
    Add("log", FileOperation::kWritten, Writer::kCloses);
    now_ += milliseconds(200);
    if (!HashAll().empty()) return;
  }
  FAIL() << "never within 40 s";
}

TEST_F(ActivitiesTest, GivenUpEachSaysWhy) {
  Copy("hashing");
  now_ += seconds(1);
  activities_.Ripen(now_, Which::kQuiet);
  const auto job = activities_.Take();
  Copy("waiting");
  Add("writing", FileOperation::kCreated, Writer::kStays);
  EXPECT_EQ(activities_.GiveUp("late"), 3);
  std::map<std::string, std::string> why;
  for (const FileRecorded& each : activities_.TakeRecords()) why[each.path] = each.unhashed;
  EXPECT_THAT(why, ElementsAre(testing::Pair("/hashing", "late"), testing::Pair("/waiting", "late"),
                               testing::Pair("/writing", "open")));
  activities_.Finish(job->id, {.size = 5, .sha256 = kHash, .unhashed = ""});
  EXPECT_THAT(activities_.TakeRecords(), IsEmpty()) << "told once";
}

TEST_F(ActivitiesTest, BeyondTheBoundFilesAreCountedAsMissed) {
  for (std::size_t i = 0; i < FileActivities::kMaxFiles + 3; ++i) Copy(std::to_string(i));
  EXPECT_EQ(activities_.TakeMissed(), 6) << "two events of each";
  EXPECT_EQ(activities_.TakeMissed(), 0);
}

}  // namespace
}  // namespace sekisho::platform
