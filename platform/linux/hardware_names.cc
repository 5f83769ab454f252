#include "platform/linux/hardware_names.h"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace sekisho::platform {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxValue = 4096;
constexpr int kMaxLayers = 8;  // LVM on LUKS on MD and room

std::string Trimmed(std::string_view text) {
  constexpr std::string_view kBlank(" \t\r\n\0", 5);
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(kBlank) + 1 - first));
}

std::string Value(Files& files, const std::string& path) {
  Result<std::vector<std::byte>> content = files.Read(path, kMaxValue);
  if (!content.ok()) return "";
  return Trimmed({reinterpret_cast<const char*>(content->data()), content->size()});
}

// SCSI's and SATA's: unit serial number page (SPC-4, 7.8.15), four bytes before the text.
std::string FromPage80(Files& files, const std::string& path) {
  Result<std::vector<std::byte>> content = files.Read(path, kMaxValue);
  if (!content.ok() || content->size() <= 4) return "";
  return Trimmed({reinterpret_cast<const char*>(content->data()) + 4, content->size() - 4});
}

// The disk below mappings and partitions.
fs::path DiskBelow(fs::path block) {
  std::error_code error;
  for (int layer = 0; layer < kMaxLayers; ++layer) {
    std::vector<fs::path> below;
    for (const fs::directory_entry& each : fs::directory_iterator(block / "slaves", error)) {
      below.push_back(fs::canonical(each.path(), error));
    }
    if (below.empty()) break;
    block = *std::ranges::min_element(below);
  }
  return fs::exists(block / "partition", error) ? block.parent_path() : block;
}

std::string DiskSerial(Files& files, const fs::path& disk) {
  for (const char* place : {"serial", "device/serial", "device/cid"}) {
    if (std::string serial = Value(files, disk / place); !serial.empty()) return serial;
  }
  return FromPage80(files, disk / "device/vpd_pg80");
}

}  // namespace

HardwareNames ReadHardwareNames(Files& files, const std::string& root) {
  struct stat facts{};
  const std::string top = root.empty() ? "/" : root;
  if (stat(top.c_str(), &facts) != 0) return ReadHardwareNames(files, root, "");
  return ReadHardwareNames(
      files, root, std::to_string(major(facts.st_dev)) + ":" + std::to_string(minor(facts.st_dev)));
}

HardwareNames ReadHardwareNames(Files& files, const std::string& root, const std::string& device) {
  const fs::path sys = fs::path(root) / "sys";
  HardwareNames names;
  names.product_uuid = Value(files, sys / "class/dmi/id/product_uuid");
  names.board_serial = Value(files, sys / "class/dmi/id/board_serial");
  std::error_code error;
  const fs::path block = fs::canonical(sys / "dev/block" / device, error);
  if (!error && !device.empty()) names.disk_serial = DiskSerial(files, DiskBelow(block));
  return names;
}

std::string KernelParameter(std::string_view command_line, std::string_view name) {
  std::string value;
  while (!command_line.empty()) {
    const std::size_t end = std::min(command_line.find(' '), command_line.size());
    const std::string_view word = command_line.substr(0, end);
    command_line.remove_prefix(std::min(end + 1, command_line.size()));
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=') {
      value = Trimmed(word.substr(name.size() + 1));
    }
  }
  return value;
}

}  // namespace sekisho::platform
