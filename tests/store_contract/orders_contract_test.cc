#include "sekisho/v1/seal.pb.h"
#include "tests/store_contract/contract_fixture.h"

namespace sekisho::console::store::testing {
namespace {

class OrdersContract : public StoreContract {
 protected:
  OrderRecord Draft(v1::Mode mode = v1::MODE_ENFORCE) {
    OrderRecord draft;
    draft.organisation_id = "org";
    draft.group_path = "/root/a/";
    draft.terminal_id = "t1";
    draft.kind = v1::ORDER_KIND_SET_MODE;
    draft.order.mutable_set_mode()->set_mode(mode);
    draft.created_at = At(1);
    return draft;
  }
  OrderRecord Adoption(const std::string& reference) {
    OrderRecord draft = Draft();
    draft.kind = v1::ORDER_KIND_ADOPT_DEVICE;
    draft.order.mutable_adopt_device();
    draft.device.set_fingerprint(std::string(32, 'k'));
    draft.reference = reference;
    return draft;
  }
  static absl::StatusOr<std::string> Seal(const v1::Order& order) {
    v1::Sealed sealed;
    sealed.set_payload(order.SerializeAsString());
    return sealed.SerializeAsString();
  }
  absl::StatusOr<std::vector<OrderRecord>> Create(std::vector<OrderRecord> drafts) {
    return backend_->orders().CreateOrders(std::move(drafts), Seal, Audit("order"));
  }
  std::uint64_t CreateOne(const OrderRecord& draft) {
    absl::StatusOr<std::vector<OrderRecord>> orders = Create({draft});
    EXPECT_TRUE(orders.ok()) << orders.status();
    return orders.ok() ? orders->front().order.version() : 0;
  }
  v1::OrderState StateOf(std::uint64_t version) {
    return backend_->orders().FindOrder("t1", version)->state;
  }
  void Says(v1::EventKind kind, std::uint64_t version, const std::string& cause = "") {
    NewEvent event = Next(kind);
    v1::Parameter& number = *event.event.add_parameters();
    number.set_key("version");
    number.set_value(std::to_string(version));
    v1::Parameter& why = *event.event.add_parameters();
    why.set_key("cause");
    why.set_value(cause);
    Append({Finish(event.event)});
  }
  void Reports(std::uint64_t order_version, std::uint64_t spool_waiting) {
    v1::Status status;
    status.set_boot_id(boot_);
    status.set_order_version(order_version);
    status.set_spool_waiting(spool_waiting);
    const ReportedStatus reported{"t1", status, At(5)};
    ASSERT_TRUE(backend_->events().Append({}, std::span<const ReportedStatus>(&reported, 1)).ok());
  }
  void EnrolAgain() {
    EnrolmentTokenRecord token;
    token.organisation_id = "org";
    token.token_id = "token";
    token.group_id = "a";
    token.group_path = "/root/a/";
    token.uses_left = 1;
    token.expires_at = At(100);
    ASSERT_TRUE(backend_->tokens().CreateToken(token, Audit("token")).ok());
    ASSERT_TRUE(
        backend_->tokens().EnrolWithToken("token", At(2), Terminal("t1", "a"), Audit("t1")).ok());
  }
  NewEvent Seen(v1::EventKind kind, char fingerprint) {
    NewEvent event = Next(kind);
    event.event.mutable_device()->set_fingerprint(std::string(32, fingerprint));
    event.event.mutable_device()->set_serial("S");
    event.event.mutable_verdict()->set_reason(v1::VERDICT_REASON_DEFAULT);
    return Finish(event.event);
  }
  std::vector<WouldBeBlockedRecord> WouldBeBlocked(WouldBeBlockedQuery query = {}) {
    query.scope.organisation_id = "org";
    absl::StatusOr<std::vector<WouldBeBlockedRecord>> devices =
        backend_->orders().ListWouldBeBlocked(query);
    EXPECT_TRUE(devices.ok()) << devices.status();
    return devices.ok() ? *devices : std::vector<WouldBeBlockedRecord>{};
  }
};
INSTANTIATE_TEST_SUITE_P(Every, OrdersContract, ::testing::ValuesIn(AllBackends()),
                         [](const auto& param) { return param.param.name; });

TEST_P(OrdersContract, VersionsRisePerTerminalAndAreNeverUsedTwice) {
  ASSERT_TRUE(backend_->terminals().CreateTerminal(Terminal("t2", "a"), Audit("t2")).ok());
  EXPECT_EQ(CreateOne(Draft()), 1u);
  EXPECT_EQ(CreateOne(Draft()), 2u);
  OrderRecord other = Draft();
  other.terminal_id = "t2";
  EXPECT_EQ(CreateOne(other), 1u);
  ASSERT_TRUE(
      backend_->orders().CancelOrder("t1", 2, OrderStore::Cancel::kUnsent, "x", Audit("t1")).ok());
  EXPECT_EQ(CreateOne(Draft()), 3u);
}

TEST_P(OrdersContract, AVersionIsAboveWhatTheTerminalHasShownAlsoAfterAnotherEnrolment) {
  Reports(41, 0);
  EXPECT_EQ(CreateOne(Draft()), 42u);
  OrderRecord better_known = Draft();
  better_known.order.set_version(50);
  EXPECT_EQ(CreateOne(better_known), 51u);
  Reports(60, 0);
  EnrolAgain();
  EXPECT_EQ(CreateOne(Draft()), 61u);
}

TEST_P(OrdersContract, ARestoredConsoleOrdersFromFurtherUpAndForgetsWhatWaited) {
  CreateOne(Draft());
  const RestoreRecord restore{"org", At(10), At(20), 1000};
  ASSERT_TRUE(backend_->restores().Begin(restore, Audit("restore")).ok());
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_CANCELLED) << "it may have been taken back since";
  EXPECT_EQ(CreateOne(Draft()), 1002u);
  Says(v1::EVENT_KIND_ORDER_APPLIED, 1);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_APPLIED);
}

