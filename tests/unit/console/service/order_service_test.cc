// Orders: what is made for whom, and what goes down which stream when.

#include <map>
#include <set>

#include "tests/unit/console/service/order_fixture.h"

namespace sekisho::console::service {
namespace {

class OrderServiceTest : public OrderTest {
 protected:
  void Saw(Machine& machine, const v1::Device& device, const std::string& reference = "") {
    v1::Event event;
    event.set_kind(reference.empty() ? v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED
                                     : v1::EVENT_KIND_DEVICE_BLOCKED);
    event.set_reference(reference);
    *event.mutable_device() = device;
    Happened(machine, event);
  }
  static v1::SetModeRequest SetModeOf(const std::string& group, v1::Mode mode) {
    v1::SetModeRequest request;
    request.set_group_id(group);
    request.mutable_what()->set_mode(mode);
    request.set_reason("展開");
    return request;
  }
  static v1::SetModeRequest SetModeOfOne(const std::string& terminal, v1::Mode mode) {
    v1::SetModeRequest request = SetModeOf("", mode);
    request.set_terminal(terminal);
    return request;
  }
  std::map<std::string, v1::OrderOutcome> Outcomes(const v1::SetModeRequest& request) {
    const absl::StatusOr<v1::SetModeResponse> answer = orders().SetMode(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    std::map<std::string, v1::OrderOutcome> outcomes;
    if (!answer.ok()) return outcomes;
    for (const v1::TerminalOutcome& terminal : answer->terminals()) {
      outcomes[terminal.terminal_name()] = terminal.outcome();
    }
    return outcomes;
  }
  v1::OrderOutcome Enforce(const std::string& terminal) {
    return Outcomes(SetModeOfOne(terminal, v1::MODE_ENFORCE))[terminal];
  }
  static v1::Device Keyboard() {
    v1::Device device;
    device.set_fingerprint(std::string(32, 'k'));
    device.set_vendor_id(0x046d);
    device.set_product_id(0xc31c);
    device.set_serial("K1");
    device.set_port_path("1-2");
    device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
    v1::UsbInterface& interface = *device.add_interfaces();
    interface.set_class_code(3);
    interface.set_subclass_code(1);
    interface.set_protocol_code(1);
    return device;
  }
  static v1::Device Stick() {
    v1::Device device = Keyboard();
    device.set_fingerprint(std::string(32, 's'));
    device.set_classes(0, v1::DEVICE_CLASS_STORAGE);
    device.mutable_interfaces(0)->set_class_code(8);
    device.mutable_interfaces(0)->set_subclass_code(6);
    device.mutable_interfaces(0)->set_protocol_code(80);
    return device;
  }
};

TEST_F(OrderServiceTest, AGroupsOrderSaysWhatHappensOnEachTerminalOfItAndBelow) {
  const store::Group office = Group("A");
  Machine observing = Make("observing", office);
  Machine enforcing = Make("enforcing", office);
  Machine old = Make("old", office);
  Make("unheard", office);
  Make("elsewhere", Group("B"));
  Report(observing, v1::MODE_OBSERVE);
  Report(enforcing, v1::MODE_ENFORCE);
  Report(old, v1::MODE_UNSPECIFIED);
  v1::ExpectTerminalRequest expected;
  expected.set_name("expected");
  expected.set_group_id("A");
  ASSERT_TRUE(console_->services().terminals.ExpectTerminal(Admin(), expected).ok());

  v1::SetModeRequest request = SetModeOf("A", v1::MODE_ENFORCE);
  const std::map<std::string, v1::OrderOutcome> will{
      {"observing", v1::ORDER_OUTCOME_AT_NEXT_START},
      {"enforcing", v1::ORDER_OUTCOME_ALREADY},
      {"old", v1::ORDER_OUTCOME_ALREADY},
      {"unheard", v1::ORDER_OUTCOME_AT_NEXT_START},
      {"expected", v1::ORDER_OUTCOME_NEVER_ENROLLED}};
  request.set_preview(true);
  EXPECT_EQ(Outcomes(request), will);
  EXPECT_TRUE(orders().ListOrders(Admin(), {})->orders().empty()) << "a preview orders nothing";
  request.set_preview(false);
  EXPECT_EQ(Outcomes(request), will);
  EXPECT_EQ(orders().ListOrders(Admin(), {})->orders_size(), 2);
  EXPECT_EQ(Outcomes(request).at("observing"), v1::ORDER_OUTCOME_ALREADY) << "ordered before";
  EXPECT_EQ(
      Outcomes(SetModeOf("A", v1::MODE_OBSERVE)),
      (std::map<std::string, v1::OrderOutcome>{{"observing", v1::ORDER_OUTCOME_AT_ONCE},
                                               {"enforcing", v1::ORDER_OUTCOME_AT_ONCE},
                                               {"old", v1::ORDER_OUTCOME_AGENT_TOO_OLD},
                                               {"unheard", v1::ORDER_OUTCOME_AT_ONCE},
                                               {"expected", v1::ORDER_OUTCOME_NEVER_ENROLLED}}));
}

TEST_F(OrderServiceTest, AnOrderGoesDownAtOnceSignedAndBoundToTheInstallation) {
  Machine machine = Make("t1", Group("A"));
  Connect(machine);
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_AT_NEXT_START);
  const std::vector<v1::Order> sent = Sent(machine);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].terminal_id(), machine.record.terminal_id);
  EXPECT_EQ(sent[0].organisation_id(), organisation_);
  const contract::KeyId key_id = contract::KeyIdOf(machine.key->public_key());
  EXPECT_EQ(sent[0].report_key_id(), std::string(key_id.begin(), key_id.end()));
  EXPECT_EQ(sent[0].version(), 1u);
  EXPECT_EQ(sent[0].ordered_by(), "hanako");
  EXPECT_EQ(sent[0].reason(), "展開");
  EXPECT_EQ(sent[0].set_mode().mode(), v1::MODE_ENFORCE);
  EXPECT_FALSE(sent[0].set_mode().confirmed());
}

