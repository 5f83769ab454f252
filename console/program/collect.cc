#include "console/program/collect.h"

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "console/metrics/page.h"
#include "console/program/keys.h"
#include "sekisho/version.h"

namespace sekisho::console::program {
namespace {

using metrics::Family;
using metrics::Type;

constexpr int kPage = 200;

double SecondsUntil(WallTime then, WallTime now) {
  return std::chrono::duration<double>(then - now).count();
}

// "UNPROTECTED_OUTDATED_AGENT" without its prefix, as a label has it.
std::string Label(const std::string& name, std::size_t prefix) {
  return absl::AsciiStrToLower(name.substr(prefix));
}

Family One(std::string name, Type type, std::string help, double value) {
  return {std::move(name), type, std::move(help), {{{}, value}}};
}

struct Fleet {
  std::map<std::string, double> by_state;
  std::map<std::string, double> by_reason;
  double unprotected = 0;
};

Fleet Count(Console& console) {
  Fleet fleet;
  // Every value from the first page on: a series that appears only with the first fault cannot be
  // alarmed on.
  for (int state = v1::TerminalState_MIN + 1; state <= v1::TerminalState_MAX; ++state) {
    if (v1::TerminalState_IsValid(state)) {
      fleet.by_state[Label(v1::TerminalState_Name(state), 15)] = 0;
    }
  }
  for (int reason = v1::Unprotected_MIN + 1; reason <= v1::Unprotected_MAX; ++reason) {
    if (v1::Unprotected_IsValid(reason)) {
      fleet.by_reason[Label(v1::Unprotected_Name(reason), 12)] = 0;
    }
  }
  const authz::Caller caller{.organisation_id = console.keyring().organisation_id(),
                             .name = "metrics",
                             .role = v1::ROLE_AUDITOR,
                             .group_path = "",
                             .robot = true};
  v1::ListTerminalsRequest request;
  request.set_page_size(kPage);
  for (;;) {
    const absl::StatusOr<v1::ListTerminalsResponse> page =
        console.services().terminals.ListTerminals(caller, request);
    if (!page.ok()) return fleet;
    for (const v1::Terminal& terminal : page->terminals()) {
      ++fleet.by_state[Label(v1::TerminalState_Name(terminal.state()), 15)];
      if (!terminal.unprotected().empty()) ++fleet.unprotected;
      for (const int reason : terminal.unprotected()) {
        ++fleet.by_reason[Label(v1::Unprotected_Name(static_cast<v1::Unprotected>(reason)), 12)];
      }
    }
    if (page->next_page_token().empty()) return fleet;
    request.set_page_token(page->next_page_token());
  }
}

Family ByLabel(std::string name, std::string help, const char* label,
               const std::map<std::string, double>& values) {
  Family family{std::move(name), Type::kGauge, std::move(help), {}};
  for (const auto& [value, count] : values) family.samples.push_back({{{label, value}}, count});
  return family;
}

void AddAlarms(Console& console, WallTime now, std::vector<Family>& families) {
  const absl::StatusOr<std::vector<store::AlarmPosition>> positions =
      console.store().alarms().ListPositions();
  if (!positions.ok() || positions->empty()) return;
  Family failing{"sekisho_alarm_channel_failing",
                 Type::kGauge,
                 "1 while the last attempt to deliver alarms failed.",
                 {}};
  Family age{"sekisho_alarm_last_delivery_age_seconds",
             Type::kGauge,
             "Since alarms were delivered last.",
             {}};
  for (const store::AlarmPosition& each : *positions) {
    failing.samples.push_back({{{"channel", each.channel}}, each.failed_at ? 1.0 : 0.0});
    if (each.delivered_at) {
      age.samples.push_back({{{"channel", each.channel}}, -SecondsUntil(*each.delivered_at, now)});
    }
  }
  families.push_back(std::move(failing));
  if (!age.samples.empty()) families.push_back(std::move(age));
}

}  // namespace

std::string Collector::Make() {
  const WallTime now = console_.services().clock.wall();
  std::vector<Family> families;
  families.push_back({"sekisho_console_info",
                      Type::kGauge,
                      "The version that runs.",
                      {{{{"version", SEKISHO_VERSION}}, 1}}});
  const Fleet fleet = Count(console_);
  families.push_back(ByLabel("sekisho_terminals", "Terminals in the inventory, by state.", "state",
                             fleet.by_state));
  families.push_back(
      ByLabel("sekisho_terminals_unprotected",
              "Terminals that are not known to be protected, by reason; one may have "
              "several.",
              "reason", fleet.by_reason));
  families.push_back(One("sekisho_terminals_unprotected_any", Type::kGauge,
                         "Terminals that are not known to be protected for any reason.",
                         fleet.unprotected));
  families.push_back(One("sekisho_streams", Type::kGauge, "Terminals connected now.",
                         static_cast<double>(console_.registry().size())));
  const store::IngestCounters counters = console_.ingest_counters();
  families.push_back(One("sekisho_ingest_events_total", Type::kCounter,
                         "Events of terminals stored.", static_cast<double>(counters.events)));
  families.push_back(One("sekisho_ingest_duplicates_total", Type::kCounter,
                         "Events that came again.", static_cast<double>(counters.duplicates)));
  families.push_back(One("sekisho_ingest_commits_total", Type::kCounter, "Transactions of reports.",
                         static_cast<double>(counters.commits)));
  families.push_back(One("sekisho_ingest_commit_failures_total", Type::kCounter,
                         "Transactions of reports that failed.",
                         static_cast<double>(counters.failures)));
  families.push_back(One("sekisho_ingest_commit_seconds_total", Type::kCounter,
                         "Time spent in transactions of reports.", counters.commit_seconds));
  families.push_back(One("sekisho_ingest_waiting_bytes", Type::kGauge,
                         "Reports received and not stored yet.",
                         static_cast<double>(counters.waiting_bytes)));
  std::error_code error;
  const auto size = std::filesystem::file_size(StorePath(data_), error);
  families.push_back(One("sekisho_store_size_bytes", Type::kGauge, "The store's file.",
                         error ? 0.0 : static_cast<double>(size)));
  const auto space = std::filesystem::space(data_, error);
  families.push_back(One("sekisho_store_free_bytes", Type::kGauge, "Free on the store's disk.",
                         error ? 0.0 : static_cast<double>(space.available)));
  if (const absl::StatusOr<std::vector<KeyInfo>> keys = ListKeys(data_); keys.ok()) {
    Family expiry{"sekisho_key_expiry_seconds",
                  Type::kGauge,
                  "Until a key or certificate of the console is over.",
                  {}};
    for (const KeyInfo& key : *keys) {
      if (key.ends) {
        expiry.samples.push_back({{{"key", key.name}}, SecondsUntil(key.not_after, now)});
      }
    }
    families.push_back(std::move(expiry));
  }
  AddAlarms(console_, now, families);
  return metrics::WritePage(families);
}

std::string Collector::Page() {
  const std::chrono::nanoseconds now = console_.services().clock.steady();
  std::lock_guard lock(mutex_);
  if (page_.empty() || now - made_ >= kKept) {
    page_ = Make();
    made_ = now;
  }
  return page_;
}

}  // namespace sekisho::console::program
