#ifndef SEKISHO_CONSOLE_HISTORY_FINDINGS_H_
#define SEKISHO_CONSOLE_HISTORY_FINDINGS_H_

#include <functional>
#include <string>

#include "console/history/anchor.h"
#include "sekisho/v1/history_service.pb.h"

// What was found, in words, for both programs that verify.
namespace sekisho::console::history {

enum class Language { kEnglish, kJapanese };

// A terminal's id as a person calls it.
using NameOfTerminal = std::function<std::string(const std::string& terminal_id)>;

// One line, with its end: what, and where.
std::string Describe(const v1::HistoryFinding& finding, const NameOfTerminal& name,
                     Language language);
// The whole report: how much was looked at, every finding, and what is proven by it.
std::string Describe(const v1::HistoryReport& report, const NameOfTerminal& name,
                     Language language);
// What is printed and kept on paper: facts to read, and the groups that ReadAnchors reads.
// `organisation` is its name, `at` the anchor's time as a person reads it.
std::string DescribeAnchor(const Anchor& anchor, const std::string& organisation,
                           const std::string& at, Language language);

}  // namespace sekisho::console::history

#endif  // SEKISHO_CONSOLE_HISTORY_FINDINGS_H_
