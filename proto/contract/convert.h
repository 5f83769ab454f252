#ifndef SEKISHO_PROTO_CONTRACT_CONVERT_H_
#define SEKISHO_PROTO_CONTRACT_CONVERT_H_

#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/core/decide.h"
#include "agent/core/device.h"
#include "agent/core/grant.h"
#include "agent/core/policy.h"
#include "sekisho/v1/device.pb.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/policy.pb.h"

namespace sekisho::contract {

// proto -> core: validated; INVALID_ARGUMENT names the field. UNSPECIFIED enums are errors. Lengths
// of strings are CheckBounds's.
absl::StatusOr<core::Device> ToCore(const v1::Device& device);
absl::StatusOr<core::Action> ToCore(v1::Action action);
// Refuses uid other than -1: a grant for one person cannot be held yet, and must not open the
// device for everybody. Also refuses ids that are not UUIDs (grant_id, boot_id), BLOCK, and times
// that end before they begin.
absl::StatusOr<core::GrantClaims> ToCore(const v1::GrantClaims& claims);
// Also refuses duplicate rule ids, product_id without vendor_id, an empty group, version 0, and
// (FAILED_PRECONDITION) a required feature that this build lacks. What is wrong with a rule is said
// as "rule ID: FIELD: …".
absl::StatusOr<core::Policy> ToCore(const v1::Bundle& bundle);
absl::StatusOr<core::Policy> ToCore(const v1::Policy& policy);  // version 0, no group

// core -> proto: total.
v1::Device ToProto(const core::Device& device);
v1::DeviceClass ToProto(core::DeviceClass device_class);
v1::Bus ToProto(core::Bus bus);
v1::Action ToProto(core::Action action);
v1::Verdict ToProto(const core::Verdict& verdict);
v1::GrantClaims ToProto(const core::GrantClaims& claims);
v1::Policy ToProto(const core::Policy& policy);
// Times outside the years 1..9999 end up at the nearer end of them.
google::protobuf::Timestamp ToProto(core::WallTime time);
core::WallTime ToCore(const google::protobuf::Timestamp& time);

// What an agent must have to hold `policy` as it was meant: "device_rules", and "rules_2" and
// "grant_volume" exactly when it has a field that came with them.
std::vector<std::string_view> RequiredFeatures(const v1::Policy& policy);
// Features this build of the agent has (for Hello); a bundle that requires another is refused.
std::span<const std::string_view> Features();
bool HasFeature(std::string_view feature);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_CONVERT_H_
