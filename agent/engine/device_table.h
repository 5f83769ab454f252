#ifndef SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_
#define SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/decide.h"
#include "agent/core/device.h"
#include "agent/core/reconcile.h"
#include "platform/api/devices.h"

namespace sekisho::engine {

// What the engine is doing with a device at the moment.
enum class Handling {
  kSettled,
  kClosing,     // the medium closer has it
  kOpenFailed,  // not tried again before something changes
  kShutFailed,  // tried again with the tick; the backstop stays armed
};

// Whether a refused device was asked what it is (agent/engine/device_questions.h).
enum class Asking {
  kNot,
  kAsked,  // its block is held back until it has answered, or long enough
  kSettled,
};

// Whether a refused keyboard may still be admitted by the code on the screen
// (agent/engine/keyboard_admission.h): one that was asked for it, or that has changed what it is,
// must be plugged in anew.
enum class CodeChance { kLeft, kGone };

inline constexpr std::size_t kMaxToldIds = 16;

// What a device says of itself when asked: a claim, for people. No verdict depends on it.
struct DeviceTold {
  std::vector<std::string> compatible_ids;
  std::set<core::DeviceClass> classes;
};

// One present device: held open from the moment it was read, so that what is decided on is what is
// authorised.
struct DeviceEntry {
  std::shared_ptr<platform::OpenDevice> held;
  // Without classes and interfaces when the descriptors do not parse.
  core::Device device;
  // Why it does not parse, or cannot be read.
  std::string fault;
  core::Authorisation enforced = core::Authorisation::kUnauthorised;
  core::Verdict verdict;
  // Whether `verdict` was told by an event; a verdict that stays the same is told once.
  bool recorded = false;
  Handling handling = Handling::kSettled;
  std::string reference;
  Asking asking = Asking::kNot;
  DeviceTold told;
  CodeChance code = CodeChance::kLeft;
};

// For events and people: the device that was decided on, with the classes that it claims besides.
core::Device Shown(const DeviceEntry& entry);

// What is plugged in, by port path. Reads through the seam; decides nothing.
class DeviceTable {
 public:
  // `source` outlives this.
  explicit DeviceTable(platform::DeviceSource& source) : source_(source) {}

  // Opens, reads, hashes and parses whatever is at the port now; replaces what was there. Null when
  // nothing is.
  DeviceEntry* Observe(const std::string& port_path);
  // Reads through the device that is held.
  enum class Reread { kSame, kAuthorisationChanged, kDeviceChanged, kGone };
  Reread Look(const std::string& port_path);
  // What was there; nullopt when nothing was.
  std::optional<DeviceEntry> Remove(const std::string& port_path);

  DeviceEntry* Find(const std::string& port_path);
  const DeviceEntry* Find(const std::string& port_path) const;
  // By port path or six-digit reference.
  const DeviceEntry* Search(const std::string& name) const;
  // Hubs before what hangs below them.
  std::vector<std::string> Ports() const;
  std::map<std::string, DeviceEntry>& entries() { return entries_; }
  const std::map<std::string, DeviceEntry>& entries() const { return entries_; }

 private:
  static void Fill(DeviceEntry& entry, const platform::DeviceFacts& facts,
                   const std::string& port_path);
  platform::DeviceSource& source_;
  std::map<std::string, DeviceEntry> entries_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_
