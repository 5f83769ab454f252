#include "console/policy/simulation.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/decide.h"
#include "agent/core/rule_index.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

constexpr int kNamedTerminals = 5;

core::LocalTime LocalTimeOf(core::WallTime at, absl::TimeZone zone) {
  const absl::CivilSecond local =
      absl::ToCivilSecond(absl::FromUnixMillis(at.time_since_epoch().count()), zone);
  const absl::Weekday day = absl::GetWeekday(local);
  return {.weekday = static_cast<unsigned>(day),  // absl's week begins on Monday, as ours
          .minute = static_cast<unsigned>(local.hour() * 60 + local.minute())};
}
static_assert(static_cast<int>(absl::Weekday::monday) == 0);

// What no policy changes: it belongs to the terminal, or nobody could tell what it is.
bool IsBesidesPolicy(const v1::Verdict& verdict) {
  return verdict.reason() == v1::VERDICT_REASON_ADOPTED ||
         verdict.reason() == v1::VERDICT_REASON_UNREADABLE;
}

// Whether the terminal decided by the policy alone, so that the same policy should say the same.
bool ByPolicy(const v1::Verdict& verdict) {
  return verdict.reason() == v1::VERDICT_REASON_RULE ||
         verdict.reason() == v1::VERDICT_REASON_DEFAULT;
}

bool AsksForGroups(const core::Policy& policy) {
  return std::ranges::any_of(
      policy.rules, [](const core::DeviceRule& rule) { return !rule.match.user_groups.empty(); });
}

// The devices of one change have this in common.
v1::Device CommonOf(const v1::Device& device) {
  v1::Device common;
  common.set_vendor_id(device.vendor_id());
  common.set_product_id(device.product_id());
  common.set_manufacturer(device.manufacturer());
  common.set_product(device.product());
  common.set_bus(device.bus());
  *common.mutable_classes() = device.classes();
  return common;
}

std::string KeyOf(const core::Verdict& verdict) {
  return absl::StrCat(core::Name(verdict.action), "\n", core::Name(verdict.reason), "\n",
                      verdict.rule_id);
}

}  // namespace

Simulation::Simulation(std::optional<core::Policy> in_force, core::Policy draft,
                       absl::TimeZone zone)
    : draft_(core::WithIndex(std::move(draft))), zone_(zone) {
  if (in_force) in_force_ = core::WithIndex(*std::move(in_force));
}

void Simulation::Judge(const store::SeenDevice& seen) {
  ++judged_;
  if (IsBesidesPolicy(seen.verdict)) return;
  const absl::StatusOr<core::Device> device = contract::ToCore(seen.device);
  if (!device.ok()) {
    ++unlike_reported_;
    return;
  }
  core::Situation situation;
  situation.policy = in_force_ ? &*in_force_ : nullptr;
  situation.read_only = seen.verdict.reason() == v1::VERDICT_REASON_READ_ONLY_UNAVAILABLE
                            ? core::ReadOnlySupport::kUnavailable
                            : core::ReadOnlySupport::kHeld;
  if (!seen.verdict.shut_interfaces().empty()) situation.interfaces = core::InterfaceSupport::kHeld;
  if (seen.person) situation.surroundings.person = core::Person{seen.person->name(), {}};
  if (seen.judged_at) situation.surroundings.local_time = LocalTimeOf(*seen.judged_at, zone_);
  situation.surroundings.medium = seen.medium;
  const core::Verdict before = core::Decide(*device, situation);
  situation.policy = &draft_;
  const core::Verdict after = core::Decide(*device, situation);
  if (in_force_ && ByPolicy(seen.verdict) && seen.verdict.policy_version() == in_force_->version &&
      seen.verdict.action() != contract::ToProto(before.action)) {
    ++unlike_reported_;
  }
  if (before.action != after.action) Add(seen, before, after);
}

void Simulation::Add(const store::SeenDevice& seen, const core::Verdict& before,
                     const core::Verdict& after) {
  const bool looser = after.action > before.action;
  Count& count = looser ? looser_ : stricter_;
  ++count.devices;
  if (count.last_terminal != seen.terminal_id) ++count.terminals;
  count.last_terminal = seen.terminal_id;
  if (seen.person) count.people.insert(seen.person->name());

  const v1::Device common = CommonOf(seen.device);
  Change& change = changes_[absl::StrCat(looser, "\n", KeyOf(before), "\n", KeyOf(after), "\n",
                                         common.SerializeAsString())];
  v1::SimulatedChange& view = change.view;
  if (view.devices() == 0) {
    view.set_turn(looser ? v1::POLICY_TURN_LOOSER : v1::POLICY_TURN_STRICTER);
    *view.mutable_device() = common;
    *view.mutable_before() = contract::ToProto(before);
    *view.mutable_after() = contract::ToProto(after);
  }
  view.set_devices(view.devices() + 1);
  if (change.last_terminal == seen.terminal_id) return;
  change.last_terminal = seen.terminal_id;
  view.set_terminals(view.terminals() + 1);
  if (view.terminal_names_size() < kNamedTerminals) view.add_terminal_names(seen.terminal_name);
}

v1::SimulatedCount Simulation::Count::View() const {
  v1::SimulatedCount view;
  view.set_devices(devices);
  view.set_terminals(terminals);
  for (const std::string& each : people) view.add_people(each);
  return view;
}

v1::SimulatePolicyResponse Simulation::Take() {
  v1::SimulatePolicyResponse response;
  if (in_force_) response.set_against_version(in_force_->version);
  response.set_judged(judged_);
  response.set_unlike_reported(unlike_reported_);
  *response.mutable_looser() = looser_.View();
  *response.mutable_stricter() = stricter_.View();
  for (auto& [key, change] : changes_) *response.add_changes() = std::move(change.view);
  // The groups that an account is in are the terminal's to know.
  if (AsksForGroups(draft_) || (in_force_ && AsksForGroups(*in_force_))) {
    response.add_unknown_conditions("user_groups");
  }
  return response;
}

}  // namespace sekisho::console::policy
