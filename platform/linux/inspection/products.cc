#include <charconv>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {
namespace {

// linux/fanotify.h: FAN_CLASS_CONTENT | FAN_CLASS_PRE_CONTENT, those that may refuse.
constexpr unsigned kDecides = 0x4 | 0x8;

PackageState StateOf(const DpkgStatus& status, Looker& looker, const std::string& package,
                     std::string_view program) {
  if (looker.Runs(program)) return PackageState::kRunning;
  return status.installed.contains(package) ? PackageState::kInstalled : PackageState::kAbsent;
}

// A site that turned it off says so in dconf's key files.
bool GnomeProtectionOff(Looker& looker) {
  for (const std::string& database : looker.Names("/etc/dconf/db")) {
    if (!database.ends_with(".d")) continue;
    for (const std::string& name : looker.Names("/etc/dconf/db/" + database)) {
      const std::string text = looker.Text("/etc/dconf/db/" + database + "/" + name).value_or("");
      if (text.find("usb-protection=false") != std::string::npos) return true;
    }
  }
  return false;
}

bool DecidesOnFiles(Looker& looker, const std::string& pid) {
  const std::string directory = "/proc/" + pid + "/fdinfo";
  for (const std::string& fd : looker.Names(directory)) {
    const std::string info = looker.Text(directory + "/" + fd, 65536).value_or("");
    const std::size_t at = info.find("fanotify flags:");
    if (at == std::string::npos) continue;
    const std::string flags = info.substr(at + 15, 12);
    unsigned value = 0;
    const std::size_t digits = flags.find_first_not_of("0x");
    if (digits == std::string::npos) continue;
    std::from_chars(flags.data() + digits, flags.data() + flags.size(), value, 16);
    if ((value & kDecides) != 0) return true;
  }
  return false;
}

}  // namespace

void InspectProducts(Looker& looker, MachineFacts& facts) {
  const DpkgStatus status =
      ParseDpkgStatus(looker.Text("/var/lib/dpkg/status", std::size_t{64} << 20).value_or(""));
  facts.usbguard = StateOf(status, looker, "usbguard", "usbguard-daemon");
  facts.bolt = StateOf(status, looker, "bolt", "boltd");
  const PackageState gnome = StateOf(status, looker, "gnome-settings-daemon", "gsd-usb-protect");
  if (gnome != PackageState::kAbsent && facts.usbguard != PackageState::kAbsent &&
      looker.Exists("/usr/share/dbus-1/system-services/org.usbguard1.service") &&
      !GnomeProtectionOff(looker)) {
    facts.gnome_usb_protection = gnome;
  }
  for (const auto& [pid, program] : looker.Processes()) {
    if (DecidesOnFiles(looker, pid)) facts.file_watchers.push_back(program + " (" + pid + ")");
  }
  if (const std::optional<std::string> security =
          looker.Text("/sys/bus/thunderbolt/devices/domain0/security")) {
    facts.thunderbolt = {true, *security};
  }
}

}  // namespace sekisho::platform
