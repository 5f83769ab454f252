#include "console/cli/render/table.h"

#include <algorithm>
#include <utility>

#include "console/cli/texts/text.h"

namespace sekisho::console::cli {

Table::Table(std::vector<std::string> headings) { rows_.push_back(std::move(headings)); }

void Table::Add(std::vector<std::string> cells) {
  cells.resize(rows_.front().size());
  for (std::string& cell : cells) cell = cell.empty() ? "-" : Printable(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::Write() const {
  std::vector<int> widths(rows_.front().size());
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    }
  }
  std::string out;
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) out += PadTo(row[i], widths[i] + 2);
    out += row.back() + "\n";
  }
  return out;
}

std::string PadTo(std::string_view text, int columns) {
  return std::string(text) + std::string(std::max(0, columns - DisplayWidth(text)), ' ');
}

std::string WriteFields(const std::vector<std::pair<std::string, std::string>>& fields) {
  int widest = 0;
  for (const auto& [label, value] : fields) {
    if (!value.empty()) widest = std::max(widest, DisplayWidth(label));
  }
  std::string out;
  for (const auto& [label, value] : fields) {
    if (!value.empty()) out += PadTo(label, widest + 2) + Printable(value) + "\n";
  }
  return out;
}

}  // namespace sekisho::console::cli