TEST_F(OrderServiceTest, WhatWaitedGoesDownByVersionAndNothingOvertakesIt) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_AT_NEXT_START);
  Connect(machine);
  // Before its first Status nobody knows where to begin.
  v1::ReleaseTerminalRequest release;
  release.set_terminal("t1");
  release.set_reason("x");
  ASSERT_TRUE(orders().ReleaseTerminal(Admin(), release).ok());
  EXPECT_TRUE(Sent(machine).empty());
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{1, 2}));
  ASSERT_TRUE(orders().ReleaseTerminal(Admin(), release).ok());
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{1, 2, 3}));
}

TEST_F(OrderServiceTest, AnOrderThatCrossesAStatusIsNotSentTwiceAndALostOneIs) {
  Machine machine = Make("t1", Group("A"));
  Connect(machine);
  Report(machine, v1::MODE_OBSERVE);
  Enforce("t1");
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{1})) << "it may be on its way";
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{1, 1})) << "two Statuses later";
  Report(machine, v1::MODE_OBSERVE, 1);
  Report(machine, v1::MODE_OBSERVE, 1);
  Report(machine, v1::MODE_OBSERVE, 1);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{1, 1})) << "done";
}

TEST_F(OrderServiceTest, AnAgentThatDoesNotKnowOrdersIsSentNone) {
  Machine machine = Make("t1", Group("A"));
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_AT_NEXT_START) << "nothing is known of it yet";
  Connect(machine, {});
  Report(machine, v1::MODE_UNSPECIFIED);
  EXPECT_TRUE(Sent(machine).empty());
  EXPECT_EQ(Outcomes(SetModeOfOne("t1", v1::MODE_OBSERVE))["t1"], v1::ORDER_OUTCOME_AGENT_TOO_OLD);
  v1::ReleaseTerminalRequest release;
  release.set_terminal("t1");
  release.set_reason("x");
  EXPECT_TRUE(absl::IsFailedPrecondition(orders().ReleaseTerminal(Admin(), release).status()));
}

