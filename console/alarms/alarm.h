#ifndef SEKISHO_CONSOLE_ALARMS_ALARM_H_
#define SEKISHO_CONSOLE_ALARMS_ALARM_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::alarms {

// Whether names of persons, and what they wrote, leave the console.
enum class Persons { kLeftOut, kNamed };

// One event as it goes out: nothing that a mail server or a collector could obey (control
// characters, broken UTF-8), nothing longer than kMaxText.
struct Alarm {
  static constexpr std::size_t kMaxText = 256;
  std::uint64_t cursor = 0;
  std::string kind;  // as sekishoctl takes it: "chain-broken"
  std::string terminal;
  std::string terminal_id;
  store::WallTime at{};
  std::vector<std::pair<std::string, std::string>> details;
};

// What is said at once: the first alarms, and how many more there are.
struct Notice {
  std::string organisation;
  std::vector<Alarm> alarms;
  std::uint64_t more = 0;
  // Sent by `alarm test`.
  bool test = false;
};

Alarm AlarmOf(const store::StoredEventRecord& record, Persons persons);

// Tampering and faults, and what the console finds out about a terminal: what is told unless other
// kinds are asked for.
std::vector<v1::EventKind> DefaultKinds();
// Words as sekishoctl takes them. INVALID_ARGUMENT names the one that is no kind.
absl::StatusOr<std::vector<v1::EventKind>> ParseKinds(const std::vector<std::string>& words);
std::string WordOf(v1::EventKind kind);

}  // namespace sekisho::console::alarms

#endif  // SEKISHO_CONSOLE_ALARMS_ALARM_H_
