#include "console/media/csv.h"

namespace sekisho::console::media {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

CsvReader::CsvReader(std::string_view text) : rest_(text) {
  if (rest_.starts_with(kByteOrderMark)) rest_.remove_prefix(kByteOrderMark.size());
}

void CsvReader::SkipBreak() {
  rest_.remove_prefix(rest_.starts_with("\r\n") ? 2 : 1);
  ++line_;
}

void CsvReader::SkipLine() {
  while (!rest_.empty() && !AtBreak()) rest_.remove_prefix(1);
  if (!rest_.empty()) SkipBreak();
}

const char* CsvReader::ReadQuoted(std::string& field) {
  rest_.remove_prefix(1);
  while (!rest_.empty()) {
    const char next = rest_.front();
    if (next == '"') {
      if (!rest_.starts_with("\"\"")) {
        rest_.remove_prefix(1);
        const bool ended = rest_.empty() || rest_.front() == ',' || AtBreak();
        return ended ? nullptr : "text after the closing quote";
      }
      rest_.remove_prefix(1);
    }
    if (next == '\n' || (next == '\r' && !rest_.starts_with("\r\n"))) ++line_;
    field += next;
    rest_.remove_prefix(1);
  }
  return "a quote is not closed";
}

const char* CsvReader::ReadField(std::string& field) {
  if (!rest_.empty() && rest_.front() == '"') return ReadQuoted(field);
  while (!rest_.empty() && rest_.front() != ',' && !AtBreak()) {
    if (rest_.front() == '"') return "a quote inside a field without quotes";
    field += rest_.front();
    rest_.remove_prefix(1);
  }
  return nullptr;
}

std::variant<CsvRow, CsvFault, CsvEnd> CsvReader::Next() {
  while (!rest_.empty() && AtBreak()) SkipBreak();
  if (rest_.empty()) return CsvEnd{};
  CsvRow row{.line = line_, .fields = {}};
  for (;;) {
    const std::uint64_t line = line_;
    const std::string_view before = rest_;
    std::string field;
    if (const char* what = ReadField(field)) {
      const CsvFault fault{line, static_cast<std::uint32_t>(row.fields.size() + 1), what};
      // A quote that is not closed has swallowed the rest of the file: back to its own line.
      rest_ = before;
      line_ = line;
      SkipLine();
      return fault;
    }
    row.fields.push_back(std::move(field));
    if (rest_.empty()) return row;
    if (AtBreak()) {
      SkipBreak();
      return row;
    }
    rest_.remove_prefix(1);  // the comma
  }
}

std::string WriteCsvRow(const std::vector<std::string>& fields) {
  std::string row;
  const bool must_show = fields.size() == 1 && fields.front().empty();
  for (const std::string& field : fields) {
    if (&field != &fields.front()) row += ',';
    if (!must_show && field.find_first_of(",\"\r\n") == std::string::npos) {
      row += field;
      continue;
    }
    row += '"';
    for (const char each : field) row.append(each == '"' ? 2 : 1, each);
    row += '"';
  }
  return row + "\r\n";
}

}  // namespace sekisho::console::media