TEST_F(OrderServiceTest, ATerminalIsSeenToWaitForItsRestartAndThenToHaveUndoneItsTrial) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(See("t1").ordered_mode(), v1::MODE_UNSPECIFIED);
  Enforce("t1");
  EXPECT_EQ(See("t1").orders_waiting(), 1u);
  EXPECT_EQ(See("t1").ordered_mode(), v1::MODE_ENFORCE);
  Applied(machine, 1);
  EXPECT_EQ(See("t1").orders_waiting(), 0u);
  EXPECT_EQ(See("t1").ordered_mode(), v1::MODE_ENFORCE) << "in this boot it waits for the next";
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_ALREADY);
  machine.boot_id = kSecondBoot;
  Report(machine, v1::MODE_TRIAL, 1);
  EXPECT_EQ(See("t1").ordered_mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_ALREADY);
  Report(machine, v1::MODE_OBSERVE, 1);  // nobody confirmed
  EXPECT_EQ(See("t1").ordered_mode(), v1::MODE_UNSPECIFIED);
  EXPECT_EQ(Enforce("t1"), v1::ORDER_OUTCOME_AT_NEXT_START) << "it can be tried again";
}

TEST_F(OrderServiceTest, OnlyTrialsThatRunOnConnectedTerminalsAreConfirmed) {
  const store::Group office = Group("A");
  Machine here = Make("here", office);
  Machine away = Make("away", office);
  Machine observing = Make("observing", office);
  Connect(here);
  Report(here, v1::MODE_TRIAL);
  Report(away, v1::MODE_TRIAL);
  Report(observing, v1::MODE_OBSERVE);
  v1::ConfirmTrialRequest request;
  request.set_group_id("A");
  const absl::StatusOr<v1::ConfirmTrialResponse> answer =
      orders().ConfirmTrial(Caller("jiro", v1::ROLE_INSTALLER), request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  std::map<std::string, v1::OrderOutcome> outcomes;
  for (const v1::TerminalOutcome& each : answer->terminals()) {
    outcomes[each.terminal_name()] = each.outcome();
  }
  EXPECT_EQ(outcomes, (std::map<std::string, v1::OrderOutcome>{
                          {"here", v1::ORDER_OUTCOME_AT_ONCE},
                          {"away", v1::ORDER_OUTCOME_NOT_CONNECTED},
                          {"observing", v1::ORDER_OUTCOME_NOT_ON_TRIAL}}));
  ASSERT_EQ(Sent(here).size(), 1u);
  EXPECT_TRUE(Sent(here)[0].set_mode().confirmed());
}

TEST_F(OrderServiceTest, AConfirmationThatComesAfterTheTrialIsCancelled) {
  Machine machine = Make("t1", Group("A"));
  Connect(machine);
  Report(machine, v1::MODE_TRIAL);
  v1::ConfirmTrialRequest request;
  request.set_terminal("t1");
  ASSERT_TRUE(orders().ConfirmTrial(Admin(), request).ok());
  // The stream breaks before it arrives; the terminal opens another when the trial is undone.
  machine.session->End();
  Connect(machine);
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_TRUE(Sent(machine).empty()) << "it would enforce, without a trial, at the next start";
  EXPECT_EQ(Order("t1", 1).state(), v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(Order("t1", 1).cause(), "trial-over");
}

TEST_F(OrderServiceTest, AKeyboardIsAdoptedInItsPortByTheNumberThatItsBlockShowed) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_ENFORCE);
  Saw(machine, Keyboard(), "042042");
  v1::AdoptDeviceRequest request;
  request.set_reference("042042");
  request.set_reason("交換");
  const absl::StatusOr<v1::AdoptDeviceResponse> answer =
      orders().AdoptDevice(Caller("taro", v1::ROLE_HELPDESK), request);
  ASSERT_TRUE(answer.ok()) << answer.status();
  const v1::GrantedDevice& device = answer->order().order().adopt_device().device();
  EXPECT_EQ(device.fingerprint(), Keyboard().fingerprint());
  EXPECT_EQ(device.serial(), "K1");
  EXPECT_EQ(device.port_path(), "1-2");
  EXPECT_FALSE(answer->order().has_sent_at());
  EXPECT_TRUE(absl::IsFailedPrecondition(orders().AdoptDevice(Admin(), request).status()))
      << "the request is answered";
}

