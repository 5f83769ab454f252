#ifndef SEKISHO_PROTO_CONTRACT_TOKEN_H_
#define SEKISHO_PROTO_CONTRACT_TOKEN_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sekisho/v1/agent_service.pb.h"

namespace sekisho::contract {

// "sekisho1." ‖ base64url (RFC 4648, 5, without padding) of EnrolmentToken.
std::string WriteToken(const v1::EnrolmentToken& token);
// INVALID_ARGUMENT says what is wrong with it in words a person can act on.
absl::StatusOr<v1::EnrolmentToken> ReadToken(std::string_view text);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_TOKEN_H_
