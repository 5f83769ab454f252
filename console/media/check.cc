#include "console/media/check.h"

#include "absl/status/status.h"
#include "agent/core/text.h"
#include "proto/contract/bounds.h"

namespace sekisho::console::media {
namespace {

constexpr std::size_t kHashBytes = 32;
constexpr std::uint32_t kMaxId = 0xffff;
// USB 2.0, 9.6.7: what a string descriptor holds, in characters.
constexpr std::size_t kMaxSerial = 126;

}  // namespace

std::optional<Objection> Check(const v1::Medium& medium) {
  if (absl::Status status = contract::CheckBounds(medium); !status.ok()) {
    return Objection{std::nullopt, std::string(status.message())};
  }
  if (medium.kind() == v1::MEDIUM_KIND_UNSPECIFIED) {
    return Objection{Column::kKind, "say what kind it is"};
  }
  if (medium.state() == v1::MEDIUM_STATE_UNSPECIFIED) {
    return Objection{Column::kState, "say in which state it is"};
  }
  if (medium.vendor_id() > kMaxId || medium.product_id() > kMaxId) {
    return Objection{Column::kVendorId, "ids have 16 bits"};
  }
  if (core::Printable(medium.serial(), kMaxSerial) != medium.serial()) {
    return Objection{Column::kSerial, "is no serial that a device can have"};
  }
  if (!medium.identity().empty() && medium.identity().size() != kHashBytes) {
    return Objection{Column::kIdentity, "has 32 bytes"};
  }
  if (medium.label_number().empty() && medium.serial().empty() && medium.identity().empty()) {
    return Objection{std::nullopt, "needs a label, a serial or an identity"};
  }
  if (medium.state() == v1::MEDIUM_STATE_RETIRED && medium.certificate_number().empty()) {
    return Objection{Column::kCertificateNumber, "a retired one has a certificate number"};
  }
  if (medium.state() == v1::MEDIUM_STATE_ISSUED && medium.issued_to().empty()) {
    return Objection{Column::kIssuedTo, "an issued one has somebody it is issued to"};
  }
  return std::nullopt;
}

}  // namespace sekisho::console::media