TEST_F(OrderServiceTest, AStickNeverBelongsToATerminal) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  Saw(machine, Stick());
  v1::AdoptDeviceRequest request;
  request.set_terminal("t1");
  request.set_fingerprint(Stick().fingerprint());
  request.set_reason("x");
  EXPECT_TRUE(absl::IsFailedPrecondition(orders().AdoptDevice(Admin(), request).status()));
  Saw(machine, Keyboard());
  request.set_fingerprint(Keyboard().fingerprint());
  EXPECT_TRUE(orders().AdoptDevice(Admin(), request).ok());
  request.clear_reason();
  EXPECT_TRUE(absl::IsInvalidArgument(orders().AdoptDevice(Admin(), request).status()));
}

TEST_F(OrderServiceTest, WhateverIsNeitherMediaNorTheLikeMayBelongToATerminal) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_ENFORCE);
  const auto adopt = [&](v1::DeviceClass what) {
    v1::Device device = Keyboard();
    device.set_fingerprint(std::string(32, static_cast<char>('A' + what)));
    device.set_classes(0, what);
    device.mutable_interfaces(0)->set_class_code(0xff);
    Saw(machine, device);
    v1::AdoptDeviceRequest request;
    request.set_terminal("t1");
    request.set_fingerprint(device.fingerprint());
    request.set_reason("x");
    return orders().AdoptDevice(Admin(), request).status();
  };
  for (const v1::DeviceClass what :
       {v1::DEVICE_CLASS_NETWORK_ADAPTER, v1::DEVICE_CLASS_SMART_CARD_READER,
        v1::DEVICE_CLASS_VIDEO, v1::DEVICE_CLASS_HUB}) {
    EXPECT_TRUE(adopt(what).ok()) << v1::DeviceClass_Name(what);
  }
  for (const v1::DeviceClass what :
       {v1::DEVICE_CLASS_STORAGE, v1::DEVICE_CLASS_PHONE, v1::DEVICE_CLASS_CAMERA,
        v1::DEVICE_CLASS_BLUETOOTH, v1::DEVICE_CLASS_PRINTER}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(adopt(what))) << v1::DeviceClass_Name(what);
  }
}

TEST_F(OrderServiceTest, TheLastKeyboardIsNotAbandonedUnlessEvenThatIsSaid) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_ENFORCE);
  v1::Device second = Keyboard();
  second.set_fingerprint(std::string(32, 'l'));
  second.set_port_path("1-3");
  v1::Device camera = Keyboard();
  camera.set_fingerprint(std::string(32, 'v'));
  camera.set_port_path("1-4");
  camera.set_classes(0, v1::DEVICE_CLASS_VIDEO);
  const auto belongs = [&](const v1::Device& device) {
    v1::Event event;
    event.set_kind(v1::EVENT_KIND_DEVICE_ADOPTED);
    *event.mutable_device() = device;
    Happened(machine, event);
  };
  v1::AbandonDeviceRequest request;
  request.set_terminal("t1");
  request.set_reason("x");
  const auto abandon = [&](const v1::Device& device) {
    request.set_fingerprint(device.fingerprint());
    return orders().AbandonDevice(Admin(), request);
  };
  belongs(Keyboard());
  belongs(camera);
  const absl::Status refused = abandon(Keyboard()).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_NE(refused.message().find("\"t1\""), std::string::npos) << refused;
  EXPECT_NE(refused.message().find("--even-the-last"), std::string::npos) << refused;
  const absl::StatusOr<v1::AbandonDeviceResponse> taken = abandon(camera);
  ASSERT_TRUE(taken.ok()) << taken.status();
  EXPECT_TRUE(taken->order().order().abandon_device().even_the_last()) << "nobody types with it";
  belongs(second);
  const absl::StatusOr<v1::AbandonDeviceResponse> spare = abandon(Keyboard());
  ASSERT_TRUE(spare.ok()) << spare.status();
  EXPECT_FALSE(spare->order().order().abandon_device().even_the_last()) << "the terminal looks too";
  EXPECT_TRUE(absl::IsFailedPrecondition(abandon(second).status()))
      << "the other one is as good as gone";
  request.set_even_the_last(true);
  const absl::StatusOr<v1::AbandonDeviceResponse> last = abandon(second);
  ASSERT_TRUE(last.ok()) << last.status();
  EXPECT_TRUE(last->order().order().abandon_device().even_the_last());
}

