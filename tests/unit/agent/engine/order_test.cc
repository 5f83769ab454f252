#include <functional>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "proto/contract/keys.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::BootMode;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

class OrderTest : public ::testing::Test {
 protected:
  OrderTest() { terminal.welcome.add_features("orders"); }

  // As an installation that observes has it.
  void Observe() {
    terminal.boot_control.Install({BootMode::kObserve, 900s});
    terminal.boot_control.Boot();
  }
  v1::Order OrderOf(std::uint64_t version) const {
    v1::Order order = terminal.OrderOf(version);
    order.set_reason("all sticks are known now");
    order.set_ordered_by("sato");
    return order;
  }
  v1::Order ModeOrder(std::uint64_t version, v1::Mode mode) const {
    v1::Order order = OrderOf(version);
    order.mutable_set_mode()->set_mode(mode);
    return order;
  }
  v1::Order DeviceOrder(std::uint64_t version, const std::string& port,
                        const platform::DeviceFacts& facts) const {
    v1::Order order = OrderOf(version);
    v1::GrantedDevice& device = *order.mutable_adopt_device()->mutable_device();
    const contract::Sha256 hash = contract::HashOf(std::string_view(
        reinterpret_cast<const char*>(facts.descriptors.data()), facts.descriptors.size()));
    device.set_fingerprint(hash.data(), hash.size());
    device.set_serial(facts.serial);
    device.set_port_path(port);
    return order;
  }
  enum class LastKeyboard { kRefuse, kAbandon };
  v1::Order AbandonOrder(std::uint64_t version, const std::string& port,
                         const platform::DeviceFacts& facts, LastKeyboard last_keyboard) const {
    v1::Order order = OrderOf(version);
    v1::AbandonDevice& abandon = *order.mutable_abandon_device();
    *abandon.mutable_device() = DeviceOrder(0, port, facts).adopt_device().device();
    abandon.set_even_the_last(last_keyboard == LastKeyboard::kAbandon);
    return order;
  }
  // Belongs to a terminal when the office says so; nothing proposes it.
  static platform::DeviceFacts Camera() {
    platform::DeviceFacts facts = Keyboard();
    facts.descriptors = Descriptors(0x046d, 0x0825, {{0x0e, 0x01, 0x00}});
    facts.serial = "C1";
    return facts;
  }
  void Send(const v1::Order& order) { terminal.FromConsole(terminal.console.SealOrder(order)); }
  std::vector<std::string> Applied() {
    std::vector<std::string> applied;
    for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_ORDER_APPLIED)) {
      applied.push_back(ParameterOf(event, "version") + " " + ParameterOf(event, "what"));
    }
    return applied;
  }
  // "version cause", oldest first; without a version, it says nothing about what was ordered.
  std::vector<std::string> Refused() {
    std::vector<std::string> refused;
    for (const v1::Event& event : terminal.Events(v1::EVENT_KIND_ORDER_REFUSED)) {
      refused.push_back(ParameterOf(event, "version") + " " + ParameterOf(event, "cause"));
    }
    return refused;
  }
  BootMode next() { return terminal.boot_control.Next().mode; }

  Terminal terminal;
};

TEST_F(OrderTest, EnforcingBeginsWithATrialAtTheNextBoot) {
  Observe();
  terminal.StartEnrolled();
  v1::Order order = ModeOrder(1, v1::MODE_ENFORCE);
  order.mutable_set_mode()->set_trial_seconds(120);
  Send(order);
  EXPECT_EQ(terminal.boot_control.Next().mode, BootMode::kTrial);
  EXPECT_EQ(terminal.boot_control.Next().trial, 120s);
  EXPECT_THAT(terminal.bus.effects(), IsEmpty()) << "not before the next boot";
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_OBSERVE);
  EXPECT_EQ(terminal.engine->Status().next_mode(), v1::MODE_TRIAL);
  EXPECT_EQ(terminal.LastStatus().order_version(), 1u) << "said at once";
  const std::vector<v1::Event> applied = terminal.Events(v1::EVENT_KIND_ORDER_APPLIED);
  ASSERT_THAT(applied, SizeIs(1));
  EXPECT_EQ(ParameterOf(applied[0], "what"), "enforce");
  EXPECT_EQ(ParameterOf(applied[0], "ordered_by"), "sato");
  EXPECT_EQ(ParameterOf(applied[0], "reason"), "all sticks are known now");
  terminal.Reboot();
  terminal.Start();
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_TRIAL);
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_MODE_CHANGED).back(), "cause"), "ordered");
}

