#include "console/store/sqlite/present.h"

#include <string>
#include <utility>
#include <vector>

#include "console/store/sqlite/append.h"
#include "proto/contract/bounds.h"

namespace sekisho::console::store::sqlite {
namespace {

// A terminal that has been silent for longer may have been switched off with the device in it, and
// the device carried on since.
constexpr auto kAlive = 3 * contract::kStatusPeriod;
// One alarm names one other place; a serial that is everywhere is no serial.
constexpr int kMaxElsewhere = 8;

struct Place {
  std::string organisation_id;
  std::string group_path;
  std::string terminal_id;
  std::string terminal_name;
  std::string port_path;
};

// That `device` is at `here`, and at `there` too.
absl::Status Tell(Connection& connection, const v1::Device& device, const Place& here,
                  const Place& there, WallTime at) {
  v1::Event event;
  event.set_kind(v1::EVENT_KIND_DEVICE_DUPLICATED);
  *event.mutable_device() = device;
  for (const auto& [key, value] :
       {std::pair<const char*, const std::string&>("terminal", there.terminal_name),
        std::pair<const char*, const std::string&>("port", there.port_path)}) {
    v1::Parameter& parameter = *event.add_parameters();
    parameter.set_key(key);
    parameter.set_value(value);
  }
  return InsertConsoleEvent(connection, here.organisation_id, here.group_path, here.terminal_id,
                            std::move(event), at)
      .status();
}

absl::Status MarkTold(Connection& connection, const Place& place) {
  Query query(connection,
              "UPDATE present_devices SET told = 1 WHERE terminal_id = ?1 AND port_path = ?2");
  query << place.terminal_id << place.port_path;
  return query.Run();
}

// Whether it stands there untold, and its terminal's name.
absl::StatusOr<std::optional<std::string>> UntoldAt(Connection& connection,
                                                    const std::string& terminal_id,
                                                    const std::string& port_path) {
  Query query(connection,
              "SELECT t.name FROM present_devices AS p "
              "JOIN terminals AS t ON t.terminal_id = p.terminal_id "
              "WHERE p.terminal_id = ?1 AND p.port_path = ?2 AND p.told = 0");
  query << terminal_id << port_path;
  absl::StatusOr<bool> row = query.Step();
  if (!row.ok()) return row.status();
  return *row ? std::optional(query.Text(0)) : std::nullopt;
}

absl::StatusOr<std::vector<std::pair<Place, v1::Device>>> Elsewhere(Connection& connection,
                                                                    const Place& here,
                                                                    const std::string& sole_key,
                                                                    WallTime now) {
  std::vector<std::pair<Place, v1::Device>> found;
  Query query(connection,
              "SELECT p.terminal_id, t.name, t.group_path, p.port_path, p.device "
              "FROM present_devices AS p JOIN terminals AS t ON t.terminal_id = p.terminal_id "
              "WHERE p.organisation_id = ?1 AND p.sole_key = ?2 AND p.sole_key <> '' "
              "AND p.terminal_id <> ?3 AND p.stale = 0 AND t.last_status_at >= ?4 LIMIT ?5");
  query << here.organisation_id << sole_key << here.terminal_id << now - kAlive << kMaxElsewhere;
  for (;;) {
    absl::StatusOr<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return found;
    auto& [place, device] = found.emplace_back();
    place = {here.organisation_id, query.Text(2), query.Text(0), query.Text(1), query.Text(3)};
    device.ParseFromString(query.Bytes(4));
  }
}

}  // namespace

void PresentDevices::Note(const ReportedBatch& batch, const v1::Event& event,
                          Projection::Presence presence) {
  Terminal& terminal = terminals_[batch.terminal_id];
  if (presence == Projection::Presence::kAllInDoubt) {
    terminal.in_doubt = true;
    terminal.ports.clear();
    return;
  }
  terminal.ports.insert_or_assign(event.device().port_path(), Port{&batch, &event, presence});
}

absl::Status PresentDevices::Write(Connection& connection) const {
  for (const auto& [terminal_id, terminal] : terminals_) {
    if (terminal.in_doubt) {
      Query query(connection, "UPDATE present_devices SET stale = 1 WHERE terminal_id = ?1");
      query << terminal_id;
      if (absl::Status status = query.Run(); !status.ok()) return status;
    }
    for (const auto& [port_path, port] : terminal.ports) {
      if (absl::Status status = WritePort(connection, port); !status.ok()) return status;
    }
  }
  // When all of it is known: what moved within this transaction is in one place.
  for (const auto& [terminal_id, terminal] : terminals_) {
    for (const auto& [port_path, port] : terminal.ports) {
      if (port.presence != Projection::Presence::kPluggedIn) continue;
      if (absl::Status status = LookElsewhere(connection, port); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

absl::Status PresentDevices::WritePort(Connection& connection, const Port& port) {
  const v1::Device& device = port.event->device();
  if (port.presence == Projection::Presence::kUnplugged) {
    Query query(connection,
                "DELETE FROM present_devices WHERE terminal_id = ?1 AND port_path = ?2 "
                "AND fingerprint = ?3 AND serial = ?4");
    query << port.batch->terminal_id << device.port_path() << Blob{device.fingerprint()}
          << device.serial();
    return query.Run();
  }
  Query query(connection,
              "INSERT INTO present_devices (organisation_id, terminal_id, port_path, fingerprint, "
              "serial, sole_key, input, device, verdict, stale, told) "
              "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0, 0) "
              "ON CONFLICT (terminal_id, port_path) DO UPDATE SET "
              "told = CASE WHEN fingerprint = ?4 AND serial = ?5 THEN told ELSE 0 END, "
              "fingerprint = ?4, serial = ?5, sole_key = ?6, input = ?7, device = ?8, "
              "verdict = ?9, stale = 0");
  query << port.batch->organisation_id << port.batch->terminal_id << device.port_path()
        << Blob{device.fingerprint()} << device.serial() << SoleKeyOf(device) << InputOf(device)
        << Blob{device.SerializeAsString()} << Blob{port.event->verdict().SerializeAsString()};
  return query.Run();
}

absl::Status PresentDevices::LookElsewhere(Connection& connection, const Port& port) {
  const std::string sole_key = SoleKeyOf(port.event->device());
  if (sole_key.empty()) return absl::OkStatus();
  Place here{port.batch->organisation_id, port.batch->group_path, port.batch->terminal_id, "",
             port.event->device().port_path()};
  absl::StatusOr<std::optional<std::string>> name =
      UntoldAt(connection, here.terminal_id, here.port_path);
  if (!name.ok() || !name->has_value()) return name.status();
  here.terminal_name = **name;
  const WallTime now = port.batch->received_at;
  absl::StatusOr<std::vector<std::pair<Place, v1::Device>>> elsewhere =
      Elsewhere(connection, here, sole_key, now);
  if (!elsewhere.ok()) return elsewhere.status();
  for (const auto& [there, device] : *elsewhere) {
    absl::Status told = Tell(connection, port.event->device(), here, there, now);
    if (told.ok()) told = Tell(connection, device, there, here, now);
    if (told.ok()) told = MarkTold(connection, here);
    if (told.ok()) told = MarkTold(connection, there);
    if (!told.ok()) return told;
  }
  return absl::OkStatus();
}

}  // namespace sekisho::console::store::sqlite
