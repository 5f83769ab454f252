#include <gmock/gmock.h>

#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {
namespace {

class SimulationTest : public ServiceTest {
 protected:
  // A stick that was judged on the terminal; every call is the next event of its boot.
  void Plug(const store::TerminalRecord& terminal, const std::string& serial,
            const v1::Verdict& verdict, const std::string& person = "hanako") {
    v1::Event event;
    event.set_boot_id(kBoot);
    event.set_sequence(++sequences_[terminal.terminal_id] + 1);
    event.set_kind(verdict.action() == v1::ACTION_BLOCK ? v1::EVENT_KIND_DEVICE_BLOCKED
                                                        : v1::EVENT_KIND_DEVICE_ALLOWED);
    *event.mutable_wall_time() = contract::ToProto(now_);
    event.mutable_person()->set_name(person);
    v1::Device& device = *event.mutable_device();
    device.set_fingerprint(std::string(32, 'd'));
    device.set_vendor_id(0x0781);
    device.set_product_id(0x5581);
    device.set_product("Ultra");
    device.set_serial(serial);
    device.set_port_path("1-1");
    device.add_classes(v1::DEVICE_CLASS_STORAGE);
    device.set_bus(v1::BUS_USB);
    device.set_confidence(v1::IDENTITY_CONFIDENCE_SERIAL);
    *event.mutable_verdict() = verdict;
    const std::string bytes = event.SerializeAsString();
    const store::ReportedBatch batch{organisation_,
                                     terminal.terminal_id,
                                     terminal.group_path,
                                     kBoot,
                                     {{event, bytes, Sha256Of(bytes)}},
                                     now_};
    ASSERT_TRUE(console_->store()
                    .events()
                    .Append(std::span<const store::ReportedBatch>(&batch, 1), {})
                    .ok());
  }
  static v1::Verdict Blocked(v1::VerdictReason reason = v1::VERDICT_REASON_DEFAULT) {
    v1::Verdict verdict;
    verdict.set_action(v1::ACTION_BLOCK);
    verdict.set_reason(reason);
    return verdict;
  }
  static v1::Verdict Allowed(v1::VerdictReason reason) {
    v1::Verdict verdict;
    verdict.set_action(v1::ACTION_ALLOW);
    verdict.set_reason(reason);
    return verdict;
  }
  std::uint64_t Publish(const store::Group& group, const std::string& rules) {
    v1::PublishPolicyRequest request;
    request.set_group_id(group.group_id);
    request.set_yaml(PolicyWith(rules));
    const auto published = console_->services().policies.PublishPolicy(Admin(), request);
    EXPECT_TRUE(published.ok()) << published.status();
    return published.ok() ? published->policy().version() : 0;
  }
  static std::string PolicyWith(const std::string& rules) {
    return "zone: z\nrules: [" + rules + "]\n";
  }
  v1::SimulatePolicyRequest Draft(const store::Group& group, const std::string& rules) {
    v1::SimulatePolicyRequest request;
    request.set_group_id(group.group_id);
    request.set_yaml(PolicyWith(rules));
    return request;
  }
  absl::StatusOr<v1::SimulatePolicyResponse> Ask(const v1::SimulatePolicyRequest& request) {
    return console_->services().policies.SimulatePolicy(Admin(), request);
  }
  v1::SimulatePolicyResponse Simulate(const store::Group& group, const std::string& rules) {
    const absl::StatusOr<v1::SimulatePolicyResponse> answer = Ask(Draft(group, rules));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.value_or(v1::SimulatePolicyResponse());
  }

