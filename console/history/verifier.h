#ifndef SEKISHO_CONSOLE_HISTORY_VERIFIER_H_
#define SEKISHO_CONSOLE_HISTORY_VERIFIER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "console/history/anchor.h"
#include "console/history/chain.h"
#include "console/history/link_walk.h"
#include "sekisho/v1/history_service.pb.h"

namespace sekisho::console::history {

// What is read: all of an organisation, or one terminal's records, of which only the terminal's own
// chain can be followed.
enum class Extent { kOrganisation, kOneTerminal };

// Computes a history again from its rows and says where it was altered. Give it all audit entries
// first, then all events, each in the order of their numbers, then Finish, once. Knows nothing but
// what it is given. Memory: 8 bytes for each event, and as much again for each of every terminal's
// newest boot.
class Verifier {
 public:
  // `anchors` in the order of their cursors.
  Verifier(std::string organisation_id, std::vector<Anchor> anchors, Extent extent);
  void Add(const v1::HistoryAudit& audit);
  void Add(const v1::HistoryEvent& event);
  // `head`: where the store says that its chains end.
  v1::HistoryReport Finish(const v1::HistoryHead& head);

 private:
  struct Break {
    Continuation continuation;
    std::uint64_t cursor = 0;
  };
  struct Terminal {
    Head head{"", 0, NoLink()};
    // Of the newest boot, by sequence: the beginning of each record's hash.
    std::vector<std::uint64_t> seen;
    // The same of all its records: enrolled anew on a disk that kept its history, it goes on from
    // any of them.
    std::vector<std::uint64_t> hashes;
    // A break that the console must have recorded right behind it, as it does when a record comes
    // that does not follow.
    std::optional<Break> pending;
    std::set<std::pair<std::string, std::uint64_t>> known_gaps;
    // The console has told what a restore from a backup lost before its next record.
    bool loss_told = false;
  };
  void Report(v1::HistoryFinding finding);
  void PassAnchorsOfAudit(std::uint64_t audit_id);
  void PassAnchorsOfEvents(std::uint64_t cursor);
  void CheckRecord(const v1::HistoryEvent& event, const v1::Event& record);
  void Follow(Terminal& terminal, const v1::HistoryEvent& event, const v1::Event& record);
  static bool GoesOn(const Terminal& terminal, const v1::Event& record);
  void FollowConsole(Terminal& terminal, const v1::HistoryEvent& event);
  void Flush(const std::string& terminal_id, Terminal& terminal);
  void CheckAnchors();
  void CheckErasures();

  const std::string organisation_id_;
  const std::vector<Anchor> anchors_;
  const Extent extent_;
  v1::HistoryReport report_;
  LinkWalk events_;
  LinkWalk audits_;
  // What stood at each anchor, filled in when the walk has passed it.
  std::vector<v1::HistoryHead> met_;
  std::size_t event_anchor_ = 0;
  std::size_t audit_anchor_ = 0;
  std::map<std::string, Terminal> terminals_;
  // By audit id: what its entry says, and what is erased.
  std::map<std::uint64_t, std::string> erasures_;
  std::map<std::uint64_t, ErasureDigest> erased_;
};

}  // namespace sekisho::console::history

#endif  // SEKISHO_CONSOLE_HISTORY_VERIFIER_H_
