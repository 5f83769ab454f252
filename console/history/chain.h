#ifndef SEKISHO_CONSOLE_HISTORY_CHAIN_H_
#define SEKISHO_CONSOLE_HISTORY_CHAIN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/history_service.pb.h"

// How the history is chained: what the store writes, and what whoever verifies computes again. No
// store, no clock, no transport.
//   entry_n = SHA-256(tag ‖ the fields of row n; texts with their length, 32 bits; numbers 64 bits;
//             all big-endian)
//   link_n  = SHA-256(link_{n-1} ‖ number_n ‖ entry_n), link_0 = 32 zero bytes
// An event's number is its cursor, an audit entry's its id. The entry holds the hash of the
// record and not the record, so that erasing from a record leaves the chain whole.
namespace sekisho::console::history {

// 32 bytes.
std::string HashOf(std::string_view bytes);
std::string NoLink();

// Of an event as it is received, before it has its cursor: many threads can compute it, only the
// link needs the one writer. `record_hash` is 32 bytes.
std::string EntryOfEvent(std::string_view organisation_id, std::string_view group_path,
                         std::string_view terminal_id, std::string_view boot_id,
                         std::uint64_t sequence, std::int64_t received_at_ms,
                         std::string_view record_hash);
std::string EntryOf(std::string_view organisation_id, const v1::HistoryEvent& event);
std::string EntryOf(std::string_view organisation_id, const v1::HistoryAudit& audit);
std::string LinkOf(std::string_view link_before, std::uint64_t number, std::string_view entry);

// Where one terminal's own history stands: its newest record.
struct Head {
  std::string boot_id;
  std::uint64_t sequence = 0;
  std::string hash;
};

// How a record continues the history at `head`.
struct Continuation {
  enum class Kind {
    kFollows,
    // Records between are missing: `first`..`last` of `boot_id`.
    kGap,
    // Its number comes after the newest, its previous hash is another's.
    kOtherPrevious,
    // Its number does not come after the newest.
    kOutOfOrder,
  };
  Kind kind = Kind::kFollows;
  std::string boot_id;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};
Continuation ContinuationOf(const Head& head, const v1::Event& event);
// Whether the record becomes the newest.
bool Advances(const Head& head, std::string_view boot_id, std::uint64_t sequence);

// What an erasure's audit entry commits to: each row that it erased from, in the order of cursors,
// with what it left.
class ErasureDigest {
 public:
  void Add(std::uint64_t cursor, std::string_view record_hash, std::string_view redacted_record);
  std::uint64_t rows() const { return rows_; }
  // 32 bytes.
  const std::string& digest() const { return digest_; }

 private:
  std::uint64_t rows_ = 0;
  std::string digest_ = NoLink();
};

// The audit entry of an erasure: its method, and its detail as written and read.
inline constexpr std::string_view kEraseMethod = "ErasePerson";
std::string EraseDetail(const ErasureDigest& digest, std::string_view reason);
// Whether `detail` commits to exactly this.
bool CommitsTo(std::string_view detail, const ErasureDigest& digest);

// The boot id of what the console itself records about a terminal; in no terminal's chain.
inline constexpr std::string_view kConsoleBoot = "console";

}  // namespace sekisho::console::history

#endif  // SEKISHO_CONSOLE_HISTORY_CHAIN_H_