TEST_F(OrderServiceTest, NothingIsOrderedOrTakenBackWithoutSayingWhy) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  Saw(machine, Keyboard());
  Enforce("t1");
  v1::SetModeRequest mode = SetModeOfOne("t1", v1::MODE_OBSERVE);
  v1::AbandonDeviceRequest abandon;
  abandon.set_terminal("t1");
  abandon.set_fingerprint(Keyboard().fingerprint());
  v1::ReleaseTerminalRequest release;
  release.set_terminal("t1");
  v1::CancelOrderRequest cancel;
  cancel.set_terminal("t1");
  cancel.set_version(1);
  for (const char* reason : {"", " \t"}) {
    mode.set_reason(reason);
    abandon.set_reason(reason);
    release.set_reason(reason);
    cancel.set_reason(reason);
    EXPECT_TRUE(absl::IsInvalidArgument(orders().SetMode(Admin(), mode).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(orders().AbandonDevice(Admin(), abandon).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(orders().ReleaseTerminal(Admin(), release).status()));
    EXPECT_TRUE(absl::IsInvalidArgument(orders().CancelOrder(Admin(), cancel).status()));
  }
  const v1::ListOrdersResponse listed = *orders().ListOrders(Admin(), {});
  ASSERT_EQ(listed.orders_size(), 1);
  EXPECT_EQ(listed.orders(0).state(), v1::ORDER_STATE_WAITING);
}

TEST_F(OrderServiceTest, WhatMayMeanTwoThingsOrNoneIsRefused) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  v1::SetModeRequest both = SetModeOfOne("t1", v1::MODE_ENFORCE);
  both.set_group_id("A");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().SetMode(Admin(), both).status()));
  v1::AdoptDeviceRequest adopt;
  adopt.set_reason("x");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().AdoptDevice(Admin(), adopt).status()));
  adopt.set_terminal("t1");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().AdoptDevice(Admin(), adopt).status()));
  for (const char* token : {"x", "t1/x", "/"}) {
    v1::ListOrdersRequest request;
    request.set_page_token(token);
    EXPECT_TRUE(absl::IsInvalidArgument(orders().ListOrders(Admin(), request).status())) << token;
  }
}

TEST_F(OrderServiceTest, ADeviceAtNoKnownPortIsNotAdopted) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  v1::Device keyboard = Keyboard();
  keyboard.clear_port_path();
  Saw(machine, keyboard);
  v1::AdoptDeviceRequest request;
  request.set_terminal("t1");
  request.set_fingerprint(keyboard.fingerprint());
  request.set_reason("x");
  EXPECT_TRUE(absl::IsFailedPrecondition(orders().AdoptDevice(Admin(), request).status()));
}

TEST_F(OrderServiceTest, WhoIsRevokedOrWasNeverEnrolledIsOrderedNothing) {
  const store::Group group = Group("A");
  const store::TerminalRecord enrolled = Make("t1", group).record;
  for (const v1::TerminalState state : {v1::TERMINAL_STATE_REVOKED, v1::TERMINAL_STATE_EXPECTED}) {
    store::TerminalRecord record = enrolled;
    record.terminal_id = NewUuid();
    record.name = v1::TerminalState_Name(state);
    record.state = state;
    ASSERT_TRUE(
        console_->store()
            .terminals()
            .CreateTerminal(record, {organisation_, "", now_, "test", "Test", record.name, ""})
            .ok());
    v1::ReleaseTerminalRequest release;
    release.set_terminal(record.name);
    release.set_reason("x");
    EXPECT_TRUE(absl::IsFailedPrecondition(orders().ReleaseTerminal(Admin(), release).status()))
        << record.name;
  }
  std::map<std::string, v1::OrderOutcome> outcomes;
  const v1::SetModeResponse set = *orders().SetMode(Admin(), SetModeOf("A", v1::MODE_ENFORCE));
  for (const v1::TerminalOutcome& each : set.terminals()) {
    outcomes[each.terminal_name()] = each.outcome();
  }
  EXPECT_EQ(outcomes["TERMINAL_STATE_REVOKED"], v1::ORDER_OUTCOME_REVOKED);
  EXPECT_EQ(outcomes["TERMINAL_STATE_EXPECTED"], v1::ORDER_OUTCOME_NEVER_ENROLLED);
}

