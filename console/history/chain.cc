#include "console/history/chain.h"

#include <openssl/evp.h>

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace sekisho::console::history {
namespace {

constexpr std::string_view kEventTag{"sekisho.v1 event", 16};
constexpr std::string_view kAuditTag{"sekisho.v1 audit", 16};

void AppendNumber(std::string& out, std::uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>((value >> shift) & 0xff);
  }
}

void AppendText(std::string& out, std::string_view text) {
  AppendNumber(out, text.size(), 4);
  out += text;
}

}  // namespace

std::string HashOf(std::string_view bytes) {
  // OpenSSL's, with the processor's SHA instructions: the one writer of the store computes links.
  static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::string hash(32, '\0');
  if (EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(hash.data()), nullptr,
                 algorithm, nullptr) != 1) {
    std::abort();  // no memory: nothing hashed wrongly may be stored, or be believed
  }
  return hash;
}

std::string NoLink() { return std::string(32, '\0'); }

std::string EntryOfEvent(std::string_view organisation_id, std::string_view group_path,
                         std::string_view terminal_id, std::string_view boot_id,
                         std::uint64_t sequence, std::int64_t received_at_ms,
                         std::string_view record_hash) {
  std::string bytes(kEventTag);
  bytes.reserve(kEventTag.size() + organisation_id.size() + group_path.size() + terminal_id.size() +
                boot_id.size() + record_hash.size() + 36);
  AppendText(bytes, organisation_id);
  AppendText(bytes, group_path);
  AppendText(bytes, terminal_id);
  AppendText(bytes, boot_id);
  AppendNumber(bytes, sequence, 8);
  AppendNumber(bytes, static_cast<std::uint64_t>(received_at_ms), 8);
  AppendText(bytes, record_hash);
  return HashOf(bytes);
}

std::string EntryOf(std::string_view organisation_id, const v1::HistoryEvent& event) {
  return EntryOfEvent(organisation_id, event.group_path(), event.terminal_id(), event.boot_id(),
                      event.sequence(), event.received_at_ms(), event.record_hash());
}

std::string EntryOf(std::string_view organisation_id, const v1::HistoryAudit& audit) {
  std::string bytes(kAuditTag);
  AppendText(bytes, organisation_id);
  AppendText(bytes, audit.group_path());
  AppendNumber(bytes, static_cast<std::uint64_t>(audit.at_ms()), 8);
  AppendText(bytes, audit.actor());
  AppendText(bytes, audit.method());
  AppendText(bytes, audit.target());
  AppendText(bytes, audit.detail());
  return HashOf(bytes);
}

std::string LinkOf(std::string_view link_before, std::uint64_t number, std::string_view entry) {
  std::string bytes(link_before);
  bytes.reserve(link_before.size() + 8 + entry.size());
  AppendNumber(bytes, number, 8);
  bytes += entry;
  return HashOf(bytes);
}

Continuation ContinuationOf(const Head& head, const v1::Event& event) {
  using Kind = Continuation::Kind;
  const bool same_boot = event.boot_id() == head.boot_id;
  const std::uint64_t sequence = event.sequence();
  const std::uint64_t expected = same_boot ? head.sequence + 1 : 1;
  if (event.previous_hash() == head.hash && sequence == expected) return {};
  if (sequence > expected) return {Kind::kGap, event.boot_id(), expected, sequence - 1};
  if (!same_boot) {
    // Its first record names another predecessor: the end of the boot before never came. A gap
    // after the newest known record of that boot.
    return {Kind::kGap, head.boot_id, head.sequence + 1, head.sequence + 1};
  }
  return {sequence <= head.sequence ? Kind::kOutOfOrder : Kind::kOtherPrevious, event.boot_id(),
          sequence, sequence};
}

bool Advances(const Head& head, std::string_view boot_id, std::uint64_t sequence) {
  return boot_id != head.boot_id || sequence > head.sequence;
}

void ErasureDigest::Add(std::uint64_t cursor, std::string_view record_hash,
                        std::string_view redacted_record) {
  std::string bytes = digest_;
  AppendNumber(bytes, cursor, 8);
  AppendText(bytes, record_hash);
  bytes += HashOf(redacted_record);
  digest_ = HashOf(bytes);
  ++rows_;
}

std::string EraseDetail(const ErasureDigest& digest, std::string_view reason) {
  return absl::StrCat("events=", digest.rows(), " digest=", absl::BytesToHexString(digest.digest()),
                      " reason=", absl::string_view(reason.data(), reason.size()));
}

bool CommitsTo(std::string_view detail, const ErasureDigest& digest) {
  const std::string commitment = EraseDetail(digest, "");
  return detail.substr(0, commitment.size()) == commitment;
}

}  // namespace sekisho::console::history
