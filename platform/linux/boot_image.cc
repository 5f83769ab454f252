#include "platform/linux/boot_image.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include "platform/linux/boot_mode.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/files.h"
#include "platform/linux/fingerprint.h"
#include "platform/linux/run_program.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kHeader = "sekisho-boot-image 1";
constexpr std::string_view kKernelPrefix = "vmlinuz-";
constexpr std::string_view kImagePrefix = "initrd.img-";
constexpr std::string_view kDeny = "usbcore.authorized_default=0";
constexpr std::size_t kMaxImages = 64;
constexpr std::size_t kMaxText = 4 * 1024 * 1024;
constexpr std::size_t kMaxListing = 16 * 1024 * 1024;

// Byte for byte; nothing when it cannot be read.
std::optional<std::string> ReadWhole(const std::string& path) {
  Result<std::vector<std::byte>> bytes = ReadAt(AT_FDCWD, path, kMaxText);
  if (!bytes.ok()) return std::nullopt;
  return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
}

// What is wanted of every image, read once.
struct Wanted {
  NextBoot next;
  std::string tag;
  AdoptedRules rules = AdoptedRules::kNone;
};

Wanted ReadWanted(const BootImagePaths& paths) {
  const std::optional<std::string> mode = ReadWhole(paths.mode);
  const std::optional<std::string> rules = ReadWhole(paths.rules);
  return {NextBootOf(mode), CarriedTag(mode.value_or(""), rules.value_or("")),
          rules ? AdoptedRules::kSome : AdoptedRules::kNone};
}

// The initramfs that each installed kernel boots with, in the order of their names.
std::vector<std::string> ImageNames(const std::string& boot) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(boot, error)) {
    const std::string name = entry.path().filename();
    const std::string_view extension(name);
    if (!name.starts_with(kKernelPrefix) || extension.ends_with(".bak") ||
        extension.ends_with(".old") || extension.find(".dpkg-") != std::string_view::npos) {
      continue;
    }
    names.push_back(std::string(kImagePrefix) + name.substr(kKernelPrefix.size()));
  }
  std::ranges::sort(names);
  return names;
}

// As it is now, without a tag; nothing when there is none.
std::optional<SeenImage> Look(const std::string& boot, const std::string& name) {
  struct stat status{};
  if (stat((boot + "/" + name).c_str(), &status) != 0) return std::nullopt;
  return SeenImage{name, static_cast<std::uint64_t>(status.st_size),
                   std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
                   ""};
}

// The same image as it was seen, with its tag.
std::optional<SeenImage> Remembered(std::span<const SeenImage> seen, const SeenImage& now) {
  for (const SeenImage& each : seen) {
    if (each.name == now.name && each.size == now.size && each.modified_ns == now.modified_ns) {
      return each;
    }
  }
  return std::nullopt;
}

std::vector<SeenImage> ReadSeen(const std::string& stamp) {
  const std::optional<std::string> text = ReadWhole(stamp);
  std::optional<std::vector<SeenImage>> seen = text ? ParseSeenImages(*text) : std::nullopt;
  return seen ? std::move(*seen) : std::vector<SeenImage>();
}

void Complain(BootImage& image, const std::string& detail) {
  image.state = BootImage::State::kStale;
  image.detail += (image.detail.empty() ? "" : "; ") + detail;
}

void ExamineMenu(const BootImagePaths& paths, BootMode mode, BootImage& image) {
  // Another boot loader: its command line is the administrator's, the images hold without it.
  const std::optional<std::string> menu = ReadWhole(paths.menu);
  if (!menu) return;
  if (const std::string wrong = WrongInMenu(*menu, mode); !wrong.empty()) {
    Complain(image, paths.menu + " " + wrong);
  }
}

}  // namespace

std::string WriteSeenImages(std::span<const SeenImage> images) {
  std::string text = std::string(kHeader) + "\n";
  for (const SeenImage& image : images) {
    text += "image " + image.name + " " + std::to_string(image.size) + " " +
            std::to_string(image.modified_ns) + " " + (image.tag.empty() ? "-" : image.tag) + "\n";
  }
  return text + "end " + std::to_string(images.size()) + "\n";
}

std::optional<std::vector<SeenImage>> ParseSeenImages(std::string_view text) {
  const std::vector<std::string_view> lines = Split(text, '\n');
  // Header, images, end, and nothing behind the last line end.
  if (lines.size() < 3 || lines.size() > kMaxImages + 3 || lines.front() != kHeader ||
      !lines.back().empty()) {
    return std::nullopt;
  }
  std::vector<SeenImage> images;
  for (std::size_t i = 1; i + 2 < lines.size(); ++i) {
    const std::vector<std::string_view> words = Split(lines[i], ' ');
    SeenImage image;
    if (words.size() != 5 || words[0] != "image" || words[1].empty() || words[4].empty() ||
        !ParseNumber(words[2], image.size) || !ParseNumber(words[3], image.modified_ns)) {
      return std::nullopt;
    }
    image.name = words[1];
    if (words[4] != "-") image.tag = words[4];
    images.push_back(std::move(image));
  }
  if (lines[lines.size() - 2] != "end " + std::to_string(images.size())) return std::nullopt;
  return images;
}

