// A bundle that would leave nothing to type or to point with is rolled back before it shuts
// anything.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr InterfaceCode kBootMouse{0x03, 0x01, 0x02};

platform::DeviceFacts Input(const std::vector<InterfaceCode>& interfaces, std::string serial) {
  platform::DeviceFacts facts;
  facts.descriptors = Descriptors(0x04d9, 0x1503, interfaces);
  facts.serial = std::move(serial);
  return facts;
}

class LockoutTest : public ::testing::Test {
 protected:
  LockoutTest() { terminal.StartEnrolled(); }

  // Lets in what has one of these serials.
  v1::Sealed Allowing(std::uint64_t version, const std::vector<std::string>& serials) const {
    v1::Policy policy = terminal.console.Policy();
    for (const std::string& serial : serials) {
      v1::DeviceRule* rule = policy.add_rules();
      rule->set_id("serial-" + serial);
      rule->mutable_match()->set_serial(serial);
      rule->set_action(v1::ACTION_ALLOW);
    }
    return terminal.console.SealBundle(terminal.console.BundleOf(policy, version));
  }
  void Plug(const std::string& port, platform::DeviceFacts facts) {
    terminal.bus.Plug(port, std::move(facts));
    terminal.Settle();
  }
  std::vector<v1::Event> RolledBack() { return terminal.Events(v1::EVENT_KIND_BUNDLE_ROLLED_BACK); }

  Terminal terminal;
};

TEST_F(LockoutTest, ABundleThatTakesTheLastKeyboardIsRolledBackBeforeItShutsIt) {
  terminal.FromConsole(Allowing(2, {"K1"}));
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  bool ever_shut = false;
  terminal.bus.BeforeNext("Deauthorise", [&] { ever_shut = true; });
  terminal.FromConsole(Allowing(3, {}));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_FALSE(ever_shut);
  EXPECT_EQ(terminal.LastStatus().bundle_version(), 2u) << "said at once";
  ASSERT_THAT(RolledBack(), SizeIs(1));
  EXPECT_EQ(ParameterOf(RolledBack()[0], "version"), "3");
  EXPECT_EQ(ParameterOf(RolledBack()[0], "left"), "keyboard");
  terminal.ExpectWholeChain();
}

TEST_F(LockoutTest, TheOneBeforeStaysInForceAcrossRestartsAndItIsToldOnce) {
  terminal.FromConsole(Allowing(2, {"K1"}));
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  terminal.FromConsole(Allowing(3, {}));
  terminal.FromConsole(Allowing(3, {}));
  terminal.Restart();
  terminal.Connect();
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
  terminal.FromConsole(Allowing(3, {}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(RolledBack(), SizeIs(1));
  // Nor is it applied because the keyboard is unplugged for a moment.
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  terminal.FromConsole(Allowing(3, {}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BUNDLE_REFUSED), IsEmpty());
  // The one that follows it is.
  terminal.FromConsole(Allowing(4, {"K1"}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 4u);
}

TEST_F(LockoutTest, TheSameBundleIsAppliedOnceAKeyboardWouldStay) {
  terminal.FromConsole(Allowing(2, {"K1"}));
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  terminal.FromConsole(Allowing(3, {}));
  ASSERT_EQ(terminal.engine->Status().bundle_version(), 2u);
  (void)terminal.engine->Adopt({"2-1"});
  terminal.Settle();
  terminal.FromConsole(Allowing(3, {}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 3u);
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(LockoutTest, ThePointerCountsByItself) {
  terminal.FromConsole(Allowing(2, {"K1", "M1"}));
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  Plug("2-2", Input({kBootMouse}, "M1"));
  ASSERT_TRUE(terminal.bus.Authorised("2-2"));
  terminal.FromConsole(Allowing(3, {"K1"}));
  ASSERT_THAT(RolledBack(), SizeIs(1));
  EXPECT_EQ(ParameterOf(RolledBack()[0], "left"), "pointer");
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
}

TEST_F(LockoutTest, AKeyboardOfWhichOnlyTheStorageStaysOpenIsLost) {
  terminal.FromConsole(Allowing(2, {"K1"}));
  Plug("2-1", Input({kBootKeyboard, kBulkStorage}, "K1"));
  ASSERT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0, 1));
  v1::Policy policy = terminal.console.Policy();
  v1::DeviceRule* rule = policy.add_rules();
  rule->set_id("its-storage");
  rule->mutable_match()->set_serial("K1");
  rule->set_action(v1::ACTION_ALLOW);
  rule->add_only_interfaces(v1::DEVICE_CLASS_STORAGE);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 3)));
  ASSERT_THAT(RolledBack(), SizeIs(1));
  EXPECT_EQ(ParameterOf(RolledBack()[0], "left"), "keyboard");
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0, 1));
  // The other way round nobody loses anything.
  rule->set_only_interfaces(0, v1::DEVICE_CLASS_KEYBOARD);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 4)));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 4u);
  EXPECT_THAT(terminal.bus.OpenInterfaces("2-1"), ElementsAre(0));
}

TEST_F(LockoutTest, OneOfTwoKeyboardsMayGo) {
  terminal.FromConsole(Allowing(2, {"K1", "K2"}));
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  Plug("2-2", Input({kBootKeyboard}, "K2"));
  terminal.FromConsole(Allowing(3, {"K2"}));
  EXPECT_THAT(RolledBack(), IsEmpty());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
}

TEST_F(LockoutTest, ATerminalWithoutAKeyboardTakesWhatItIsGiven) {
  Plug("2-1", Input({kBootKeyboard}, "K1"));
  ASSERT_FALSE(terminal.bus.Authorised("2-1")) << "it was never open";
  terminal.FromConsole(Allowing(2, {}));
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 2u);
}

}  // namespace
}  // namespace sekisho::testing