  static constexpr char kSticks[] = "{id: sticks, match: {classes: [storage]}, action: allow}";
  std::map<std::string, std::uint64_t> sequences_;
};

TEST_F(SimulationTest, WhatADraftWouldLetInIsCountedByDeviceTerminalAndPerson) {
  const store::Group group = Group("税務課");
  const std::uint64_t version = Publish(group, "");
  const store::TerminalRecord one = Terminal("税務-001", group);
  const store::TerminalRecord two = Terminal("税務-002", group);
  Plug(one, "S1", Blocked());
  Plug(one, "S2", Blocked());
  Plug(two, "S1", Blocked(), "taro");
  const v1::SimulatePolicyResponse answer = Simulate(group, kSticks);
  EXPECT_EQ(answer.against_version(), version);
  EXPECT_EQ(answer.total(), 5u) << "and the one of each terminal that nothing is known of";
  EXPECT_EQ(answer.judged(), 5u);
  EXPECT_EQ(answer.looser().devices(), 3u);
  EXPECT_EQ(answer.looser().terminals(), 2u);
  EXPECT_THAT(answer.looser().people(), testing::ElementsAre("hanako", "taro"));
  EXPECT_EQ(answer.stricter().devices(), 0u);
  ASSERT_EQ(answer.changes_size(), 1);
  const v1::SimulatedChange& change = answer.changes(0);
  EXPECT_EQ(change.turn(), v1::POLICY_TURN_LOOSER);
  EXPECT_EQ(change.devices(), 3u);
  EXPECT_EQ(change.terminals(), 2u);
  EXPECT_EQ(change.before().reason(), v1::VERDICT_REASON_DEFAULT);
  EXPECT_EQ(change.after().rule_id(), "sticks");
  EXPECT_THAT(change.terminal_names(), testing::UnorderedElementsAre("税務-001", "税務-002"));
}

TEST_F(SimulationTest, WhatWouldBeRefusedIsTheOtherWay) {
  const store::Group group = Group("税務課");
  Publish(group, kSticks);
  Plug(Terminal("税務-001", group), "S1", Allowed(v1::VERDICT_REASON_RULE));
  const v1::SimulatePolicyResponse answer = Simulate(group, "");
  EXPECT_EQ(answer.stricter().devices(), 1u);
  EXPECT_EQ(answer.looser().devices(), 0u);
  EXPECT_EQ(answer.changes(0).before().rule_id(), "sticks");
  EXPECT_TRUE(Simulate(group, kSticks).changes().empty()) << "the same policy";
}

// It was opened by an exception, which ends: what the draft says of it then is what counts.
TEST_F(SimulationTest, AnExceptionIsNotTakenForThePolicy) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  Plug(Terminal("税務-001", group), "S1", Allowed(v1::VERDICT_REASON_GRANT));
  EXPECT_EQ(Simulate(group, kSticks).looser().devices(), 1u);
  EXPECT_TRUE(Simulate(group, "").changes().empty());
}

TEST_F(SimulationTest, WhatBelongsToTheTerminalChangesByNoPolicy) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  Plug(Terminal("税務-001", group), "S1", Allowed(v1::VERDICT_REASON_ADOPTED));
  EXPECT_TRUE(Simulate(group, kSticks).changes().empty());
}

TEST_F(SimulationTest, PersonAndHourAreThoseOfTheRecord) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  Plug(Terminal("税務-001", group), "S1", Blocked());
  EXPECT_EQ(Simulate(group, "{id: h, match: {users: [hanako]}, action: allow}").looser().devices(),
            1u);
  EXPECT_EQ(Simulate(group, "{id: h, match: {users: [taro]}, action: allow}").looser().devices(),
            0u);
  const v1::SimulatePolicyResponse groups =
      Simulate(group, "{id: h, match: {user_groups: [tax]}, action: allow}");
  EXPECT_THAT(groups.unknown_conditions(), testing::ElementsAre("user_groups"));
  // The hour of the record on the console's own calendar, and all the others.
  const std::time_t at = std::chrono::system_clock::to_time_t(now_);
  std::tm local{};
  localtime_r(&at, &local);
  char hour[64];
  std::snprintf(hour, sizeof hour, "%02d:00-%02d:00", local.tm_hour, local.tm_hour + 1);
  EXPECT_EQ(
      Simulate(group, std::string("{id: h, match: {hours: [\"") + hour + "\"]}, action: allow}")
          .looser()
          .devices(),
      1u);
  std::snprintf(hour, sizeof hour, "%02d:00-%02d:00", (local.tm_hour + 1) % 24, local.tm_hour);
  EXPECT_EQ(
      Simulate(group, std::string("{id: h, match: {hours: [\"") + hour + "\"]}, action: allow}")
          .looser()
          .devices(),
      0u);
}

