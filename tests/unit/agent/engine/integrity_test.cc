#include "agent/engine/integrity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "platform/fake/file_watch.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::engine {
namespace {

using namespace std::chrono_literals;
using platform::GuardedFile;
using platform::GuardedFiles;
using ::testing::ElementsAre;
using testing::EndsFirst;
using ::testing::IsEmpty;
using testing::ParameterOf;
using ::testing::SizeIs;
using testing::Terminal;
using Word = GuardedFile::Word;
using What = FileChange::What;

SeenFiles Seen(std::vector<GuardedFile> files) {
  SeenFiles seen;
  for (GuardedFile& file : files) seen.emplace(file.path, file);
  return seen;
}

TEST(Compare, TellsNothingOfWhatIsAsItWasOrAsItsPackageBroughtIt) {
  const SeenFiles before = Seen({{"/a", "1", Word::kAgrees}, {"/b", "1", Word::kNobodys}});
  EXPECT_THAT(Compare(before, before), IsEmpty());
  // A package's upgrade; and a package that vouches for what was edited before.
  EXPECT_THAT(Compare(before, Seen({{"/a", "2", Word::kAgrees}, {"/b", "2", Word::kAgrees}})),
              IsEmpty());
  // Its package went, and the file with it.
  EXPECT_THAT(Compare(before, Seen({{"/b", "1", Word::kNobodys}})), IsEmpty());
}

TEST(Compare, TellsWhatWasEditedMadeOrTakenAway) {
  const SeenFiles before = Seen({{"/a", "1", Word::kAgrees},
                                 {"/b", "1", Word::kNobodys},
                                 {"/c", "1", Word::kNobodys},
                                 {"/d", "1", Word::kAgrees}});
  EXPECT_THAT(
      Compare(before, Seen({{"/a", "2", Word::kDisagrees},
                            {"/b", "2", Word::kNobodys},
                            {"/d", "", Word::kDisagrees},
                            {"/e", "9", Word::kNobodys}})),
      ElementsAre(FileChange{"/a", What::kEdited, "1", "2"},
                  FileChange{"/b", What::kEdited, "1", "2"}, FileChange{"/d", What::kGone, "1", ""},
                  FileChange{"/e", What::kNew, "", "9"}, FileChange{"/c", What::kGone, "1", ""}));
}

TEST(Compare, TakesAtFirstEverythingButWhatIsDisputed) {
  EXPECT_THAT(Compare(std::nullopt, Seen({{"/a", "1", Word::kAgrees},
                                          {"/b", "1", Word::kNobodys},
                                          {"/c", "1", Word::kDisagrees}})),
              ElementsAre(FileChange{"/c", What::kEdited, "", "1"}));
}

TEST(SeenFiles, IsReadAsItWasWritten) {
  const SeenFiles seen = Seen({{"/with blank", "12ab", Word::kNobodys},
                               {"/gone", "", Word::kDisagrees},
                               {"/sound", "00", Word::kAgrees}});
  EXPECT_EQ(ParseSeenFiles(WriteSeenFiles(seen)), seen);
  EXPECT_EQ(ParseSeenFiles("sekisho-seen-files 2\n"), std::nullopt);
  EXPECT_EQ(ParseSeenFiles("sekisho-seen-files 1\n12 x /a\n"), std::nullopt);
  EXPECT_EQ(ParseSeenFiles("sekisho-seen-files 1\n12 = /a"), std::nullopt);
}

class IntegrityTest : public ::testing::Test {
 protected:
  IntegrityTest() {
    watch_.Put({"/etc/pam.d/sshd", "1", Word::kAgrees});
    watch_.Put({"/etc/pam.d/common-auth", "1", Word::kNobodys});
    terminal_.file_watch = &watch_;
    terminal_.Start();
    terminal_.Advance(15s);
  }
  std::vector<v1::Event> Changes() { return terminal_.Events(v1::EVENT_KIND_FILE_CHANGED); }

