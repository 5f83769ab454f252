// A tmpfs stands for the medium. fanotify, handles, mounts, processes and the worker are the real
// ones.
#include "platform/linux/file_record/file_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <optional>

#include "platform/linux/clock.h"
#include "platform/linux/event_loop.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr unsigned kNobody = 65534;

class Stick : public OpenDevice {
 public:
  const std::string& PortPath() const override { return port_path_; }

 private:
  std::string port_path_ = "2-1";
};

std::array<std::uint8_t, 32> Sha256(const std::string& content) {
  std::array<std::uint8_t, 32> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(content.data()),
                     content.size());
  return hash;
}

class FileRecordTest : public testing::Test {
 protected:
  void SetUp() override {
    if (getuid() != 0) GTEST_SKIP() << "mounts, and changes its user: run as root";
    fs::permissions(scratch_.path(), fs::perms(0755));
    fs::create_directories(scratch_.path("medium"));
    fs::copy_file(SEKISHO_HASH, scratch_.path("sekisho-hash"));
    fs::permissions(scratch_.path("sekisho-hash"), fs::perms(0755));
    loop_ = std::move(*MakeEventLoop());
    program_ = {scratch_.path("sekisho-hash"), kNobody, kNobody};
  }
  void TearDown() override {
    record_.reset();
    for (const pid_t pid : children_) {
      kill(-pid, SIGKILL);  // and what it has started
      waitpid(pid, nullptr, 0);
    }
    umount2(scratch_.path("medium").c_str(), MNT_DETACH);
  }

  void Mount() {
    ASSERT_EQ(mount("none", scratch_.path("medium").c_str(), "tmpfs", 0, "size=64m"), 0);
    struct stat status{};
    ASSERT_EQ(stat(scratch_.path("medium").c_str(), &status), 0);
    device_ = status.st_dev;
  }
  void Record() {
    record_ = std::make_unique<LinuxFileRecord>(
        *loop_, clock_, program_, scratch_.path("mark"),
        [this](const OpenDevice&) { return std::set<dev_t>{device_}; });
    record_->Tell([this](std::vector<FileNotice> notices) {
      for (FileNotice& each : notices) {
        if (auto* file = std::get_if<FileRecorded>(&each)) {
          files_.push_back(std::move(*file));
        } else {
          missed_.push_back(std::get<FilesMissed>(each));
        }
      }
    });
    record_->Record(stick_);
  }
  void WorkerDoes(const std::string& script) {
    scratch_.Write("worker", "#!/bin/sh\n" + script + "\n");
    fs::permissions(scratch_.path("worker"), fs::perms(0755));
    program_.program = scratch_.path("worker");
  }
  // In the medium's directory, while the loop runs on; then it stays a while, to be asked its name.
  void Shell(const std::string& script) {
    const pid_t pid = fork();
    if (pid == 0) {
      setpgid(0, 0);
      if (chdir(scratch_.path("medium").c_str()) != 0) _exit(1);
      const std::string line = script + "; cd /; sleep 30";
      execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
      _exit(1);
    }
    children_.push_back(pid);
  }
  // The loop runs until it holds; a loop that was stopped does not run again, so once a test.
  void RunUntil(std::function<bool()> holds) {
    const auto end = loop_->At(clock_.Now() + seconds(60), [&] {
      ADD_FAILURE() << "took too long; " << files_.size() << " records";
      for (const FileRecorded& each : files_) {
        std::printf("%d %s %s\n", static_cast<int>(each.operation), each.path.c_str(),
                    each.unhashed.c_str());
      }
      for (const FilesMissed& each : missed_) std::printf("missed %s\n", each.cause.c_str());
      loop_->Stop();
    });
    std::unique_ptr<EventLoop::Handle> look;
    std::function<void()> check = [&] {
      if (holds()) return loop_->Stop();
      look = loop_->At(clock_.Now() + milliseconds(10), check);
    };
    look = loop_->At(clock_.Now(), check);
    loop_->Run([this] { return clock_.Now() + std::chrono::minutes(1); });
  }
  std::optional<FileRecorded> Find(FileOperation operation, const std::string& path) const {
    for (const FileRecorded& each : files_) {
      if (each.operation == operation && each.path == path) return each;
    }
    return std::nullopt;
  }

