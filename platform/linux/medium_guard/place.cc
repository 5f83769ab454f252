#include "platform/linux/medium_guard/place.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/medium_guard/layout.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kVirtual = "virtual/";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string_view> Split(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    if (slash != 0) names.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return names;
}

std::uint64_t HashOfName(std::string_view name) {
  std::uint64_t hash = SG_FNV_BASIS;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * SG_FNV_PRIME;
  return hash;
}

}  // namespace

std::string NameInPlace(std::string_view name) {
  // What the kernel's side reads of a name.
  name = name.substr(0, kSgNameBytes - 1);
  for (const std::string_view numbered : {"host", "target", "virtio", "nvme"}) {
    if (name.starts_with(numbered) && name.size() > numbered.size() &&
        IsDigit(name[numbered.size()])) {
      return "";
    }
  }
  const bool address = std::ranges::all_of(name, [](char c) { return c == ':' || IsDigit(c); });
  if (address && std::ranges::count(name, ':') == 3) name.remove_prefix(name.find(':'));
  return std::string(name);
}

Result<Place> PlaceOf(const std::string& sysfs, const std::string& device) {
  const std::string root = sysfs + "/devices/";
  if (!device.starts_with(root)) return MakeFailure(EINVAL, "find the place of " + device);
  const std::vector<std::string_view> names = Split(std::string_view(device).substr(root.size()));
  if (names.empty()) return MakeFailure(EINVAL, "find the place of " + device);
  std::vector<std::string> above;
  std::string path = sysfs + "/devices";
  for (std::size_t i = 0; i + 1 < names.size(); ++i) {
    path += "/" + std::string(names[i]);
    if (access((path + "/uevent").c_str(), F_OK) == 0) above.emplace_back(names[i]);
  }
  if (above.empty()) return std::string(kVirtual) + NameInPlace(names.back());
  // The kernel's side climbs so far and no further.
  if (above.size() > kSgMostParents) {
    above.erase(above.begin(), above.end() - kSgMostParents);
  }
  Place place;
  for (const std::string& name : above) {
    const std::string written = NameInPlace(name);
    if (!written.empty()) place += (place.empty() ? "" : "/") + written;
  }
  return place;
}

std::uint64_t HashOfPlace(std::string_view place) {
  std::uint64_t hash = SG_FNV_BASIS;
  const auto mix = [&hash](std::uint64_t value) { hash = (hash ^ value) * SG_FNV_PRIME; };
  if (place.starts_with(kVirtual)) {
    mix(SG_NO_PARENT);
    mix(HashOfName(place.substr(kVirtual.size())));
    return hash;
  }
  std::vector<std::string_view> names = Split(place);
  std::ranges::reverse(names);
  for (const std::string_view name : names) mix(HashOfName(name));
  return hash;
}

}  // namespace sekisho::platform
