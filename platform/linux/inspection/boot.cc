#include <algorithm>
#include <array>
#include <utility>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {
namespace {

constexpr char kGrubMenu[] = "/boot/grub/grub.cfg";

void InspectLoaders(Looker& looker, BootFacts& boot) {
  constexpr std::array<std::pair<const char*, const char*>, 6> kSigns = {{
      {"/boot/loader/loader.conf", "systemd-boot"},
      {"/boot/efi/loader/loader.conf", "systemd-boot"},
      {"/efi/loader/loader.conf", "systemd-boot"},
      {"/boot/extlinux/extlinux.conf", "extlinux"},
      {"/boot/efi/EFI/refind", "refind"},
      {"/boot/syslinux/syslinux.cfg", "syslinux"},
  }};
  if (looker.Exists(kGrubMenu)) boot.loaders.emplace_back("grub");
  for (const auto& [path, name] : kSigns) {
    if (looker.Exists(path) && std::ranges::find(boot.loaders, name) == boot.loaders.end()) {
      boot.loaders.emplace_back(name);
    }
  }
  // Another system's: "Microsoft", "ubuntu". Ours is Debian's; BOOT is the firmware's fallback.
  for (const std::string& vendor : looker.Names("/boot/efi/EFI")) {
    if (vendor != "debian" && vendor != "BOOT" && vendor != "refind" && vendor != "systemd" &&
        vendor != "Linux") {
      boot.loaders.push_back("EFI/" + vendor);
    }
  }
}

// A user with a password, and editing left to superusers (GRUB manual, "Security").
BootFacts::Password PasswordIn(const std::string& menu) {
  bool superusers = false, password = false;
  for (const std::string_view line : Lines(menu)) {
    const std::vector<std::string_view> words = Words(line);
    if (words.size() > 1 && words[0] == "set" && words[1].starts_with("superusers=")) {
      superusers = words[1] != "superusers=\"\"" && words[1] != "superusers=";
    }
    password = password || (words.size() > 2 && words[0].starts_with("password"));
  }
  return superusers && password ? BootFacts::Password::kSet : BootFacts::Password::kNone;
}

// Options of the mount that a directory lies in: "rw,relatime".
std::string MountOptionsOf(const std::string& mountinfo, const std::string& directory) {
  std::string_view best, options;
  for (const std::string_view line : Lines(mountinfo)) {
    const std::vector<std::string_view> words = Words(line);
    if (words.size() < 6) continue;
    const std::string_view point = words[4];
    const bool above =
        point == "/" || directory == point || directory.starts_with(std::string(point) + "/");
    // What is mounted later lies over what was there.
    if (above && point.size() >= best.size()) std::tie(best, options) = std::tie(point, words[5]);
  }
  return std::string(options);
}

void InspectMenu(Looker& looker, BootFacts& boot) {
  boot.menu_directory = looker.Exists("/boot/grub") ? "/boot/grub" : "/boot";
  const std::string mountinfo = looker.Text("/proc/self/mountinfo").value_or("");
  const std::string options = MountOptionsOf(mountinfo, boot.menu_directory);
  const auto others_can_write = [&](const std::string& path) {
    const std::optional<Looker::Status> status = looker.Stat(path);
    return status && ((status->mode & 022) != 0 || status->owner != 0);
  };
  if (options == "ro" || options.starts_with("ro,")) {
    boot.menu = BootFacts::Menu::kReadOnly;
  } else if (others_can_write(boot.menu_directory) || others_can_write(kGrubMenu)) {
    boot.menu = BootFacts::Menu::kWritableByOthers;
  }
}

}  // namespace

void InspectBoot(Looker& looker, MachineFacts& facts) {
  BootFacts& boot = facts.boot;
  InspectLoaders(looker, boot);
  if (const std::optional<std::string> menu = looker.Text(kGrubMenu, 4 << 20)) {
    boot.password = PasswordIn(*menu);
  }
  InspectMenu(looker, boot);
  if (looker.Exists("/usr/sbin/mkinitramfs")) boot.image_makers.emplace_back("initramfs-tools");
  if (looker.Exists("/usr/bin/dracut")) boot.image_makers.emplace_back("dracut");
  boot.free_bytes = looker.FreeBytes("/boot");
  for (const std::string& name : looker.Names("/boot")) {
    if (!name.starts_with("initrd.img-")) continue;
    const std::optional<Looker::Status> status = looker.Stat("/boot/" + name);
    if (!status) continue;
    boot.largest_image = std::max<std::uint64_t>(boot.largest_image.value_or(0), status->size);
  }
}

}  // namespace sekisho::platform