TEST_P(OrdersContract, OrdersAndTheirAuditRowAreStoredTogetherOrNotAtAll) {
  const auto audit_rows = [&] { return backend_->audit().ListAudit({{"org", ""}, 1000})->size(); };
  const std::size_t before = audit_rows();
  int signatures = 0;
  EXPECT_FALSE(backend_->orders()
                   .CreateOrders(
                       {Draft(), Draft()},
                       [&](const v1::Order& order) -> absl::StatusOr<std::string> {
                         if (++signatures == 2) return absl::InternalError("no key");
                         return Seal(order);
                       },
                       Audit("order"))
                   .ok());
  EXPECT_TRUE(backend_->orders().ListWaiting("t1")->empty());
  EXPECT_EQ(audit_rows(), before);
  ASSERT_TRUE(Create({Draft(), Adoption("")}).ok());
  EXPECT_EQ(audit_rows(), before + 1);
  Open();
  const std::vector<OrderRecord> waiting = *backend_->orders().ListWaiting("t1");
  ASSERT_EQ(waiting.size(), 2u);
  EXPECT_EQ(waiting[0].order.version(), 1u);
  EXPECT_EQ(waiting[0].order.set_mode().mode(), v1::MODE_ENFORCE);
  EXPECT_EQ(waiting[1].device.fingerprint(), std::string(32, 'k'));
  EXPECT_EQ(waiting[1].terminal_name, "name-t1");
}

TEST_P(OrdersContract, AnEventMovesAnOrderOnAndNeverBack) {
  CreateOne(Draft());
  Says(v1::EVENT_KIND_ORDER_APPLIED, 1);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_APPLIED);
  Says(v1::EVENT_KIND_ORDER_REFUSED, 1, "replayed");
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_APPLIED) << "a second copy undoes nothing";
  CreateOne(Draft());
  Says(v1::EVENT_KIND_ORDER_REFUSED, 2, "other_terminal");
  EXPECT_EQ(StateOf(2), v1::ORDER_STATE_REFUSED);
  EXPECT_EQ(backend_->orders().FindOrder("t1", 2)->cause, "other_terminal");
  Says(v1::EVENT_KIND_ORDER_APPLIED, 77);  // another console's: no error
}

