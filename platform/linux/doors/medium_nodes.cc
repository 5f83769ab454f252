#include "platform/linux/doors/medium_nodes.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/device_nodes.h"
#include "platform/linux/uevent.h"

namespace sekisho::platform {
namespace {

// As deep as device_nodes.cc goes.
constexpr int kMaxDepth = 24;

std::vector<std::string> DirectoriesIn(int directory) {
  std::vector<std::string> names;
  Result<Fd> copy = OpenAt(directory, ".", O_RDONLY | O_DIRECTORY);
  if (!copy.ok()) return names;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(dup(copy->get())), closedir);
  if (!stream) return names;
  while (const dirent* entry = readdir(stream.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && entry->d_type == DT_DIR) names.emplace_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string Subsystem(int directory) {
  std::array<char, 4096> target;
  const ssize_t n = readlinkat(directory, "subsystem", target.data(), target.size());
  if (n <= 0) return {};
  const std::string_view path(target.data(), static_cast<std::size_t>(n));
  return std::string(path.substr(path.rfind('/') + 1));
}

bool ReachesMedium(std::string_view subsystem) {
  constexpr std::array<std::string_view, 6> kSubsystems = {
      "scsi_generic", "scsi_tape", "bsg", "nvme", "nvme-generic", "mmc_rpmb"};
  return std::ranges::find(kSubsystems, subsystem) != kSubsystems.end();
}

std::uint64_t Sequence(int directory) {
  const Result<std::string> text = ReadTextAt(directory, "diskseq", 64);
  std::uint64_t sequence = 0;
  if (text.ok()) std::from_chars(text->data(), text->data() + text->size(), sequence);
  return sequence;
}

std::optional<MediumNode> NodeAt(int directory, const std::string& name) {
  const Result<std::string> number = ReadTextAt(directory, "dev", 64);
  const dev_t device = number.ok() ? ParseDeviceNumber(*number) : 0;
  if (device == 0) return std::nullopt;
  const std::string subsystem = Subsystem(directory);
  MediumNode node{MediumNode::Kind::kCharacter, major(device), minor(device), 0, name};
  if (subsystem == "block") {
    if (ReadTextAt(directory, "partition", 64).ok()) return std::nullopt;
    node.kind = MediumNode::Kind::kBlock;
    node.sequence = Sequence(directory);
    return node;
  }
  if (!ReachesMedium(subsystem)) return std::nullopt;
  return node;
}

void Walk(int directory, const std::string& name, int depth, std::vector<MediumNode>& nodes) {
  if (depth > kMaxDepth) return;
  if (depth > 0 && IsPortPath(name)) return;  // a device of its own
  if (std::optional<MediumNode> node = NodeAt(directory, name)) nodes.push_back(std::move(*node));
  for (const std::string& each : DirectoriesIn(directory)) {
    Result<Fd> child = OpenAt(directory, each, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (child.ok()) Walk(child->get(), each, depth + 1, nodes);
  }
}

}  // namespace

Result<std::vector<MediumNode>> MediumNodesBelow(int device_directory) {
  std::vector<MediumNode> nodes;
  Walk(device_directory, "", 0, nodes);
  return nodes;
}

}  // namespace sekisho::platform
