#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"
#include "platform/linux/mounts.h"

namespace sekisho::platform {
namespace {

// What the system needs to be what it was after a restart.
constexpr std::array<std::string_view, 8> kOwnMounts = {"/",     "/usr",      "/var", "/home",
                                                        "/boot", "/boot/efi", "/srv", "/opt"};

// The directory in sysfs of a block device by number or, where a file system has none of its own
// (btrfs), by its node's name.
std::string BlockDirectory(const Looker& looker, const MountLine& mount) {
  const std::string by_number =
      looker.Resolve("/sys/dev/block/" + std::to_string(major(mount.device)) + ":" +
                     std::to_string(minor(mount.device)));
  if (!by_number.empty()) return by_number;
  const std::string node = looker.Resolve(mount.source);
  return looker.Resolve(
      "/sys/class/block/" +
      std::filesystem::path(node.empty() ? mount.source : node).filename().string());
}

// "sdb" of ".../block/sdb/sdb1".
std::string DiskOf(const std::string& directory) {
  const std::size_t block = directory.find("/block/");
  if (block == std::string::npos) return std::filesystem::path(directory).filename().string();
  const std::string rest = directory.substr(block + 7);
  return rest.substr(0, rest.find('/'));
}

void AddOnce(std::vector<std::string>& list, const std::string& item) {
  if (std::ranges::find(list, item) == list.end()) list.push_back(item);
}

// What the system's own file systems and swap lie on, down to the disks.
class Stack {
 public:
  explicit Stack(Looker& looker) : looker_(looker) {}

  void Add(const std::string& directory, const std::string& use, int depth = 0) {
    constexpr int kDeepest = 16;
    if (directory.empty() || depth > kDeepest) return;
    if (!UsbPortOf(directory).empty()) AddOnce(usb_[DiskOf(directory)], use);
    const std::string uuid = looker_.Text(directory + "/dm/uuid").value_or("");
    if (uuid.starts_with("CRYPT-")) {
      AddOnce(encrypted_[looker_.Text(directory + "/dm/name").value_or("")], use);
    }
    // A partition's slaves are its disk's.
    for (const std::string& below : looker_.Names(directory + "/slaves")) {
      Add(looker_.Resolve(directory + "/slaves/" + below), use, depth + 1);
    }
  }

  const std::map<std::string, std::vector<std::string>>& usb() const { return usb_; }
  std::map<std::string, std::vector<std::string>>& encrypted() { return encrypted_; }

 private:
  Looker& looker_;
  std::map<std::string, std::vector<std::string>> usb_;
  std::map<std::string, std::vector<std::string>> encrypted_;
};

// crypttab(5): name, device, key, options.
EncryptedVolumeFacts::Unlocking UnlockingOf(const std::vector<std::string_view>& fields) {
  using Unlocking = EncryptedVolumeFacts::Unlocking;
  const std::string_view key = fields.size() > 2 ? fields[2] : "none";
  const std::string options = "," + std::string(fields.size() > 3 ? fields[3] : "") + ",";
  if (options.find(",noauto,") != std::string::npos) return Unlocking::kLater;
  for (const char* token : {",tpm2-device=", ",fido2-device=", ",pkcs11-uri=", ",keyscript="}) {
    if (options.find(token) != std::string::npos) return Unlocking::kToken;
  }
  if (key == "/dev/urandom" || key == "/dev/random") return Unlocking::kRandom;
  return key == "none" || key == "-" ? Unlocking::kPassphrase : Unlocking::kKeyFile;
}

}  // namespace

void InspectDisks(Looker& looker, MachineFacts& facts) {
  Stack stack(looker);
  const std::string mounts = looker.Text("/proc/self/mountinfo").value_or("");
  for (const MountLine& mount : ParseMountInfo(mounts)) {
    if (std::ranges::find(kOwnMounts, mount.point) == kOwnMounts.end()) continue;
    stack.Add(BlockDirectory(looker, mount), mount.point);
  }
  const std::string swaps = looker.Text("/proc/swaps").value_or("");
  for (const std::string_view line : Lines(swaps)) {
    const std::vector<std::string_view> words = Words(line);
    if (words.size() < 2 || words[1] != "partition") continue;
    MountLine swap;
    swap.source = words[0];
    stack.Add(BlockDirectory(looker, swap), "swap");
  }
  for (const auto& [name, used_for] : stack.usb()) {
    facts.usb_disks.push_back(UsbDiskFacts{name, used_for});
  }
  const std::string crypttab = looker.Text("/etc/crypttab").value_or("");
  for (const std::string_view line : Lines(crypttab)) {
    const std::vector<std::string_view> fields = Words(line);
    if (fields.size() < 2 || fields[0].starts_with('#')) continue;
    EncryptedVolumeFacts volume;
    volume.name = fields[0];
    volume.unlocking = UnlockingOf(fields);
    if (auto open = stack.encrypted().extract(volume.name)) volume.used_for = open.mapped();
    facts.encrypted.push_back(std::move(volume));
  }
  // Open, and not by crypttab: what holds "/" was opened with what somebody typed.
  for (const auto& [name, used_for] : stack.encrypted()) {
    const bool root = std::ranges::find(used_for, "/") != used_for.end();
    facts.encrypted.push_back(
        EncryptedVolumeFacts{name, used_for,
                             root ? EncryptedVolumeFacts::Unlocking::kPassphrase
                                  : EncryptedVolumeFacts::Unlocking::kLater});
  }
}

}  // namespace sekisho::platform