TEST_F(OrderTest, AConfirmedOneNeedsNoTrial) {
  Observe();
  terminal.StartEnrolled();
  v1::Order order = ModeOrder(1, v1::MODE_ENFORCE);
  order.mutable_set_mode()->set_confirmed(true);
  Send(order);
  EXPECT_EQ(next(), BootMode::kEnforce);
  EXPECT_THAT(Applied(), ElementsAre("1 enforce-confirmed"));
}

TEST_F(OrderTest, TheOfficeConfirmsATrialThatRuns) {
  terminal.boot_control.Install({BootMode::kTrial, 900s});
  terminal.boot_control.Boot();
  terminal.StartEnrolled();
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_TRIAL) << "ordered again is not confirmed";
  v1::Order order = ModeOrder(2, v1::MODE_ENFORCE);
  order.mutable_set_mode()->set_confirmed(true);
  Send(order);
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_ENFORCE);
  terminal.Advance(20min);
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_ENFORCE);
}

TEST_F(OrderTest, WhatEnforcesNeedsNoTrialToGoOn) {
  terminal.StartEnrolled();
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  EXPECT_EQ(next(), BootMode::kEnforce);
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_ENFORCE);
  terminal.boot_control.Install({BootMode::kObserve, 900s});  // by root, behind everyone's back
  Send(ModeOrder(2, v1::MODE_ENFORCE));
  EXPECT_EQ(next(), BootMode::kEnforce);
}

TEST_F(OrderTest, ObservingIsRecordedAndThenLetsEverythingInAtOnce) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  terminal.Grant("2-2", 5min);
  ASSERT_THAT(terminal.backstop.armed(), SizeIs(1));
  std::size_t recorded_before = 0;
  terminal.bus.BeforeNext("AllowNewDevices", [&] {
    recorded_before = terminal.Events(v1::EVENT_KIND_MODE_CHANGED).size();
  });
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_EQ(recorded_before, 2u) << "the installation's, and this one";
  EXPECT_THAT(Applied(), ElementsAre("1 observe"));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.bus.new_devices(), platform::fake::NewDevices::kAuthorised);
  EXPECT_EQ(next(), BootMode::kObserve);
  EXPECT_THAT(terminal.backstop.armed(), IsEmpty()) << "nothing is shut any more";
  terminal.Advance(10min);
  EXPECT_TRUE(terminal.bus.Authorised("2-2"));
  EXPECT_EQ(terminal.LastStatus().mode(), v1::MODE_OBSERVE);
  const std::vector<v1::Event> would = terminal.Events(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED);
  ASSERT_THAT(would, Not(IsEmpty())) << "what is let in against the verdict is on record";
  EXPECT_EQ(would[0].device().port_path(), "2-1");
  EXPECT_EQ(would[0].reference(), "") << "there is nothing to ask the helpdesk for any more";
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE), IsEmpty());
}

TEST_F(OrderTest, ADeviceThatIsBeingShutWhenObservingIsOrderedIsLetIn) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.Grant("2-1", 1min);
  terminal.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "cp"},
                      platform::fake::Manners::kStubborn);
  terminal.Advance(61s);
  ASSERT_TRUE(terminal.bus.Authorised("2-1")) << "its holder has two seconds";
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  terminal.Advance(1min);
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(OrderTest, AnAgentThatDiesOnItsWayToObservingGetsThere) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.boot_control.Undo("");  // the mode is written
  terminal.Restart();              // and nobody has opened anything
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.bus.new_devices(), platform::fake::NewDevices::kAuthorised);
}

TEST_F(OrderTest, ObservingThatCannotBeRecordedIsNot) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.BreakSpool();
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(next(), BootMode::kEnforce);
}

TEST_F(OrderTest, ObservingThatCannotBeWrittenIsTakenBackAndDoneWhenItIsSaidAgain) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  terminal.boot_control.FailNext(EIO);
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Applied(), IsEmpty()) << "the console would never say it again";
  EXPECT_EQ(ParameterOf(terminal.Events(v1::EVENT_KIND_MODE_CHANGED).back(), "after"), "enforce");
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Applied(), ElementsAre("1 observe"));
}

TEST_F(OrderTest, WhatCannotBeWrittenNowIsNotRefusedButDoneWhenItIsSaidAgain) {
  Observe();
  terminal.StartEnrolled();
  terminal.boot_control.FailNext(ENOSPC);
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  EXPECT_THAT(Refused(), IsEmpty());
  EXPECT_THAT(Applied(), IsEmpty());
  EXPECT_EQ(terminal.LastStatus().order_version(), 0u);
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  EXPECT_EQ(next(), BootMode::kTrial);
  EXPECT_THAT(Applied(), ElementsAre("1 enforce"));
}

