#ifndef SEKISHO_CONSOLE_STORE_ALARM_STORE_H_
#define SEKISHO_CONSOLE_STORE_ALARM_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// How far one way out (mail, syslog, webhook) has told of what happened.
struct AlarmPosition {
  std::string channel;
  // Everything up to and with this event was delivered, or is no alarm.
  std::uint64_t cursor = 0;
  std::optional<WallTime> delivered_at;
  // After the last delivery; nullopt when that is the newest.
  std::optional<WallTime> failed_at;
  std::string error;
};

class AlarmStore {
 public:
  virtual ~AlarmStore() = default;
  // NOT_FOUND before the first SavePosition.
  virtual absl::StatusOr<AlarmPosition> FindPosition(const std::string& channel) = 0;
  virtual absl::Status SavePosition(const AlarmPosition& position) = 0;
  virtual absl::StatusOr<std::vector<AlarmPosition>> ListPositions() = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_ALARM_STORE_H_
