#ifndef SEKISHO_CONSOLE_MEDIA_COLUMNS_H_
#define SEKISHO_CONSOLE_MEDIA_COLUMNS_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sekisho/v1/register.pb.h"

namespace sekisho::console::media {

enum class Column {
  kMediumId,
  kLabelNumber,
  kOwner,
  kKind,
  kVendorId,
  kProductId,
  kSerial,
  kIdentity,
  kEncrypted,
  kState,
  kCertificateNumber,
  kIssuedTo,
  kGroup,
  kNote,
};

enum class Words { kEnglish, kJapanese };

// In the order in which they are written.
std::span<const Column> Columns();
const char* Heading(Column column, Words words);
// By any heading of either language, whatever its case, blanks, hyphens and underscores.
std::optional<Column> ParseHeading(std::string_view heading);

// A medium's text in a column. A group is written as its id: names are the caller's to put in.
std::string Written(const v1::Medium& medium, Column column, Words words);
// Puts the text of a cell into the medium; nullptr, or what is wrong with it. The group's name or
// id goes into group_id as it is.
const char* Read(std::string_view text, Column column, v1::Medium& medium);

}  // namespace sekisho::console::media

#endif  // SEKISHO_CONSOLE_MEDIA_COLUMNS_H_
