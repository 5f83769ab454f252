// What a refused device says of itself: told, never decided on; and a worker that hangs, lies or
// dies holds nothing up for long.
#include <cerrno>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using platform::UsbAnswers;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr InterfaceCode kVendorSpecific{0xff, 0xff, 0x00};
constexpr std::uint16_t kVendor = 0x04e8;

platform::DeviceFacts Vendor(std::string serial) {
  platform::DeviceFacts facts;
  facts.descriptors = Descriptors(kVendor, 0x6860, {kVendorSpecific});
  facts.serial = std::move(serial);
  facts.product = "Thing";
  return facts;
}

UsbAnswers Mtp() { return {{2, 5}, {"MTP"}}; }

platform::Failure Failed(int error) {
  return {std::error_code(error, std::generic_category()), "ask"};
}

class DeviceQuestionsTest : public ::testing::Test {
 protected:
  DeviceQuestionsTest() {
    terminal.usb_probe = &probe;
    terminal.StartEnrolled();
  }
  ~DeviceQuestionsTest() override { terminal.Kill(); }

  void Plug(const std::string& port_path, platform::DeviceFacts facts) {
    terminal.bus.Plug(port_path, std::move(facts));
    terminal.Settle();
  }
  void Answer(const platform::Result<UsbAnswers>& answers) {
    ASSERT_TRUE(probe.Answer(answers));
    terminal.Settle();
  }
  std::vector<v1::Event> Blocks() { return terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED); }
  std::vector<int> WhyClasses(const std::string& port_path) {
    const auto why = std::get<v1::LocalWhyReply>(terminal.engine->Why(port_path));
    return {why.device().device().classes().begin(), why.device().device().classes().end()};
  }

  platform::fake::FakeUsbProbe probe;
  Terminal terminal;
};

TEST_F(DeviceQuestionsTest, APhoneThatHidesInAVendorClassIsCalledAPhone) {
  Plug("2-1", Vendor("A1"));
  EXPECT_THAT(Blocks(), IsEmpty()) << "it waits for the answer";
  Answer(Mtp());
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_THAT(Blocks()[0].device().classes(),
              ElementsAre(v1::DEVICE_CLASS_PHONE, v1::DEVICE_CLASS_UNKNOWN));
  EXPECT_EQ(ParameterOf(Blocks()[0], "says"), "MTP");
  EXPECT_THAT(WhyClasses("2-1"), ElementsAre(v1::DEVICE_CLASS_PHONE, v1::DEVICE_CLASS_UNKNOWN));
  EXPECT_THAT(terminal.engine->Devices().devices(0).device().classes(),
              Contains(v1::DEVICE_CLASS_PHONE));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(DeviceQuestionsTest, AnAnswerOpensNothing) {
  v1::Policy policy = terminal.console.Policy();
  v1::DeviceRule* unknown = policy.add_rules();
  unknown->set_id("unknown");
  unknown->mutable_match()->add_classes(v1::DEVICE_CLASS_UNKNOWN);
  unknown->set_action(v1::ACTION_BLOCK);
  v1::DeviceRule* vendor = policy.add_rules();
  vendor->set_id("vendor");
  vendor->mutable_match()->set_vendor_id(kVendor);
  vendor->set_action(v1::ACTION_ALLOW);
  terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, 2)));
  Plug("2-1", Vendor("A1"));
  ASSERT_FALSE(terminal.bus.Authorised("2-1"));
  // Were it a phone and nothing decided otherwise, the first rule would not hold any more.
  Answer(Mtp());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  terminal.Advance(std::chrono::minutes(10));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.bus.effects(), ::testing::Not(Contains("authorise 2-1")));
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_EQ(Blocks()[0].verdict().rule_id(), "unknown");
}

