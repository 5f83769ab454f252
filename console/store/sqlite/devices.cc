#include "console/store/sqlite/devices.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sekisho/v1/register.pb.h"

namespace sekisho::console::store::sqlite {
namespace {

// The first five parameters of both queries below.
void Bind(Query& query, const SeenDeviceQuery& wanted) {
  // Paths are made of ids and slashes: nothing to escape.
  const auto quoted = [](std::string* out, const std::string& path) {
    absl::StrAppend(out, "\"", path, "\"");
  };
  query << wanted.scope.organisation_id << wanted.scope.path
        << static_cast<int>(v1::TERMINAL_STATE_ENROLLED) << wanted.since
        << absl::StrCat("[", absl::StrJoin(wanted.without, ",", quoted), "]");
}

bool IsOver(const core::RegisterStanding& standing) {
  return standing.state == core::MediumState::kLost ||
         standing.state == core::MediumState::kRetired;
}

core::RegisterStanding StandingIn(const v1::Medium& medium) {
  core::RegisterStanding standing{.state = core::MediumState::kRegistered,
                                  .encrypted = medium.encrypted(),
                                  .medium_id = medium.medium_id()};
  if (medium.state() == v1::MEDIUM_STATE_LOST) standing.state = core::MediumState::kLost;
  if (medium.state() == v1::MEDIUM_STATE_RETIRED) standing.state = core::MediumState::kRetired;
  return standing;
}

// Of the entries that the query finds, the first of those that are encrypted least.
absl::StatusOr<core::RegisterStanding> Found(Query& query) {
  std::optional<core::RegisterStanding> found;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return found.value_or(core::RegisterStanding());
    v1::Medium medium;
    medium.ParseFromString(query.Bytes(0));
    const core::RegisterStanding standing = StandingIn(medium);
    if (found && found->state != standing.state) return *found;
    if (!found || !standing.encrypted) found = standing;
    if (!found->encrypted) return *found;
  }
}

// What a terminal of the group holds about the device: the same answer as the agent's own
// (agent/engine/register_keeper.h).
absl::StatusOr<core::RegisterStanding> StandingOf(Connection& connection,
                                                  const std::string& organisation_id,
                                                  const SeenDevice& seen) {
  const v1::Device& device = seen.device;
  const bool sole = device.confidence() == v1::IDENTITY_CONFIDENCE_SERIAL;
  absl::StatusOr<core::RegisterStanding> by_serial = core::RegisterStanding();
  if (!device.serial().empty()) {
    Query query(connection,
                "SELECT medium FROM media WHERE organisation_id = ?1 AND serial = ?2 "
                "AND vendor_id = ?3 AND product_id = ?4 AND serial <> '' "
                "AND (state >= ?5 OR substr(?6, 1, length(group_path)) = group_path) "
                "ORDER BY state DESC");
    query << organisation_id << device.serial() << device.vendor_id() << device.product_id()
          << static_cast<int>(v1::MEDIUM_STATE_LOST) << seen.group_path;
    by_serial = Found(query);
  }
  if (!by_serial.ok() || device.identity().empty()) return by_serial;
  absl::StatusOr<core::RegisterStanding> by_identity = core::RegisterStanding();
  {
    Query query(connection,
                "SELECT medium FROM media WHERE organisation_id = ?1 AND identity = ?2 "
                "AND identity <> x'' "
                "AND (state >= ?3 OR substr(?4, 1, length(group_path)) = group_path) "
                "ORDER BY CASE ?5 WHEN 1 THEN -state ELSE state END");
    query << organisation_id << Blob{device.identity()} << static_cast<int>(v1::MEDIUM_STATE_LOST)
          << seen.group_path << (sole ? 1 : 0);
    by_identity = Found(query);
  }
  if (!by_identity.ok()) return by_identity;
  if (sole && IsOver(*by_identity) && !IsOver(*by_serial)) return by_identity;
  return by_serial->state == core::MediumState::kNotRegistered ? by_identity : by_serial;
}
static_assert(v1::MEDIUM_STATE_RETIRED == v1::MEDIUM_STATE_LOST + 1);  // and nothing above

absl::Status ReadStandings(Connection& connection, const std::string& organisation_id,
                           std::vector<SeenDevice>& devices) {
  {
    Query query(connection, "SELECT 1 FROM media WHERE organisation_id = ?1 LIMIT 1");
    query << organisation_id;
    absl::StatusOr<bool> any = query.Step();
    if (!any.ok() || !*any) return any.status();
  }
  for (SeenDevice& device : devices) {
    absl::StatusOr<core::RegisterStanding> standing =
        StandingOf(connection, organisation_id, device);
    if (!standing.ok()) return standing.status();
    device.medium = *std::move(standing);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<PresentDevice>> Devices::ListPresentInputs(const Scope& scope,
                                                                      const std::string& after,
                                                                      std::uint32_t limit) {
  std::vector<PresentDevice> devices;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT p.terminal_id, t.name, t.group_path, p.port_path, p.device, p.verdict, "
                "p.stale, EXISTS (SELECT 1 FROM adopted_devices AS a "
                "  WHERE a.terminal_id = p.terminal_id AND a.fingerprint = p.fingerprint "
                "  AND a.serial = p.serial AND a.port_path IN ('', p.port_path)) "
                "FROM present_devices AS p JOIN terminals AS t ON t.terminal_id = p.terminal_id "
                "WHERE p.organisation_id = ?1 AND p.input <> 0 AND p.terminal_id IN "
                "(SELECT DISTINCT i.terminal_id FROM present_devices AS i "
                " JOIN terminals AS o ON o.terminal_id = i.terminal_id "
                " WHERE i.organisation_id = ?1 AND i.input <> 0 AND i.terminal_id > ?3 "
                " AND substr(o.group_path, 1, length(?2)) = ?2 AND o.state = ?5 "
                " ORDER BY i.terminal_id LIMIT ?4) "
                "ORDER BY p.terminal_id, p.port_path");
    query << scope.organisation_id << scope.path << after << limit
          << static_cast<int>(v1::TERMINAL_STATE_ENROLLED);
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok() || !*row) return row.status();
      PresentDevice& device = devices.emplace_back();
      device.terminal_id = query.Text(0);
      device.terminal_name = query.Text(1);
      device.group_path = query.Text(2);
      device.port_path = query.Text(3);
      device.device.ParseFromString(query.Bytes(4));
      device.verdict.ParseFromString(query.Bytes(5));
      if (query.Integer(6) != 0) device.sight = PresentDevice::Sight::kStale;
      if (query.Integer(7) != 0) device.belongs = PresentDevice::Belongs::kYes;
    }
  });
  if (!status.ok()) return status;
  return devices;
}