TEST_F(SimulationTest, TheRegisterIsAskedAsTheTerminalWouldAskIt) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  const store::TerminalRecord terminal = Terminal("税務-001", group);
  for (const char* serial : {"IN", "LOST", "ELSEWHERE", "UNKNOWN"}) {
    Plug(terminal, serial, Blocked());
  }
  const store::Group other = Group("住民課");
  const auto medium = [&](const std::string& serial, const store::Group& owner,
                          v1::MediumState state) {
    store::MediumRecord record{
        .organisation_id = organisation_, .group_path = owner.path, .medium = {}};
    record.medium.set_medium_id(NewUuid());
    record.medium.set_vendor_id(0x0781);
    record.medium.set_product_id(0x5581);
    record.medium.set_serial(serial);
    record.medium.set_state(state);
    return record;
  };
  ASSERT_TRUE(console_->store()
                  .media()
                  .WriteMedia({medium("IN", group, v1::MEDIUM_STATE_ISSUED),
                               medium("LOST", other, v1::MEDIUM_STATE_LOST),
                               medium("ELSEWHERE", other, v1::MEDIUM_STATE_ISSUED)},
                              "test", {organisation_, "", now_, "test", "Test", "", ""})
                  .ok());
  EXPECT_EQ(Simulate(group, "{id: r, match: {registered: true}, action: allow}").looser().devices(),
            1u);
  EXPECT_EQ(Simulate(group, kSticks).looser().devices(), 3u) << "a lost one stays shut";
}

TEST_F(SimulationTest, AGroupWithAPolicyOfItsOwnIsNotTouched) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  Plug(Terminal("税務-001", group), "S1", Blocked());
  store::Group all;
  EXPECT_EQ(Simulate(all, kSticks).judged(), 0u);
  EXPECT_EQ(Simulate(group, kSticks).judged(), 2u);
}

TEST_F(SimulationTest, PartsEndWithATerminalAndAddUp) {
  const store::Group group = Group("税務課");
  Publish(group, "");
  for (int i = 0; i < 4; ++i) {
    const store::TerminalRecord terminal = Terminal("税務-00" + std::to_string(i), group);
    Plug(terminal, "S1", Blocked());
    Plug(terminal, "S2", Blocked());
  }
  v1::SimulatePolicyRequest request = Draft(group, kSticks);
  request.set_page_size(5);
  int parts = 0;
  std::uint32_t judged = 0, devices = 0, terminals = 0;
  do {
    const absl::StatusOr<v1::SimulatePolicyResponse> part = Ask(request);
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_EQ(part->total(), parts == 0 ? 12u : 0u);
    judged += part->judged();
    devices += part->looser().devices();
    terminals += part->looser().terminals();
    request.set_page_token(part->next_page_token());
    ASSERT_LT(++parts, 10);
  } while (!request.page_token().empty());
  EXPECT_GT(parts, 1);
  EXPECT_EQ(judged, 12u);
  EXPECT_EQ(devices, 8u);
  EXPECT_EQ(terminals, 4u);
}

TEST_F(SimulationTest, ADecisionThatTheConsoleCannotReproduceIsCounted) {
  const store::Group group = Group("税務課");
  v1::Verdict verdict = Allowed(v1::VERDICT_REASON_RULE);
  verdict.set_policy_version(Publish(group, ""));
  const store::TerminalRecord terminal = Terminal("税務-001", group);
  EXPECT_EQ(Simulate(group, "").unlike_reported(), 1u) << "one that cannot be read";
  Plug(terminal, "S1", verdict);
  EXPECT_EQ(Simulate(group, "").unlike_reported(), 2u);
}

TEST_F(SimulationTest, BadInputIsRefusedWithItsPlace) {
  const store::Group group = Group("税務課");
  const v1::SimulatePolicyResponse faulty = Simulate(group, "{id: a}");
  EXPECT_GT(faulty.problems_size(), 0);
  EXPECT_EQ(faulty.judged(), 0u);
  v1::SimulatePolicyRequest request = Draft(group, "");
  for (const char* token : {"x", "a/b/c", "//", "t/zz/s"}) {
    request.set_page_token(token);
    EXPECT_TRUE(absl::IsInvalidArgument(Ask(request).status())) << token;
  }
  request.clear_page_token();
  request.set_page_size(20'001);
  EXPECT_TRUE(absl::IsInvalidArgument(Ask(request).status()));
  const store::Group other = Group("住民課");
  EXPECT_TRUE(absl::IsNotFound(
      console_->services()
          .policies.SimulatePolicy(Caller("h", v1::ROLE_ADMIN, other.path), Draft(group, ""))
          .status()))
      << "a group outside its own is none";
}

}  // namespace
}  // namespace sekisho::console::service
