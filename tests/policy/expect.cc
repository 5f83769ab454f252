#include <algorithm>

#include "tests/policy/words.h"
#include "tests/policy/world.h"

namespace sekisho::policy_test {
namespace {

std::string Say(const core::Verdict& verdict) {
  std::string text =
      std::string(core::Name(verdict.action)) + " because " + core::Name(verdict.reason);
  if (!verdict.rule_id.empty()) text += " " + verdict.rule_id;
  if (!verdict.grant_id.empty()) text += " " + verdict.grant_id;
  for (std::size_t i = 0; i < verdict.shut_interfaces.size(); ++i) {
    text += (i == 0 ? " shutting " : ",") + std::to_string(verdict.shut_interfaces[i]);
  }
  if (!verdict.audited_rule_id.empty()) {
    text += " audited " + verdict.audited_rule_id + " to " + core::Name(verdict.audited_action);
  }
  text += " nearly ";
  if (verdict.runner_up_rule_id.empty()) return text + "nothing";
  return text + verdict.runner_up_rule_id + " but " + verdict.runner_up_condition;
}

}  // namespace

World::Complaint World::Expect(Words& words) {
  const std::string what = words.Next();
  if (what == "grant") return ExpectGrant(words);
  if (what == "device") return ExpectDevice(words);
  return ExpectPort(what, words);
}

// expect PORT ACTION because REASON [RULE-OR-GRANT] [shutting N,N] [audited RULE to ACTION] [nearly
// RULE but CONDITION | nearly nothing]
World::Complaint World::ExpectPort(const std::string& port_path, Words& words) {
  const auto plugged = std::ranges::find(plugged_, port_path, &Plugged::port_path);
  if (plugged == plugged_.end()) return "nothing is plugged at " + port_path;
  std::string wanted = words.Next();
  while (!words.Done()) wanted += " " + words.Next();
  const std::string came = Say(plugged->verdict);
  const bool asks_runner_up = wanted.find(" nearly ") != std::string::npos;
  const std::string compared = asks_runner_up ? came : came.substr(0, came.find(" nearly "));
  if (compared != wanted) return "came: " + came + "\n  expected: " + wanted;
  return std::nullopt;
}

// expect grant NAME running | waiting | ended CAUSE
World::Complaint World::ExpectGrant(Words& words) {
  const std::string name = words.Next();
  for (const core::Grant& grant : held_) {
    if (grant.claims.grant_id != name) continue;
    std::string came = "waiting";
    if (core::IsRunning(grant, here_)) came = "running";
    if (grant.end) came = std::string("ended ") + core::Name(*grant.end);
    std::string wanted = words.Next();
    while (!words.Done()) wanted += " " + words.Next();
    if (came != wanted) return "the grant is " + came + ", not " + wanted;
    return std::nullopt;
  }
  return "the terminal holds no grant " + name;
}

// expect device NAME classes … | expect device NAME fault NAME
World::Complaint World::ExpectDevice(Words& words) {
  const auto spec = specs_.find(words.Next());
  if (spec == specs_.end()) return "the device is not described";
  const auto parsed = core::ParseDevice(MakeRaw(spec->second, "2-1"));
  std::string came;
  if (const auto* fault = std::get_if<core::DescriptorFault>(&parsed)) {
    came = std::string("fault ") + core::Name(*fault);
  } else {
    came = "classes";
    for (const core::DeviceClass each : std::get<core::Device>(parsed).classes) {
      came += std::string(" ") + core::Name(each);
    }
  }
  std::string wanted = words.Next();
  while (!words.Done()) wanted += " " + words.Next();
  if (came != wanted) return "came: " + came + "\n  expected: " + wanted;
  return std::nullopt;
}

}  // namespace sekisho::policy_test
