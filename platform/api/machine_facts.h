#ifndef SEKISHO_PLATFORM_API_MACHINE_FACTS_H_
#define SEKISHO_PLATFORM_API_MACHINE_FACTS_H_

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sekisho::platform {

// What a machine is like, as far as it matters to whoever wants to install Sekisho on it. Only
// seen, never judged: agent/preflight does that.

struct KeyboardFacts {
  enum class Bus { kPs2, kUsb, kBluetooth, kOther } bus = Bus::kOther;
  std::string name;
  std::string port_path;             // kUsb: "1-2.4"
  std::vector<std::string> besides;  // kUsb: its interfaces that are no HID, "08" is storage
};

struct EncryptedVolumeFacts {
  std::string name;                   // "sda3_crypt"
  std::vector<std::string> used_for;  // mount points, "swap"
  enum class Unlocking {
    kPassphrase,  // typed at boot
    kKeyFile,
    kToken,   // a TPM, or a security key
    kLater,   // not at boot
    kRandom,  // a new key for each boot
  } unlocking = Unlocking::kPassphrase;
};

// The network interface at the end of the route to the console.
struct NetworkPathFacts {
  std::string interface;  // "enp3s0"; of a bridge, bond or VLAN what lies below it
  enum class Attachment { kOnBoard, kUsb } attachment = Attachment::kOnBoard;
  enum class Medium { kWired, kWireless } medium = Medium::kWired;
  std::string port_path;  // kUsb
};

struct UsbDiskFacts {
  std::string name;                   // "sdb"
  std::vector<std::string> used_for;  // "/", "/home", "swap"
};

enum class PackageState { kAbsent, kInstalled, kRunning };

struct BootFacts {
  std::vector<std::string> loaders;  // "grub", "systemd-boot", "extlinux", "refind"
  enum class Password { kNone, kSet, kUnseen } password = Password::kUnseen;
  enum class Menu { kWritable, kReadOnly, kWritableByOthers } menu = Menu::kWritable;
  std::string menu_directory;                  // the one that `menu` is about
  std::vector<std::string> image_makers;       // "initramfs-tools", "dracut"
  std::optional<std::uint64_t> free_bytes;     // where the kernels' images are
  std::optional<std::uint64_t> largest_image;  // bytes
};

struct ThunderboltFacts {
  bool present = false;
  std::string security;  // of its first domain: "none", "user", "secure", "dponly", …
};

struct ClockFacts {
  std::chrono::sys_seconds now{};
  // The newest thing on disk that is certainly past: the clock cannot be before it.
  std::chrono::sys_seconds not_before{};
  enum class Kept { kByNetwork, kByNobody } kept = Kept::kByNobody;
};

struct MachineFacts {
  std::vector<KeyboardFacts> keyboards;
  std::vector<EncryptedVolumeFacts> encrypted;
  std::vector<NetworkPathFacts> network;  // empty: no route
  std::vector<UsbDiskFacts> usb_disks;    // that the system itself lives on
  std::vector<std::string> pam_edited;    // files that no package and no pam-auth-update made
  PackageState usbguard = PackageState::kAbsent;
  // GNOME's USB protection, which works through USBGuard's D-Bus service.
  PackageState gnome_usb_protection = PackageState::kAbsent;
  PackageState bolt = PackageState::kAbsent;
  ThunderboltFacts thunderbolt;
  std::vector<std::string> file_watchers;  // "program (pid)": fanotify permission events
  BootFacts boot;
  enum class BpfLsm { kActive, kMissing, kUnseen } bpf_lsm = BpfLsm::kUnseen;
  enum class Tpm { kNone, kVersion1, kVersion2 } tpm = Tpm::kNone;
  ClockFacts clock;
  std::optional<std::string> serial;  // DMI's; none: could not be read
  // What could not be looked at, with the reason.
  std::vector<std::string> unseen;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_MACHINE_FACTS_H_