absl::StatusOr<std::vector<SeenDevice>> Devices::ListSeen(const SeenDeviceQuery& wanted) {
  std::vector<SeenDevice> devices;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT d.terminal_id, t.name, t.group_path, d.device, d.verdict, d.person, "
                "d.judged_at, d.reported_at "
                "FROM reported_devices AS d JOIN terminals AS t ON t.terminal_id = d.terminal_id "
                "WHERE d.organisation_id = ?1 AND substr(t.group_path, 1, length(?2)) = ?2 "
                "AND t.state = ?3 AND d.reported_at >= coalesce(?4, d.reported_at) "
                "AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS own "
                "  WHERE substr(t.group_path, 1, length(own.value)) = own.value) "
                "AND (d.terminal_id, d.fingerprint, d.serial) > (?6, ?7, ?8) "
                "ORDER BY d.terminal_id, d.fingerprint, d.serial LIMIT ?9");
    Bind(query, wanted);
    query << wanted.after.terminal_id << Blob{wanted.after.fingerprint} << wanted.after.serial
          << wanted.limit;
    for (;;) {
      absl::StatusOr<bool> row = query.Step();
      if (!row.ok()) return row.status();
      if (!*row) break;
      SeenDevice& device = devices.emplace_back();
      device.terminal_id = query.Text(0);
      device.terminal_name = query.Text(1);
      device.group_path = query.Text(2);
      device.device.ParseFromString(query.Bytes(3));
      device.verdict.ParseFromString(query.Bytes(4));
      const std::string person = query.Bytes(5);
      if (!person.empty()) device.person.emplace().ParseFromString(person);
      device.judged_at = query.OptionalTime(6);
      device.reported_at = query.Time(7);
    }
    return ReadStandings(connection, wanted.scope.organisation_id, devices);
  });
  if (!status.ok()) return status;
  return devices;
}

absl::StatusOr<std::uint64_t> Devices::CountSeen(const SeenDeviceQuery& wanted) {
  std::uint64_t count = 0;
  absl::Status status = database_.Read([&](Connection& connection) {
    Query query(connection,
                "SELECT count(*) FROM reported_devices AS d "
                "JOIN terminals AS t ON t.terminal_id = d.terminal_id "
                "WHERE d.organisation_id = ?1 AND substr(t.group_path, 1, length(?2)) = ?2 "
                "AND t.state = ?3 AND d.reported_at >= coalesce(?4, d.reported_at) "
                "AND NOT EXISTS (SELECT 1 FROM json_each(?5) AS own "
                "  WHERE substr(t.group_path, 1, length(own.value)) = own.value)");
    Bind(query, wanted);
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok() || !*row) return row.status();
    count = static_cast<std::uint64_t>(query.Integer(0));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return count;
}

}  // namespace sekisho::console::store::sqlite
