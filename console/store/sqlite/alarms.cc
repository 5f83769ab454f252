#include "console/store/sqlite/alarms.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::store::sqlite {

absl::StatusOr<std::vector<AlarmPosition>> Alarms::ListPositions() {
  std::vector<AlarmPosition> positions;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT channel, cursor, delivered_at, failed_at, error FROM alarm_channels "
                "ORDER BY channel");
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      positions.push_back({query.Text(0), static_cast<std::uint64_t>(query.Integer(1)),
                           query.OptionalTime(2), query.OptionalTime(3), query.Text(4)});
    }
  });
  if (!status.ok()) return status;
  return positions;
}

absl::StatusOr<AlarmPosition> Alarms::FindPosition(const std::string& channel) {
  absl::StatusOr<std::vector<AlarmPosition>> all = ListPositions();
  if (!all.ok()) return all.status();
  for (AlarmPosition& each : *all) {
    if (each.channel == channel) return std::move(each);
  }
  return absl::NotFoundError(absl::StrCat("nothing was ever sent by ", channel));
}

absl::Status Alarms::SavePosition(const AlarmPosition& position) {
  return database_.Write(
      [&](Connection& connection) {
        Query query(connection,
                    "INSERT INTO alarm_channels (channel, cursor, delivered_at, failed_at, error) "
                    "VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (channel) DO UPDATE SET "
                    "cursor = excluded.cursor, delivered_at = excluded.delivered_at, "
                    "failed_at = excluded.failed_at, error = excluded.error");
        query << position.channel << position.cursor << position.delivered_at << position.failed_at
              << position.error;
        return query.Run();
      },
      Lane::kReports);
}

}  // namespace sekisho::console::store::sqlite
