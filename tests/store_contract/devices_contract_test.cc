// What is plugged in where, and what is in two places at once.
#include "console/store/projection.h"
#include "tests/store_contract/contract_fixture.h"

namespace sekisho::console::store::testing {
namespace {

class DevicesContract : public StoreContract {
 protected:
  void SetUp() override {
    StoreContract::SetUp();
    ASSERT_TRUE(backend_->terminals().CreateTerminal(Terminal("t2", "b"), Audit("t2")).ok());
    Alive("t1", 0);
    Alive("t2", 0);
  }
  void Alive(const std::string& terminal, int seconds) {
    v1::Status status;
    status.set_terminal_id(terminal);
    const ReportedStatus reported{terminal, status, At(seconds)};
    ASSERT_TRUE(backend_->events().Append({}, std::span<const ReportedStatus>(&reported, 1)).ok());
  }
  void Tell(const std::string& terminal, v1::EventKind kind, const std::string& serial,
            const std::string& port, int seconds = 1) {
    v1::Event event;
    event.set_boot_id("boot-" + terminal);
    event.set_sequence(++sequences_[terminal]);
    event.set_kind(kind);
    if (kind != v1::EVENT_KIND_AGENT_STARTED) {
      v1::Device& device = *event.mutable_device();
      device.set_fingerprint(std::string(32, 'f'));
      device.set_vendor_id(0x0951);
      device.set_product_id(0x1666);
      device.set_serial(serial);
      device.set_port_path(port);
      device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
      if (kind != v1::EVENT_KIND_DEVICE_REMOVED) {
        event.mutable_verdict()->set_action(v1::ACTION_ALLOW);
        event.mutable_verdict()->set_reason(v1::VERDICT_REASON_RULE);
      }
    }
    const ReportedBatch batch{"org",
                              terminal,
                              terminal == "t1" ? "/root/a/" : "/root/b/",
                              event.boot_id(),
                              {NewEventOf(event)},
                              At(seconds)};
    ASSERT_TRUE(backend_->events().Append(std::span<const ReportedBatch>(&batch, 1), {}).ok());
  }
  void Plug(const std::string& terminal, const std::string& serial, const std::string& port,
            int seconds = 1) {
    Tell(terminal, v1::EVENT_KIND_DEVICE_ALLOWED, serial, port, seconds);
  }
  std::vector<std::string> Inputs() {
    std::vector<std::string> found;
    const std::vector<PresentDevice> present =
        *backend_->devices().ListPresentInputs({"org", ""}, "", 10);
    for (const PresentDevice& each : present) {
      found.push_back(each.terminal_id + " " + each.port_path +
                      (each.sight == PresentDevice::Sight::kStale ? "?" : ""));
    }
    return found;
  }
  std::size_t Alarms() { return EventsOf(v1::EVENT_KIND_DEVICE_DUPLICATED).size(); }

