#include <chrono>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "console/cli/render/describe.h"
#include "console/cli/render/lists.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/headings.h"
#include "console/cli/texts/logins.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"

namespace sekisho::console::cli {
namespace {

constexpr std::size_t kNamesShown = 5;
constexpr std::uint32_t kDefaultTrial = 900;  // sekisho.v1.SetMode

std::string Names(const std::vector<std::string>& names, Language language) {
  const char* comma = CommaOf(language);
  if (names.size() <= kNamesShown) return absl::StrJoin(names, comma);
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kNamesShown, comma), comma, "…");
}

std::string DescribeMode(const v1::SetMode& what, Language language) {
  if (what.mode() != v1::MODE_ENFORCE) return NameOf(what.mode(), language);
  if (what.confirmed()) return std::string(headings::kEnforceAtOnce.In(language));
  const std::chrono::seconds trial(what.trial_seconds() == 0 ? kDefaultTrial
                                                             : what.trial_seconds());
  return Fill(headings::kEnforceAfterTrial.In(language), {{"span", WriteSpan(trial)}});
}

std::string DescribeLogins(const v1::SetLoginsMode& what, Language language) {
  return Fill(headings::kLoginsOrder.In(language),
              {{"mode", NameOf(what.mode(), language)},
               {"people", absl::StrJoin(what.without_factor(), CommaOf(language))}});
}

// Whom it is about; empty when it is about nobody.
std::string PersonOf(const v1::Order& order) {
  if (order.has_lift_login_lock()) return order.lift_login_lock().person();
  if (order.has_remove_factors()) return order.remove_factors().person();
  return "";
}

// Whether a terminal is what it was ordered to be. A trial is how enforcing begins.
bool Follows(v1::Mode actual, v1::Mode ordered) {
  return actual == ordered || (ordered == v1::MODE_ENFORCE && actual == v1::MODE_TRIAL);
}

}  // namespace

std::string WriteMode(const v1::Terminal& terminal, Language language) {
  if (!terminal.has_status()) return "";
  // An agent of before there were modes sends none, and enforces.
  const v1::Mode actual = terminal.status().mode() == v1::MODE_UNSPECIFIED
                              ? v1::MODE_ENFORCE
                              : terminal.status().mode();
  const std::string name = NameOf(actual, language);
  const v1::Mode ordered = terminal.ordered_mode();
  if (ordered == v1::MODE_UNSPECIFIED || Follows(actual, ordered)) return name;
  const Text& pattern =
      terminal.orders_waiting() > 0 ? headings::kModeOrdered : headings::kModeAtRestart;
  return Fill(pattern.In(language), {{"mode", name}, {"ordered", NameOf(ordered, language)}});
}

std::string DescribeOrder(const v1::IssuedOrder& order, Language language) {
  if (order.kind() == v1::ORDER_KIND_SET_MODE) {
    return DescribeMode(order.order().set_mode(), language);
  }
  if (order.kind() == v1::ORDER_KIND_SET_LOGINS_MODE) {
    return DescribeLogins(order.order().set_logins_mode(), language);
  }
  const std::string kind = NameOf(order.kind(), language);
  const std::string about = order.has_device() ? DescribeDeviceBriefly(order.device(), language)
                                               : PersonOf(order.order());
  return about.empty() ? kind : absl::StrCat(kind, ": ", about);
}

std::string WriteOutcomes(const google::protobuf::RepeatedPtrField<v1::TerminalOutcome>& terminals,
                          const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  std::map<v1::OrderOutcome, std::vector<std::string>> by_outcome;
  for (const v1::TerminalOutcome& terminal : terminals) {
    by_outcome[terminal.outcome()].push_back(terminal.terminal_name());
  }
  Table table({heading(headings::kWhatHappens), heading(headings::kHowMany),
               heading(headings::kTerminals)});
  for (const auto& [outcome, names] : by_outcome) {
    table.Add({NameOf(outcome, style.language), absl::StrCat(names.size()),
               Names(names, style.language)});
  }
  const std::string without_factor = WriteWithoutFactor(terminals, style);
  return absl::StrCat(table.Write(), without_factor.empty() ? "" : "\n", without_factor);
}

std::string WriteOrders(const v1::ListOrdersResponse& orders, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kTerminal), heading(headings::kOrder), heading(headings::kWhat),
               heading(headings::kState), heading(headings::kIssued), heading(headings::kSent),
               heading(headings::kRequestedBy), heading(headings::kGrantReason)});
  for (const v1::IssuedOrder& issued : orders.orders()) {
    const v1::Order& order = issued.order();
    std::string state = NameOf(issued.state(), style.language);
    if (!issued.cause().empty()) {
      state = Fill(headings::kStateBecause.In(style.language),
                   {{"state", state}, {"cause", CauseName(issued.cause(), style.language)}});
    }
    table.Add({issued.terminal_name(), absl::StrCat(order.version()),
               DescribeOrder(issued, style.language), state,
               WriteMoment(order.issued_at(), style.zone),
               issued.has_sent_at() ? WriteMoment(issued.sent_at(), style.zone) : "",
               order.ordered_by(), order.reason()});
  }
  return table.Write();
}

std::string WriteWouldBeBlocked(const v1::ListWouldBeBlockedResponse& devices, const Style& style) {
  const auto heading = [&style](const Text& text) { return std::string(text.In(style.language)); };
  Table table({heading(headings::kDevice), heading(headings::kSerial),
               heading(headings::kFingerprint), heading(headings::kHowMany),
               heading(headings::kTimes), heading(headings::kLastSeen),
               heading(headings::kTerminals), heading(headings::kWhyNot)});
  for (const v1::WouldBeBlocked& device : devices.devices()) {
    const std::vector<std::string> names(device.terminal_names().begin(),
                                         device.terminal_names().end());
    table.Add({DescribeDeviceBriefly(device.device(), style.language), device.device().serial(),
               ShortFingerprint(device.device().fingerprint()), absl::StrCat(device.terminals()),
               absl::StrCat(device.times()), WriteMoment(device.last_seen_at(), style.zone),
               Names(names, style.language),
               DescribeVerdict(device.verdict(), device.device(), style.language)});
  }
  return table.Write();
}

}  // namespace sekisho::console::cli
