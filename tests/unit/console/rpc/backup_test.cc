// backup and restore, the program's, beside a console that goes on working.

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "tests/unit/console/rpc/console_fixture.h"
#include "tests/unit/console/rpc/console_program.h"

namespace sekisho::console::testing {
namespace {

// Of console/main.cc.
constexpr int kExists = 3;

class BackupTest : public ConsoleFixture {
 protected:
  std::string Archive() const { return folder_ + "/backup.tar"; }
  std::string Elsewhere() const { return folder_ + "/elsewhere"; }
  int Backup() { return RunConsole({"--data", data_, "backup", Archive()}); }
  int Restore() { return RunConsole({"--data", Elsewhere(), "restore", Archive()}); }
};

TEST_F(BackupTest, OfARunningConsoleHoldsAllThatWasAcknowledgedAndServesAgainElsewhere) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  std::atomic<std::uint64_t> acknowledged = 0;
  std::atomic<bool> enough = false;
  std::jthread reporting([&] {
    while (!enough) {
      const auto answer =
          terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))});
      ASSERT_TRUE(answer.ok()) << answer.status();
      acknowledged = answer->sequence();
    }
  });
  while (acknowledged < 20) std::this_thread::yield();
  const std::uint64_t before = acknowledged;
  EXPECT_EQ(Backup(), 0);
  enough = true;
  reporting.join();
  struct stat info{};
  ASSERT_EQ(::stat(Archive().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  terminal.Cut();
  Stop();

  ASSERT_EQ(Restore(), 0);
  Served served(Elsewhere());
  ASSERT_GT(served.port(), 0);
  // The same keys: the terminal needs nothing new, and believes its acknowledgements.
  terminal.MoveTo(served.port());
  ASSERT_TRUE(terminal.Connect().ok());
  EXPECT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  terminal.Cut();
  served.Kill();

  data_ = Elsewhere();
  Start();
  std::set<std::uint64_t> stored;
  v1::ListEventsRequest request;
  request.set_page_size(1000);
  for (;;) {
    const auto page = console_->services().events.ListEvents(Admin(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->events().empty()) break;
    for (const v1::StoredEvent& event : page->events()) {
      if (event.event().kind() == v1::EVENT_KIND_RESCAN) stored.insert(event.event().sequence());
    }
    request.set_after_cursor(page->next_cursor());
  }
  for (std::uint64_t sequence = 1; sequence <= before; ++sequence) {
    EXPECT_TRUE(stored.contains(sequence)) << sequence << " of " << before;
  }
  // What was acknowledged between backup and restore is gone, and that is seen: as what it is, and
  // not as if the terminal's history had been broken.
  const std::uint64_t last = *stored.rbegin();
  EXPECT_EQ(Events(v1::EVENT_KIND_INTERVAL_LOST).size(), stored.size() == last ? 0u : 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
}

TEST_F(BackupTest, NeitherABackupNorAConsoleIsOverwritten) {
  ASSERT_EQ(Backup(), 0);
  EXPECT_EQ(Backup(), kExists);
  EXPECT_EQ(RunConsole({"--data", data_, "restore", Archive()}), kExists);
  Stop();
  Start();
  EXPECT_TRUE(Enrolled("madoguchi-1").Connect().ok());
}

TEST_F(BackupTest, NothingSecretIsWrittenIntoAFileThatSomebodyElseHasLaidOut) {
  std::ofstream(Archive() + ".store") << "theirs";
  EXPECT_EQ(Backup(), kExists);
  EXPECT_EQ(std::filesystem::file_size(Archive() + ".store"), 6u);
  EXPECT_FALSE(std::filesystem::exists(Archive()));
}

TEST_F(BackupTest, ADamagedBackupIsRefusedAndLeavesNothing) {
  ASSERT_EQ(Backup(), 0);
  const auto whole = std::filesystem::file_size(Archive());
  {
    std::fstream file(Archive(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(10);
    file.put('x');
  }
  EXPECT_NE(Restore(), 0);
  ASSERT_TRUE(std::filesystem::remove(Archive()));
  ASSERT_EQ(Backup(), 0);
  std::filesystem::resize_file(Archive(), whole - 2048);
  EXPECT_NE(Restore(), 0);
  EXPECT_FALSE(std::filesystem::exists(program::StorePath(Elsewhere())));
  EXPECT_FALSE(std::filesystem::exists(program::KeysPath(Elsewhere())));
}

TEST_F(BackupTest, WhatRootRestoresBelongsToTheFoldersOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_EQ(Backup(), 0);
  constexpr uid_t kOwner = 65534;
  ASSERT_EQ(::mkdir(Elsewhere().c_str(), 0700), 0);
  ASSERT_EQ(::chown(Elsewhere().c_str(), kOwner, kOwner), 0);
  ASSERT_EQ(Restore(), 0);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(Elsewhere())) {
    struct stat info{};
    ASSERT_EQ(::lstat(entry.path().c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, kOwner) << entry.path();
    EXPECT_EQ(info.st_gid, kOwner) << entry.path();
  }
}

}  // namespace
}  // namespace sekisho::console::testing
