#ifndef SEKISHO_CONSOLE_STORE_SQLITE_ALARMS_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_ALARMS_H_

#include "console/store/alarm_store.h"
#include "console/store/sqlite/database.h"

namespace sekisho::console::store::sqlite {

class Alarms : public AlarmStore {
 public:
  explicit Alarms(Database& database) : database_(database) {}
  absl::StatusOr<AlarmPosition> FindPosition(const std::string& channel) override;
  absl::Status SavePosition(const AlarmPosition& position) override;
  absl::StatusOr<std::vector<AlarmPosition>> ListPositions() override;

 private:
  Database& database_;
};

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_ALARMS_H_
