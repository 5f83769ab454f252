#ifndef SEKISHO_AGENT_PREFLIGHT_CATALOGUE_H_
#define SEKISHO_AGENT_PREFLIGHT_CATALOGUE_H_

#include <span>

#include "agent/preflight/judge.h"

namespace sekisho::preflight {

enum class Language { kEnglish, kJapanese };

struct Words {
  const char* english;
  const char* japanese;
  const char* In(Language language) const {
    return language == Language::kJapanese ? japanese : english;
  }
};

// All that is said of one kind of finding.
struct Entry {
  FindingId id;
  const char* code;  // stable; for machines, and to look up in the manual
  Severity severity;
  Words meaning;
  Words remedy;
};

// In the order of FindingId: worst first.
std::span<const Entry> Catalogue();
const Entry& EntryOf(FindingId id);

// "breaks", "stays-open", "note".
const char* Code(Severity severity);
const char* Say(Language language, Severity severity);

}  // namespace sekisho::preflight

#endif  // SEKISHO_AGENT_PREFLIGHT_CATALOGUE_H_