TEST_P(OrdersContract, AnOrderThatTheTerminalIsPastAndWhoseEventIsLostWaitsNoLonger) {
  CreateOne(Draft());
  Reports(1, 3);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_WAITING) << "its event may be among those that wait there";
  Reports(1, 0);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_PASSED);
  Says(v1::EVENT_KIND_ORDER_APPLIED, 1);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_APPLIED);
}

TEST_P(OrdersContract, WhatWasSentIsNotCancelledAndWhatTheTerminalDidIsTheTruth) {
  CreateOne(Adoption(""));
  CreateOne(Adoption(""));
  ASSERT_TRUE(backend_->orders().MarkSent("t1", 1, At(2)).ok());
  const auto cancel = [&](std::uint64_t version, OrderStore::Cancel which) {
    return backend_->orders().CancelOrder("t1", version, which, "why", Audit("t1"));
  };
  EXPECT_TRUE(absl::IsFailedPrecondition(cancel(1, OrderStore::Cancel::kUnsent)));
  EXPECT_TRUE(cancel(2, OrderStore::Cancel::kUnsent).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(cancel(2, OrderStore::Cancel::kUnsent)));
  EXPECT_TRUE(cancel(1, OrderStore::Cancel::kSentToo).ok());
  EXPECT_TRUE(backend_->orders().ListWaiting("t1")->empty());
  Says(v1::EVENT_KIND_ORDER_APPLIED, 1);
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_APPLIED);
}

TEST_P(OrdersContract, ANewerOrderAboutTheModeTakesThePlaceOfOneThatWaitsUnsent) {
  CreateOne(Draft());
  CreateOne(Adoption(""));
  CreateOne(Draft(v1::MODE_OBSERVE));
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(backend_->orders().FindOrder("t1", 1)->cause, "superseded");
  EXPECT_EQ(StateOf(2), v1::ORDER_STATE_WAITING) << "an adoption is about something else";
  ASSERT_TRUE(backend_->orders().MarkSent("t1", 3, At(2)).ok());
  CreateOne(Draft());
  EXPECT_EQ(StateOf(3), v1::ORDER_STATE_WAITING) << "it may be there already";
}

TEST_P(OrdersContract, ATerminalStandsAsItsNewestOrderAboutTheModeSays) {
  const auto standing = [&] { return *backend_->orders().FindStanding("t1", 0); };
  EXPECT_EQ(standing().mode, v1::MODE_UNSPECIFIED);
  CreateOne(Draft());
  CreateOne(Adoption(""));
  EXPECT_EQ(standing().waiting, 2u);
  EXPECT_EQ(standing().mode, v1::MODE_ENFORCE);
  EXPECT_EQ(standing().state, v1::ORDER_STATE_WAITING);
  Says(v1::EVENT_KIND_ORDER_APPLIED, 1);
  EXPECT_EQ(standing().waiting, 1u);
  EXPECT_EQ(standing().state, v1::ORDER_STATE_APPLIED);
  EXPECT_EQ(standing().boot_id, boot_);
  CreateOne(Draft(v1::MODE_OBSERVE));
  Says(v1::EVENT_KIND_ORDER_REFUSED, 3);
  EXPECT_EQ(standing().mode, v1::MODE_ENFORCE) << "a refused one changes nothing";
  EXPECT_EQ(backend_->orders().FindStanding("t1", 1)->mode, v1::MODE_UNSPECIFIED)
      << "orders to another installation say nothing";
}

TEST_P(OrdersContract, AnotherEnrolmentVoidsWhatWasOrderedAndSeenBefore) {
  CreateOne(Draft());
  Append({Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'a')});
  EnrolAgain();
  EXPECT_EQ(StateOf(1), v1::ORDER_STATE_CANCELLED);
  EXPECT_EQ(backend_->orders().FindOrder("t1", 1)->cause, "reinstalled");
  EXPECT_TRUE(WouldBeBlocked().empty());
}

