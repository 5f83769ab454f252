#ifndef SEKISHO_PLATFORM_LINUX_BOOT_IMAGE_H_
#define SEKISHO_PLATFORM_LINUX_BOOT_IMAGE_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/boot_control.h"

namespace sekisho::platform {

// Everything that decides what the next boot does with devices.
struct BootImagePaths {
  std::string mode = "/etc/sekisho/mode";
  std::string rules = "/etc/udev/rules.d/97-sekisho-adopted.rules";
  std::string boot = "/boot";  // vmlinuz-VERSION and initrd.img-VERSION
  std::string menu = "/boot/grub/grub.cfg";
  std::string stamp = "/var/lib/sekisho/agentd/boot-image.stamp";
  // Held while update-boot-image runs.
  std::string lock = "/run/sekisho/boot-image.lock";
};

// An initramfs that was looked into, as it was then.
struct SeenImage {
  std::string name;  // "initrd.img-6.1.0-32-amd64"
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  // What it carries whole: a CarriedTag; empty when it lacks a part, or everything.
  std::string tag;
  bool operator==(const SeenImage&) const = default;
};

// "sekisho-boot-image 1", an "image NAME SIZE MODIFIED TAG" for each ("-": no tag), "end COUNT".
// Pure, and each the other's inverse; nothing for what is not exactly that.
std::string WriteSeenImages(std::span<const SeenImage> images);
std::optional<std::vector<SeenImage>> ParseSeenImages(std::string_view text);

// SHA-256 over the mode file and the adopted devices' rules, in hexadecimal. The initramfs hook
// leaves a file of that name in the image, so that its list of names proves its content.
std::string CarriedTag(std::string_view mode, std::string_view rules);

// What such a list (lsinitramfs) lacks, in words; empty when it lacks nothing. Pure.
enum class AdoptedRules { kNone, kSome };
std::string LackingInImage(std::string_view listing, std::string_view tag, BootMode mode,
                           AdoptedRules rules);

// What Debian's own entries of a grub.cfg say otherwise than they should; empty: nothing. An
// entry that somebody else wrote is theirs. Pure.
std::string WrongInMenu(std::string_view grub_cfg, BootMode mode);

// kCarried or kStale: every kernel's initramfs, and the menu, against the mode and the adopted
// devices as they are. Reads no image: one that has changed since VerifyBootImages is stale.
BootImage ExamineBootImage(const BootImagePaths& paths);

// Looks into every initramfs that was not seen as it is now (seconds for each), and writes down
// what it found, durably. Then as ExamineBootImage, with what is lacking by name.
Result<BootImage> VerifyBootImages(const BootImagePaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_BOOT_IMAGE_H_
