#ifndef SEKISHO_PROTO_CONTRACT_CONVERT_PARTS_H_
#define SEKISHO_PROTO_CONTRACT_CONVERT_PARTS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/core/device.h"
#include "agent/core/policy.h"
#include "sekisho/v1/policy.pb.h"

// What the files of convert.h share; not for others.
namespace sekisho::contract {

// INVALID_ARGUMENT "field: why".
absl::Status Invalid(const std::string& field, const std::string& why);
// `number` as the wire has it: any int.
absl::StatusOr<core::DeviceClass> ClassToCore(int number);
absl::StatusOr<core::Fingerprint> FingerprintToCore(const std::string& bytes);
absl::StatusOr<core::Bus> BusToCore(int number);
absl::StatusOr<core::DeviceMatch> MatchToCore(const v1::DeviceMatch& match);
v1::DeviceMatch MatchToProto(const core::DeviceMatch& match);
absl::StatusOr<core::LoginPolicy> LoginsToCore(const v1::LoginPolicy& logins);
v1::LoginPolicy LoginsToProto(const core::LoginPolicy& logins);
std::string FingerprintToProto(const core::Fingerprint& fingerprint);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_CONVERT_PARTS_H_
