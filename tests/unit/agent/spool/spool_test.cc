#include "agent/spool/spool.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/files.h"

namespace sekisho::spool {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kBoot[] = "00000000-0000-4000-8000-000000000001";
constexpr char kNextBoot[] = "00000000-0000-4000-8000-000000000002";
constexpr std::uint64_t kRow = 128;  // what a record costs besides its bytes

// Any 32 bytes that differ by name do: the spool never looks inside.
Hash HashNamed(std::uint64_t n) {
  Hash hash{};
  for (int i = 0; i < 8; ++i) hash[i] = static_cast<std::uint8_t>(n >> (8 * i));
  hash[31] = 7;
  return hash;
}

class SpoolTest : public ::testing::Test {
 protected:
  SpoolTest() {
    std::string pattern = ::testing::TempDir() + "spool-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    options_ = Options{directory_ + "/spool.db", "/run/sekisho/mark", kBoot, 1 << 20};
  }
  ~SpoolTest() override {
    spool_.reset();
    std::filesystem::remove_all(directory_);
  }

  void Open() {
    spool_.reset();
    absl::StatusOr<std::unique_ptr<Spool>> spool = Spool::Open(options_, files_);
    if (!spool.ok()) throw std::runtime_error(spool.status().ToString());  // fails the test
    spool_ = *std::move(spool);
  }
  absl::Status Append(Retention retention, std::string bytes = "record") {
    const std::uint64_t sequence = spool_->Next().sequence;
    return spool_->Append(
        Record{options_.boot_id, sequence, retention, HashNamed(sequence), std::move(bytes)});
  }
  std::vector<std::uint64_t> Sequences() {
    absl::StatusOr<std::vector<Spool::Stored>> stored = spool_->Read(0, 1000, 1 << 20);
    std::vector<std::uint64_t> sequences;
    for (const Spool::Stored& one : stored.value()) sequences.push_back(one.record.sequence);
    return sequences;
  }

  std::string directory_;
  Options options_;
  platform::fake::MemoryFiles files_;
  std::unique_ptr<Spool> spool_;
};

TEST_F(SpoolTest, ReturnsRecordsInOrderAfterReopening) {
  Open();
  for (const char* bytes : {"a", "b", "c"}) ASSERT_TRUE(Append(Retention::kBlock, bytes).ok());
  Open();
  absl::StatusOr<std::vector<Spool::Stored>> stored = spool_->Read(0, 10, 1000);
  ASSERT_THAT(stored.value(), SizeIs(3));
  EXPECT_EQ(stored->at(2).record.bytes, "c");
  EXPECT_EQ(stored->at(2).record.hash, HashNamed(3));
  EXPECT_EQ(spool_->Next().sequence, 4);
  EXPECT_EQ(spool_->Next().previous_hash, HashNamed(3));
  EXPECT_EQ(spool_->waiting(), 3);
}

TEST_F(SpoolTest, ReadsBoundedAndOneBootAtATime) {
  Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(Retention::kKeep, std::string(100, 'x')).ok());
  options_.boot_id = kNextBoot;
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  EXPECT_THAT(spool_->Read(0, 2, 1000).value(), SizeIs(2));
  EXPECT_THAT(spool_->Read(0, 10, 150).value(), SizeIs(1));
  EXPECT_THAT(spool_->Read(0, 10, 50).value(), SizeIs(1)) << "one goes however large";
  absl::StatusOr<std::vector<Spool::Stored>> first = spool_->Read(0, 10, 1000);
  ASSERT_THAT(first.value(), SizeIs(3)) << "the earlier boot's alone";
  absl::StatusOr<std::vector<Spool::Stored>> second = spool_->Read(first->back().row, 10, 1000);
  ASSERT_THAT(second.value(), SizeIs(1));
  EXPECT_EQ(second->front().record.boot_id, kNextBoot);
}

TEST_F(SpoolTest, ANewBootStartsAtOneAndGoesOnWithTheChain) {
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  options_.boot_id = kNextBoot;
  Open();
  EXPECT_EQ(spool_->Next().sequence, 1);
  EXPECT_EQ(spool_->Next().previous_hash, HashNamed(2));
}

