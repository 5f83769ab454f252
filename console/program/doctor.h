#ifndef SEKISHO_CONSOLE_PROGRAM_DOCTOR_H_
#define SEKISHO_CONSOLE_PROGRAM_DOCTOR_H_

#include <string>
#include <vector>

#include "console/clock.h"

namespace sekisho::console::program {

enum class Grade { kGood, kWarning, kBad };
enum class Language { kEnglish, kJapanese };

// The first that is set and not empty of LC_ALL, LC_MESSAGES, LANG decides; "ja…" is Japanese.
Language LanguageFromEnvironment();

// What one look at the console found, and what to do about it.
struct Finding {
  std::string check;  // a stable word: keys, certificates, disk, store, clock, permissions, …
  Grade grade = Grade::kGood;
  std::string en;
  std::string ja;
};

// Looks at the console in `data`, running or not, and changes nothing: ages of keys and
// certificates, disk space, the store's own consistency, the clock, permissions, the newest backup,
// the ways of alarms, and how many terminals are not known to be protected. Each check answers,
// also when it could not look.
std::vector<Finding> Examine(const std::string& data, const Clock& clock);
Grade WorstOf(const std::vector<Finding>& findings);
// A line a finding.
std::string WriteFindings(const std::vector<Finding>& findings, Language language);

// For Examine: when Backup wrote its last file.
std::string LastBackupPath(const std::string& data);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_DOCTOR_H_
