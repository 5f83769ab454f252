#include "console/history/link_walk.h"

#include <algorithm>
#include <map>
#include <utility>

#include "console/history/chain.h"

namespace sekisho::console::history {
namespace {

v1::HistoryFinding Found(v1::HistoryFault fault, std::uint64_t first, std::uint64_t last,
                         std::uint64_t other = 0) {
  v1::HistoryFinding finding;
  finding.set_fault(fault);
  finding.set_first(first);
  finding.set_last(last);
  finding.set_other(other);
  return finding;
}

}  // namespace

LinkWalk::LinkWalk() : link_(NoLink()) {}

void LinkWalk::Step(std::uint64_t number, std::string entry, const std::string& link) {
  if (LinkOf(link_, number, entry) != link && breaks_.size() < kMaxBreaks) {
    breaks_.push_back({number_, link_, number, std::move(entry), link});
  }
  number_ = number;
  link_ = link;
  ++rows_;
}

std::vector<v1::HistoryFinding> LinkWalk::Explain(std::uint64_t head_number,
                                                  const std::string& head_link,
                                                  std::uint64_t head_rows) const {
  std::vector<v1::HistoryFinding> findings;
  // The link that belongs at a number where another row's stands.
  std::map<std::uint64_t, std::string> belongs;
  for (const Break& at : breaks_) {
    const auto moved_before = belongs.find(at.before);
    const std::string& before =
        moved_before == belongs.end() ? at.link_before : moved_before->second;
    // Whole again with the link that was there: the row itself is as it was.
    if (moved_before != belongs.end() && LinkOf(before, at.number, at.entry) == at.link) continue;
    const auto moved = std::ranges::find_if(breaks_, [&](const Break& other) {
      if (breaks_.size() > kMaxMoved || other.number == at.number) return false;
      const std::string link = LinkOf(before, at.number, other.entry);
      return link == other.link || link == at.link;
    });
    if (moved != breaks_.end()) {
      belongs[at.number] = LinkOf(before, at.number, moved->entry);
      findings.push_back(Found(v1::HISTORY_FAULT_REORDERED, at.number, at.number, moved->number));
    } else if (at.number > at.before + 1) {
      findings.push_back(Found(v1::HISTORY_FAULT_DELETED, at.before + 1, at.number - 1));
    } else {
      findings.push_back(Found(v1::HISTORY_FAULT_LINK_BROKEN, at.number, at.number, at.before));
    }
  }
  if (head_number > number_) {
    findings.push_back(Found(v1::HISTORY_FAULT_TRUNCATED, number_ + 1, head_number));
  } else if (findings.empty() && (head_rows != rows_ || (rows_ > 0 && head_link != link_))) {
    // Every row fits the one before it, and the end is not the one that the store remembers.
    findings.push_back(Found(v1::HISTORY_FAULT_LINK_BROKEN, head_number, head_number, number_));
  }
  return findings;
}

}  // namespace sekisho::console::history
