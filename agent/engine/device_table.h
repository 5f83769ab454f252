#ifndef SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_
#define SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/core/decide.h"
#include "agent/core/device.h"
#include "agent/core/hid_report.h"
#include "agent/core/reconcile.h"
#include "agent/core/surroundings.h"
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
  // The same, and it is authorised for that, with nothing but the worker on it; entered as shut.
  kAskedOpen,
  kSettled,
};

// Whether a refused keyboard may still be admitted by the code on the screen
// (agent/engine/keyboard_admission.h): one that was asked for it, or that has changed what it is,
// must be plugged in anew.
enum class CodeChance { kLeft, kGone };

inline constexpr std::size_t kMaxToldIds = 16;

// What opens and shuts a device.
enum class Barrier {
  kSwitch,  // the enforcer
  kMedia,   // the medium guard, each of its media
};

// A way to a medium of a device, and how it stands with the medium guard.
struct EntryMedium {
  platform::MediumNode node;
  enum class Standing {
    kUnknown,  // nothing was said of it since agentd started, or since the guard was put back
    kShut,
    kReadOnly,
    kReadWrite,
    kFailed,  // to be open, and could not be admitted; not tried again before something changes
    kNotIt,   // likewise, since another medium is there, or the kernel is not ready with it
    kOwn,     // the machine's own: nobody's to shut
  } standing = Standing::kUnknown;
  std::optional<platform::BootTime> deadline;
  // Its MEDIUM_OPENED is written, and what it says may not have come about yet.
  bool opening_recorded = false;
  // Why it could not be admitted, as told: the same is not told twice.
  std::string failure;
};

// What a device says of itself when asked: a claim, for people. No verdict depends on it.
struct DeviceTold {
  std::vector<std::string> compatible_ids;
  std::set<core::DeviceClass> classes;
};

// One present device: held open from the moment it was read, so that what is decided on is what is
// authorised.
struct DeviceEntry {
  std::shared_ptr<platform::OpenDevice> held;
  // Without classes and interfaces when the descriptors do not parse. Its port path is its place
  // when it is not USB.
  core::Device device;
  // Why it does not parse, or cannot be read.
  std::string fault;
  core::Authorisation enforced = core::Authorisation::kUnauthorised;
  // Its interfaces by number, as they were read last; none while it is shut.
  std::map<std::uint8_t, core::Authorisation> interfaces;
  core::InterfaceSupport interface_support = core::InterfaceSupport::kUnavailable;
  core::Verdict verdict;
  // Whether `verdict` was told by an event; a verdict that stays the same is told once.
  bool recorded = false;
  Handling handling = Handling::kSettled;
  std::string reference;
  Asking asking = Asking::kNot;
  // Its HID interfaces' report descriptors, as it told when asked or as the OS has read them; of a
  // device that they could tell anything of alone.
  core::HidReports reports;
  enum class ReportsAsked { kNo, kYes } reports_asked = ReportsAsked::kNo;
  DeviceTold told;
  CodeChance code = CodeChance::kLeft;
  Barrier barrier = Barrier::kSwitch;
  std::vector<EntryMedium> media;
  // A write went through to one of its media that was opened read-only: never again so.
  enum class ReadOnlyHold { kUnbroken, kBroken } read_only_hold = ReadOnlyHold::kUnbroken;
  // What the media register said of it, at that generation of the register.
  core::RegisterStanding medium;
  std::uint64_t register_generation = 0;
};

// Whether an interface is open that its verdict shuts.
bool HasLooseInterface(const DeviceEntry& entry);

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
  // Reads through the device that is held. Of one that the medium guard shuts, and of one that is
  // open to be asked, the authorisation is what was entered. Report descriptors that say
  // something else than it told make it another device.
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
  static void FillUsb(DeviceEntry& entry, const platform::DeviceFacts& facts,
                      const core::Fingerprint& fingerprint, const std::string& port_path);
  static Reread LearnReports(DeviceEntry& entry, const core::HidReports& read);
  static void FillAttached(DeviceEntry& entry, const platform::DeviceFacts& facts,
                           const core::Fingerprint& fingerprint, const std::string& place);
  platform::DeviceSource& source_;
  std::map<std::string, DeviceEntry> entries_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_DEVICE_TABLE_H_
