#include "platform/linux/keyboard_code/held_keys.h"

#include <fcntl.h>
#include <linux/input.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "platform/linux/device_nodes.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxNodes = 16;

void Watch(int watch, const std::string& directory) {
  // IN_ATTRIB: udev has given the node to its group.
  inotify_add_watch(watch, directory.c_str(), IN_CREATE | IN_ATTRIB);
}

}  // namespace

Result<HeldKeys> HeldKeys::Start(int device, const std::string& dev) {
  Fd watch(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (!watch) return LastFailure("watch for keyboards");
  // The second is not there on a machine without any input.
  Watch(watch.get(), dev);
  Watch(watch.get(), dev + "/input");
  HeldKeys keys(device, dev, std::move(watch));
  keys.Grab();
  return keys;
}

std::vector<int> HeldKeys::Descriptors() const {
  std::vector<int> descriptors = {watch_.get()};
  for (const auto& [number, node] : nodes_) descriptors.push_back(node.get());
  return descriptors;
}

void HeldKeys::Look() {
  std::array<char, 4096> notices;
  bool told = false;
  while (read(watch_.get(), notices.data(), notices.size()) > 0) told = true;
  if (!told) return;
  Watch(watch_.get(), dev_ + "/input");  // made just now, or watched already
  Grab();
}

void HeldKeys::Grab() {
  Result<std::vector<DeviceNode>> found = NodesBelow(device_);
  if (!found.ok()) return;
  for (const DeviceNode& node : *found) {
    if (!node.name.starts_with("input/event") || nodes_.contains(node.number)) continue;
    if (nodes_.size() >= kMaxNodes) return;
    Result<Fd> opened = OpenAt(AT_FDCWD, dev_ + "/" + node.name, O_RDONLY | O_NONBLOCK);
    if (!opened.ok()) continue;
    struct stat status{};
    if (fstat(opened->get(), &status) != 0 || status.st_rdev != node.number) continue;
    // What somebody else has grabbed is not ours to judge.
    if (ioctl(opened->get(), EVIOCGRAB, 1) != 0) continue;
    nodes_.emplace(node.number, std::move(*opened));
  }
}

std::vector<unsigned> HeldKeys::Pressed() {
  constexpr int kDown = 1;  // 0 is up, 2 is repeated
  std::vector<unsigned> pressed;
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    std::array<input_event, 64> events;
    ssize_t n = 0;
    while ((n = read(node->second.get(), events.data(), sizeof events)) > 0) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(n) / sizeof(input_event); ++i) {
        if (events[i].type == EV_KEY && events[i].value == kDown) {
          pressed.push_back(events[i].code);
        }
      }
    }
    node = n < 0 && errno == EAGAIN ? std::next(node) : nodes_.erase(node);
  }
  return pressed;
}

}  // namespace sekisho::platform