TEST_F(OrderTest, ANewerOneWaitsForWhatCouldNotBeDoneYetButNotForEver) {
  Observe();
  terminal.StartEnrolled();
  terminal.boot_control.FailNext(ENOSPC);
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  Send(DeviceOrder(2, "2-1", Keyboard()));
  EXPECT_THAT(Applied(), IsEmpty()) << "or order 1 would never be carried out";
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  Send(DeviceOrder(2, "2-1", Keyboard()));
  EXPECT_THAT(Applied(), ElementsAre("1 enforce", "2 adopt-device"));
  terminal.boot_control.FailNext(ENOSPC);
  Send(ModeOrder(3, v1::MODE_OBSERVE));
  terminal.Advance(6min);
  Send(DeviceOrder(4, "2-2", Keyboard()));  // order 3 was cancelled
  EXPECT_EQ(Applied().back(), "4 adopt-device");
}

TEST_F(OrderTest, InARescueBootAnOrderCountsFromTheNextBoot) {
  terminal.boot_control.BootRescue();
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_EQ(terminal.engine->Status().mode(), v1::MODE_RESCUE);
  EXPECT_EQ(next(), BootMode::kObserve);
}

// ---- which orders count

TEST_F(OrderTest, AnOrderIsCarriedOutOnceAndAnOlderOneNever) {
  terminal.StartEnrolled();
  const v1::Sealed first = terminal.console.SealOrder(ModeOrder(4, v1::MODE_OBSERVE));
  terminal.FromConsole(first);
  Send(ModeOrder(5, v1::MODE_ENFORCE));
  ASSERT_EQ(next(), BootMode::kTrial);
  terminal.FromConsole(first);
  EXPECT_EQ(next(), BootMode::kTrial);
  EXPECT_THAT(Refused(), IsEmpty()) << "the console says each until it has heard";
  terminal.Restart();
  terminal.Connect();
  terminal.FromConsole(first);
  EXPECT_EQ(next(), BootMode::kTrial) << "across restarts, too";
  EXPECT_THAT(Refused(), ElementsAre(" older-version"));
  EXPECT_EQ(terminal.LastStatus().order_version(), 5u);
}

struct Void {
  const char* name;
  std::function<void(v1::Order&)> spoil;
  std::string cause;
};

class VoidOrderTest : public OrderTest, public ::testing::WithParamInterface<Void> {};