TEST_F(DeviceQuestionsTest, AWorkerThatHangsDelaysTheWordByThreeSecondsAndNoMore) {
  Plug("2-1", Vendor("A1"));
  terminal.Advance(std::chrono::milliseconds(2900));
  EXPECT_THAT(Blocks(), IsEmpty());
  terminal.Advance(std::chrono::milliseconds(200));
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_THAT(Blocks()[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
  Answer(Mtp());
  EXPECT_THAT(Blocks(), SizeIs(1)) << "told once";
  EXPECT_THAT(WhyClasses("2-1"), Contains(v1::DEVICE_CLASS_PHONE)) << "better late than never";
}

TEST_F(DeviceQuestionsTest, AWorkerThatDiesOrTalksGarbageChangesNothing) {
  Plug("2-1", Vendor("A1"));
  Answer(Failed(EPROTO));
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_THAT(Blocks()[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
  EXPECT_EQ(ParameterOf(Blocks()[0], "says"), "");
}

TEST_F(DeviceQuestionsTest, AWorkerThatLiesIsBounded) {
  Plug("2-1", Vendor("A1"));
  UsbAnswers lies;
  lies.compatible_ids.assign(5000, "RNDIS");
  Answer(lies);
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_LE(ParameterOf(Blocks()[0], "says").size(), 16u * 6);
  EXPECT_THAT(Blocks()[0].device().classes(), SizeIs(2));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(DeviceQuestionsTest, ADeviceThatGoesBeforeItAnswersWasBlockedAllTheSame) {
  Plug("2-1", Vendor("A1"));
  terminal.bus.Unplug("2-1");
  terminal.Settle();
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_EQ(Blocks()[0].device().serial(), "A1");
  ASSERT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_REMOVED), SizeIs(1));
  EXPECT_LT(Blocks()[0].sequence(), terminal.Events(v1::EVENT_KIND_DEVICE_REMOVED)[0].sequence());
}

TEST_F(DeviceQuestionsTest, AnAnswerIsAboutTheDeviceThatWasAskedAndNotItsSuccessor) {
  Plug("2-1", Vendor("A1"));
  terminal.bus.Swap("2-1", Vendor("B2"));
  terminal.Settle();
  Answer(Mtp());  // A1's
  EXPECT_THAT(WhyClasses("2-1"), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
  Answer(UsbAnswers{});  // B2's
  ASSERT_THAT(Blocks(), SizeIs(2));
  EXPECT_EQ(Blocks()[1].device().serial(), "B2");
  EXPECT_THAT(Blocks()[1].device().classes(), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
}

TEST_F(DeviceQuestionsTest, ABlockThatWaitsIsToldBeforeWhatEndsIt) {
  Plug("2-1", Vendor("A1"));
  terminal.Grant("2-1", std::chrono::minutes(15));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_LT(Blocks()[0].sequence(), terminal.Events(v1::EVENT_KIND_GRANT_OPENED)[0].sequence());
}

TEST_F(DeviceQuestionsTest, ARequestTellsTheBlockThatItIsAbout) {
  Plug("2-1", Vendor("A1"));
  (void)terminal.engine->RequestException("2-1", "photos of the site");
  ASSERT_THAT(Blocks(), SizeIs(1));
  const v1::Event request = terminal.Events(v1::EVENT_KIND_EXCEPTION_REQUESTED).at(0);
  EXPECT_LT(Blocks()[0].sequence(), request.sequence());
  EXPECT_EQ(Blocks()[0].reference(), request.reference());
}

TEST_F(DeviceQuestionsTest, StoppingTellsWhatWaits) {
  Plug("2-1", Vendor("A1"));
  terminal.engine->Stop();
  EXPECT_THAT(Blocks(), SizeIs(1));
}

TEST_F(DeviceQuestionsTest, AnAnswerThatOutlivesAgentdIsNobodys) {
  Plug("2-1", Vendor("A1"));
  terminal.Kill();
  EXPECT_TRUE(probe.Answer(Mtp()));
  terminal.Start();
  EXPECT_THAT(probe.asked(), ElementsAre("2-1", "2-1")) << "asked anew";
  Answer(Mtp());
  EXPECT_THAT(Blocks(), SizeIs(1));
}

TEST_F(DeviceQuestionsTest, OnlyRefusedDevicesOfUnknownClassAreAskedAndOnce) {
  Plug("2-1", Stick("A1"));
  Plug("2-2", Hub());
  EXPECT_THAT(probe.asked(), IsEmpty());
  EXPECT_THAT(Blocks(), SizeIs(1)) << "a stick's block waits for nobody";
  Plug("2-3", Vendor("A2"));
  Answer(UsbAnswers{});
  terminal.bus.LoseNotices("overrun");
  terminal.Advance(std::chrono::minutes(10));
  EXPECT_THAT(probe.asked(), ElementsAre("2-3"));
}

TEST_F(DeviceQuestionsTest, NothingIsWokenWhenNobodyIsAsked) {
  const std::size_t before = terminal.loop.alarms();
  Plug("2-1", Vendor("A1"));
  EXPECT_EQ(terminal.loop.alarms(), before + 1);
  Answer(Mtp());
  EXPECT_EQ(terminal.loop.alarms(), before);
}

// Its report descriptor (CTAP 2.1, 11.2.8.1), the fields left out; and a keyboard's.
std::vector<std::byte> Bytes(std::initializer_list<int> values) {
  std::vector<std::byte> bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}
const std::vector<std::byte> kFido = Bytes({0x06, 0xd0, 0xf1, 0x09, 0x01, 0xa1, 0x01, 0xc0});
const std::vector<std::byte> kTypes = Bytes({0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0xc0});

// HID without the boot subclass: what it is, only its report descriptor tells.
class SecurityKeyTest : public DeviceQuestionsTest {
 protected:
  SecurityKeyTest() {
    // As the real one's: the worker has its interfaces, and whoever looks sees it authorised.
    probe.Authorises([this](const platform::OpenDevice& device) {
      terminal.bus.SetAuthorised(device.PortPath(), true);
    });
  }
  static platform::DeviceFacts Key() {
    platform::DeviceFacts facts;
    facts.descriptors = Descriptors(0x1050, 0x0120, {{3, 0, 0}});
    facts.serial = "K1";
    return facts;
  }
  static UsbAnswers Says(const std::vector<std::byte>& report) { return {{}, {}, {{0, report}}}; }
  void Publish(v1::DeviceClass device_class, std::uint64_t version = 2) {
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("named");
    rule->mutable_match()->add_classes(device_class);
    rule->set_action(v1::ACTION_ALLOW);
    terminal.FromConsole(terminal.console.SealBundle(terminal.console.BundleOf(policy, version)));
    terminal.Settle();
  }
  std::vector<v1::Event> Loose() { return terminal.Events(v1::EVENT_KIND_BARRIER_LOOSE); }
};

TEST_F(SecurityKeyTest, IsAskedWhereARuleNamesItAndLetIn) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  EXPECT_THAT(probe.asked_for_reports(), ElementsAre(0));
  EXPECT_THAT(Blocks(), IsEmpty());
  EXPECT_THAT(Loose(), IsEmpty()) << "that it is open to be asked is our own doing";
  Answer(Says(kFido));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.bus.effects(),
              ::testing::IsSupersetOf({"deauthorise 2-1", "authorise 2-1"}));
  const std::vector<v1::Event> allowed = terminal.Events(v1::EVENT_KIND_DEVICE_ALLOWED);
  ASSERT_THAT(allowed, SizeIs(1));
  EXPECT_THAT(allowed[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_SECURITY_KEY));
  EXPECT_THAT(Blocks(), IsEmpty());
}

TEST_F(SecurityKeyTest, WhereNoRuleNamesItNothingOfItIsOpenedToAsk) {
  Publish(v1::DEVICE_CLASS_AUDIO);
  Plug("2-1", Key());
  EXPECT_THAT(probe.asked_for_reports(), IsEmpty());
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  Answer(UsbAnswers{});
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_THAT(Blocks()[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
  // And asked once a rule does.
  Publish(v1::DEVICE_CLASS_SECURITY_KEY, 3);
  Answer(Says(kFido));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
}

TEST_F(SecurityKeyTest, WhereNoRuleNamesItWhatADriverReadsOfItChangesNothing) {
  Publish(v1::DEVICE_CLASS_UNKNOWN);
  Plug("2-1", Key());
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  platform::DeviceFacts bound = Key();
  bound.hid_reports[0] = kFido;
  terminal.bus.Alter("2-1", bound);
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(WhyClasses("2-1"), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
}

TEST_F(SecurityKeyTest, WhatTypesIsShutAgainAndTold) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  Answer(Says(kTypes));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  ASSERT_THAT(Blocks(), SizeIs(1));
  EXPECT_THAT(Blocks()[0].device().classes(), ElementsAre(v1::DEVICE_CLASS_UNKNOWN));
  EXPECT_THAT(Loose(), IsEmpty());
}

TEST_F(SecurityKeyTest, AWorkerThatHangsOrDiesLeavesItShut) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  terminal.Advance(std::chrono::milliseconds(3100));
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(Blocks(), SizeIs(1));
  Answer(Says(kFido));
  Publish(v1::DEVICE_CLASS_SECURITY_KEY, 3);
  EXPECT_FALSE(terminal.bus.Authorised("2-1")) << "too late to be believed";
  Plug("2-2", Key());
  Answer(Failed(EPROTO));
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
}

TEST_F(SecurityKeyTest, ThatIsReadAsAKeyboardOnceItIsInIsShutAndNotAskedAgain) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  Answer(Says(kFido));
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  platform::DeviceFacts typing = Key();
  typing.hid_reports[0] = kTypes;
  terminal.bus.Alter("2-1", typing);
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_CHANGED), SizeIs(1));
  EXPECT_THAT(probe.asked(), ElementsAre("2-1 reports", "2-1"));
}

TEST_F(SecurityKeyTest, ThatTheKernelReadsLikewiseStaysIn) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  Answer(Says(kFido));
  platform::DeviceFacts bound = Key();
  bound.hid_reports[0] = kFido;
  terminal.bus.Alter("2-1", bound);
  terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Restart();
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "known by what the kernel has read";
  EXPECT_THAT(probe.asked(), SizeIs(1));
}

