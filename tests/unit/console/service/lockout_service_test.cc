#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {
namespace {

class PublishTest : public ServiceTest {
 protected:
  // A keyboard that a rule has let in.
  void PlugKeyboard(const store::TerminalRecord& terminal, const std::string& serial) {
    v1::Event event;
    event.set_boot_id(kBoot);
    event.set_sequence(2);
    event.set_kind(v1::EVENT_KIND_DEVICE_ALLOWED);
    v1::Device& device = *event.mutable_device();
    device.set_fingerprint(std::string(32, 'k'));
    device.set_serial(serial);
    device.set_port_path("1-3");
    device.add_classes(v1::DEVICE_CLASS_KEYBOARD);
    event.mutable_verdict()->set_action(v1::ACTION_ALLOW);
    event.mutable_verdict()->set_reason(v1::VERDICT_REASON_RULE);
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
  v1::PublishPolicyResponse Publish(const store::Group& group, const std::string& rules) {
    v1::PublishPolicyRequest request;
    request.set_group_id(group.group_id);
    request.set_yaml("zone: z\nrules: " + rules + "\n");
    absl::StatusOr<v1::PublishPolicyResponse> answer =
        console_->services().policies.PublishPolicy(Admin(), request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? *answer : v1::PublishPolicyResponse();
  }
  static constexpr char kKeepsIt[] = "[{id: k, match: {serial: \"K1\"}, action: allow}]";
};

TEST_F(PublishTest, APolicyThatLeavesATerminalWithoutKeyboardIsRefusedWithItsName) {
  const store::Group group = Group("税務課");
  PlugKeyboard(Terminal("税務-001", group), "K1");
  const v1::PublishPolicyResponse kept = Publish(group, kKeepsIt);
  EXPECT_TRUE(kept.problems().empty());
  const v1::PublishPolicyResponse refused = Publish(group, "[]");
  ASSERT_EQ(refused.problems_size(), 1);
  EXPECT_EQ(refused.problems(0).lock_out().terminal_name(), "税務-001");
  EXPECT_EQ(refused.problems(0).lock_out().input(), v1::DEVICE_CLASS_KEYBOARD);
  EXPECT_EQ(refused.problems(0).lock_out().device().port_path(), "1-3");
  EXPECT_FALSE(refused.has_policy());
  v1::GetPolicyRequest get;
  get.set_group_id(group.group_id);
  EXPECT_EQ(console_->services().policies.GetPolicy(Admin(), get)->policy().version(),
            kept.policy().version());
}

TEST_F(PublishTest, APolicyOfTheGroupAboveDoesNotReachAGroupWithItsOwn) {
  const store::Group group = Group("税務課");
  PlugKeyboard(Terminal("税務-001", group), "K1");
  ASSERT_TRUE(Publish(group, kKeepsIt).problems().empty());
  store::Group root;
  root.group_id = "";
  EXPECT_TRUE(Publish(root, "[]").problems().empty());
}

TEST_F(PublishTest, ARollbackThatLeavesATerminalWithoutKeyboardIsRefused) {
  const store::Group group = Group("税務課");
  const v1::PublishPolicyResponse bare = Publish(group, "[]");
  Publish(group, kKeepsIt);
  PlugKeyboard(Terminal("税務-001", group), "K1");
  v1::RollbackPolicyRequest request;
  request.set_group_id(group.group_id);
  request.set_to_version(bare.policy().version());
  const absl::StatusOr<v1::RollbackPolicyResponse> refused =
      console_->services().policies.RollbackPolicy(Admin(), request);
  ASSERT_TRUE(refused.ok()) << refused.status();
  EXPECT_FALSE(refused->has_policy());
  EXPECT_EQ(refused->problems(0).lock_out().terminal_name(), "税務-001");
}

}  // namespace
}  // namespace sekisho::console::service