TEST_P(VoidOrderTest, IsNotCarriedOutAndSaysNothingAboutOurs) {
  terminal.StartEnrolled();
  v1::Order order = ModeOrder(1, v1::MODE_OBSERVE);
  GetParam().spoil(order);
  Send(order);
  EXPECT_EQ(next(), BootMode::kEnforce);
  EXPECT_THAT(Applied(), IsEmpty());
  EXPECT_THAT(Refused(), ElementsAre(" " + GetParam().cause));
  EXPECT_EQ(terminal.LastStatus().order_version(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Every, VoidOrderTest,
    ::testing::Values(
        Void{"terminal", [](v1::Order& order) { order.set_terminal_id("terminal-2"); },
             "other-terminal"},
        Void{"organisation", [](v1::Order& order) { order.set_organisation_id("organisation-2"); },
             "other-organisation"},
        Void{"installation",
             [](v1::Order& order) { order.set_report_key_id(std::string(16, 'x')); },
             "other-installation"},
        Void{"version", [](v1::Order& order) { order.set_version(0); }, "older-version"}),
    [](const auto& each) { return each.param.name; });

TEST_F(OrderTest, AForgedOneIsVoid) {
  terminal.StartEnrolled();
  v1::Sealed sealed = terminal.console.SealOrder(ModeOrder(1, v1::MODE_OBSERVE));
  sealed.mutable_signature()->front() ^= 1;
  terminal.FromConsole(sealed);
  EXPECT_EQ(next(), BootMode::kEnforce);
  EXPECT_THAT(Refused(), SizeIs(1));
}

TEST_F(OrderTest, OneBySomeOtherKeyOfTheConsolesIsVoid) {
  terminal.StartEnrolled();
  const v1::Order order = ModeOrder(1, v1::MODE_OBSERVE);
  std::swap(terminal.console.grant_key, terminal.console.acknowledgement_key);
  Send(order);
  EXPECT_EQ(next(), BootMode::kEnforce);
  EXPECT_THAT(Applied(), IsEmpty());
}

TEST_F(OrderTest, VoidOnesThatFloodAreToldOnceAMinute) {
  terminal.StartEnrolled();
  v1::Order order = ModeOrder(1, v1::MODE_OBSERVE);
  order.set_terminal_id("terminal-2");
  for (int i = 0; i < 100; ++i) Send(order);
  EXPECT_THAT(Refused(), SizeIs(1));
}

TEST_F(OrderTest, WhatCanNeverBeDoneIsRefusedOnceAndTheNextOneCounts) {
  Observe();
  terminal.StartEnrolled();
  Send(OrderOf(1));  // nothing is ordered
  Send(ModeOrder(2, v1::MODE_RESCUE));
  v1::Order order = ModeOrder(3, v1::MODE_ENFORCE);
  order.mutable_set_mode()->set_trial_seconds(59);
  Send(order);
  EXPECT_EQ(next(), BootMode::kObserve);
  EXPECT_THAT(Refused(), ElementsAre("1 malformed", "2 no-such-mode", "3 trial-seconds"));
  EXPECT_EQ(terminal.LastStatus().order_version(), 3u) << "or the console would say them for ever";
  Send(ModeOrder(4, v1::MODE_ENFORCE));
  EXPECT_EQ(next(), BootMode::kTrial);
}

TEST_F(OrderTest, ATerminalThatLostItsVersionsBelievesOnlyWhatWasSignedAfterwards) {
  terminal.StartEnrolled();
  Send(ModeOrder(1, v1::MODE_ENFORCE));
  const v1::Sealed old = terminal.console.SealOrder(ModeOrder(2, v1::MODE_OBSERVE));
  terminal.FromConsole(old);
  Send(ModeOrder(3, v1::MODE_ENFORCE));
  ASSERT_EQ(next(), BootMode::kTrial);
  terminal.Kill();
  terminal.files.Truncate(terminal.settings.state_directory + "/orders", 30);
  terminal.Reboot();
  terminal.Start();
  terminal.Connect();
  terminal.FromConsole(old);
  EXPECT_EQ(next(), BootMode::kTrial) << "before the console has answered our number";
  terminal.AnswerLastStatus();
  terminal.Restart();  // and it does not forget that it has forgotten
  terminal.Connect();
  terminal.FromConsole(old);
  EXPECT_EQ(next(), BootMode::kTrial);
  EXPECT_THAT(Refused(), ElementsAre("2 orders-lost"));
  terminal.Advance(1min);
  Send(ModeOrder(4, v1::MODE_OBSERVE));
  EXPECT_EQ(next(), BootMode::kObserve);
}

TEST_F(OrderTest, ATerminalOfBeforeOrdersTakesTheFirst) {
  terminal.StartEnrolled();
  terminal.Kill();
  ASSERT_TRUE(terminal.files.Remove(terminal.settings.state_directory + "/orders").ok());
  terminal.Start();
  terminal.Connect();
  Send(ModeOrder(1, v1::MODE_OBSERVE));
  EXPECT_EQ(next(), BootMode::kObserve);
}

// ---- devices

TEST_F(OrderTest, AnAdoptedDeviceThatIsHereOpensAtOnce) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  ASSERT_FALSE(terminal.bus.Authorised("2-1"));
  Send(DeviceOrder(1, "2-1", Keyboard()));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ASSERT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
  EXPECT_NE(terminal.boot_rules.Installed()->front().vendor_id, 0u);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ADOPTED), SizeIs(1));
  EXPECT_THAT(Applied(), ElementsAre("1 adopt-device"));

  Send(AbandonOrder(2, "2-1", Keyboard(), LastKeyboard::kAbandon));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ABANDONED), SizeIs(1));
}

TEST_F(OrderTest, WhatTheOfficeNamesNeedsNoProposal) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Camera());
  terminal.Settle();
  Send(DeviceOrder(1, "2-1", Camera()));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Applied(), ElementsAre("1 adopt-device"));
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty())
      << "nothing but input comes up before it can be recorded";
  terminal.Reboot();
  terminal.Start();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(OrderTest, AnAdoptedDeviceThatIsAwayOpensWhenItComesAndFromThenOnAtBoot) {
  terminal.StartEnrolled();
  Send(DeviceOrder(1, "2-1", Keyboard()));
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty()) << "nobody has seen it";
  terminal.Restart();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Advance(2min);
  ASSERT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
  EXPECT_NE(terminal.boot_rules.Installed()->front().vendor_id, 0u);
  terminal.Restart();
  terminal.Advance(2min);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_ADOPTED), SizeIs(2)) << "ordered, and seen";
}

TEST_F(OrderTest, WhatIsAwayTakesNobodysPlaceBeforeItComes) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  Send(DeviceOrder(1, "2-1", Keyboard()));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  Send(DeviceOrder(2, "2-1", Camera()));
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "or nobody could type until it is there";
  EXPECT_THAT(*terminal.boot_rules.Installed(), SizeIs(1));
  terminal.bus.Unplug("2-1");
  terminal.bus.Plug("2-1", Camera());
  terminal.Advance(2min);
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty()) << "one device a port";
}

