#ifndef SEKISHO_PROTO_CONTRACT_PARCEL_FILE_H_
#define SEKISHO_PROTO_CONTRACT_PARCEL_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace sekisho::contract {

// A file that no parcel is as large as.
inline constexpr std::size_t kMaxParcelFile = 512 * 1024;

// A serialised Parcel as it lies on a carrier (sekisho/v1/parcel.proto): text, so that it survives
// mail and the odd editor; base64 (RFC 4648, 4) in lines of 76.
std::string WriteParcelFile(std::string_view parcel);
// The serialised Parcel; line ends may be those of any system. INVALID_ARGUMENT, saying what the
// file is not: "not-a-parcel", "newer-parcel", "cut-off", "damaged".
absl::StatusOr<std::string> ReadParcelFile(std::string_view text);

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_PARCEL_FILE_H_
