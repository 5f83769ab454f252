#include <fstream>

#include "agent/engine/state_file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::StartsWith;

enum class Damage { kTruncated, kGarbage, kNewerVersion, kBitFlip, kForged };

struct Case {
  std::string file;
  Damage damage;
  std::string cause;
};

std::string NameOf(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.file + "_" + info.param.cause + std::to_string(info.index);
  std::erase(name, '-');
  return name;
}

class StateTest : public ::testing::TestWithParam<Case> {};

// A stick is open under a grant, by a policy, on an enrolled terminal; one of the files that say so
// is damaged while agentd is dead.
TEST_P(StateTest, WhatCannotBeBelievedIsSetAsideAndTheTerminalDenies) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", std::chrono::minutes(15));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Kill();

  const std::string path = terminal.settings.state_directory + "/" + GetParam().file;
  std::vector<std::byte> content = terminal.files.Get(path).value();
  switch (GetParam().damage) {
    case Damage::kTruncated:
      terminal.files.Truncate(path, content.size() - 5);
      break;
    case Damage::kGarbage:
      terminal.files.Put(path, "\x01\x02 not ours");
      break;
    case Damage::kNewerVersion:
      content[11] = std::byte{2};
      terminal.files.Put(path, content);
      break;
    case Damage::kBitFlip:
      content.back() ^= std::byte{1};
      terminal.files.Put(path, content);
      break;
    case Damage::kForged: {
      // Somebody who knows the frame, and not the console's keys.
      std::string payload = std::get<std::string>(
          engine::ReadStateFile({reinterpret_cast<const char*>(content.data()), content.size()}));
      payload[payload.size() - 3] ^= 1;
      terminal.files.Put(path, engine::WriteStateFile(payload));
      break;
    }
  }
  terminal.Start();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  bool told = false;
  for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_STATE_SET_ASIDE)) {
    told |= ParameterOf(event, "file") == GetParam().file &&
            ParameterOf(event, "cause") == GetParam().cause;
  }
  EXPECT_TRUE(told);
  EXPECT_THAT(terminal.files.Paths(), Contains(AllOf(StartsWith(path), ::testing::Ne(path))))
      << "kept for whoever looks";
  terminal.ExpectWholeChain();
}

INSTANTIATE_TEST_SUITE_P(EveryFile, StateTest,
                         ::testing::Values(Case{"identity", Damage::kTruncated, "truncated"},
                                           Case{"identity", Damage::kGarbage, "garbage"},
                                           Case{"identity", Damage::kNewerVersion, "newer-version"},
                                           Case{"identity", Damage::kBitFlip, "damaged"},
                                           Case{"identity", Damage::kForged, "not-verified"},
                                           Case{"report-key", Damage::kTruncated, "truncated"},
                                           Case{"report-key", Damage::kGarbage, "garbage"},
                                           Case{"key-set", Damage::kTruncated, "truncated"},
                                           Case{"key-set", Damage::kBitFlip, "damaged"},
                                           Case{"bundle", Damage::kTruncated, "truncated"},
                                           Case{"bundle", Damage::kGarbage, "garbage"},
                                           Case{"bundle", Damage::kNewerVersion, "newer-version"},
                                           Case{"bundle", Damage::kBitFlip, "damaged"},
                                           Case{"bundle", Damage::kForged, "not-verified"},
                                           Case{"grants", Damage::kTruncated, "truncated"},
                                           Case{"grants", Damage::kGarbage, "garbage"},
                                           Case{"grants", Damage::kNewerVersion, "newer-version"},
                                           Case{"grants", Damage::kBitFlip, "damaged"}),
                         NameOf);

TEST(StateTest, AfterItsGrantsAreLostOnlyLiveOnesAreBelieved) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  const v1::Sealed used =
      terminal.console.SealGrant(terminal.ClaimsFor("2-1", 1, std::chrono::minutes(15)));
  terminal.FromConsole(used);
  (void)terminal.engine->Return("2-1");
  terminal.Kill();
  terminal.files.Truncate(terminal.settings.state_directory + "/grants", 60);
  terminal.Start();
  terminal.Connect();
  terminal.FromConsole(used);
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "its memory of used grants is gone";
  terminal.live_grants.insert(Uuid(2));
  terminal.AnswerLastStatus();
  terminal.FromConsole(
      terminal.console.SealGrant(terminal.ClaimsFor("2-1", 2, std::chrono::minutes(15))));
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "the console said that this one should run";
}

TEST(StateTest, APowerCutInTheMiddleOfAWriteLeavesTheOldOrTheNew) {
  for (int nth = 1; nth <= 12; ++nth) {
    for (platform::fake::Cut cut :
         {platform::fake::Cut::kBeforeRename, platform::fake::Cut::kAfterRename}) {
      Terminal terminal;
      terminal.StartEnrolled();
      terminal.bus.Plug("2-1", Stick("A1"));
      terminal.Settle();
      terminal.files.CutPowerAtReplace(nth, cut);
      terminal.Grant("2-1", std::chrono::minutes(15));
      terminal.files.PowerOn();
      terminal.Reboot();
      terminal.Start();
      EXPECT_FALSE(terminal.bus.Authorised("2-1"));
      EXPECT_TRUE(terminal.engine->Status().enrolled());
      EXPECT_EQ(terminal.engine->Status().bundle_version(), 1u);
      EXPECT_THAT(terminal.Events(v1::EVENT_KIND_STATE_SET_ASIDE), ::testing::IsEmpty());
    }
  }
}

TEST(StateTest, ADamagedSpoolIsReportedInTheFreshOne) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.Kill();
  {
    std::fstream file(terminal.settings.state_directory + "/spool.db",
                      std::ios::in | std::ios::out | std::ios::binary);
    file << std::string(8192, '\x5a');
  }
  terminal.Start();
  std::vector<v1::Event> aside = terminal.Events(v1::EVENT_KIND_STATE_SET_ASIDE);
  ASSERT_EQ(aside.size(), 1u);
  EXPECT_EQ(ParameterOf(aside[0], "file"), "spool.db");
  EXPECT_GT(aside[0].sequence(), 4u) << "numbers of this boot are never used again";
}

TEST(StateTest, WhatTheBackstopShutIsRecordedOnceItsRecordIsDurable) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.Kill();
  platform::Closure closure;
  closure.opened = {Uuid(1), "2-1", std::string(64, 'a')};
  closure.ended.push_back({.pid = 42, .uid = 1000, .program = "cp"});
  closure.done = {"flushed", "unmounted", "deauthorised"};
  terminal.backstop.AddClosure(closure);
  terminal.Start();
  ASSERT_EQ(terminal.Events(v1::EVENT_KIND_MEDIUM_CLOSED).size(), 1u);
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_HOLDER_ENDED).at(0), "program"), "cp");
  terminal.Restart();
  EXPECT_EQ(terminal.Events(v1::EVENT_KIND_MEDIUM_CLOSED).size(), 1u);
}

}  // namespace
}  // namespace sekisho::testing
