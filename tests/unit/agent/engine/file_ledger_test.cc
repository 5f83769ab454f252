#include "agent/engine/file_ledger.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/file_record.h"
#include "proto/contract/bounds.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::FileOperation;
using platform::FileRecorded;
using platform::FilesMissed;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::Gt;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class FileLedgerTest : public ::testing::Test {
 protected:
  FileLedgerTest() {
    terminal.file_record = &record;
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
  }
  static FileRecorded File(const std::string& path, FileOperation operation) {
    FileRecorded file;
    file.port_path = "2-1";
    file.operation = operation;
    file.path = path;
    file.actor = {42, 1000, "cp"};
    file.at = seconds(3);
    return file;
  }
  std::vector<v1::Event> Files() { return terminal.Events(v1::EVENT_KIND_FILE_RECORDED); }
  Terminal terminal;
  platform::fake::FakeFileRecord record{terminal.loop, terminal.clock};
  EndsFirst ends_first{terminal};
};

TEST_F(FileLedgerTest, LooksAtAStickFromWhenItIsOpenedUntilItIsShut) {
  EXPECT_FALSE(record.Records("2-1")) << "refused: nothing can be on it";
  terminal.Grant("2-1", minutes(1));
  EXPECT_TRUE(record.Records("2-1"));
  terminal.Advance(minutes(2));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(record.Records("2-1"));
}

TEST_F(FileLedgerTest, LooksAtNoKeyboard) {
  terminal.bus.Plug("1-1", Keyboard());
  terminal.Settle();
  terminal.bus.SetAuthorised("1-1", true);
  terminal.Settle();
  EXPECT_FALSE(record.Records("1-1"));
}

TEST_F(FileLedgerTest, AnEventSaysWhoWhatWhenUnderWhichGrant) {
  const std::string grant_id = terminal.Grant("2-1", minutes(1));
  FileRecorded file = File("/報告.txt", FileOperation::kCreated);
  file.size = 5;
  file.sha256.emplace().fill(0xab);
  record.Happen({file});
  const std::vector<v1::Event> events = Files();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].grant_id(), grant_id);
  EXPECT_EQ(events[0].device().serial(), "A1");
  EXPECT_EQ(events[0].person().name(), "hanako");
  EXPECT_EQ(ParameterOf(events[0], "operation"), "created");
  EXPECT_EQ(ParameterOf(events[0], "path"), "/報告.txt");
  EXPECT_EQ(ParameterOf(events[0], "size"), "5");
  std::string expected;
  for (int i = 0; i < 32; ++i) expected += "ab";
  EXPECT_EQ(ParameterOf(events[0], "sha256"), expected);
  EXPECT_EQ(ParameterOf(events[0], "program"), "cp");
  EXPECT_EQ(ParameterOf(events[0], "pid"), "42");
  EXPECT_EQ(ParameterOf(events[0], "uid"), "1000");
  EXPECT_EQ(ParameterOf(events[0], "at_boottime_ns"), "3000000000");
}

TEST_F(FileLedgerTest, NumbersOfPeopleAreInNoName) {
  terminal.Grant("2-1", minutes(1));
  FileRecorded file = File("/1234-5678-9012/a.txt", FileOperation::kRenamed);
  file.to = "/１２３４５６７８９０１２.txt";
  record.Happen({file});
  const std::vector<v1::Event> events = Files();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(ParameterOf(events[0], "path"), "/****-****-****/a.txt");
  EXPECT_EQ(ParameterOf(events[0], "to"), "/************.txt");
}

TEST_F(FileLedgerTest, ANameOfHostileBytesIsWrittenAllTheSame) {
  terminal.Grant("2-1", minutes(1));
  record.Happen({File("/a\n\x1b[2J\xff" + std::string(5000, 'x'), FileOperation::kDeleted)});
  const std::vector<v1::Event> events = Files();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_TRUE(contract::CheckBounds(events[0]).ok());
  EXPECT_EQ(ParameterOf(events[0], "operation"), "deleted");
  EXPECT_THAT(ParameterOf(events[0], "path").size(), Gt(100u));
}

