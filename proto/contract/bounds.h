#ifndef SEKISHO_PROTO_CONTRACT_BOUNDS_H_
#define SEKISHO_PROTO_CONTRACT_BOUNDS_H_

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace sekisho::contract {

// Trust anchors that may follow one another.
inline constexpr std::size_t kMaxAnchorLinks = 32;
// Bounds that both ends keep. Every string, bytes and list of every message has one: strings and
// lists the defaults below or an entry by full field name in bounds.cc, bytes always an entry.
inline constexpr std::size_t kMaxStringBytes = 512;  // UTF-8, no control characters
inline constexpr std::size_t kMaxListItems = 256;
inline constexpr std::size_t kMaxSealedPayload = 160 * 1024;
inline constexpr std::size_t kMaxRecordBytes = 8 * 1024;
inline constexpr std::size_t kMaxRecordsPerBatch = 100;
inline constexpr std::size_t kMaxBatchesInFlight = 4;
inline constexpr std::size_t kMaxGrpcMessage = 256 * 1024;
inline constexpr std::size_t kMaxPolicyYaml = 1024 * 1024;
inline constexpr std::size_t kMaxRegisterChanges = 1000;    // of one RegisterUpdate
inline constexpr std::size_t kMaxImportPiece = 256 * 1024;  // of a CSV file on its way
inline constexpr std::size_t kMaxImportFile = 64 * 1024 * 1024;

// Token buckets: `burst` messages at once, then `per_second`. Above: refused (RESOURCE_EXHAUSTED),
// logged once a minute.
struct Rate {
  double per_second;
  double burst;
};
inline constexpr Rate kStreamRate{50, 200};  // messages on one terminal's stream
inline constexpr Rate kLocalRate{20, 100};   // requests of one local peer (uid)
inline constexpr Rate kSignInRate{0.1, 5};   // sign-in attempts of one operator name
// Enrolments from one address: three hundred clones of one image may start behind one.
inline constexpr Rate kEnrolRate{10, 400};

inline constexpr std::chrono::seconds kStatusPeriod{60};
// Statuses fall on multiples of it, by the console's clock.
inline constexpr std::chrono::milliseconds kStatusBeat{250};
inline constexpr std::chrono::seconds kBeaconStale{180};
// A terminal's HTTP/2 keepalive. Longer than kStatusPeriod: gRPC pings only when nothing was read
// for so long, and an answered Status shows as much.
inline constexpr std::chrono::seconds kStreamKeepalive{90};

// What is asked of one field.
enum class TextForm { kOneLine, kLines };  // kLines: newlines and tabs are not control characters
struct FieldBound {
  std::size_t max_bytes = 0;  // of the string or bytes, of each item in a list of them
  std::size_t max_items = 1;  // of a list
  TextForm form = TextForm::kOneLine;
};
// The bound of a string, bytes or repeated field; none for a bytes field that bounds.cc does not
// list (CheckBounds refuses any content of it, and a test keeps that from happening).
std::optional<FieldBound> BoundOf(const google::protobuf::FieldDescriptor& field);
// The full names that bounds.cc lists.
std::vector<std::string> BoundedFields();

// INVALID_ARGUMENT naming the field when any string, bytes or list in `message`, at any depth, is
// over its bound, is not UTF-8, or holds a control character.
absl::Status CheckBounds(const google::protobuf::Message& message);
// The same, and FAILED_PRECONDITION naming the first field or enum value, at any depth, that this
// code was not compiled with; in one walk.
absl::Status CheckBoundsAndUnknown(const google::protobuf::Message& message);

// A token bucket over an injected clock.
class TokenBucket {
 public:
  explicit TokenBucket(Rate rate) : rate_(rate), tokens_(rate.burst) {}
  // True when one more fits at `now` (any monotonic clock, always the same one).
  bool Take(std::chrono::nanoseconds now);

 private:
  Rate rate_;
  double tokens_;
  std::chrono::nanoseconds last_{0};
};

}  // namespace sekisho::contract

#endif  // SEKISHO_PROTO_CONTRACT_BOUNDS_H_
