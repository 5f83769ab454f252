#ifndef SEKISHO_CONSOLE_MEDIA_TABLE_H_
#define SEKISHO_CONSOLE_MEDIA_TABLE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "console/media/columns.h"
#include "console/media/csv.h"
#include "sekisho/v1/register_service.pb.h"

namespace sekisho::console::media {

// One row, its cells read. Only what the file has a column for is set.
struct TableRow {
  std::uint64_t line = 0;
  v1::Medium medium;
};

// A file's rows one after the other.
class TableReader {
 public:
  // Outlived by `text`. Reads the headings.
  explicit TableReader(std::string_view text);

  // The next; none at the end. Rows with a problem are told of and left out.
  std::optional<TableRow> Next();
  // The columns that the file has, and where.
  bool Has(Column column) const { return columns_.contains(column); }
  std::uint32_t PlaceOf(Column column) const;
  // What the file calls it.
  std::string NameOf(Column column) const;

  // The first hundred; all are counted.
  void Object(std::uint64_t line, std::uint32_t place, std::string field, std::string what);
  const std::vector<v1::ImportProblem>& problems() const { return problems_; }
  std::uint64_t problem_count() const { return problem_count_; }

 private:
  void ReadHeadings();
  std::optional<TableRow> ReadRow(const CsvRow& cells);

  CsvReader csv_;
  std::vector<Column> order_;
  std::vector<std::string> headings_;
  std::set<Column> columns_;
  std::vector<v1::ImportProblem> problems_;
  std::uint64_t problem_count_ = 0;
};

// The row of headings, and a medium's; `group` is written for its group.
std::string WriteHeadings(Words words);
std::string WriteMedium(const v1::Medium& medium, const std::string& group, Words words);

}  // namespace sekisho::console::media

#endif  // SEKISHO_CONSOLE_MEDIA_TABLE_H_
