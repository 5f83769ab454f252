#include "console/media/columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "proto/contract/keys.h"

namespace sekisho::console::media {
namespace {

constexpr std::size_t kHashBytes = 32;

constexpr Column kColumns[] = {Column::kMediumId, Column::kLabelNumber, Column::kOwner,
                               Column::kKind,     Column::kVendorId,    Column::kProductId,
                               Column::kSerial,   Column::kIdentity,    Column::kEncrypted,
                               Column::kState,    Column::kIssuedTo,    Column::kCertificateNumber,
                               Column::kGroup,    Column::kNote};

// What a column is called. The first of each language is written, all are understood.
struct Names {
  Column column;
  std::array<const char*, 4> english;
  std::array<const char*, 4> japanese;
};

constexpr Names kHeadings[] = {
    {Column::kMediumId, {"medium_id"}, {"媒体ID"}},
    {Column::kLabelNumber, {"label_number", "label"}, {"管理番号", "ラベル番号", "媒体番号"}},
    {Column::kOwner, {"owner"}, {"管理者", "所有者", "管理責任者", "所管"}},
    {Column::kKind, {"kind", "type"}, {"種別", "媒体種別", "種類"}},
    {Column::kVendorId, {"vendor_id", "vendor"}, {"ベンダーID", "ベンダID"}},
    {Column::kProductId, {"product_id", "product"}, {"製品ID", "プロダクトID"}},
    {Column::kSerial, {"serial", "serial_number"}, {"シリアル番号", "シリアル", "製造番号"}},
    {Column::kIdentity, {"identity"}, {"識別値"}},
    {Column::kEncrypted, {"encrypted"}, {"暗号化", "暗号化の有無"}},
    {Column::kState, {"state", "status"}, {"状態", "状況"}},
    {Column::kIssuedTo, {"issued_to"}, {"貸出先", "使用者", "利用者"}},
    {Column::kCertificateNumber,
     {"certificate_number", "certificate"},
     {"廃棄証明書番号", "証明書番号"}},
    {Column::kGroup, {"group"}, {"グループ", "所属", "部署"}},
    {Column::kNote, {"note", "notes"}, {"備考"}},
};

struct Word {
  int value;
  std::array<const char*, 4> english;
  std::array<const char*, 4> japanese;
};

constexpr Word kKinds[] = {
    {v1::MEDIUM_KIND_STICK, {"stick", "usb"}, {"USBメモリ", "USBメモリー"}},
    {v1::MEDIUM_KIND_DISK, {"disk", "hdd", "ssd"}, {"外付けディスク", "ハードディスク"}},
    {v1::MEDIUM_KIND_SD_CARD, {"sd-card", "sd"}, {"SDカード"}},
    {v1::MEDIUM_KIND_OPTICAL_DISC, {"optical-disc", "cd", "dvd"}, {"光ディスク"}},
    {v1::MEDIUM_KIND_TAPE, {"tape"}, {"テープ", "磁気テープ"}},
    {v1::MEDIUM_KIND_PHONE, {"phone"}, {"スマートフォン", "携帯電話"}},
    {v1::MEDIUM_KIND_OTHER, {"other"}, {"その他"}},
};

constexpr Word kStates[] = {
    {v1::MEDIUM_STATE_IN_STOCK, {"in-stock"}, {"在庫", "保管中"}},
    {v1::MEDIUM_STATE_ISSUED, {"issued"}, {"貸出中", "貸出"}},
    {v1::MEDIUM_STATE_RETURNED, {"returned"}, {"返却済", "返却"}},
    {v1::MEDIUM_STATE_LOST, {"lost"}, {"紛失"}},
    {v1::MEDIUM_STATE_RETIRED, {"retired"}, {"廃棄済", "廃棄"}},
};

constexpr Word kEncrypted[] = {
    {1, {"yes", "true", "1", "y"}, {"あり", "有", "はい", "○"}},
    {0, {"no", "false", "0", "n"}, {"なし", "無", "いいえ", "×"}},
};

// Case, blanks, hyphens and underscores tell no two words apart.
std::string Plain(std::string_view text) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(absl::StripAsciiWhitespace(
                                 absl::string_view(text.data(), text.size()))),
                             {{"_", ""}, {"-", ""}, {" ", ""}, {"　", ""}});
}

template <typename Entry>
bool IsCalled(const Entry& entry, const std::string& plain) {
  const auto is = [&](const char* name) { return name != nullptr && Plain(name) == plain; };
  return std::ranges::any_of(entry.english, is) || std::ranges::any_of(entry.japanese, is);
}

std::optional<int> ParseWord(std::span<const Word> words, std::string_view text) {
  const std::string plain = Plain(text);
  for (const Word& word : words) {
    if (IsCalled(word, plain)) return word.value;
  }
  return std::nullopt;
}

