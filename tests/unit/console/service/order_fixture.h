#ifndef SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_ORDER_FIXTURE_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_ORDER_FIXTURE_H_

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proto/contract/seal.h"
#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {

inline constexpr char kFirstBoot[] = "5f0c6f0e-3f3e-4b0f-9d5a-000000000001";
inline constexpr char kSecondBoot[] = "5f0c6f0e-3f3e-4b0f-9d5a-000000000002";

// Terminals with keys and streams of their own, and what the console holds of them.
class OrderTest : public ServiceTest {
 protected:
  // A terminal with its own key, and the end of its stream that the console holds.
  struct Machine {
    store::TerminalRecord record;
    std::optional<contract::PrivateKey> key;
    std::shared_ptr<QuietLink> link;
    std::shared_ptr<AgentSession> session;
    std::string boot_id = kFirstBoot;
    std::uint64_t boottime_ns = 1'000'000'000'000;
    std::uint64_t sequence = 0;
    std::string previous = std::string(32, '\0');
  };
  Machine Make(const std::string& name, const store::Group& group) {
    Machine machine;
    machine.key = contract::PrivateKey::Generate();
    store::TerminalRecord& record = machine.record;
    record.organisation_id = organisation_;
    record.terminal_id = NewUuid();
    record.group_id = group.group_id;
    record.group_path = group.path;
    record.name = name;
    record.state = v1::TERMINAL_STATE_ENROLLED;
    record.enrolled_at = now_;
    record.enrolment = 1;
    record.report_public_key.assign(machine.key->public_key().begin(),
                                    machine.key->public_key().end());
    EXPECT_TRUE(console_->store()
                    .terminals()
                    .CreateTerminal(record, {organisation_, "", now_, "test", "Test", name, ""})
                    .ok());
    return machine;
  }
  void Connect(Machine& machine, const std::set<std::string>& features = {"orders"}) {
    machine.link = std::make_shared<QuietLink>();
    absl::StatusOr<std::shared_ptr<AgentSession>> session = console_->services().agents.Open(
        {organisation_, machine.record.terminal_id, machine.record.enrolment}, machine.link);
    ASSERT_TRUE(session.ok()) << session.status();
    machine.session = *session;
    v1::Hello hello;
    hello.set_oldest_protocol(1);
    hello.set_newest_protocol(1);
    hello.set_agent_version("0.2.0");
    for (const std::string& feature : features) hello.add_features(feature);
    ASSERT_TRUE(machine.session->Greet(hello).ok());
  }
  void Report(Machine& machine, v1::Mode mode, std::uint64_t order_version = 0) {
    v1::Status status;
    status.set_mode(mode);
    status.set_order_version(order_version);
    Report(machine, status);
  }
  void Report(Machine& machine, v1::Status status) {
    machine.boottime_ns += 1'000'000'000;
    status.set_terminal_id(machine.record.terminal_id);
    status.set_boot_id(machine.boot_id);
    status.set_boottime_ns(machine.boottime_ns);
    // What the store has of it lags behind the stream; here it need not.
    const store::ReportedStatus reported{
        .terminal_id = machine.record.terminal_id, .status = status, .received_at = now_};
    ASSERT_TRUE(console_->store()
                    .events()
                    .Append({}, std::span<const store::ReportedStatus>(&reported, 1))
                    .ok());
    if (machine.session == nullptr) return;
    const absl::Status received = machine.session->Receive(contract::Seal(
        *machine.key, organisation_, v1::PURPOSE_STATUS, status.SerializeAsString()));
    ASSERT_TRUE(received.ok()) << received;
  }
  void Happened(Machine& machine, v1::Event event) {
    event.set_boot_id(machine.boot_id);
    event.set_sequence(++machine.sequence);
    event.set_previous_hash(machine.previous);
    const std::string bytes = event.SerializeAsString();
    machine.previous = Sha256Of(bytes);
    const store::ReportedBatch batch{
        organisation_,   machine.record.terminal_id,         machine.record.group_path,
        machine.boot_id, {{event, bytes, machine.previous}}, now_};
    ASSERT_TRUE(console_->store()
                    .events()
                    .Append(std::span<const store::ReportedBatch>(&batch, 1), {})
                    .ok());
  }
  void Applied(Machine& machine, std::uint64_t version) {
    v1::Event event;
    event.set_kind(v1::EVENT_KIND_ORDER_APPLIED);
    v1::Parameter& parameter = *event.add_parameters();
    parameter.set_key("version");
    parameter.set_value(std::to_string(version));
    Happened(machine, event);
  }
  // The orders that went down a stream, opened as the agent opens them.
  std::vector<v1::Order> Sent(const Machine& machine) {
    v1::TrustAnchor anchor;
    anchor.ParseFromString(console_->keyring().trust_anchor());
    const absl::StatusOr<contract::OpenedKeySet> keys =
        contract::OpenKeySet(anchor, console_->keyring().key_set());
    std::vector<v1::Order> orders;
    for (const live::Outgoing& message : machine.link->sent) {
      if (message->sealed().purpose() != v1::PURPOSE_ORDER) continue;
      absl::StatusOr<v1::Order> order =
          contract::OpenAndParse<v1::Order>(keys->ring, message->sealed(), v1::PURPOSE_ORDER);
      EXPECT_TRUE(order.ok()) << order.status();
      if (order.ok()) orders.push_back(*std::move(order));
    }
    return orders;
  }
  std::vector<std::uint64_t> Versions(const Machine& machine) {
    std::vector<std::uint64_t> versions;
    for (const v1::Order& order : Sent(machine)) versions.push_back(order.version());
    return versions;
  }
  OrderService& orders() { return console_->services().orders; }
  v1::IssuedOrder Order(const std::string& terminal, std::uint64_t version) {
    v1::ListOrdersRequest request;
    request.set_terminal(terminal);
    const absl::StatusOr<v1::ListOrdersResponse> answer = orders().ListOrders(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    for (const v1::IssuedOrder& order : answer->orders()) {
      if (order.order().version() == version) return order;
    }
    ADD_FAILURE() << "no order " << version;
    return {};
  }
  v1::Terminal See(const std::string& name) {
    v1::GetTerminalRequest request;
    request.set_terminal(name);
    return console_->services().terminals.GetTerminal(Admin(), request)->terminal();
  }
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_ORDER_FIXTURE_H_