std::string CarriedTag(std::string_view mode, std::string_view rules) {
  const std::string content = std::string(mode) + std::string(rules);
  return FingerprintHex(std::as_bytes(std::span(content)));
}

std::string LackingInImage(std::string_view listing, std::string_view tag, BootMode mode,
                           AdoptedRules rules) {
  std::vector<std::string> names = {"usr/lib/sekisho/sekisho-barrier", "scripts/init-top/sekisho",
                                    "scripts/init-bottom/sekisho", "etc/sekisho/mode"};
  if (NewDevicesIn(mode) == NewDevices::kShut) names.emplace_back("etc/modprobe.d/sekisho.conf");
  if (rules == AdoptedRules::kSome) {
    names.emplace_back("etc/udev/rules.d/97-sekisho-adopted.rules");
  }
  names.push_back("etc/sekisho/carried-" + std::string(tag));
  const std::vector<std::string_view> lines = Split(listing, '\n');
  std::string lacking;
  for (const std::string& name : names) {
    if (std::ranges::find(lines, name) != lines.end()) continue;
    lacking += (lacking.empty() ? "" : ", ") + name;
  }
  return lacking;
}

std::string WrongInMenu(std::string_view grub_cfg, BootMode mode) {
  std::size_t entries = 0;
  std::size_t denying = 0;
  std::size_t ours = 0;
  bool debians = true;  // a menu without grub-mkconfig's marks is looked at as a whole
  for (std::string_view line : Split(grub_cfg, '\n')) {
    if (line.starts_with("### BEGIN ")) {
      debians = line.find("/10_linux ") != std::string_view::npos;
    }
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (!debians || !(line.starts_with("linux ") || line.starts_with("linux\t"))) continue;
    const std::vector<std::string_view> words = Split(line, ' ');
    entries += 1;
    if (std::ranges::find(words, kDeny) != words.end()) denying += 1;
    if (std::ranges::find(words, kDenyMark) != words.end()) ours += 1;
  }
  switch (NewDevicesIn(mode)) {
    case NewDevices::kShut:
      return entries == 0 || denying < entries ? "lacks " + std::string(kDeny) : "";
    case NewDevices::kLetIn:
      return ours > 0 ? "still says " + std::string(kDenyMark) : "";
  }
  return "";
}

BootImage ExamineBootImage(const BootImagePaths& paths) {
  const Wanted wanted = ReadWanted(paths);
  const std::vector<SeenImage> seen = ReadSeen(paths.stamp);
  BootImage image;
  for (const std::string& name : ImageNames(paths.boot)) {
    const std::string path = paths.boot + "/" + name;
    const std::optional<SeenImage> now = Look(paths.boot, name);
    const std::optional<SeenImage> known = now ? Remembered(seen, *now) : std::nullopt;
    if (!now) {
      Complain(image, path + " is missing");
    } else if (!known) {
      Complain(image, path + " was made since it was looked into");
    } else if (known->tag != wanted.tag) {
      Complain(image, path + " does not carry the mode and the adopted devices as they are");
    }
  }
  ExamineMenu(paths, wanted.next.mode, image);
  return image;
}

Result<BootImage> VerifyBootImages(const BootImagePaths& paths) {
  const Wanted wanted = ReadWanted(paths);
  const std::vector<SeenImage> seen = ReadSeen(paths.stamp);
  std::vector<SeenImage> found;
  BootImage image;
  for (const std::string& name : ImageNames(paths.boot)) {
    const std::string path = paths.boot + "/" + name;
    std::optional<SeenImage> now = Look(paths.boot, name);
    if (!now) {
      Complain(image, path + " is missing");
      continue;
    }
    const std::optional<SeenImage> known = Remembered(seen, *now);
    if (known && known->tag == wanted.tag) {
      found.push_back(*known);
      continue;
    }
    Result<std::string> listing = OutputOf({"/usr/bin/lsinitramfs", path}, kMaxListing);
    const std::string lacking =
        listing.ok() ? LackingInImage(*listing, wanted.tag, wanted.next.mode, wanted.rules)
                     : listing.failure().ToString();
    if (lacking.empty()) {
      now->tag = wanted.tag;
    } else {
      Complain(image, path + " lacks " + lacking);
    }
    found.push_back(std::move(*now));
  }
  ExamineMenu(paths, wanted.next.mode, image);
  const std::string text = WriteSeenImages(found);
  if (Outcome written =
          LinuxFiles().Replace(paths.stamp, std::as_bytes(std::span(text)), FileMode::kOwnerOnly);
      !written.ok()) {
    return written.failure();
  }
  return image;
}

}  // namespace sekisho::platform