TEST_F(FileLedgerTest, ThousandsAreOneChainAndReachTheConsole) {
  terminal.Grant("2-1", minutes(1));
  std::vector<platform::FileNotice> many;
  for (int i = 0; i < 3000; ++i) many.emplace_back(File("/f", FileOperation::kCreated));
  record.Happen(std::move(many));
  terminal.Settle();
  EXPECT_THAT(Files(), SizeIs(3000));
  terminal.ExpectWholeChain();
}

TEST_F(FileLedgerTest, WhatCouldNotBeSeenIsSaid) {
  const std::string grant_id = terminal.Grant("2-1", minutes(1));
  record.Happen({FilesMissed{"2-1", "overflow", 0}, FilesMissed{"2-1", "too many", 7}});
  const std::vector<v1::Event> events = terminal.Events(v1::EVENT_KIND_FILES_UNRECORDED);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(ParameterOf(events[0], "cause"), "overflow");
  EXPECT_EQ(ParameterOf(events[0], "count"), "");
  EXPECT_EQ(ParameterOf(events[1], "count"), "7");
  EXPECT_EQ(events[1].grant_id(), grant_id);
  EXPECT_EQ(events[1].retention(), v1::RETENTION_KEEP);
}

TEST_F(FileLedgerTest, AtTheGrantsEndHashesGetTheirBoundBeforeTheMediumIsUnmounted) {
  const std::string grant_id = terminal.Grant("2-1", minutes(1));
  terminal.media.Mount("2-1");
  record.WriteUnhashed(File("/big", FileOperation::kCreated));
  terminal.Advance(minutes(1));
  EXPECT_TRUE(terminal.media.Mounted("2-1")) << "still hashing";
  EXPECT_THAT(Files(), IsEmpty());
  terminal.Advance(seconds(4));
  EXPECT_FALSE(terminal.media.Mounted("2-1"));
  const std::vector<v1::Event> events = Files();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(ParameterOf(events[0], "unhashed"), "late");
  EXPECT_EQ(events[0].grant_id(), grant_id) << "though the grant is over";
}

TEST_F(FileLedgerTest, PulledOutItTellsWhatItHadSeenUnderItsGrant) {
  const std::string grant_id = terminal.Grant("2-1", minutes(1));
  record.WriteUnhashed(File("/big", FileOperation::kCreated));
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  const std::vector<v1::Event> files = Files();
  ASSERT_THAT(files, SizeIs(1));
  EXPECT_EQ(ParameterOf(files[0], "unhashed"), "removed");
  EXPECT_EQ(files[0].grant_id(), grant_id);
  const std::vector<v1::Event> missed = terminal.Events(v1::EVENT_KIND_FILES_UNRECORDED);
  ASSERT_THAT(missed, SizeIs(1));
  EXPECT_EQ(ParameterOf(missed[0], "count"), "1");
}

TEST_F(FileLedgerTest, AFloodOfSmallFilesLeavesRoomForWhatIsKept) {
  terminal.Kill();
  terminal.settings.spool_max_bytes = 300'000;
  terminal.Start();
  terminal.Connect();
  terminal.AnswerLastStatus();
  terminal.Grant("2-1", minutes(5), 2);
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  for (int i = 0; i < 20; ++i) {
    std::vector<platform::FileNotice> many;
    for (int j = 0; j < 100; ++j) many.emplace_back(File("/f", FileOperation::kCreated));
    record.Happen(std::move(many));
  }
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  terminal.Grant("2-2", minutes(1), 3);
  EXPECT_TRUE(terminal.bus.Authorised("2-2")) << "full of files, nothing could be allowed any more";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_OPENED), SizeIs(2));
  terminal.Advance(minutes(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_SPOOL_EVICTED), ::testing::Not(IsEmpty()));
}

TEST_F(FileLedgerTest, WhatHappensAfterTheEnginesEndIsToldToNobody) {
  terminal.Grant("2-1", minutes(1));
  terminal.Kill();
  record.Happen({File("/a", FileOperation::kCreated)});
  terminal.Start();
  EXPECT_THAT(Files(), IsEmpty());
  EXPECT_TRUE(record.Records("2-1"));
}

}  // namespace
}  // namespace sekisho::testing