  Scratch scratch_;
  LinuxClock clock_;
  std::unique_ptr<EventLoop> loop_;
  HashProgram program_;
  dev_t device_ = 0;
  std::shared_ptr<Stick> stick_ = std::make_shared<Stick>();
  std::unique_ptr<LinuxFileRecord> record_;
  std::vector<FileRecorded> files_;
  std::vector<FilesMissed> missed_;
  std::vector<pid_t> children_;
};

TEST_F(FileRecordTest, WhatIsCopiedIsRecordedWithSizeAndHashByWhomIsStillThere) {
  Mount();
  Record();
  Shell("mkdir d; printf one >a; printf three >d/c");
  RunUntil([&] { return files_.size() >= 3; });
  ASSERT_THAT(files_, SizeIs(3));
  EXPECT_THAT(missed_, IsEmpty());
  EXPECT_TRUE(Find(FileOperation::kCreated, "/d/")) << "a directory";
  const auto a = Find(FileOperation::kCreated, "/a");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->size, 3);
  EXPECT_EQ(a->sha256, Sha256("one"));
  EXPECT_EQ(a->actor.pid, children_[0]);
  EXPECT_EQ(a->actor.uid, 0u);
  EXPECT_THAT(a->actor.program, testing::AnyOf("sh", "dash", "bash"));
  const auto c = Find(FileOperation::kCreated, "/d/c");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->sha256, Sha256("three"));
}

TEST_F(FileRecordTest, ReadRenamedDeletedAreRecorded) {
  Mount();
  ASSERT_EQ(std::system(("cd " + scratch_.path("medium") +
                         " && printf x >r && printf y >n && "
                         "printf z >d && printf w >w && printf u >untouched && mkfifo pipe")
                            .c_str()),
            0);
  Record();
  Shell("cat r >/dev/null; mv n m; rm d; printf more >>w; mkdir e; mv w e/w; ls -l . >/dev/null");
  RunUntil([&] {
    return Find(FileOperation::kRead, "/r") && Find(FileOperation::kRenamed, "/n") &&
           Find(FileOperation::kRenamed, "/w");
  });
  EXPECT_EQ(Find(FileOperation::kRead, "/r")->sha256, Sha256("x"));
  EXPECT_EQ(Find(FileOperation::kRenamed, "/n")->to, "/m");
  EXPECT_EQ(Find(FileOperation::kRenamed, "/n")->sha256, Sha256("y"));
  EXPECT_TRUE(Find(FileOperation::kDeleted, "/d"));
  ASSERT_TRUE(Find(FileOperation::kWritten, "/w"));
  EXPECT_EQ(Find(FileOperation::kWritten, "/w")->sha256, Sha256("wmore"));
  EXPECT_EQ(Find(FileOperation::kRenamed, "/w")->to, "/e/w");
  EXPECT_FALSE(Find(FileOperation::kRead, "/untouched")) << "listed, not read";
  EXPECT_THAT(files_, SizeIs(6));
  EXPECT_THAT(missed_, IsEmpty());
}

TEST_F(FileRecordTest, WhatIsMountedLaterIsRecordedToo) {
  Mount();  // for its number, which it gets again: the lowest that is free
  Record();
  ASSERT_EQ(umount(scratch_.path("medium").c_str()), 0) << "the record keeps nothing mounted";
  std::unique_ptr<EventLoop::Handle> later = loop_->At(clock_.Now() + milliseconds(200), [&] {
    Mount();
    later = loop_->At(clock_.Now() + milliseconds(200), [&] { Shell("printf one >a"); });
  });
  RunUntil([&] { return !files_.empty(); });
  EXPECT_TRUE(Find(FileOperation::kCreated, "/a"));
}

TEST_F(FileRecordTest, OurOwnHashingIsNoReading) {
  Mount();
  Record();
  Shell("printf one >a");
  BootTime hashed{};
  RunUntil([&] {
    if (files_.empty()) return false;
    if (hashed == BootTime{}) hashed = clock_.Now();
    return clock_.Now() - hashed > seconds(1);
  });
  EXPECT_THAT(files_, SizeIs(1));
}