TEST_F(SecurityKeyTest, AnOrderThatComesWhileItIsAskedIsKept) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  terminal.Grant("2-1", std::chrono::minutes(15));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.bus.ForgetEffects();
  Answer(Says(kTypes));
  EXPECT_TRUE(terminal.bus.Authorised("2-1"));
  EXPECT_THAT(terminal.bus.effects(), IsEmpty()) << "the worker's end takes nothing away";
}

TEST_F(SecurityKeyTest, ATerminalThatStopsRefusingTakesItsInterfacesBackFirst) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  terminal.bus.ForgetEffects();
  v1::Order order;
  order.set_organisation_id(terminal.console.organisation_id);
  order.set_terminal_id(terminal.console.terminal_id);
  order.set_version(1);
  order.set_report_key_id(terminal.console.ReportKeyId());
  order.mutable_issued_at()->set_seconds(terminal.ConsoleSeconds());
  order.set_reason("moves to another office");
  order.set_ordered_by("sato");
  order.mutable_set_mode()->set_mode(v1::MODE_OBSERVE);
  terminal.FromConsole(terminal.console.SealOrder(order));
  terminal.Settle();
  EXPECT_THAT(terminal.bus.effects(), ElementsAre("allow", "deauthorise 2-1", "authorise 2-1"));
}

