#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PINS_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PINS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/medium_guard.h"
#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/medium_guard/bpf_objects.h"
#include "platform/linux/medium_guard/layout.h"

// Where in bpffs the guard is pinned, and what was written down when it was.
namespace sekisho::platform {

struct MediumGuardPaths {
  std::string sysfs = "/sys";
  std::string proc = "/proc";
  std::string dev = "/dev";
  std::string record = "/run/sekisho/medium-guard";
  std::string Root() const { return sysfs + "/fs/bpf/sekisho"; }
  // Of this layout. Another layout has other maps, and both can be there for a moment.
  std::string Maps() const { return Root() + "/maps-" + std::to_string(kSgLayout); }
  // A block device node of a number that no disk has; opening it is an attempt on the guard.
  std::string ProbeNode() const { return dev + "/sekisho-refused"; }
};

Result<Fd> OpenGuardMap(const MediumGuardPaths& paths, const std::string& map);

Result<std::uint32_t> ReadSetting(const MediumGuardPaths& paths, SgSetting setting);
// ENOENT when the guard is not there.
Outcome WriteSetting(const MediumGuardPaths& paths, SgSetting setting, std::uint32_t value);

// Stops refusing, if the guard is there; what OpenEverything does to media. Needs no libbpf.
Outcome ObserveMedia(const std::string& sysfs);

// What the loader pinned, a text: "sekisho-medium-guard 1", "programs FOLDER", "NAME LINK TAG" a
// line, "end". Each the other's inverse; nothing for what is not exactly that.
struct GuardRecord {
  struct Pinned {
    std::string name;
    std::uint32_t link = 0;
    std::string tag;
    friend bool operator==(const Pinned&, const Pinned&) = default;
  };
  std::string folder;  // below Root()
  std::vector<Pinned> programs;
  friend bool operator==(const GuardRecord&, const GuardRecord&) = default;
};
std::string WriteGuardRecord(const GuardRecord& record);
std::optional<GuardRecord> ParseGuardRecord(std::string_view text);

// Whether the kernel asks BPF programs at all, as it says (securityfs, BTF).
enum class BpfLsm { kAsked, kNotAsked };
BpfLsm LookForBpfLsm(const MediumGuardPaths& paths);

// Every pinned program is the one that was loaded, and is attached.
enum class Pins { kWhole, kMissing };
Pins ComparePins(const MediumGuardPaths& paths);

// Of pins, settings and the kernel together.
GuardState StateOfGuard(const MediumGuardPaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PINS_H_