  Terminal terminal_;
  platform::fake::FakeFileWatch watch_{terminal_.loop};
  EndsFirst ends_first_{terminal_};
};

TEST_F(IntegrityTest, AChangeIsToldOnceWithBothHashesAndAlsoNotAgainAfterARestart) {
  EXPECT_THAT(Changes(), IsEmpty());
  watch_.Put({"/etc/pam.d/common-auth", "2", Word::kNobodys});
  terminal_.Advance(15s);
  ASSERT_THAT(Changes(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Changes()[0], "file"), "/etc/pam.d/common-auth");
  EXPECT_EQ(ParameterOf(Changes()[0], "change"), "edited");
  EXPECT_EQ(ParameterOf(Changes()[0], "before"), "1");
  EXPECT_EQ(ParameterOf(Changes()[0], "after"), "2");
  terminal_.Restart();
  terminal_.Advance(15s);
  EXPECT_THAT(Changes(), SizeIs(1));
}

TEST_F(IntegrityTest, WhatChangedWhileNobodyWatchedIsToldAtTheStart) {
  terminal_.Kill();
  watch_.Put({"/etc/pam.d/sshd", "3", Word::kNobodys});
  terminal_.Start();
  terminal_.Advance(15s);
  EXPECT_THAT(Changes(), SizeIs(1));
}

TEST_F(IntegrityTest, APackagesUpgradeIsWaitedForAndNotTold) {
  watch_.SetTaken(GuardedFiles::Taken::kMeanwhile);
  watch_.Put({"/etc/pam.d/sshd", "2", Word::kDisagrees});
  terminal_.Advance(60s);
  EXPECT_THAT(Changes(), IsEmpty());
  watch_.SetTaken(GuardedFiles::Taken::kAtRest);
  watch_.Put({"/etc/pam.d/sshd", "2", Word::kAgrees});
  terminal_.Advance(60s);
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_F(IntegrityTest, ALookThatWritesFellIntoIsTakenAgain) {
  watch_.Put({"/etc/pam.d/sshd", "2", Word::kNobodys});
  terminal_.Advance(9s);
  const int before = watch_.looks();
  watch_.Put({"/etc/pam.d/sshd", "1", Word::kAgrees});
  terminal_.Advance(9s);
  EXPECT_EQ(watch_.looks(), before);
  terminal_.Advance(5s);
  EXPECT_EQ(watch_.looks(), before + 1);
  EXPECT_THAT(Changes(), IsEmpty());
}

TEST_F(IntegrityTest, WhatIsWrittenDuringALookIsNotToldHalf) {
  watch_.Put({"/etc/pam.d/common-auth", "half", Word::kNobodys});
  watch_.DuringNext([this] { watch_.Put({"/etc/pam.d/common-auth", "whole", Word::kNobodys}); });
  terminal_.Advance(60s);
  ASSERT_THAT(Changes(), SizeIs(1));
  EXPECT_EQ(ParameterOf(Changes()[0], "after"), "whole");
}

TEST_F(IntegrityTest, WhatIsAsItWasIsNotWrittenAgain) {
  const int before = terminal_.files.replaces();
  watch_.Put({"/etc/pam.d/sshd", "1", Word::kAgrees});
  terminal_.Advance(15s);
  EXPECT_EQ(terminal_.files.replaces(), before);
}

TEST_F(IntegrityTest, WhoeverWritesWithoutEndPutsNoLookOffForever) {
  for (int i = 0; i < 70; ++i) {
    watch_.Put({"/etc/pam.d/common-auth", std::to_string(i + 2), Word::kNobodys});
    terminal_.Advance(5s);
  }
  EXPECT_THAT(Changes(), SizeIs(1));
}

TEST_F(IntegrityTest, NothingLooksWhileNothingIsWritten) {
  const int before = watch_.looks();
  terminal_.Advance(24h);
  EXPECT_EQ(watch_.looks(), before);
}

}  // namespace
}  // namespace sekisho::engine