TEST_F(SecurityKeyTest, IsNoProtectionThatFailedWhileItIsOpenToBeAsked) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  (void)terminal.engine->Doctor();
  EXPECT_THAT(terminal.probes.refused(), IsEmpty());
  Answer(Says(kTypes));
  (void)terminal.engine->Doctor();
  EXPECT_THAT(terminal.probes.refused(), ElementsAre("2-1"));
}

TEST_F(SecurityKeyTest, StoppingShutsWhatIsOpenToBeAsked) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  terminal.engine->Stop();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
}

TEST_F(SecurityKeyTest, WhatWasOpenToBeAskedWhenAgentdDiedIsShut) {
  Publish(v1::DEVICE_CLASS_SECURITY_KEY);
  Plug("2-1", Key());
  terminal.Kill();
  ASSERT_TRUE(terminal.bus.Authorised("2-1"));
  terminal.Start();
  terminal.Settle();
  EXPECT_THAT(terminal.bus.effects(), Contains("deauthorise 2-1"));
  while (probe.Answer(Says(kFido))) terminal.Settle();
  EXPECT_TRUE(terminal.bus.Authorised("2-1")) << "asked anew, and let in";
}

TEST(DeviceWithoutAWorkerTest, IsBlockedAtOnce) {
  Terminal terminal;
  terminal.StartEnrolled();
  terminal.bus.Plug("2-1", Vendor("A1"));
  terminal.Settle();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_DEVICE_BLOCKED), SizeIs(1));
}

}  // namespace
}  // namespace sekisho::testing
