#include "platform/linux/device_nodes.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

// A disk behind two hubs sits about ten directories below its hub's.
constexpr int kMaxDepth = 24;

struct Children {
  std::vector<std::string> directories;
  std::vector<std::string> links;
};

Result<Children> List(int directory) {
  Result<Fd> copy = OpenAt(directory, ".", O_RDONLY | O_DIRECTORY);
  if (!copy.ok()) return copy.failure();
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(dup(copy->get())), closedir);
  if (!stream) return LastFailure("list a device's directory");
  Children children;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (entry->d_type == DT_DIR) children.directories.emplace_back(name);
    if (entry->d_type == DT_LNK) children.links.emplace_back(name);
  }
  return children;
}

std::string Link(int directory, const char* name) {
  std::array<char, 4096> target;
  const ssize_t n = readlinkat(directory, name, target.data(), target.size());
  return n <= 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(n));
}

std::string DevName(int directory) {
  Result<std::string> uevent = ReadTextAt(directory, "uevent", 65536);
  if (!uevent.ok()) return {};
  constexpr std::string_view kKey = "DEVNAME=";
  for (std::size_t start = 0; start < uevent->size();) {
    const std::size_t end = std::min(uevent->find('\n', start), uevent->size());
    const std::string_view line(uevent->data() + start, end - start);
    if (line.starts_with(kKey)) return std::string(line.substr(kKey.size()));
    start = end + 1;
  }
  return {};
}

// `seen` keeps stacked devices (holders of several partitions) from being walked twice.
void Walk(int directory, int depth, std::set<dev_t>& seen, std::vector<DeviceNode>& nodes) {
  if (depth > kMaxDepth) return;
  const Result<std::string> number = ReadTextAt(directory, "dev", 64);
  bool block = false;
  if (number.ok()) {
    block = Link(directory, "subsystem").ends_with("/block");
    if (const dev_t parsed = ParseDeviceNumber(*number)) {
      // Block and character numbers overlap: tell them apart by a bit no number has.
      const dev_t key = block ? parsed : parsed | (dev_t{1} << 63);
      if (!seen.insert(key).second) return;
      nodes.push_back(
          {block ? NodeKind::kBlock : NodeKind::kCharacter, parsed, DevName(directory)});
    }
  }
  Result<Children> children = List(directory);
  if (!children.ok()) return;  // it went while we looked
  for (const std::string& name : children->directories) {
    Result<Fd> child = OpenAt(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!child.ok()) continue;
    if (block && name == "holders") {
      Result<Children> holders = List(child->get());
      if (!holders.ok()) continue;
      for (const std::string& holder : holders->links) {
        Result<Fd> stacked = OpenAt(child->get(), holder, O_RDONLY | O_DIRECTORY);
        if (stacked.ok()) Walk(stacked->get(), depth + 1, seen, nodes);
      }
      continue;
    }
    Walk(child->get(), depth + 1, seen, nodes);
  }
}

}  // namespace

Result<std::vector<DeviceNode>> NodesBelow(int device_directory) {
  std::set<dev_t> seen;
  std::vector<DeviceNode> nodes;
  Walk(device_directory, 0, seen, nodes);
  return nodes;
}

dev_t ParseDeviceNumber(const std::string& text) {
  unsigned major_number = 0;
  unsigned minor_number = 0;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major_number);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ':') return 0;
  const auto second = std::from_chars(first.ptr + 1, end, minor_number);
  if (second.ec != std::errc() || second.ptr != end) return 0;
  return makedev(major_number, minor_number);
}

}  // namespace sekisho::platform