TEST_F(OrderTest, AStickIsNotAdoptedNorWhenItComesLater) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  Send(DeviceOrder(1, "2-1", Stick("A1")));
  EXPECT_THAT(Refused(), ElementsAre("1 not-adoptable"));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  Send(DeviceOrder(2, "2-2", Stick("B2")));
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Advance(2min);
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
  EXPECT_THAT(*terminal.boot_rules.Installed(), IsEmpty());
}

TEST_F(OrderTest, AStickThatWasOrderedDrivesNobodyOutOfItsPort) {
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  Send(DeviceOrder(1, "2-1", Keyboard()));
  Send(DeviceOrder(2, "2-1", Stick("B2")));
  terminal.bus.Unplug("2-1");
  terminal.bus.Plug("2-1", Stick("B2"));
  terminal.Advance(2min);
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.bus.Unplug("2-1");
  terminal.bus.Plug("2-1", Keyboard());
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(OrderTest, TheLastKeyboardIsAbandonedOnlyWhenTheOrderSaysSo) {
  terminal.StartEnrolled();
  for (const char* port : {"2-1", "2-2"}) terminal.bus.Plug(port, Keyboard());
  terminal.bus.Plug("2-3", Camera());
  terminal.Settle();
  Send(DeviceOrder(1, "2-1", Keyboard()));
  Send(DeviceOrder(2, "2-2", Keyboard()));
  Send(DeviceOrder(3, "2-3", Camera()));
  Send(DeviceOrder(4, "2-4", Keyboard()));
  ASSERT_THAT(Applied(), SizeIs(4));
  Send(AbandonOrder(5, "2-1", Keyboard(), LastKeyboard::kRefuse));
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "there was another one";
  Send(AbandonOrder(6, "2-2", Keyboard(), LastKeyboard::kRefuse));
  EXPECT_TRUE(terminal.bus.Authorised("2-2")) << "the one in 2-4 is away";
  EXPECT_THAT(Refused(), ElementsAre("6 last-keyboard"));
  Send(AbandonOrder(7, "2-3", Camera(), LastKeyboard::kRefuse));
  EXPECT_FALSE(terminal.bus.Authorised("2-3")) << "nobody types with it";
  Send(AbandonOrder(8, "2-4", Keyboard(), LastKeyboard::kRefuse));
  EXPECT_THAT(Refused(), SizeIs(1)) << "one that is away is not the last when another is here";
  Send(AbandonOrder(9, "2-2", Keyboard(), LastKeyboard::kAbandon));
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
}

TEST_F(OrderTest, ADeviceAtNoPortIsRefused) {
  terminal.StartEnrolled();
  std::vector<std::string> refused;
  for (const char* port : {"", "2", "usb2", "2-", "-1", "2-1..4", "2-1.", "2.1-4", "2-1/../3"}) {
    Send(DeviceOrder(refused.size() + 1, port, Keyboard()));
    refused.push_back(absl::StrCat(refused.size() + 1, " device-malformed"));
  }
  EXPECT_EQ(Refused(), refused);
}

// ---- the status

TEST_F(OrderTest, AConsoleOfBeforeOrdersIsToldNothingItWouldRefuse) {
  terminal.settings.host.hardware = std::string(32, 'h');
  terminal.StartEnrolled();
  v1::Status status = terminal.LastStatus();
  EXPECT_EQ(status.mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(status.hardware(), std::string(32, 'h'));
  terminal.Disconnect();
  terminal.welcome.clear_features();
  terminal.Connect();
  status = terminal.LastStatus();
  EXPECT_EQ(status.mode(), v1::MODE_UNSPECIFIED);
  EXPECT_EQ(status.order_version(), 0u);
  EXPECT_EQ(status.key_protection(), v1::KEY_PROTECTION_UNSPECIFIED);
  EXPECT_EQ(status.hardware(), "");
}

TEST_F(OrderTest, TheLinkIsGivenTheEnrolmentForItsHello) {
  terminal.StartEnrolled();
  terminal.Connect();
  ASSERT_FALSE(terminal.link.sent.empty());
  const v1::Sealed& enrolment = terminal.link.sent.front().configuration().enrolment();
  EXPECT_EQ(enrolment.purpose(), v1::PURPOSE_ENROLMENT);
  EXPECT_FALSE(enrolment.signature().empty());
}

}  // namespace
}  // namespace sekisho::testing
