#ifndef SEKISHO_CONSOLE_STORE_DEVICE_STORE_H_
#define SEKISHO_CONSOLE_STORE_DEVICE_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/core/surroundings.h"
#include "console/store/model.h"

namespace sekisho::console::store {

// Plugged in, as far as the terminal's events say.
struct PresentDevice {
  std::string terminal_id;
  std::string terminal_name;
  std::string group_path;
  std::string port_path;
  v1::Device device;
  v1::Verdict verdict;
  // It belongs to the terminal: comes up whatever the policy says.
  enum class Belongs { kNo, kYes } belongs = Belongs::kNo;
  // From before the agent started last, which has not named it since.
  enum class Sight { kCurrent, kStale } sight = Sight::kCurrent;
};

// The newest that one terminal said of one device.
struct SeenDevice {
  std::string terminal_id;
  std::string terminal_name;
  std::string group_path;
  v1::Device device;
  v1::Verdict verdict;                // nothing in it: no verdict was kept
  std::optional<v1::Person> person;   // who was there
  std::optional<WallTime> judged_at;  // by the terminal's own clock
  WallTime reported_at{};
  core::RegisterStanding medium;  // what the register says of it now, to its terminal
};

struct SeenDeviceQuery {
  Scope scope{};
  std::optional<WallTime> since{};
  // Group paths that are left out, with all below them.
  std::vector<std::string> without{};
  // After this one; an empty terminal: from the first.
  struct Place {
    std::string terminal_id;
    std::string fingerprint;
    std::string serial;
  } after{};
  std::uint32_t limit = 200;
};

// What is, and was, plugged in at enrolled terminals. Follows from events (EventStore::Append).
class DeviceStore {
 public:
  virtual ~DeviceStore() = default;
  // Keyboards and pointers, by terminal and port, after the terminal `after`; whole terminals, at
  // most `limit` of them.
  virtual absl::StatusOr<std::vector<PresentDevice>> ListPresentInputs(const Scope& scope,
                                                                       const std::string& after,
                                                                       std::uint32_t limit) = 0;
  // By terminal, fingerprint and serial.
  virtual absl::StatusOr<std::vector<SeenDevice>> ListSeen(const SeenDeviceQuery& query) = 0;
  virtual absl::StatusOr<std::uint64_t> CountSeen(const SeenDeviceQuery& query) = 0;
};

}  // namespace sekisho::console::store

#endif  // SEKISHO_CONSOLE_STORE_DEVICE_STORE_H_
