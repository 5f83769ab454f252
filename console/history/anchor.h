#ifndef SEKISHO_CONSOLE_HISTORY_ANCHOR_H_
#define SEKISHO_CONSOLE_HISTORY_ANCHOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::history {

// A point of the history, kept where whoever can write the store cannot: on paper. What was chained
// up to it can no longer be rewritten unseen.
struct Anchor {
  // First 4 bytes of the SHA-256 of the organisation's id.
  std::string organisation;
  std::int64_t at_seconds = 0;  // since 1970, by the console's clock
  std::uint64_t cursor = 0;
  std::uint64_t events = 0;
  std::uint64_t audit_id = 0;
  std::uint64_t audits = 0;
  // First 20 bytes of the SHA-256 over all of the above and both links.
  std::string hash;
};

Anchor AnchorOf(std::string_view organisation_id, std::int64_t at_seconds,
                const v1::HistoryHead& head);

// "sekisho-anchor1" and groups of five: four characters of Crockford's base32 and a check character
// of the group and its place, so that what was typed from paper says which group is wrong. About
// 90 characters, in lines of six groups.
std::string WriteAnchor(const Anchor& anchor);
// Every anchor in a text: what stands around them (dates, remarks, other lines) is passed over.
// INVALID_ARGUMENT names the group with the slip of the pen; NOT_FOUND when there is no anchor.
absl::StatusOr<std::vector<Anchor>> ReadAnchors(std::string_view text);

}  // namespace sekisho::console::history

#endif  // SEKISHO_CONSOLE_HISTORY_ANCHOR_H_
