#ifndef SEKISHO_TESTS_UNIT_AGENT_ENGINE_MEDIUM_RIG_H_
#define SEKISHO_TESTS_UNIT_AGENT_ENGINE_MEDIUM_RIG_H_

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "gtest/gtest.h"
#include "platform/fake/medium_guard.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {

inline const platform::MediumNode kDisk{platform::MediumNode::Kind::kBlock, 8, 16, 5, "sdb"};
inline const platform::MediumNode kGeneric{platform::MediumNode::Kind::kCharacter, 21, 1, 0, "sg1"};
inline const platform::MediumNode kCard{platform::MediumNode::Kind::kBlock, 179, 0, 9, "mmcblk0"};

inline platform::DeviceFacts Attached(platform::AttachmentFacts::Bus bus,
                                      platform::AttachmentFacts::Kind kind, std::string serial) {
  platform::DeviceFacts facts;
  facts.attachment = platform::AttachmentFacts{.bus = bus, .kind = kind};
  for (const char each : serial) facts.descriptors.push_back(static_cast<std::byte>(each));
  facts.product = "SC08G";
  facts.serial = std::move(serial);
  return facts;
}

inline platform::DeviceFacts Card(std::string serial) {
  return Attached(platform::AttachmentFacts::Bus::kMmc, platform::AttachmentFacts::Kind::kStorage,
                  std::move(serial));
}

class MediumTest : public ::testing::Test {
 protected:
  MediumTest() { terminal.medium_guard = &guard; }
  // A stick is plugged, and its disk shows once it is let in.
  void PlugStick() {
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
  }
  void ShowDisk() {
    guard.Appear(kDisk);
    guard.Appear(kGeneric);
    terminal.bus.SetMedia("2-1", {kDisk, kGeneric});
    terminal.Settle();
  }
  void PlugCard(const std::string& serial = "C1") {
    guard.Appear(kCard);
    terminal.bus.Plug("mmc0:4567", Card(serial));
    terminal.bus.SetMedia("mmc0:4567", {kCard});
    terminal.Settle();
  }
  std::string GrantReadOnly(const std::string& port_path, unsigned number = 1) {
    v1::GrantClaims claims = terminal.ClaimsFor(port_path, number, std::chrono::seconds(60));
    claims.set_action(v1::ACTION_READ_ONLY);
    terminal.live_grants.insert(claims.grant_id());
    terminal.FromConsole(terminal.console.SealGrant(claims));
    return claims.grant_id();
  }
  void AllowStorage(v1::Action action, std::uint64_t version) {
    v1::Policy policy = terminal.console.Policy();
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id("storage");
    rule->mutable_match()->add_classes(v1::DEVICE_CLASS_STORAGE);
    rule->set_action(action);
    terminal.newest_bundle_version = version;
    terminal.FromConsole(
        terminal.console.SealBundle(terminal.console.BundleOf(std::move(policy), version)));
  }
  const v1::LocalDevice* Listed(const std::string& handle) {
    listed_ = terminal.engine->Devices();
    const auto found = std::ranges::find(listed_.devices(), handle, &v1::LocalDevice::handle);
    return found == listed_.devices().end() ? nullptr : &*found;
  }
  Terminal terminal;
  platform::fake::FakeMediumGuard guard{terminal.clock, platform::GuardState::kObserves};
  EndsFirst ends_first{terminal};
  v1::LocalDevicesReply listed_;
};

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_ENGINE_MEDIUM_RIG_H_
