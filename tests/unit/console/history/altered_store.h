#ifndef SEKISHO_TESTS_UNIT_CONSOLE_HISTORY_ALTERED_STORE_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_HISTORY_ALTERED_STORE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "console/history/verifier.h"
#include "console/store/backend.h"

namespace sekisho::console::history::testing {

// A real store file with the history of two terminals and of its operators, which a test alters
// with SQL, as whoever has the file could.
class AlteredStore : public ::testing::Test {
 public:
  // Of a terminal that is enrolled anew: a new one begins a new history, a kept one goes on with
  // its own, in the same boot or the next.
  enum class Disk { kNew, kKept, kKeptAndRestarted };

 protected:
  void SetUp() override;
  void TearDown() override;

  void Open();
  void Close() { backend_.reset(); }
  // `count` honest events of a terminal, chained, by one person each.
  void Report(const std::string& terminal_id, int count, const std::string& person = "hanako");
  // Under the same inventory number.
  void EnrolAgain(const std::string& terminal_id, Disk disk);
  // Runs SQL on the closed file.
  void Alter(const std::string& sql);
  // The same with rows: reads all events, lets `change` do what it wants, writes them all back with
  // every hash and link computed anew, as a careful forger would.
  template <typename Change>
  void Rewrite(Change change);
  std::vector<v1::HistoryEvent> Events();
  v1::HistoryReport Verify(std::vector<Anchor> anchors = {});
  Anchor TakeAnchor();
  // "DELETED 5-5", in the order found; for a whole history "".
  static std::string Faults(const v1::HistoryReport& report);

  void WriteBack(const std::vector<v1::HistoryEvent>& events);

  std::string folder_;
  std::unique_ptr<store::Backend> backend_;

 private:
  struct Terminal {
    std::uint64_t sequence = 0;
    std::string previous = NoLink();
    int boot = 0;
  };
  std::map<std::string, Terminal> written_;
};

template <typename Change>
void AlteredStore::Rewrite(Change change) {
  std::vector<v1::HistoryEvent> events = Events();
  change(events);
  WriteBack(events);
}

}  // namespace sekisho::console::history::testing

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_HISTORY_ALTERED_STORE_H_