TEST_F(OrderServiceTest, AnOrderThatHasGoneIsNotCancelled) {
  Machine machine = Make("t1", Group("A"));
  Report(machine, v1::MODE_OBSERVE);
  Enforce("t1");
  v1::CancelOrderRequest request;
  request.set_terminal("t1");
  request.set_version(1);
  request.set_reason("wrong terminal");
  EXPECT_EQ(orders().CancelOrder(Admin(), request)->order().state(), v1::ORDER_STATE_CANCELLED);
  Enforce("t1");
  Connect(machine);
  Report(machine, v1::MODE_OBSERVE);
  EXPECT_EQ(Versions(machine), (std::vector<std::uint64_t>{2}));
  request.set_version(2);
  EXPECT_TRUE(absl::IsFailedPrecondition(orders().CancelOrder(Admin(), request).status()));
  request.set_version(3);
  EXPECT_TRUE(absl::IsNotFound(orders().CancelOrder(Admin(), request).status()));
}

TEST_F(OrderServiceTest, OrdersStayWithinTheCallersGroupAndRole) {
  const store::Group a = Group("A");
  const store::Group b = Group("B");
  Machine machine = Make("t1", a);
  Report(machine, v1::MODE_OBSERVE);
  Saw(machine, Stick());
  Enforce("t1");
  const authz::Caller of_b = Caller("taro", v1::ROLE_ADMIN, b.path);
  EXPECT_FALSE(orders().SetMode(of_b, SetModeOf("A", v1::MODE_OBSERVE)).ok());
  EXPECT_FALSE(orders().SetMode(of_b, SetModeOfOne("t1", v1::MODE_OBSERVE)).ok());
  EXPECT_TRUE(orders().SetMode(of_b, SetModeOf("", v1::MODE_OBSERVE))->terminals().empty());
  EXPECT_TRUE(orders().ListOrders(of_b, {})->orders().empty());
  EXPECT_TRUE(orders().ListWouldBeBlocked(of_b, {})->devices().empty());
  EXPECT_EQ(orders().ListWouldBeBlocked(Admin(), {})->devices_size(), 1);
  EXPECT_TRUE(absl::IsPermissionDenied(
      orders()
          .SetMode(Caller("aki", v1::ROLE_HELPDESK), SetModeOfOne("t1", v1::MODE_OBSERVE))
          .status()));
}

TEST_F(OrderServiceTest, WhatWouldBeBlockedComesInPages) {
  Machine machine = Make("t1", Group("A"));
  std::set<std::string> seen;
  for (const char each : {'a', 'b', 'c'}) {
    v1::Device device = Stick();
    device.set_fingerprint(std::string(32, each));
    device.set_serial("シリアル/1");
    Saw(machine, device);
  }
  v1::ListWouldBeBlockedRequest request;
  request.set_page_size(2);
  do {
    const absl::StatusOr<v1::ListWouldBeBlockedResponse> page =
        orders().ListWouldBeBlocked(Admin(), request);
    ASSERT_TRUE(page.ok()) << page.status();
    for (const v1::WouldBeBlocked& each : page->devices()) {
      EXPECT_TRUE(seen.insert(each.device().fingerprint()).second);
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_EQ(seen.size(), 3u);
  request.set_page_token("x");
  EXPECT_TRUE(absl::IsInvalidArgument(orders().ListWouldBeBlocked(Admin(), request).status()));
}

}  // namespace
}  // namespace sekisho::console::service