TEST_F(FileRecordTest, LinksAndPipesAreRecordedWithoutAContentAndNeverOpened) {
  Mount();
  Record();
  Shell("mkfifo p; ln -s /etc/shadow s; mknod z c 1 5; printf one >a; ln a b");
  RunUntil([&] {
    return Find(FileOperation::kCreated, "/p") && Find(FileOperation::kCreated, "/s") &&
           Find(FileOperation::kCreated, "/z") && Find(FileOperation::kCreated, "/a");
  });
  EXPECT_EQ(Find(FileOperation::kCreated, "/s")->sha256, std::nullopt);
  EXPECT_EQ(Find(FileOperation::kCreated, "/z")->sha256, std::nullopt);
  EXPECT_EQ(Find(FileOperation::kCreated, "/a")->sha256, Sha256("one"));
  EXPECT_TRUE(Find(FileOperation::kCreated, "/b")) << "another name for it";
}

TEST_F(FileRecordTest, ThousandsOfFilesAreAllRecorded) {
  Mount();
  Record();
  Shell("i=0; while [ $i -lt 3000 ]; do printf $i >f$i; i=$((i+1)); done");
  RunUntil([&] { return files_.size() >= 3000; });
  EXPECT_THAT(files_, SizeIs(3000));
  EXPECT_EQ(Find(FileOperation::kCreated, "/f2999")->sha256, Sha256("2999"));
  EXPECT_THAT(missed_, IsEmpty());
}

TEST_F(FileRecordTest, AQueueThatRanOverIsToldAsMissed) {
  Mount();
  Record();
  // While nobody reads.
  ASSERT_EQ(std::system(("cd " + scratch_.path("medium") +
                         " && i=0; while [ $i -lt 17000 ]; do : >f$i; i=$((i+1)); done")
                            .c_str()),
            0);
  RunUntil([&] { return missed_.size() >= 2; });
  EXPECT_THAT(missed_, Contains(Field(&FilesMissed::cause, "overflow")));
  // More than the walk names.
  EXPECT_THAT(missed_, Contains(Field(&FilesMissed::cause, "overflow, and not all was found")));
}