TEST_F(SpoolTest, DeletesOnlyForAnAcknowledgementOfItsOwnRecord) {
  Open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(Retention::kKeep).ok());
  EXPECT_EQ(spool_->Acknowledge(kBoot, 2, HashNamed(3)).value(), Spool::AckResult::kOtherHash);
  EXPECT_EQ(spool_->Acknowledge(kBoot, 9, HashNamed(9)).value(), Spool::AckResult::kNeverWritten);
  EXPECT_THAT(Sequences(), ElementsAre(1, 2, 3, 4)) << "a forged one deletes nothing";
  EXPECT_EQ(spool_->Acknowledge(kBoot, 2, HashNamed(2)).value(), Spool::AckResult::kDeleted);
  EXPECT_THAT(Sequences(), ElementsAre(3, 4));
  EXPECT_EQ(spool_->Acknowledge(kBoot, 2, HashNamed(2)).value(), Spool::AckResult::kAlready);
  EXPECT_THAT(Sequences(), ElementsAre(3, 4));
}

TEST_F(SpoolTest, TheChainGoesOnWhenEverythingIsAcknowledged) {
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  ASSERT_TRUE(spool_->Acknowledge(kBoot, 1, HashNamed(1)).ok());
  Open();
  EXPECT_EQ(spool_->waiting(), 0);
  EXPECT_EQ(spool_->bytes(), 0);
  EXPECT_EQ(spool_->Next().sequence, 2);
  EXPECT_EQ(spool_->Next().previous_hash, HashNamed(1));
}

TEST_F(SpoolTest, EvictsRoutineFirstThenBlocksAndCountsThem) {
  options_.max_bytes = 5 * (kRow + 100);
  Open();
  const std::string bytes(100, 'x');
  for (Retention retention : {Retention::kBlock, Retention::kRoutine, Retention::kKeep,
                              Retention::kRoutine, Retention::kBlock}) {
    ASSERT_TRUE(Append(retention, bytes).ok());
  }
  ASSERT_TRUE(Append(Retention::kKeep, bytes).ok());
  EXPECT_THAT(Sequences(), ElementsAre(1, 3, 4, 5, 6)) << "the older routine one went";
  ASSERT_TRUE(Append(Retention::kKeep, bytes).ok());
  EXPECT_THAT(Sequences(), ElementsAre(1, 3, 5, 6, 7)) << "then the other";
  ASSERT_TRUE(Append(Retention::kKeep, bytes).ok());
  EXPECT_THAT(Sequences(), ElementsAre(3, 5, 6, 7, 8)) << "then the older block";
  Open();
  std::vector<Evicted> evicted = spool_->Evictions();
  ASSERT_THAT(evicted, SizeIs(2)) << "counted on disk, too";
  EXPECT_EQ(evicted[0].retention, Retention::kRoutine);
  EXPECT_EQ(evicted[0].count, 2);
  EXPECT_EQ(evicted[0].first, 2);
  EXPECT_EQ(evicted[0].last, 4);
  EXPECT_EQ(evicted[1].retention, Retention::kBlock);
  EXPECT_EQ(evicted[1].count, 1);
}

TEST_F(SpoolTest, NeverEvictsWhatIsKept) {
  options_.max_bytes = 3 * (kRow + 100);
  Open();
  const std::string bytes(100, 'x');
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(Append(Retention::kKeep, bytes).ok());
  EXPECT_TRUE(absl::IsResourceExhausted(Append(Retention::kKeep, bytes)));
  EXPECT_TRUE(absl::IsResourceExhausted(Append(Retention::kRoutine, bytes)));
  EXPECT_THAT(Sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(spool_->Next().sequence, 4) << "a record that was not written uses no number";
  ASSERT_TRUE(spool_->Acknowledge(kBoot, 1, HashNamed(1)).ok());
  EXPECT_TRUE(Append(Retention::kKeep, bytes).ok());
}

TEST_F(SpoolTest, ReportingEvictionsClearsTheirCountWithTheReport) {
  options_.max_bytes = 2 * (kRow + 100);
  Open();
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(Append(Retention::kRoutine, std::string(100, 'x')).ok());
  ASSERT_THAT(spool_->Evictions(), SizeIs(1));
  options_.max_bytes = 1 << 20;
  Open();
  ASSERT_TRUE(spool_
                  ->AppendReport(Record{kBoot, 5, Retention::kKeep, HashNamed(5), "2 evicted"},
                                 Retention::kRoutine)
                  .ok());
  EXPECT_THAT(spool_->Evictions(), IsEmpty());
}

TEST_F(SpoolTest, SetsADamagedFileAsideAndStartsAfresh) {
  Open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append(Retention::kKeep, std::string(500, 'x')).ok());
  spool_.reset();
  {
    std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(0);
    file << std::string(4096, '\x5a');
  }
  Open();
  ASSERT_TRUE(spool_->set_aside().has_value());
  EXPECT_EQ(spool_->set_aside()->cause, "damaged");
  EXPECT_TRUE(std::filesystem::exists(spool_->set_aside()->name)) << "kept for whoever looks";
  EXPECT_THAT(Sequences(), IsEmpty());
  EXPECT_TRUE(Append(Retention::kKeep).ok());
}

