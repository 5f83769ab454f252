// Orders over the real wire: to the terminal, and its word back.
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class OrderStreamTest : public ConsoleFixture {
 protected:
  static v1::Hello HelloWithOrders() {
    v1::Hello hello = TerminalClient::DefaultHello();
    hello.add_features("orders");
    return hello;
  }
  static v1::Status Observing(TerminalClient& terminal, std::uint64_t order_version = 0) {
    v1::Status status = terminal.NextStatus();
    status.set_mode(v1::MODE_OBSERVE);
    status.set_order_version(order_version);
    return status;
  }
  v1::OrderOutcome Enforce(const std::string& terminal) {
    v1::SetModeRequest request;
    request.set_terminal(terminal);
    request.mutable_what()->set_mode(v1::MODE_ENFORCE);
    request.set_reason("rollout");
    const absl::StatusOr<v1::SetModeResponse> answer =
        console_->services().orders.SetMode(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->terminals(0).outcome() : v1::ORDER_OUTCOME_UNSPECIFIED;
  }
  absl::StatusOr<v1::Order> ReadOrder(TerminalClient& terminal) {
    const std::optional<v1::Sealed> sealed = terminal.ReadSealed(v1::PURPOSE_ORDER);
    if (!sealed.has_value()) return absl::UnavailableError("the stream ended");
    const absl::StatusOr<contract::OpenedKeySet> keys =
        contract::OpenKeySet(terminal.anchor(), terminal.key_set());
    if (!keys.ok()) return keys.status();
    return contract::OpenAndParse<v1::Order>(keys->ring, *sealed, v1::PURPOSE_ORDER);
  }
  v1::OrderState StateOfTheOnlyOrder() {
    const absl::StatusOr<v1::ListOrdersResponse> orders =
        console_->services().orders.ListOrders(Admin(), {});
    EXPECT_TRUE(orders.ok() && orders->orders_size() == 1) << orders.status();
    return orders.ok() && orders->orders_size() == 1 ? orders->orders(0).state()
                                                     : v1::ORDER_STATE_UNSPECIFIED;
  }
};

TEST_F(OrderStreamTest, AnOrderReachesTheTerminalAndItsStateFollowsTheEvent) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect(HelloWithOrders()).ok());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(Observing(terminal))));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BUNDLE).has_value());
  EXPECT_EQ(Enforce("madoguchi-1"), v1::ORDER_OUTCOME_AT_NEXT_START);
  const absl::StatusOr<v1::Order> order = ReadOrder(terminal);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->version(), 1u);
  EXPECT_EQ(order->set_mode().mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(StateOfTheOnlyOrder(), v1::ORDER_STATE_WAITING);
  v1::Event applied = terminal.NextEvent(v1::EVENT_KIND_ORDER_APPLIED);
  v1::Parameter& version = *applied.add_parameters();
  version.set_key("version");
  version.set_value("1");
  ASSERT_TRUE(terminal.Report({terminal.Record(applied)}).ok());
  EXPECT_EQ(StateOfTheOnlyOrder(), v1::ORDER_STATE_APPLIED);
}

TEST_F(OrderStreamTest, AnOrderWaitsForATerminalThatIsOffAndOutlivesTheConsolesRestart) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_EQ(Enforce("madoguchi-1"), v1::ORDER_OUTCOME_AT_NEXT_START);
  Stop();
  Start();
  terminal.MoveTo(server_->port());
  ASSERT_TRUE(terminal.Connect(HelloWithOrders()).ok());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(Observing(terminal))));
  const absl::StatusOr<v1::Order> order = ReadOrder(terminal);
  ASSERT_TRUE(order.ok()) << order.status();
  EXPECT_EQ(order->terminal_id(), terminal.terminal_id());
}

TEST_F(OrderStreamTest, AnAgentOfBeforeOrdersIsSentNoneAndGoesOnAsItWas) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_EQ(Enforce("madoguchi-1"), v1::ORDER_OUTCOME_AT_NEXT_START);
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(terminal.NextStatus())));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BUNDLE).has_value());
  // Whatever the Status is answered with came before this acknowledgement.
  ASSERT_TRUE(terminal.WriteSealed(
      terminal.SealReport({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))})));
  for (;;) {
    const std::optional<v1::ConnectResponse> message = terminal.Read();
    ASSERT_TRUE(message.has_value());
    ASSERT_NE(message->sealed().purpose(), v1::PURPOSE_ORDER);
    if (message->sealed().purpose() == v1::PURPOSE_ACKNOWLEDGEMENT) break;
  }
  EXPECT_EQ(StateOfTheOnlyOrder(), v1::ORDER_STATE_WAITING);
}

}  // namespace
}  // namespace sekisho::console::testing
