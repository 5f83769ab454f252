#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/register.pb.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class RegisterTest : public ::testing::Test {
 protected:
  RegisterTest() {
    terminal.welcome.add_features("orders");
    terminal.welcome.add_features("register");
    terminal.StartEnrolled();
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("our-sticks");
    rule->set_description("Sticks of the office");
    rule->mutable_match()->set_serial("A1");
    rule->set_action(v1::ACTION_ALLOW);
    terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 2)));
  }
  static v1::RegisterEntry Entry(const std::string& id, const std::string& serial,
                                 v1::MediumState state = v1::MEDIUM_STATE_IN_STOCK) {
    v1::RegisterEntry entry;
    entry.set_medium_id(id);
    entry.set_vendor_id(0x0781);
    entry.set_product_id(0x5583);
    entry.set_serial(serial);
    entry.set_state(state);
    return entry;
  }
  v1::RegisterUpdate Update(std::uint64_t from, std::uint64_t version,
                            const std::vector<v1::RegisterEntry>& entries) const {
    v1::RegisterUpdate update;
    update.set_organisation_id(terminal.console.organisation_id);
    update.set_group_id(terminal.console.group_id);
    update.set_from_version(from);
    update.set_version(version);
    update.set_whole(from == 0);
    update.mutable_upserts()->Add(entries.begin(), entries.end());
    return update;
  }
  v1::Sealed Seal(const v1::RegisterUpdate& update) const {
    return contract::Seal(terminal.console.bundle_key, terminal.console.organisation_id,
                          v1::PURPOSE_REGISTER, update.SerializeAsString());
  }
  void Send(const v1::RegisterUpdate& update) { terminal.FromConsole(Seal(update)); }
  std::uint64_t Version() const { return terminal.LastStatus().register_version(); }
  Terminal terminal;
};

TEST_F(RegisterTest, AStickThatBecomesLostIsShutAtOnceAndTheRecordNamesItsEntry) {
  Send(Update(0, 5, {Entry("m1", "A1")}));
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED).back().device().medium_id(), "m1");
  Send(Update(5, 6, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  const v1::Event blocked = terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED).back();
  EXPECT_EQ(blocked.verdict().reason(), v1::VERDICT_REASON_RETIRED);
  EXPECT_EQ(blocked.device().medium_id(), "m1");
  EXPECT_EQ(Version(), 6u) << "said at once, not within a minute";
}