// A damaged index would let it open, and fail at the first record that is written.
TEST_F(SpoolTest, GoesOnWhicheverOfItsPagesIsGarbage) {
  constexpr std::uintmax_t kPage = 4096;
  std::uintmax_t pages = 2;
  int set_aside = 0;
  for (std::uintmax_t page = 1; page < pages; ++page) {
    spool_.reset();
    std::filesystem::remove_all(directory_);
    std::filesystem::create_directory(directory_);
    Open();
    for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append(Retention::kKeep, std::string(500, 'x')).ok());
    spool_.reset();
    pages = std::filesystem::file_size(options_.path) / kPage;
    {
      std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
      file.seekp(static_cast<std::streamoff>(page * kPage));
      file << std::string(kPage, '\x5a');
    }
    Open();
    if (spool_->set_aside()) {
      ++set_aside;
    } else {
      EXPECT_THAT(Sequences(), SizeIs(50)) << "page " << page;
    }
    EXPECT_TRUE(Append(Retention::kKeep).ok()) << "page " << page;
  }
  EXPECT_GT(set_aside, 8);
}

TEST_F(SpoolTest, SetsATruncatedFileAside) {
  Open();
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(Append(Retention::kKeep, std::string(500, 'x')).ok());
  spool_.reset();
  std::filesystem::resize_file(options_.path, 8192 + 100);
  Open();
  ASSERT_TRUE(spool_->set_aside().has_value());
  EXPECT_TRUE(Append(Retention::kKeep).ok());
}

TEST_F(SpoolTest, SetsAFileOfANewerVersionAside) {
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  spool_.reset();
  {
    // user_version: bytes 60 to 63 of the header (SQLite's file format, 1.3).
    std::fstream file(options_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);
    file << std::string("\0\0\0\x63", 4);
  }
  Open();
  ASSERT_TRUE(spool_->set_aside().has_value());
  EXPECT_EQ(spool_->set_aside()->cause, "newer-version");
}

TEST_F(SpoolTest, NeverRepeatsASequenceWithinABootEvenWhenItsFileIsLost) {
  Open();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(Append(Retention::kKeep).ok());
  spool_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directory(directory_);
  Open();
  EXPECT_EQ(spool_->Next().sequence, 6);
  EXPECT_EQ(spool_->Next().previous_hash, HashNamed(5)) << "the chain goes on as well";
}

TEST_F(SpoolTest, RefusesASecondDaemon) {
  Open();
  EXPECT_FALSE(Spool::Open(options_, files_).ok());
  EXPECT_TRUE(Append(Retention::kKeep).ok());
}

TEST_F(SpoolTest, SaysWhenTheDiskIsFullAndGoesOnWhenItIsNot) {
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  // A file size limit is how an unprivileged test makes a real write fail.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &none);
  const absl::Status refused = Append(Retention::kKeep);
  const absl::Status probed = spool_->Probe();
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(refused.ok());
  EXPECT_FALSE(probed.ok());
  EXPECT_EQ(spool_->Next().sequence, 2);
  EXPECT_TRUE(spool_->Probe().ok());
  EXPECT_TRUE(Append(Retention::kKeep).ok());
  EXPECT_THAT(Sequences(), ElementsAre(1, 2));
}