TEST_P(OrdersContract, AnAdoptionAnswersTheRequest) {
  NewEvent block = Next(v1::EVENT_KIND_DEVICE_BLOCKED);
  block.event.set_reference("123456");
  block.event.mutable_device()->set_fingerprint(std::string(32, 'k'));
  Append({Finish(block.event)});
  RequestQuery open;
  open.scope = {"org", ""};
  open.words = RequestQuery::Words::kAny;
  ASSERT_EQ(backend_->grants().ListRequests(open)->size(), 1u);
  CreateOne(Adoption("123456"));
  EXPECT_TRUE(backend_->grants().ListRequests(open)->empty());
  open.answered = RequestQuery::Answered::kIncluded;
  EXPECT_TRUE(backend_->grants().ListRequests(open)->front().adopted);
  EXPECT_FALSE(backend_->grants().DenyRequest("t1", "123456", Audit("t1")).ok());
}

TEST_P(OrdersContract, AnAdoptionByNameKeepsWhatWasSeenOfTheDevice) {
  NewEvent block = Next(v1::EVENT_KIND_DEVICE_BLOCKED);
  block.event.mutable_device()->set_fingerprint(std::string(32, 'k'));
  block.event.mutable_device()->set_product("Keyboard");
  block.event.mutable_device()->add_classes(v1::DEVICE_CLASS_KEYBOARD);
  Append({Finish(block.event)});
  NewEvent adopted = Next(v1::EVENT_KIND_DEVICE_ADOPTED);
  adopted.event.mutable_device()->set_fingerprint(std::string(32, 'k'));
  Append({Finish(adopted.event)});
  EXPECT_EQ(backend_->grants().FindReportedDevice("t1", std::string(32, 'k'))->product(),
            "Keyboard");
}

TEST_P(OrdersContract, WhatBelongsToATerminalIsKnownByItsEventsPortByPort) {
  const auto tell = [&](v1::EventKind kind, char fingerprint, const std::string& port,
                        v1::VerdictReason reason = v1::VERDICT_REASON_UNSPECIFIED) {
    NewEvent event = Next(kind);
    v1::Device& device = *event.event.mutable_device();
    device.set_fingerprint(std::string(32, fingerprint));
    device.set_port_path(port);
    device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
    event.event.mutable_verdict()->set_reason(reason);
    Append({Finish(event.event)});
  };
  const auto adopted = [&] {
    const std::vector<v1::Device> devices = *backend_->orders().ListAdopted("t1");
    std::vector<std::string> names;
    for (const v1::Device& device : devices) {
      names.push_back(device.port_path() + device.fingerprint().front());
    }
    return names;
  };
  using Names = std::vector<std::string>;
  tell(v1::EVENT_KIND_DEVICE_ALLOWED, 'r', "1-9", v1::VERDICT_REASON_RULE);
  EXPECT_EQ(adopted(), Names()) << "a rule lets it in";
  tell(v1::EVENT_KIND_DEVICE_ALLOWED, 'a', "1-1", v1::VERDICT_REASON_ADOPTED);
  tell(v1::EVENT_KIND_DEVICE_ADOPTED, 'a', "1-2");
  EXPECT_EQ(adopted(), (Names{"1-1a", "1-2a"})) << "two that look alike";
  tell(v1::EVENT_KIND_DEVICE_ADOPTED, 'b', "1-2");
  EXPECT_EQ(adopted(), (Names{"1-1a", "1-2b"})) << "one device a port";
  NewEvent unseen = Next(v1::EVENT_KIND_DEVICE_ADOPTED);
  unseen.event.mutable_device()->set_fingerprint(std::string(32, 'c'));
  unseen.event.mutable_device()->set_port_path("1-2");
  Append({Finish(unseen.event)});
  tell(v1::EVENT_KIND_DEVICE_ABANDONED, 'a', "1-2");
  EXPECT_EQ(adopted(), (Names{"1-1a", "1-2b"})) << "nobody has seen c, and a has left 1-2 before";
  tell(v1::EVENT_KIND_DEVICE_ABANDONED, 'b', "1-2");
  EXPECT_EQ(adopted(), (Names{"1-1a"}));
  EXPECT_TRUE(backend_->orders().ListAdopted("t2")->empty());
  EnrolAgain();
  EXPECT_EQ(adopted(), Names()) << "an installation of before";
}