  std::map<std::string, std::uint64_t> sequences_;
};
INSTANTIATE_TEST_SUITE_P(Every, DevicesContract, ::testing::ValuesIn(AllBackends()),
                         [](const auto& param) { return param.param.name; });

using Names = std::vector<std::string>;

TEST_P(DevicesContract, WhatIsPluggedInIsKnownUntilItIsPulledOut) {
  Plug("t1", "AB12", "1-1");
  Plug("t1", "AB12", "1-2");
  EXPECT_EQ(Inputs(), (Names{"t1 1-1", "t1 1-2"})) << "two that look alike";
  Tell("t1", v1::EVENT_KIND_DEVICE_REMOVED, "AB12", "1-1");
  EXPECT_EQ(Inputs(), (Names{"t1 1-2"}));
  Tell("t1", v1::EVENT_KIND_DEVICE_REMOVED, "other", "1-2");
  EXPECT_EQ(Inputs(), (Names{"t1 1-2"})) << "the one before";
}

TEST_P(DevicesContract, AfterAStartWhatWasThereIsInDoubtUntilItIsNamed) {
  Plug("t1", "AB12", "1-1");
  Plug("t1", "AB13", "1-2");
  Tell("t1", v1::EVENT_KIND_AGENT_STARTED, "", "");
  Plug("t1", "AB12", "1-1");
  EXPECT_EQ(Inputs(), (Names{"t1 1-1", "t1 1-2?"}));
}

TEST_P(DevicesContract, InputsAreListedInWholeTerminalsByScope) {
  Plug("t1", "AB12", "1-1");
  Plug("t2", "AB13", "1-1");
  const auto of = [&](const std::string& path, const std::string& after, std::uint32_t limit) {
    return backend_->devices().ListPresentInputs({"org", path}, after, limit)->size();
  };
  EXPECT_EQ(of("/root/a/", "", 10), 1u);
  EXPECT_EQ(of("", "", 1), 1u);
  EXPECT_EQ(of("", "t1", 1), 1u);
  EXPECT_EQ(of("", "t2", 1), 0u);
}

TEST_P(DevicesContract, OneSerialAtTwoTerminalsIsAnAlarmAboutBothOnce) {
  Plug("t1", "AB12", "1-1");
  EXPECT_EQ(Alarms(), 0u);
  Plug("t2", "AB12", "3-4");
  const std::vector<StoredEventRecord> alarms = EventsOf(v1::EVENT_KIND_DEVICE_DUPLICATED);
  ASSERT_EQ(alarms.size(), 2u);
  EXPECT_EQ(alarms[0].terminal_id, "t2");
  EXPECT_EQ(ParameterOf(alarms[0].event, "terminal"), "name-t1");
  EXPECT_EQ(ParameterOf(alarms[0].event, "port"), "1-1");
  EXPECT_EQ(alarms[0].event.device().serial(), "AB12");
  EXPECT_EQ(alarms[1].terminal_id, "t1");
  EXPECT_EQ(ParameterOf(alarms[1].event, "port"), "3-4");
  Plug("t1", "AB12", "1-1");
  Plug("t2", "AB12", "3-4");
  EXPECT_EQ(Alarms(), 2u) << "said once";
  Tell("t2", v1::EVENT_KIND_DEVICE_REMOVED, "AB12", "3-4");
  Plug("t2", "AB12", "3-4");
  EXPECT_EQ(Alarms(), 4u) << "plugged in anew";
}

TEST_P(DevicesContract, WhatWasCarriedOverIsNoAlarm) {
  Plug("t1", "AB12", "1-1");
  Tell("t1", v1::EVENT_KIND_DEVICE_REMOVED, "AB12", "1-1");
  Plug("t2", "AB12", "1-1");
  EXPECT_EQ(Alarms(), 0u);
  // Switched off with it plugged in, and carried on.
  Alive("t1", 1000);
  Plug("t1", "AB12", "1-1", 1001);
  EXPECT_EQ(Alarms(), 0u) << "t2 has been silent for 1000 seconds";
}

TEST_P(DevicesContract, WhatIsNoSerialIsNoAlarm) {
  for (const char* serial : {"", "123", "0000000000", "1234567890", "0123456789ABCDEF"}) {
    Plug("t1", serial, "1-1");
    Plug("t2", serial, "1-1");
    EXPECT_EQ(Alarms(), 0u) << serial;
  }
}

TEST_P(DevicesContract, WhatWasSeenIsKeptWithItsNewestVerdict) {
  Plug("t1", "AB12", "1-1", 10);
  Tell("t1", v1::EVENT_KIND_DEVICE_REMOVED, "AB12", "1-1", 20);
  Plug("t2", "AB13", "1-1", 30);
  SeenDeviceQuery query{.scope = {"org", ""}};
  std::vector<SeenDevice> seen = *backend_->devices().ListSeen(query);
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].terminal_name, "name-t1");
  EXPECT_EQ(seen[0].verdict.reason(), v1::VERDICT_REASON_RULE) << "pulling it out says nothing";
  EXPECT_EQ(seen[0].reported_at, At(20));
  query.since = At(25);
  EXPECT_EQ(*backend_->devices().CountSeen(query), 1u);
  query.since.reset();
  query.limit = 1;
  query.after = {"t1", seen[0].device.fingerprint(), "AB12"};
  seen = *backend_->devices().ListSeen(query);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].terminal_id, "t2");
}

}  // namespace
}  // namespace sekisho::console::store::testing
