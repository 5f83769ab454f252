#ifndef SEKISHO_CONSOLE_CLI_RENDER_TABLE_H_
#define SEKISHO_CONSOLE_CLI_RENDER_TABLE_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sekisho::console::cli {

// Text in columns, aligned by what a terminal shows (a kanji is two columns wide), two spaces
// between, no trailing blanks. Cells are made printable first.
class Table {
 public:
  explicit Table(std::vector<std::string> headings);
  // As many cells as there are headings; an empty cell is shown as "-".
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.size() == 1; }
  std::string Write() const;

 private:
  std::vector<std::vector<std::string>> rows_;  // the headings are the first
};

// `text` followed by blanks up to `columns` on a terminal.
std::string PadTo(std::string_view text, int columns);

// "label  value" lines, aligned; pairs with an empty value are left out.
std::string WriteFields(const std::vector<std::pair<std::string, std::string>>& fields);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_RENDER_TABLE_H_
