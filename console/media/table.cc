#include "console/media/table.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "agent/core/text.h"

namespace sekisho::console::media {
namespace {

constexpr std::size_t kMostProblems = 100;

// Where the text stops being UTF-8, in lines from 1; none when all of it is.
std::optional<std::uint64_t> LineOfBadByte(std::string_view text) {
  std::uint64_t line = 1;
  while (!text.empty()) {
    const std::optional<core::Utf8Character> character = core::FirstCharacter(text);
    if (!character) return line;
    if (character->code_point == U'\n') ++line;
    text.remove_prefix(character->length);
  }
  return std::nullopt;
}

}  // namespace

TableReader::TableReader(std::string_view text) : csv_(text) {
  if (const std::optional<std::uint64_t> line = LineOfBadByte(text)) {
    Object(*line, 0, "", "is not UTF-8: save the file as \"CSV UTF-8\"");
    csv_ = CsvReader("");
    return;
  }
  ReadHeadings();
}

void TableReader::Object(std::uint64_t line, std::uint32_t place, std::string field,
                         std::string what) {
  ++problem_count_;
  if (problems_.size() == kMostProblems) return;
  v1::ImportProblem& problem = problems_.emplace_back();
  problem.set_line(line);
  problem.set_column(place);
  problem.set_field(core::Printable(field, 64));
  problem.set_message(std::move(what));
}

std::uint32_t TableReader::PlaceOf(Column column) const {
  const auto found = std::ranges::find(order_, column);
  return found == order_.end() ? 0 : static_cast<std::uint32_t>(found - order_.begin() + 1);
}

std::string TableReader::NameOf(Column column) const {
  const std::uint32_t place = PlaceOf(column);
  return place == 0 ? Heading(column, Words::kEnglish) : headings_[place - 1];
}

void TableReader::ReadHeadings() {
  const auto first = csv_.Next();
  if (std::holds_alternative<CsvEnd>(first)) return Object(1, 0, "", "the file is empty");
  if (const CsvFault* fault = std::get_if<CsvFault>(&first)) {
    return Object(fault->line, fault->column, "", fault->what);
  }
  const CsvRow& row = std::get<CsvRow>(first);
  for (std::size_t i = 0; i < row.fields.size(); ++i) {
    const std::string& heading = row.fields[i];
    const auto place = static_cast<std::uint32_t>(i + 1);
    const std::optional<Column> column = ParseHeading(heading);
    // A column that is not understood may be the one that says what is encrypted.
    if (!column) {
      Object(row.line, place, heading, "no column is called so");
    } else if (!columns_.insert(*column).second) {
      Object(row.line, place, heading, "the column is there twice");
    }
    order_.push_back(column.value_or(Column::kNote));
    headings_.push_back(heading);
  }
  if (!Has(Column::kMediumId) && !Has(Column::kLabelNumber) && !Has(Column::kSerial) &&
      problem_count_ == 0) {
    Object(row.line, 0, "",
           "the first line names the columns, among them label_number, serial or medium_id");
  }
  // Rows of columns that are not sure would only add to the noise.
  if (problem_count_ > 0) csv_ = CsvReader("");
}

std::optional<TableRow> TableReader::ReadRow(const CsvRow& cells) {
  TableRow row{.line = cells.line, .medium = {}};
  if (cells.fields.size() > order_.size()) {
    Object(cells.line, static_cast<std::uint32_t>(order_.size() + 1), "",
           absl::StrCat("the row has ", cells.fields.size(), " fields, the first line ",
                        order_.size()));
    return std::nullopt;
  }
  bool good = true;
  for (std::size_t i = 0; i < order_.size(); ++i) {
    // Excel leaves out what is empty at the end.
    const std::string cell = i < cells.fields.size() ? cells.fields[i] : "";
    if (const char* what = Read(cell, order_[i], row.medium)) {
      Object(cells.line, static_cast<std::uint32_t>(i + 1), headings_[i],
             absl::StrCat("\"", core::Printable(cell, 32), "\" ", what));
      good = false;
    }
  }
  if (!good) return std::nullopt;
  return row;
}

std::optional<TableRow> TableReader::Next() {
  for (;;) {
    const auto next = csv_.Next();
    if (std::holds_alternative<CsvEnd>(next)) return std::nullopt;
    if (const CsvFault* fault = std::get_if<CsvFault>(&next)) {
      Object(fault->line, fault->column, "", fault->what);
      continue;
    }
    const CsvRow& cells = std::get<CsvRow>(next);
    // A spreadsheet's empty rows are commas.
    if (std::ranges::all_of(cells.fields, &std::string::empty)) continue;
    if (std::optional<TableRow> row = ReadRow(cells)) return row;
  }
}

std::string WriteHeadings(Words words) {
  std::vector<std::string> headings;
  for (const Column column : Columns()) headings.emplace_back(Heading(column, words));
  return WriteCsvRow(headings);
}

std::string WriteMedium(const v1::Medium& medium, const std::string& group, Words words) {
  std::vector<std::string> cells;
  for (const Column column : Columns()) {
    cells.push_back(column == Column::kGroup ? group : Written(medium, column, words));
  }
  return WriteCsvRow(cells);
}

}  // namespace sekisho::console::media
