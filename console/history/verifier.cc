#include "console/history/verifier.h"

#include <algorithm>
#include <cstring>
#include <limits>

namespace sekisho::console::history {
namespace {

constexpr int kMaxFindings = 1000;

v1::HistoryFinding Found(v1::HistoryFault fault, const v1::HistoryEvent& event) {
  v1::HistoryFinding finding;
  finding.set_fault(fault);
  finding.set_first(event.cursor());
  finding.set_last(event.cursor());
  finding.set_terminal_id(event.terminal_id());
  finding.set_boot_id(event.boot_id());
  finding.set_first_sequence(event.sequence());
  finding.set_last_sequence(event.sequence());
  return finding;
}

std::uint64_t Beginning(const std::string& hash) {
  std::uint64_t value = 0;
  std::memcpy(&value, hash.data(), std::min(sizeof value, hash.size()));
  return value;
}

// A terminal whose state is gone, or that was enrolled anew, starts from nothing.
bool BeginsAnew(const Head& head, const v1::Event& record) {
  return record.sequence() == 1 && record.boot_id() != head.boot_id &&
         record.previous_hash() == NoLink();
}

}  // namespace

Verifier::Verifier(std::string organisation_id, std::vector<Anchor> anchors, Extent extent)
    : organisation_id_(std::move(organisation_id)), anchors_(std::move(anchors)), extent_(extent) {
  met_.resize(anchors_.size());
}

void Verifier::Report(v1::HistoryFinding finding) {
  if (report_.findings_size() < kMaxFindings) {
    *report_.add_findings() = std::move(finding);
  } else {
    report_.set_more_findings(report_.more_findings() + 1);
  }
}

void Verifier::PassAnchorsOfAudit(std::uint64_t audit_id) {
  for (; audit_anchor_ < anchors_.size() && anchors_[audit_anchor_].audit_id < audit_id;
       ++audit_anchor_) {
    met_[audit_anchor_].set_audit_link(audits_.link());
    met_[audit_anchor_].set_audits(audits_.rows());
  }
}

void Verifier::PassAnchorsOfEvents(std::uint64_t cursor) {
  for (; event_anchor_ < anchors_.size() && anchors_[event_anchor_].cursor < cursor;
       ++event_anchor_) {
    met_[event_anchor_].set_event_link(events_.link());
    met_[event_anchor_].set_events(events_.rows());
  }
}

void Verifier::Add(const v1::HistoryAudit& audit) {
  PassAnchorsOfAudit(audit.audit_id());
  audits_.Step(audit.audit_id(), EntryOf(organisation_id_, audit), audit.link());
  if (audit.method() == kEraseMethod) erasures_[audit.audit_id()] = audit.detail();
}

void Verifier::Add(const v1::HistoryEvent& event) {
  if (extent_ == Extent::kOrganisation) {
    PassAnchorsOfEvents(event.cursor());
    events_.Step(event.cursor(), EntryOf(organisation_id_, event), event.link());
  }
  report_.set_events(report_.events() + 1);
  if (event.erased_by() != 0) {
    report_.set_erased(report_.erased() + 1);
    erased_[event.erased_by()].Add(event.cursor(), event.record_hash(), event.record());
    if (!erasures_.contains(event.erased_by())) {
      Report(Found(v1::HISTORY_FAULT_ERASED_UNEXPLAINED, event));
    }
  }
  v1::Event record;
  if (!record.ParseFromString(event.record())) {
    return Report(Found(v1::HISTORY_FAULT_RECORD_EDITED, event));
  }
  CheckRecord(event, record);
  Terminal& terminal = terminals_[event.terminal_id()];
  if (event.boot_id() == kConsoleBoot) return FollowConsole(terminal, event);
  Follow(terminal, event, record);
}

void Verifier::CheckRecord(const v1::HistoryEvent& event, const v1::Event& record) {
  const bool whole = event.erased_by() != 0 || HashOf(event.record()) == event.record_hash();
  // What lists and filters go by is what the record says.
  const bool same = record.boot_id() == event.boot_id() && record.sequence() == event.sequence() &&
                    record.kind() == event.kind();
  if (!whole || !same) Report(Found(v1::HISTORY_FAULT_RECORD_EDITED, event));
}

void Verifier::Follow(Terminal& terminal, const v1::HistoryEvent& event, const v1::Event& record) {
  Flush(event.terminal_id(), terminal);
  const Continuation continuation = ContinuationOf(terminal.head, record);
  const std::size_t place = record.sequence() - 1;
  const bool again = continuation.kind == Continuation::Kind::kOutOfOrder &&
                     place < terminal.seen.size() &&
                     terminal.seen[place] == Beginning(event.record_hash());
  if (again) {
    Report(Found(v1::HISTORY_FAULT_DUPLICATED, event));
  } else if (continuation.kind != Continuation::Kind::kFollows && !terminal.loss_told &&
             !BeginsAnew(terminal.head, record) && !GoesOn(terminal, record) &&
             !terminal.known_gaps.contains({continuation.boot_id, continuation.first})) {
    terminal.pending = Break{continuation, event.cursor()};
  }
  terminal.loss_told = false;
  terminal.hashes.push_back(Beginning(event.record_hash()));
  if (!Advances(terminal.head, event.boot_id(), event.sequence())) return;
  if (event.boot_id() != terminal.head.boot_id) terminal.seen.clear();
  terminal.head = {event.boot_id(), event.sequence(), event.record_hash()};
  // A number that no honest history reaches would ask for its own memory.
  if (place > terminal.seen.size() + report_.events() + (1u << 20)) return;
  terminal.seen.resize(std::max<std::size_t>(terminal.seen.size(), place + 1));
  terminal.seen[place] = Beginning(event.record_hash());
}

// As the store has it (append.cc): no break is told of where an installation begins, if what it
// begins with follows a record of the terminal, of any enrolment.
bool Verifier::GoesOn(const Terminal& terminal, const v1::Event& record) {
  return terminal.head.boot_id.empty() &&
         std::ranges::find(terminal.hashes, Beginning(record.previous_hash())) !=
             terminal.hashes.end();
}

void Verifier::FollowConsole(Terminal& terminal, const v1::HistoryEvent& event) {
  const bool told =
      event.kind() == v1::EVENT_KIND_CHAIN_BROKEN || event.kind() == v1::EVENT_KIND_INTERVAL_LOST;
  if (told && terminal.pending) {
    terminal.known_gaps.insert(
        {terminal.pending->continuation.boot_id, terminal.pending->continuation.first});
    terminal.pending.reset();
    report_.set_known_breaks(report_.known_breaks() + 1);
    return;
  }
  // From the terminal's first Status after a restore: what does not follow is told of already.
  if (event.kind() == v1::EVENT_KIND_INTERVAL_LOST) terminal.loss_told = true;
  if (event.kind() == v1::EVENT_KIND_TERMINAL_REINSTALLED) terminal.head = {"", 0, NoLink()};
}

void Verifier::Flush(const std::string& terminal_id, Terminal& terminal) {
  if (!terminal.pending) return;
  v1::HistoryFinding finding;
  finding.set_fault(v1::HISTORY_FAULT_TERMINAL_CHAIN);
  finding.set_first(terminal.pending->cursor);
  finding.set_last(terminal.pending->cursor);
  finding.set_terminal_id(terminal_id);
  finding.set_boot_id(terminal.pending->continuation.boot_id);
  finding.set_first_sequence(terminal.pending->continuation.first);
  finding.set_last_sequence(terminal.pending->continuation.last);
  terminal.pending.reset();
  Report(std::move(finding));
}

void Verifier::CheckAnchors() {
  constexpr std::uint64_t kEnd = std::numeric_limits<std::uint64_t>::max();
  PassAnchorsOfAudit(kEnd);
  PassAnchorsOfEvents(kEnd);
  const std::string organisation = AnchorOf(organisation_id_, 0, {}).organisation;
  std::uint64_t good = 0;
  for (std::size_t i = 0; i < anchors_.size(); ++i) {
    const Anchor& anchor = anchors_[i];
    v1::HistoryFinding finding;
    finding.set_first(good + 1);
    finding.set_last(anchor.cursor);
    finding.set_other(good);
    v1::HistoryHead& head = met_[i];
    head.set_cursor(anchor.cursor);
    head.set_audit_id(anchor.audit_id);
    if (anchor.organisation != organisation) {
      finding.set_fault(v1::HISTORY_FAULT_OTHER_ORGANISATION);
    } else if (anchor.cursor > events_.number()) {
      finding.set_fault(v1::HISTORY_FAULT_TRUNCATED);
      finding.set_first(events_.number() + 1);
    } else if (anchor.audit_id > audits_.number()) {
      finding.set_fault(v1::HISTORY_FAULT_TRUNCATED);
      finding.set_in_audit(true);
      finding.set_first(audits_.number() + 1);
      finding.set_last(anchor.audit_id);
    } else if (AnchorOf(organisation_id_, anchor.at_seconds, head).hash != anchor.hash) {
      finding.set_fault(v1::HISTORY_FAULT_NOT_THE_ANCHORS);
    } else {
      good = anchor.cursor;
      continue;
    }
    Report(std::move(finding));
  }
}

void Verifier::CheckErasures() {
  for (const auto& [audit_id, detail] : erasures_) {
    if (CommitsTo(detail, erased_[audit_id])) continue;
    v1::HistoryFinding finding;
    finding.set_fault(v1::HISTORY_FAULT_ERASURE_DIFFERS);
    finding.set_in_audit(true);
    finding.set_first(audit_id);
    finding.set_last(audit_id);
    Report(std::move(finding));
  }
}

v1::HistoryReport Verifier::Finish(const v1::HistoryHead& head) {
  for (auto& [terminal_id, terminal] : terminals_) Flush(terminal_id, terminal);
  for (v1::HistoryFinding& finding :
       audits_.Explain(head.audit_id(), head.audit_link(), head.audits())) {
    finding.set_in_audit(true);
    Report(std::move(finding));
  }
  if (extent_ == Extent::kOrganisation) {
    for (v1::HistoryFinding& finding :
         events_.Explain(head.cursor(), head.event_link(), head.events())) {
      Report(std::move(finding));
    }
    CheckErasures();
    CheckAnchors();
  }
  *report_.mutable_head() = head;
  report_.set_audits(audits_.rows());
  report_.set_anchors(extent_ == Extent::kOrganisation ? anchors_.size() : 0);
  report_.set_one_terminal(extent_ == Extent::kOneTerminal);
  return std::move(report_);
}

}  // namespace sekisho::console::history