std::string WordFor(std::span<const Word> words, int value, Words language) {
  for (const Word& word : words) {
    if (word.value != value) continue;
    return language == Words::kJapanese ? word.japanese.front() : word.english.front();
  }
  return "";
}

// Four hexadecimal digits, 0x before them or not; nothing is 0.
std::optional<std::uint32_t> ParseId(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.empty()) return 0;
  if (text.size() > 4) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string WrittenId(std::uint32_t id) {
  return id == 0 ? "" : std::string(absl::StrCat(absl::Hex(id, absl::kZeroPad4)));
}

bool IsHex(std::string_view text) {
  return std::ranges::all_of(text, [](char each) { return absl::ascii_isxdigit(each); });
}

}  // namespace

std::span<const Column> Columns() { return kColumns; }

const char* Heading(Column column, Words words) {
  for (const Names& names : kHeadings) {
    if (names.column != column) continue;
    return words == Words::kJapanese ? names.japanese.front() : names.english.front();
  }
  return "";
}

std::optional<Column> ParseHeading(std::string_view heading) {
  const std::string plain = Plain(heading);
  for (const Names& names : kHeadings) {
    if (IsCalled(names, plain)) return names.column;
  }
  return std::nullopt;
}

std::string Written(const v1::Medium& medium, Column column, Words words) {
  switch (column) {
    case Column::kMediumId:
      return medium.medium_id();
    case Column::kLabelNumber:
      return medium.label_number();
    case Column::kOwner:
      return medium.owner();
    case Column::kKind:
      return WordFor(kKinds, medium.kind(), words);
    case Column::kVendorId:
      return WrittenId(medium.vendor_id());
    case Column::kProductId:
      return WrittenId(medium.product_id());
    case Column::kSerial:
      return medium.serial();
    case Column::kIdentity:
      return absl::BytesToHexString(medium.identity());
    case Column::kEncrypted:
      return WordFor(kEncrypted, medium.encrypted() ? 1 : 0, words);
    case Column::kState:
      return WordFor(kStates, medium.state(), words);
    case Column::kCertificateNumber:
      return medium.certificate_number();
    case Column::kIssuedTo:
      return medium.issued_to();
    case Column::kGroup:
      return medium.group_id();
    case Column::kNote:
      return medium.note();
  }
  return "";
}

const char* Read(std::string_view cell, Column column, v1::Medium& medium) {
  const absl::string_view stripped =
      absl::StripAsciiWhitespace(absl::string_view(cell.data(), cell.size()));
  const std::string text(stripped);
  switch (column) {
    case Column::kMediumId:
      medium.set_medium_id(text);
      return nullptr;
    case Column::kLabelNumber:
      medium.set_label_number(text);
      return nullptr;
    case Column::kOwner:
      medium.set_owner(text);
      return nullptr;
    case Column::kKind: {
      const std::optional<int> kind = ParseWord(kKinds, text);
      if (!kind) return "is none of: stick, disk, sd-card, optical-disc, tape, phone, other";
      medium.set_kind(static_cast<v1::MediumKind>(*kind));
      return nullptr;
    }
    case Column::kVendorId:
    case Column::kProductId: {
      const std::optional<std::uint32_t> id = ParseId(text);
      if (!id) return "is not four hexadecimal digits";
      if (column == Column::kVendorId) medium.set_vendor_id(*id);
      if (column == Column::kProductId) medium.set_product_id(*id);
      return nullptr;
    }
    case Column::kSerial:
      medium.set_serial(text);
      return nullptr;
    case Column::kIdentity:
      if (!text.empty() && (text.size() != 2 * kHashBytes || !IsHex(text))) {
        return "is not 64 hexadecimal digits";
      }
      medium.set_identity(absl::HexStringToBytes(text));
      return nullptr;
    case Column::kEncrypted: {
      const std::optional<int> encrypted = ParseWord(kEncrypted, text.empty() ? "no" : text);
      if (!encrypted) return "is neither yes nor no";
      medium.set_encrypted(*encrypted == 1);
      return nullptr;
    }
    case Column::kState: {
      const std::optional<int> state = ParseWord(kStates, text.empty() ? "in-stock" : text);
      if (!state) return "is none of: in-stock, issued, returned, lost, retired";
      medium.set_state(static_cast<v1::MediumState>(*state));
      return nullptr;
    }
    case Column::kCertificateNumber:
      medium.set_certificate_number(text);
      return nullptr;
    case Column::kIssuedTo:
      medium.set_issued_to(text);
      return nullptr;
    case Column::kGroup:
      medium.set_group_id(text);
      return nullptr;
    case Column::kNote:
      medium.set_note(text);
      return nullptr;
  }
  return "is of no column";
}

}  // namespace sekisho::console::media
