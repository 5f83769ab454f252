#include "console/policy/lockout.h"

#include <gtest/gtest.h>

#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

using store::PresentDevice;

PresentDevice Plugged(const std::string& terminal, v1::DeviceClass device_class,
                      const std::string& serial, v1::Action action = v1::ACTION_ALLOW) {
  PresentDevice device;
  device.terminal_id = terminal;
  device.terminal_name = "name-" + terminal;
  device.port_path = "1-" + serial;
  device.device.set_fingerprint(std::string(32, 'f'));
  device.device.set_serial(serial);
  device.device.set_port_path(device.port_path);
  device.device.add_classes(device_class);
  device.verdict.set_action(action);
  device.verdict.set_reason(v1::VERDICT_REASON_RULE);
  return device;
}
PresentDevice Keyboard(const std::string& terminal, const std::string& serial,
                       v1::Action action = v1::ACTION_ALLOW) {
  return Plugged(terminal, v1::DEVICE_CLASS_KEYBOARD, serial, action);
}

core::Policy Allowing(const std::vector<std::string>& serials) {
  core::Policy policy;
  for (const std::string& serial : serials) {
    core::DeviceRule& rule = policy.rules.emplace_back();
    rule.id = serial;
    rule.match.serial = serial;
    rule.action = core::Action::kAllow;
  }
  return policy;
}

std::vector<std::string> Hit(const core::Policy& policy,
                             const std::vector<PresentDevice>& present) {
  std::vector<std::string> names;
  for (const LockedOut& each : LockedOutBy(policy, present)) {
    names.push_back(each.terminal_name + " " +
                    (each.input == Input::kKeyboard ? "keyboard" : "pointer"));
  }
  return names;
}
using Names = std::vector<std::string>;

TEST(LockOut, NamesTheTerminalsThatWouldHaveNoneLeft) {
  const std::vector<PresentDevice> present = {Keyboard("t1", "A"), Keyboard("t1", "B"),
                                              Keyboard("t2", "B"),
                                              Plugged("t2", v1::DEVICE_CLASS_POINTER, "M")};
  EXPECT_EQ(Hit(Allowing({"A", "B", "M"}), present), Names());
  EXPECT_EQ(Hit(Allowing({"A", "M"}), present), Names{"name-t2 keyboard"});
  EXPECT_EQ(Hit(Allowing({"B"}), present), Names{"name-t2 pointer"});
  EXPECT_EQ(Hit(Allowing({}), present),
            (Names{"name-t1 keyboard", "name-t2 keyboard", "name-t2 pointer"}));
}

TEST(LockOut, WhatBelongsToATerminalStays) {
  PresentDevice adopted = Keyboard("t1", "A");
  adopted.belongs = PresentDevice::Belongs::kYes;
  EXPECT_EQ(Hit(Allowing({}), {adopted, Keyboard("t1", "B")}), Names());
}

TEST(LockOut, WhatRunsUnderAnExceptionStays) {
  PresentDevice excepted = Keyboard("t1", "A");
  excepted.verdict.set_reason(v1::VERDICT_REASON_GRANT);
  EXPECT_EQ(Hit(Allowing({}), {excepted}), Names());
}

TEST(LockOut, ATerminalWithNoneOpenLosesNone) {
  EXPECT_EQ(Hit(Allowing({}), {Keyboard("t1", "A", v1::ACTION_BLOCK)}), Names());
  EXPECT_EQ(Hit(Allowing({}), {}), Names());
}

TEST(LockOut, WhatIsInDoubtCountsOnlyWhereNothingElseIsKnown) {
  PresentDevice doubtful = Keyboard("t1", "A");
  doubtful.sight = PresentDevice::Sight::kStale;
  EXPECT_EQ(Hit(Allowing({}), {doubtful}), Names{"name-t1 keyboard"});
  EXPECT_EQ(Hit(Allowing({"A"}), {doubtful, Keyboard("t1", "B")}), Names{"name-t1 keyboard"});
}

}  // namespace
}  // namespace sekisho::console::policy
