#include "console/history/anchor.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "console/history/chain.h"

namespace sekisho::console::history {
namespace {

constexpr std::string_view kMark = "sekisho-anchor1";
// Crockford's: no I, L, O, U.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kGroup = 4;
constexpr std::size_t kGroupsPerLine = 6;
constexpr std::size_t kOrganisationBytes = 4;
constexpr std::size_t kHashBytes = 20;
constexpr std::size_t kTimeBytes = 5;

void AppendNumber(std::string& out, std::uint64_t value) {  // LEB128
  do {
    const auto low = static_cast<unsigned char>(value & 0x7f);
    value >>= 7;
    out += static_cast<char>(value != 0 ? low | 0x80 : low);
  } while (value != 0);
}

std::optional<std::uint64_t> TakeNumber(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 63 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  return std::nullopt;
}

std::string Facts(const Anchor& anchor) {
  std::string bytes = anchor.organisation;
  for (int shift = 8 * (static_cast<int>(kTimeBytes) - 1); shift >= 0; shift -= 8) {
    bytes += static_cast<char>((anchor.at_seconds >> shift) & 0xff);
  }
  AppendNumber(bytes, anchor.cursor);
  AppendNumber(bytes, anchor.events);
  AppendNumber(bytes, anchor.audit_id);
  AppendNumber(bytes, anchor.audits);
  return bytes;
}

// Of a group at a place. All weights are odd, so that any one wrong character changes it; so do
// nearly all exchanges of two characters or two groups.
char CheckOf(std::string_view group, std::size_t place) {
  std::size_t sum = 7 * (place + 1);
  for (std::size_t i = 0; i < group.size(); ++i) sum += (2 * i + 3) * kAlphabet.find(group[i]);
  return kAlphabet[sum % kAlphabet.size()];
}

std::string Base32(std::string_view bytes) {
  std::string text;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : bytes) {
    buffer = (buffer << 8) | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 5; bits -= 5) text += kAlphabet[(buffer >> (bits - 5)) & 0x1f];
    buffer &= (1u << bits) - 1;
  }
  if (bits > 0) text += kAlphabet[(buffer << (5 - bits)) & 0x1f];
  while (text.size() % kGroup != 0) text += kAlphabet[0];
  return text;
}

std::string FromBase32(std::string_view text) {
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    buffer = (buffer << 5) | static_cast<unsigned>(kAlphabet.find(c));
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>((buffer >> bits) & 0xff);
      buffer &= (1u << bits) - 1;
    }
  }
  return bytes;
}

// As a person may have typed it: small letters, and the letters that Crockford left out because
// they look like digits.
std::string Normal(std::string_view word) {
  std::string normal;
  for (const char c : word) {
    if (c == '-') continue;
    char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (upper == 'O') upper = '0';
    if (upper == 'I' || upper == 'L') upper = '1';
    normal += upper;
  }
  return normal;
}

bool IsGroup(std::string_view normal) {
  return normal.size() == kGroup + 1 && std::ranges::all_of(normal, [](char c) {
           return kAlphabet.find(c) != std::string_view::npos;
         });
}

struct Parsed {
  Anchor anchor;
  std::size_t bytes = 0;
};

std::optional<Parsed> Parse(std::string_view bytes) {
  std::string_view rest = bytes;
  if (rest.size() < kOrganisationBytes + kTimeBytes) return std::nullopt;
  Parsed parsed;
  parsed.anchor.organisation = std::string(rest.substr(0, kOrganisationBytes));
  rest.remove_prefix(kOrganisationBytes);
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    parsed.anchor.at_seconds =
        (parsed.anchor.at_seconds << 8) | static_cast<unsigned char>(rest[i]);
  }
  rest.remove_prefix(kTimeBytes);
  for (std::uint64_t* number : {&parsed.anchor.cursor, &parsed.anchor.events,
                                &parsed.anchor.audit_id, &parsed.anchor.audits}) {
    const std::optional<std::uint64_t> taken = TakeNumber(rest);
    if (!taken) return std::nullopt;
    *number = *taken;
  }
  if (rest.size() < kHashBytes) return std::nullopt;
  parsed.anchor.hash = std::string(rest.substr(0, kHashBytes));
  parsed.bytes = bytes.size() - rest.size() + kHashBytes;
  return parsed;
}

// `groups` may end with words that only look like groups.
absl::StatusOr<Anchor> Decode(const std::vector<std::string>& groups) {
  std::string text;
  for (const std::string& group : groups) text += group.substr(0, kGroup);
  const std::string bytes = FromBase32(text);
  const std::optional<Parsed> parsed = Parse(bytes);
  const std::size_t characters = parsed ? (parsed->bytes * 8 + 4) / 5 : text.size();
  for (std::size_t place = 0; place * kGroup < characters; ++place) {
    if (CheckOf(std::string_view(groups[place]).substr(0, kGroup), place) != groups[place].back()) {
      return absl::InvalidArgumentError(
          absl::StrCat("the anchor has a slip in group ", place + 1, " (", groups[place], ")"));
    }
  }
  if (!parsed) {
    return absl::InvalidArgumentError(
        absl::StrCat("the anchor is not whole: it ends after group ", groups.size()));
  }
  return parsed->anchor;
}

}  // namespace

Anchor AnchorOf(std::string_view organisation_id, std::int64_t at_seconds,
                const v1::HistoryHead& head) {
  Anchor anchor;
  anchor.organisation = HashOf(organisation_id).substr(0, kOrganisationBytes);
  anchor.at_seconds = at_seconds;
  anchor.cursor = head.cursor();
  anchor.events = head.events();
  anchor.audit_id = head.audit_id();
  anchor.audits = head.audits();
  anchor.hash =
      HashOf(absl::StrCat("sekisho.v1 anchor", absl::string_view("\0", 1), Facts(anchor),
                          head.event_link().empty() ? NoLink() : head.event_link(),
                          head.audit_link().empty() ? NoLink() : head.audit_link(),
                          absl::string_view(organisation_id.data(), organisation_id.size())))
          .substr(0, kHashBytes);
  return anchor;
}

std::string WriteAnchor(const Anchor& anchor) {
  const std::string text = Base32(Facts(anchor) + anchor.hash);
  std::string out(kMark);
  for (std::size_t place = 0; place * kGroup < text.size(); ++place) {
    const std::string group = text.substr(place * kGroup, kGroup);
    out += place > 0 && place % kGroupsPerLine == 0 ? "\n                " : " ";
    out += group + CheckOf(group, place);
  }
  return out + "\n";
}

absl::StatusOr<std::vector<Anchor>> ReadAnchors(std::string_view text) {
  std::vector<Anchor> anchors;
  std::vector<std::string> words = absl::StrSplit(absl::string_view(text.data(), text.size()),
                                                  absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty());
  for (auto word = words.begin(); word != words.end();) {
    if (*word++ != kMark) continue;
    std::vector<std::string> groups;
    while (word != words.end() && IsGroup(Normal(*word))) groups.push_back(Normal(*word++));
    absl::StatusOr<Anchor> anchor = Decode(groups);
    if (!anchor.ok()) return anchor.status();
    anchors.push_back(*std::move(anchor));
  }
  if (anchors.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no anchor: it begins with ", kMark.data()));
  }
  std::ranges::sort(anchors, {}, [](const Anchor& a) { return std::pair(a.cursor, a.audit_id); });
  return anchors;
}

}  // namespace sekisho::console::history
