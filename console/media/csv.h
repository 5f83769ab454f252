#ifndef SEKISHO_CONSOLE_MEDIA_CSV_H_
#define SEKISHO_CONSOLE_MEDIA_CSV_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sekisho::console::media {

struct CsvRow {
  std::uint64_t line = 0;  // from 1: where it begins
  std::vector<std::string> fields;
  friend bool operator==(const CsvRow&, const CsvRow&) = default;
};

struct CsvFault {
  std::uint64_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1: the field
  const char* what = "";
};

struct CsvEnd {};

// Rows of a CSV text one after the other (RFC 4180, as Excel writes it): fields apart by commas, in
// quotes where they hold commas, quotes (doubled) or line breaks; lines end with CRLF, LF or CR; a
// byte order mark in front and lines without anything are skipped. Total: any bytes give rows or
// faults, and after a fault it goes on with the next line.
class CsvReader {
 public:
  // Outlived by `text`.
  explicit CsvReader(std::string_view text);
  std::variant<CsvRow, CsvFault, CsvEnd> Next();

 private:
  bool AtBreak() const { return rest_.front() == '\n' || rest_.front() == '\r'; }
  void SkipBreak();
  void SkipLine();
  // One field, up to the comma or the break behind it; nullptr, or what is wrong.
  const char* ReadField(std::string& field);
  const char* ReadQuoted(std::string& field);

  std::string_view rest_;
  std::uint64_t line_ = 1;
};

// One row, CRLF at its end. A single empty field is written in quotes, or the row would be none.
std::string WriteCsvRow(const std::vector<std::string>& fields);

}  // namespace sekisho::console::media

#endif  // SEKISHO_CONSOLE_MEDIA_CSV_H_
