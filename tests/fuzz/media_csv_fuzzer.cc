// A media register as somebody's file: any bytes are read to their end; what was read, written and
// read again is the same; and every row is a medium or a problem.
#include <variant>

#include "console/media/csv.h"
#include "console/media/table.h"
#include "tests/fuzz/check.h"

namespace sekisho {
namespace {

std::vector<console::media::CsvRow> RowsOf(std::string_view text) {
  using namespace console::media;
  std::vector<CsvRow> rows;
  CsvReader reader(text);
  std::uint64_t line = 0;
  for (;;) {
    const auto next = reader.Next();
    if (std::holds_alternative<CsvEnd>(next)) return rows;
    if (const CsvFault* fault = std::get_if<CsvFault>(&next)) {
      FUZZ_CHECK(fault->line > 0 && fault->column > 0);
      continue;
    }
    const CsvRow& row = std::get<CsvRow>(next);
    FUZZ_CHECK(row.line > line && !row.fields.empty());
    line = row.line;
    rows.push_back(row);
  }
}

void CheckRoundTrip(std::string_view text) {
  const std::vector<console::media::CsvRow> rows = RowsOf(text);
  std::string written = "\xef\xbb\xbf";
  for (const auto& row : rows) written += console::media::WriteCsvRow(row.fields);
  const std::vector<console::media::CsvRow> again = RowsOf(written);
  FUZZ_CHECK(again.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) FUZZ_CHECK(again[i].fields == rows[i].fields);
}

}  // namespace
}  // namespace sekisho

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho;
  const std::string text(reinterpret_cast<const char*>(data), size);
  CheckRoundTrip(text);
  console::media::TableReader table(text);
  while (const auto row = table.Next()) FUZZ_CHECK(row->line > 0);
  FUZZ_CHECK(table.problems().size() <= table.problem_count());
  return 0;
}
