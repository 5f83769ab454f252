#include <span>
#include <system_error>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::SizeIs;

// The mark of each record goes through the same files: a full disk there is a full disk.
TEST(SpoolFullTest, NewAllowsAreRefusedAndTheAdoptedKeyboardWorks) {
  Terminal terminal;
  terminal.bus.Plug("1-1", Keyboard());
  terminal.StartEnrolled();
  (void)terminal.engine->Adopt({"1-1"});
  terminal.bus.Unplug("1-1");
  terminal.Settle();

  terminal.files.SetSpace(platform::fake::Space::kFull);
  terminal.bus.Plug("2-1", Hub());
  terminal.bus.Plug("1-1", Keyboard());
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "no unaudited allow";
  EXPECT_TRUE(terminal.bus.Authorised("1-1")) << "nobody is locked out";
  v1::LocalWhyReply why = std::get<v1::LocalWhyReply>(terminal.engine->Why("2-1"));
  EXPECT_EQ(why.device().verdict().reason(), v1::VERDICT_REASON_UNRECORDABLE);

  terminal.files.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "once it can be recorded again";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_SPOOL_UNWRITABLE), SizeIs(1));
  std::vector<v1::Event> allowed = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED);
  ASSERT_THAT(allowed, SizeIs(3));
  EXPECT_EQ(allowed[0].device().port_path(), "1-1") << "when it was adopted";
  EXPECT_EQ(allowed[1].device().port_path(), "1-1") << "on the full disk: recorded afterwards";
  EXPECT_EQ(allowed[2].device().port_path(), "2-1");
  terminal.ExpectWholeChain();
}

TEST(SpoolFullTest, WhatIsOpenAndRecordedStaysOpen) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Hub());
  terminal.Settle();
  terminal.files.SetSpace(platform::fake::Space::kFull);
  terminal.bus.Plug("2-2", Stick("A1"));
  terminal.Advance(std::chrono::minutes(5));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST(SpoolFullTest, AGrantThatCannotBeRecordedIsNotAccepted) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.files.SetSpace(platform::fake::Space::kFull);
  terminal.Grant("2-1", std::chrono::minutes(15));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.engine->Status().grants().empty());
}

// A disk that refuses one file and takes the others.
class FullFor : public platform::fake::MemoryFiles {
 public:
  platform::Outcome Replace(const std::string& path, std::span<const std::byte> content,
                            platform::FileMode mode) override {
    if (!refused.empty() && path.ends_with(refused)) {
      return platform::Failure{std::make_error_code(std::errc::no_space_on_device), path};
    }
    return MemoryFiles::Replace(path, content, mode);
  }
  std::string refused;
};

TEST(SpoolFullTest, AGrantIsAcceptedOnlyWhenItIsBothRecordedAndWrittenDown) {
  for (const char* refused : {"/sequence", "/grants"}) {
    FullFor disk;
    Terminal terminal;
    terminal.disk = &disk;
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
    disk.refused = refused;
    terminal.Grant("2-1", std::chrono::minutes(15));
    EXPECT_FALSE(terminal.bus.Authorised("2-1")) << refused;
    EXPECT_TRUE(terminal.engine->Status().grants().empty()) << refused;
    disk.refused.clear();
    terminal.Advance(std::chrono::minutes(1));
    EXPECT_FALSE(terminal.bus.Authorised("2-1")) << refused;
    EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_REFUSED), SizeIs(1)) << refused;
  }
}

TEST(SpoolFullTest, AGrantStillEndsWhenNothingCanBeWritten) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", std::chrono::minutes(1));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.files.SetSpace(platform::fake::Space::kFull);
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.files.SetSpace(platform::fake::Space::kRoom);
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_ENDED), SizeIs(1));
}

TEST(SpoolFullTest, EvictionsAreCountedAndReported) {
  Terminal terminal;
  terminal.settings.spool_max_bytes = 24 * 1024;
  terminal.StartEnrolled();
  terminal.Disconnect();
  for (int i = 0; i < 100; ++i) {
    terminal.bus.Plug("2-1", Stick("S" + std::to_string(i)));
    terminal.Settle();
  }
  terminal.Advance(std::chrono::minutes(2));
  std::vector<v1::Event> evicted = terminal.Events(v1::EVENT_KIND_SPOOL_EVICTED);
  ASSERT_THAT(evicted, ::testing::Not(::testing::IsEmpty()));
  EXPECT_GT(std::stoi(ParameterOf(evicted[0], "count")), 50);
  EXPECT_EQ(ParameterOf(evicted[0], "class"), "routine");
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENROLLED), SizeIs(1)) << "what is kept is kept";
}

}  // namespace
}  // namespace sekisho::testing