TEST_P(OrdersContract, AKeyboardThatACodeLetInBelongsToNobody) {
  NewEvent event = Next(v1::EVENT_KIND_DEVICE_ALLOWED);
  v1::Device& device = *event.event.mutable_device();
  device.set_fingerprint(std::string(32, 'k'));
  device.set_port_path("1-1");
  device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
  event.event.mutable_verdict()->set_reason(v1::VERDICT_REASON_ADOPTED);
  v1::Parameter& by = *event.event.add_parameters();
  by.set_key("by");
  by.set_value("keyboard-code");
  Append({Finish(event.event)});
  EXPECT_TRUE(backend_->orders().ListAdopted("t1")->empty());
}

TEST_P(OrdersContract, ListsGoFromTheNewestInPagesAndByScope) {
  for (int i = 0; i < 5; ++i) CreateOne(Adoption(""));
  OrderQuery query{.scope = {"org", "/root/a/"}, .limit = 2};
  std::vector<std::uint64_t> versions;
  for (;;) {
    const std::vector<OrderRecord> page = *backend_->orders().ListOrders(query);
    if (page.empty()) break;
    for (const OrderRecord& order : page) versions.push_back(order.order.version());
    query.before = {page.back().terminal_id, page.back().order.version()};
  }
  EXPECT_EQ(versions, (std::vector<std::uint64_t>{5, 4, 3, 2, 1}));
  EXPECT_TRUE(backend_->orders().ListOrders({.scope = {"org", "/root/b/"}})->empty());
  EXPECT_TRUE(backend_->orders().ListOrders({.scope = {"other", ""}})->empty());
}

TEST_P(OrdersContract, WhatWouldBeBlockedIsGatheredByDeviceUntilItIsSettled) {
  ASSERT_TRUE(backend_->terminals().CreateTerminal(Terminal("t2", "b"), Audit("t2")).ok());
  const NewEvent first = Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'a');
  Append({first, Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'a'),
          Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'b')});
  Append({first});  // once more: counts no second time
  ReportedBatch of_t2 = Batch({NewEventOf(first.event)});
  of_t2.terminal_id = "t2";
  of_t2.group_path = "/root/b/";
  of_t2.received_at = At(9);
  ASSERT_TRUE(backend_->events().Append(std::span<const ReportedBatch>(&of_t2, 1), {}).ok());

  std::vector<WouldBeBlockedRecord> devices = WouldBeBlocked();
  ASSERT_EQ(devices.size(), 2u);
  EXPECT_EQ(devices[0].device.fingerprint(), std::string(32, 'a'));
  EXPECT_EQ(devices[0].terminals, 2u);
  EXPECT_EQ(devices[0].times, 3u);
  EXPECT_EQ(devices[0].last_seen_at, At(9));
  EXPECT_EQ(devices[0].terminal_names, (std::vector<std::string>{"name-t2", "name-t1"}));
  EXPECT_EQ(devices[0].verdict.reason(), v1::VERDICT_REASON_DEFAULT);
  EXPECT_EQ(WouldBeBlocked({.scope = {"", "/root/b/"}}).size(), 1u);
  EXPECT_EQ(WouldBeBlocked({.since = At(5)}).size(), 1u);
  EXPECT_EQ(WouldBeBlocked({.terminal_id = "t1"}).size(), 2u);
  EXPECT_EQ(WouldBeBlocked({.after = {std::string(32, 'a'), "S"}}).size(), 1u);

  Append({Seen(v1::EVENT_KIND_DEVICE_ALLOWED, 'a'), Seen(v1::EVENT_KIND_DEVICE_ADOPTED, 'b')});
  devices = WouldBeBlocked();
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].terminals, 1u) << "t2 has not seen it allowed";
  // In one report: what came last counts.
  Append({Seen(v1::EVENT_KIND_DEVICE_ALLOWED, 'c'),
          Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'c'),
          Seen(v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED, 'd'),
          Seen(v1::EVENT_KIND_DEVICE_ALLOWED, 'd')});
  devices = WouldBeBlocked({.terminal_id = "t1"});
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].device.fingerprint(), std::string(32, 'c'));
  EXPECT_EQ(devices[0].times, 1u);
}

}  // namespace
}  // namespace sekisho::console::store::testing