TEST_F(SpoolTest, CannotAppendWhenTheMarkCannotBeWritten) {
  Open();
  files_.SetSpace(platform::fake::Space::kFull);
  EXPECT_FALSE(Append(Retention::kKeep).ok());
  EXPECT_THAT(Sequences(), IsEmpty());
}

// The child tells the number of each record that Append called durable; after SIGKILL all of those
// are there, none twice, with no hole.
TEST_F(SpoolTest, LosesNothingThatItCalledDurableWhenKilled) {
  std::uint64_t told = 0;
  for (int round = 0; round < 10; ++round) {
    int pipe_ends[2];
    ASSERT_EQ(pipe(pipe_ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      Open();
      while (true) {
        const std::uint64_t sequence = spool_->Next().sequence;
        if (!Append(Retention::kKeep).ok()) _exit(1);
        if (write(pipe_ends[1], &sequence, sizeof sequence) != sizeof sequence) _exit(2);
      }
    }
    close(pipe_ends[1]);
    std::uint64_t sequence = 0;
    for (int i = 0; i < 20 + 7 * round; ++i) {
      if (read(pipe_ends[0], &sequence, sizeof sequence) == sizeof sequence) told = sequence;
    }
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &sequence, sizeof sequence) == sizeof sequence) told = sequence;
    close(pipe_ends[0]);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << status;
    Open();
    std::vector<std::uint64_t> found = Sequences();
    ASSERT_GE(found.size(), told);
    for (std::size_t i = 0; i < found.size(); ++i) ASSERT_EQ(found[i], i + 1);
    spool_.reset();
  }
  EXPECT_GT(told, 100u);
}

TEST_F(SpoolTest, ManyAreStoredInOrderOrNotAtAll) {
  Open();
  ASSERT_TRUE(Append(Retention::kKeep).ok());
  const auto record = [&](std::uint64_t sequence) {
    return Record{options_.boot_id, sequence, Retention::kBlock, HashNamed(sequence), "record"};
  };
  const std::vector<Record> many = {record(2), record(3), record(4)};
  ASSERT_TRUE(spool_->AppendMany(many).ok());
  EXPECT_EQ(spool_->Next().sequence, 5u);
  EXPECT_EQ(spool_->Next().previous_hash, HashNamed(4));
  EXPECT_EQ(spool_->waiting(), 4u);
  const std::vector<Record> gap = {record(5), record(7)};
  EXPECT_FALSE(spool_->AppendMany(gap).ok());
  EXPECT_EQ(spool_->Next().sequence, 5u);
  EXPECT_EQ(spool_->waiting(), 4u);
  EXPECT_TRUE(spool_->AppendMany({}).ok());
  Open();
  EXPECT_EQ(spool_->Next().sequence, 5u);
  EXPECT_THAT(*spool_->Read(0, 100, 1 << 20), SizeIs(4));
}

TEST_F(SpoolTest, ManyThatDoNotFitChangeNothing) {
  options_.max_bytes = 3 * (kRow + 6);
  Open();
  ASSERT_TRUE(Append(Retention::kRoutine).ok());
  std::vector<Record> many;
  for (std::uint64_t i = 2; i < 10; ++i) {
    many.push_back({options_.boot_id, i, Retention::kKeep, HashNamed(i), "record"});
  }
  EXPECT_TRUE(absl::IsResourceExhausted(spool_->AppendMany(many)));
  EXPECT_EQ(spool_->Next().sequence, 2u);
  EXPECT_EQ(spool_->waiting(), 1u);
  EXPECT_THAT(*spool_->Read(0, 100, 1 << 20), SizeIs(1)) << "nor is the routine record evicted";
}

TEST_F(SpoolTest, AfterManyALostDatabaseRepeatsNoSequence) {
  Open();
  std::vector<Record> many;
  for (std::uint64_t i = 1; i < 10; ++i) {
    many.push_back({options_.boot_id, i, Retention::kKeep, HashNamed(i), "record"});
  }
  ASSERT_TRUE(spool_->AppendMany(many).ok());
  spool_.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(options_.path + suffix);
  Open();
  EXPECT_EQ(spool_->Next().sequence, 10u);
}

}  // namespace
}  // namespace sekisho::spool
