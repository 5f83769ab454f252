#include "console/cli/texts/logins.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "proto/contract/login_factors.h"

namespace sekisho::console::cli {
namespace {

std::string In(const Text& text, const Style& style) {
  return std::string(text.In(style.language));
}

std::string FactorsOf(const v1::PersonLogins& person, const Style& style) {
  if (person.factors().empty()) return In(headings::kNoFactor, style);
  return absl::StrJoin(
      person.factors(), CommaOf(style.language), [&style](std::string* out, int type) {
        absl::StrAppend(out, NameOf(static_cast<v1::FactorType>(type), style.language));
      });
}

// What is left of it now: the terminal said it when it was heard last.
std::string LockOf(const v1::PersonLogins& person, const v1::Terminal& terminal,
                   const Style& style) {
  const absl::Duration age = terminal.has_last_status_at()
                                 ? style.now - FromProto(terminal.last_status_at())
                                 : absl::ZeroDuration();
  const absl::Duration left =
      absl::Seconds(person.locked_seconds()) - std::max(age, absl::ZeroDuration());
  return left <= absl::ZeroDuration() ? "" : WriteSpan(absl::ToChronoSeconds(left));
}

// Why a terminal has said nothing.
const Text& SilenceOf(const v1::Terminal& terminal) {
  return terminal.has_status() ? headings::kSaysNothing : headings::kNotHeard;
}

void AddTerminal(Table& table, const v1::Terminal& terminal, const Style& style) {
  const auto say = [&](const std::string& note) {
    const std::string mode = terminal.status().has_logins()
                                 ? NameOf(terminal.status().logins().mode(), style.language)
                                 : "";
    table.Add({terminal.name(), mode, "", "", "", note});
  };
  if (!terminal.status().has_logins()) {
    return say(terminal.state() == v1::TERMINAL_STATE_ENROLLED
                   ? In(SilenceOf(terminal), style)
                   : NameOf(terminal.state(), style.language));
  }
  const v1::TerminalLogins& logins = terminal.status().logins();
  for (const v1::PersonLogins& person : logins.people()) {
    table.Add({terminal.name(), NameOf(logins.mode(), style.language), person.name(),
               FactorsOf(person, style), LockOf(person, terminal, style),
               person.unreadable() ? In(headings::kUnreadable, style) : ""});
  }
  if (logins.people_left_off() > 0) {
    say(Fill(headings::kLeftOff.In(style.language),
             {{"count", absl::StrCat(logins.people_left_off())}}));
  } else if (logins.people().empty()) {
    say(In(headings::kNobodyLogsIn, style));
  }
}

}  // namespace

std::string WriteLogins(const std::vector<v1::Terminal>& terminals, const Style& style) {
  Table people({In(headings::kTerminal, style), In(headings::kTerminalMode, style),
                In(headings::kPerson, style), In(headings::kFactors, style),
                In(headings::kLockedFor, style), In(headings::kNote, style)});
  Table ways({In(headings::kTerminal, style), In(headings::kOneFactorBy, style)});
  for (const v1::Terminal& terminal : terminals) {
    if (terminal.state() == v1::TERMINAL_STATE_REVOKED) continue;
    AddTerminal(people, terminal, style);
    const auto& open = terminal.status().logins().open_ways();
    if (!open.empty()) ways.Add({terminal.name(), absl::StrJoin(open, CommaOf(style.language))});
  }
  if (people.empty()) return "";
  return ways.empty() ? people.Write() : absl::StrCat(people.Write(), "\n", ways.Write());
}

std::vector<v1::Terminal> OnlyMissing(std::vector<v1::Terminal> terminals) {
  std::erase_if(terminals, [](v1::Terminal& terminal) {
    if (terminal.state() == v1::TERMINAL_STATE_REVOKED) return true;
    if (!terminal.status().has_logins()) return false;
    v1::TerminalLogins& logins = *terminal.mutable_status()->mutable_logins();
    // Who has none is listed first: behind somebody who has one there is nobody without.
    if (!logins.people().empty() && !contract::LacksFactor(*logins.people().rbegin())) {
      logins.clear_people_left_off();
    }
    const auto kept = std::stable_partition(logins.mutable_people()->begin(),
                                            logins.mutable_people()->end(), contract::LacksFactor);
    logins.mutable_people()->erase(kept, logins.mutable_people()->end());
    logins.clear_open_ways();
    return logins.people().empty() && logins.people_left_off() == 0;
  });
  return terminals;
}

std::string WriteWithoutFactor(
    const google::protobuf::RepeatedPtrField<v1::TerminalOutcome>& terminals, const Style& style) {
  Table table({In(headings::kTerminal, style), In(headings::kWithoutFactor, style)});
  for (const v1::TerminalOutcome& terminal : terminals) {
    if (terminal.outcome() != v1::ORDER_OUTCOME_WITHOUT_FACTOR) continue;
    table.Add({terminal.terminal_name(),
               terminal.people().empty()
                   ? In(headings::kNotListed, style)
                   : absl::StrJoin(terminal.people(), CommaOf(style.language))});
  }
  return table.empty() ? "" : table.Write();
}

}  // namespace sekisho::console::cli