TEST_F(FileRecordTest, AFloodOnOneMediumSettlesInItsBoundAndEverythingLetsGo) {
  Mount();
  Record();
  bool settled = false;
  std::unique_ptr<EventLoop::Handle> settling;
  Shell("head -c 5000000 /dev/zero >big; printf one >a; exec 3>open; echo x >&3");
  // "open" stays open: it is waited for until the bound.
  RunUntil([&] {
    if (!settling && fs::exists(scratch_.path("medium/open"))) {
      settling = record_->Settle("2-1", seconds(8), [&] { settled = true; });
    }
    return settled;
  });
  EXPECT_TRUE(Find(FileOperation::kCreated, "/big")->sha256);
  EXPECT_TRUE(Find(FileOperation::kCreated, "/a")->sha256);
  ASSERT_TRUE(Find(FileOperation::kCreated, "/open"));
  EXPECT_EQ(Find(FileOperation::kCreated, "/open")->unhashed, "open");
  kill(-children_[0], SIGKILL);
  waitpid(children_[0], nullptr, 0);
  children_.clear();
  // Its own child is nobody's that could be waited for.
  int unmounted = -1;
  for (int i = 0; i < 100 && unmounted != 0; ++i) {
    usleep(20'000);
    unmounted = umount(scratch_.path("medium").c_str());
  }
  EXPECT_EQ(unmounted, 0) << "somebody of ours still holds it";
}

TEST_F(FileRecordTest, AWorkerThatCannotStartLeavesARecordThatSaysSo) {
  Mount();
  program_.program = "/nonexistent";
  Record();
  Shell("printf one >a");
  RunUntil([&] { return !files_.empty(); });
  EXPECT_EQ(files_[0].path, "/a");
  EXPECT_EQ(files_[0].unhashed, "worker");
}

TEST_F(FileRecordTest, AWorkerThatNeverAnswersLetsGoAtTheBound) {
  Mount();
  WorkerDoes("exec sleep 1000");
  Record();
  Shell("printf one >a");
  bool settled = false;
  std::unique_ptr<EventLoop::Handle> settling;
  RunUntil([&] {
    if (!settling && !record_->Workers().empty()) {
      settling = record_->Settle("2-1", milliseconds(500), [&] { settled = true; });
    }
    return settled;
  });
  ASSERT_THAT(files_, SizeIs(1));
  EXPECT_EQ(files_[0].unhashed, "late");
  int unmounted = -1;
  for (int i = 0; i < 100 && unmounted != 0; ++i) {
    usleep(20'000);
    unmounted = umount(scratch_.path("medium").c_str());
  }
  EXPECT_EQ(unmounted, 0) << "it still has the file";
}

TEST_F(FileRecordTest, AWorkerThatEndsWithoutAnAnswerLeavesARecordThatSaysSo) {
  Mount();
  WorkerDoes("sleep 1");
  Record();
  Shell("printf one >a");
  RunUntil([&] { return !files_.empty(); });
  EXPECT_EQ(files_[0].unhashed, "worker");
}

TEST_F(FileRecordTest, AWorkerThatDiesIsStartedAgain) {
  Mount();
  Record();
  Shell("printf one >a");
  bool killed = false;
  RunUntil([&] {
    if (!killed && Find(FileOperation::kCreated, "/a")) {
      killed = true;
      for (const int pid : record_->Workers()) kill(pid, SIGKILL);
      Shell("printf two >b");
    }
    return Find(FileOperation::kCreated, "/b").has_value();
  });
  EXPECT_EQ(Find(FileOperation::kCreated, "/b")->sha256, Sha256("two"));
}

TEST_F(FileRecordTest, ForgottenItSaysWhatItKnowsAndNoMore) {
  Mount();
  Record();
  ASSERT_EQ(std::system(("printf one >" + scratch_.path("medium/a")).c_str()), 0);
  record_->Forget("2-1");
  ASSERT_THAT(files_, SizeIs(1));
  EXPECT_EQ(files_[0].unhashed, "removed");
  EXPECT_THAT(missed_, ElementsAre(AllOf(Field(&FilesMissed::cause, "removed"),
                                         Field(&FilesMissed::count, 1))));
  ASSERT_EQ(std::system(("printf one >" + scratch_.path("medium/b")).c_str()), 0);
  EXPECT_THAT(files_, SizeIs(1));
}

TEST_F(FileRecordTest, WhatChangedWhileNobodyLookedIsFoundAndSaidToHaveBeenMissed) {
  Mount();
  ASSERT_EQ(std::system(("cd " + scratch_.path("medium") + " && mkdir d").c_str()), 0);
  Record();
  record_.reset();  // as SIGKILL would
  ASSERT_EQ(std::system(("printf new >" + scratch_.path("medium/d/new")).c_str()), 0);
  Record();
  ASSERT_THAT(missed_, SizeIs(1));
  EXPECT_EQ(missed_[0].cause, "restart");
  RunUntil([&] { return Find(FileOperation::kWritten, "/d/new").has_value(); });
  const auto found = Find(FileOperation::kWritten, "/d/new");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sha256, Sha256("new"));
  EXPECT_EQ(found->actor, FileActor{}) << "nobody saw who";
}

TEST_F(FileRecordTest, OneThatWasForgottenIsNotLookedThrough) {
  Mount();
  Record();
  record_->Forget("2-1");
  record_.reset();
  Record();
  EXPECT_THAT(missed_, IsEmpty());
}

TEST_F(FileRecordTest, AFileSystemWithoutHandlesIsToldAsMissed) {
  device_ = 0;
  struct stat status{};
  ASSERT_EQ(stat("/proc", &status), 0);
  device_ = status.st_dev;  // procfs has none
  Record();
  ASSERT_THAT(missed_, SizeIs(1));
  EXPECT_THAT(missed_[0].cause, testing::HasSubstr("watch its file system"));
}

}  // namespace
}  // namespace sekisho::platform