TEST_F(RegisterTest, ARetiredStickIsRefusedAlsoUnderAGrantAndFoundAgainItIsLetIn) {
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_RETIRED)}));
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.Grant("2-1", std::chrono::minutes(15));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  v1::RegisterUpdate removed = Update(5, 6, {});
  removed.add_removed("m1");
  Send(removed);
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(RegisterTest, ItIsRememberedOverARestart) {
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  terminal.Restart();
  terminal.Connect();
  EXPECT_EQ(Version(), 5u);
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(RegisterTest, AGapIsNotBridgedAndTheConsoleIsToldWhatIsHeld) {
  Send(Update(0, 5, {Entry("m1", "A1")}));
  terminal.link.sent.clear();
  Send(Update(7, 8, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  EXPECT_EQ(Version(), 5u);
  const std::size_t said = terminal.link.sent.size();
  EXPECT_GT(said, 0u);
  Send(Update(8, 9, {}));
  EXPECT_THAT(terminal.link.sent, SizeIs(said)) << "once, however many such messages come";
}

TEST_F(RegisterTest, WhatIsReplayedChangesNothingAndIsNoNews) {
  const v1::Sealed old = Seal(Update(0, 5, {Entry("m1", "A1")}));
  terminal.FromConsole(old);
  Send(Update(5, 6, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  terminal.FromConsole(old);
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED), IsEmpty());
}

TEST_F(RegisterTest, WhatIsForgedOrOfAnotherGroupOrMalformedIsRefusedAndReported) {
  v1::Sealed forged = Seal(Update(0, 5, {Entry("m1", "A1")}));
  forged.mutable_signature()->front() ^= 1;
  terminal.FromConsole(forged);
  // Signed by a key that may sign other things.
  terminal.FromConsole(contract::Seal(terminal.console.grant_key, terminal.console.organisation_id,
                                      v1::PURPOSE_REGISTER, Update(0, 5, {}).SerializeAsString()));
  v1::RegisterUpdate other = Update(0, 5, {});
  other.set_group_id("group-2");
  Send(other);
  Send(Update(0, 5, {Entry("", "A1")}));
  Send(Update(0, 5, {Entry("m1", "")}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
  EXPECT_GE(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED).size(), 4u);
  terminal.Advance(std::chrono::minutes(2));
  EXPECT_EQ(Version(), 0u);
}

// A register that is to be filled up: too much in one update, a lie among honest entries, a gap.
// What is held stays held, and goes on from there.
TEST_F(RegisterTest, WhatIsTooMuchOrMalformedInPartIsRefusedWholeAndLosesNothing) {
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  std::vector<v1::RegisterEntry> many;
  for (int i = 0; i < 1001; ++i) {
    many.push_back(Entry("x" + std::to_string(i), "X" + std::to_string(i)));
  }
  Send(Update(5, 1006, many));
  Send(Update(5, 7, {Entry("m2", "B2"), Entry("m3", std::string(600, 'S'))}));
  Send(Update(5, 7, {Entry("m2", "B2"), Entry("m3", "bad\nserial")}));
  v1::RegisterEntry stateless = Entry("m3", "C3");
  stateless.set_state(v1::MEDIUM_STATE_UNSPECIFIED);
  Send(Update(5, 7, {Entry("m2", "B2"), stateless}));
  EXPECT_GE(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED).size(), 1u);
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Version(), 5u);
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "still known to be lost";
  many.pop_back();
  Send(Update(5, 1005, many));
  terminal.Advance(std::chrono::minutes(1));
  EXPECT_EQ(Version(), 1005u) << "as many as may be are taken";
}

TEST_F(RegisterTest, AWholeOneForgetsWhatCameBefore) {
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  Send(Update(0, 9, {Entry("m2", "B2")}));
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(Version(), 9u);
}

TEST_F(RegisterTest, ADamagedFileIsSetAsideAndEverythingIsAskedForAgain) {
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  terminal.Kill();
  const std::string path = terminal.settings.state_directory + "/register.db";
  std::filesystem::remove(path + "-wal");
  std::ofstream(path, std::ios::binary | std::ios::trunc) << "this is no database at all, no";
  terminal.Start();
  terminal.Connect();
  EXPECT_EQ(Version(), 0u);
  const std::vector<v1::Event> aside = terminal.Events(v1::EVENT_KIND_STATE_SET_ASIDE);
  ASSERT_THAT(aside, SizeIs(1));
  EXPECT_EQ(ParameterOf(aside[0], "cause"), "damaged");
  Send(Update(0, 5, {Entry("m1", "A1", v1::MEDIUM_STATE_LOST)}));
  EXPECT_EQ(Version(), 5u);
}

TEST_F(RegisterTest, AConsoleOfBeforeTheRegisterIsToldNoVersion) {
  Send(Update(0, 5, {Entry("m1", "A1")}));
  terminal.Disconnect();
  terminal.welcome.Clear();
  terminal.welcome.add_features("orders");
  terminal.Connect();
  EXPECT_EQ(Version(), 0u);
  EXPECT_NE(terminal.LastStatus().mode(), v1::MODE_UNSPECIFIED);
}

TEST_F(RegisterTest, ADeviceIsKnownByItsIdentityOnAnyPort) {
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  const v1::Device seen = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED).back().device();
  ASSERT_THAT(seen.identity(), SizeIs(32));
  v1::RegisterEntry entry = Entry("m1", "");
  entry.set_vendor_id(0);
  entry.set_product_id(0);
  entry.set_identity(seen.identity());
  entry.set_state(v1::MEDIUM_STATE_RETIRED);
  Send(Update(0, 5, {entry}));
  terminal.Settle();
  // Its serial is no serial ("A1"), so another of its make would fit as well; it fits too.
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.bus.Plug("2-3", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-3"));
}

}  // namespace
}  // namespace sekisho::testing
