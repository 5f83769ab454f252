#ifndef SEKISHO_CONSOLE_HISTORY_LINK_WALK_H_
#define SEKISHO_CONSOLE_HISTORY_LINK_WALK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::history {

// Follows one chain row by row, and tells from where it breaks what was done to it.
class LinkWalk {
 public:
  LinkWalk();
  // The next row: its number (rising), the entry that its content gives, the link it is stored
  // with.
  void Step(std::uint64_t number, std::string entry, const std::string& link);
  std::uint64_t number() const { return number_; }
  const std::string& link() const { return link_; }
  std::uint64_t rows() const { return rows_; }
  // Every break explained: LINK_BROKEN, DELETED, REORDERED; and TRUNCATED when the chain was longer
  // once. Each row that a break only follows from is left out.
  std::vector<v1::HistoryFinding> Explain(std::uint64_t head_number, const std::string& head_link,
                                          std::uint64_t head_rows) const;

 private:
  struct Break {
    std::uint64_t before = 0;  // the number of the row before
    std::string link_before;
    std::uint64_t number = 0;
    std::string entry;
    std::string link;
  };
  // Above it a break is only counted by what it ends up in: somebody replaced everything.
  static constexpr std::size_t kMaxBreaks = 1000;
  // Above it no row is looked for that was moved.
  static constexpr std::size_t kMaxMoved = 200;

  std::uint64_t number_ = 0;
  std::string link_;
  std::uint64_t rows_ = 0;
  std::vector<Break> breaks_;
};

}  // namespace sekisho::console::history

#endif  // SEKISHO_CONSOLE_HISTORY_LINK_WALK_H_
