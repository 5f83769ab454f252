#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "console/policy/simulation.h"
#include "console/policy/yaml.h"
#include "console/service/policy_service.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {
namespace {

constexpr std::uint32_t kDevicesAtOnce = 5'000;
constexpr std::uint32_t kMostAtOnce = 20'000;
constexpr std::size_t kFingerprintDigits = 64;

// "terminal/fingerprint/serial" of the last that was judged; the fingerprint in hexadecimal.
std::string TokenOf(const store::SeenDevice& last) {
  return absl::StrCat(last.terminal_id, "/", absl::BytesToHexString(last.device.fingerprint()), "/",
                      last.device.serial());
}

absl::StatusOr<store::SeenDeviceQuery::Place> PlaceOf(const std::string& token) {
  store::SeenDeviceQuery::Place place;
  if (token.empty()) return place;
  const std::size_t slash = token.find('/');
  const std::string rest = slash == std::string::npos ? "" : token.substr(slash + 1);
  if (rest.size() <= kFingerprintDigits || rest[kFingerprintDigits] != '/' ||
      rest.find_first_not_of("0123456789abcdef") != kFingerprintDigits) {
    return absl::InvalidArgumentError("page_token is not one of ours");
  }
  place.terminal_id = token.substr(0, slash);
  place.fingerprint = absl::HexStringToBytes(rest.substr(0, kFingerprintDigits));
  place.serial = rest.substr(kFingerprintDigits + 1);
  return place;
}

// A full page ends with a whole terminal, or its count would be in two answers; unless one alone
// fills it.
void EndWithATerminal(std::vector<store::SeenDevice>& page) {
  const std::string cut = page.back().terminal_id;
  if (page.front().terminal_id == cut) return;
  while (page.back().terminal_id == cut) page.pop_back();
}

}  // namespace

absl::StatusOr<v1::SimulatePolicyResponse> PolicyService::SimulatePolicy(
    const authz::Caller& caller, const v1::SimulatePolicyRequest& request) {
  if (request.page_size() > kMostAtOnce) {
    return absl::InvalidArgumentError(absl::StrCat("page_size is at most ", kMostAtOnce));
  }
  absl::StatusOr<store::SeenDeviceQuery::Place> after = PlaceOf(request.page_token());
  if (!after.ok()) return after.status();
  absl::StatusOr<store::Group> group = GroupFor(caller, "SimulatePolicy", request.group_id());
  if (!group.ok()) return group.status();
  policy::ParsedPolicy parsed = policy::ParsePolicy(request.yaml());
  v1::SimulatePolicyResponse refused;
  for (v1::PolicyProblem& problem : parsed.problems) *refused.add_problems() = std::move(problem);
  if (!refused.problems().empty()) return refused;
  absl::StatusOr<core::Policy> draft = contract::ToCore(parsed.policy);
  if (!draft.ok()) return draft.status();
  absl::StatusOr<store::PolicyRecord> record =
      policies_.FindEffective(group->organisation_id, group->path);
  if (!record.ok() && !absl::IsNotFound(record.status())) return record.status();
  std::optional<core::Policy> in_force;
  if (record.ok()) {
    absl::StatusOr<core::Policy> known = contract::ToCore(record->policy);
    if (!known.ok()) return known.status();
    in_force = *std::move(known);
    in_force->version = record->version;
  }
  absl::StatusOr<std::vector<std::string>> apart = GroupsApart(*group);
  if (!apart.ok()) return apart.status();

  store::SeenDeviceQuery query{
      .scope = {group->organisation_id, group->path},
      .after = *std::move(after),
      .limit = request.page_size() == 0 ? kDevicesAtOnce : request.page_size()};
  query.without = *std::move(apart);
  if (request.has_since()) query.since = contract::ToCore(request.since());
  absl::StatusOr<std::vector<store::SeenDevice>> page = devices_.ListSeen(query);
  if (!page.ok()) return page.status();
  const bool more = page->size() == query.limit;
  if (more) EndWithATerminal(*page);
  policy::Simulation simulation(std::move(in_force), *std::move(draft), absl::LocalTimeZone());
  for (const store::SeenDevice& seen : *page) simulation.Judge(seen);
  v1::SimulatePolicyResponse response = simulation.Take();
  if (more) response.set_next_page_token(TokenOf(page->back()));
  if (!request.page_token().empty()) return response;
  absl::StatusOr<std::uint64_t> total = devices_.CountSeen(query);
  if (!total.ok()) return total.status();
  response.set_total(*total);
  absl::StatusOr<std::vector<v1::PolicyProblem>> locked_out = LockOuts(*group, parsed.policy);
  if (!locked_out.ok()) return locked_out.status();
  for (v1::PolicyProblem& problem : *locked_out) *response.add_problems() = std::move(problem);
  return response;
}

}  // namespace sekisho::console::service
