#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_BPF_OBJECTS_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_BPF_OBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/descriptor_fd.h"

// bpf(2) for who only speaks with what is loaded: no libbpf, so that it works in an initramfs too.
namespace sekisho::platform {

// A pinned map or link; ENOENT when nothing is there.
Result<Fd> OpenPinned(const std::string& path);

// Keys and values are the plain structures of layout.h.
enum class MapUpdate { kAny, kOnlyNew, kOnlyOld };
Outcome UpdateMap(const Fd& map, const void* key, const void* value, MapUpdate update);
// ENOENT is an outcome like another.
Outcome LookUpMap(const Fd& map, const void* key, void* value);
// Both in one step.
Outcome TakeFromMap(const Fd& map, const void* key, void* value);
Outcome DeleteFromMap(const Fd& map, const void* key);
// The key after `key` (null: the first) into `next`; ENOENT at the end.
Outcome NextKeyOfMap(const Fd& map, const void* key, void* next);

inline constexpr std::size_t kMostKeys = 65536;

template <typename Key>
std::vector<Key> KeysOfMap(const Fd& map) {
  std::vector<Key> keys;
  Key next{};
  while (NextKeyOfMap(map, keys.empty() ? nullptr : &keys.back(), &next).ok()) {
    keys.push_back(next);
    // The kernel begins again when a key vanishes under the walk.
    if (keys.size() > kMostKeys) break;
  }
  return keys;
}

template <typename Value, typename Key>
std::optional<Value> ValueIn(const Fd& map, const Key& key) {
  Value value{};
  if (!LookUpMap(map, &key, &value).ok()) return std::nullopt;
  return value;
}

// What a pinned link holds on to.
struct LinkedProgram {
  std::uint32_t link = 0;     // its id
  std::uint32_t program = 0;  // its id
  std::string tag;            // hash of the program's instructions, 16 hexadecimal digits
  // No for a link to a cgroup that was taken off it.
  enum class Attached { kNo, kYes } attached = Attached::kYes;
  friend bool operator==(const LinkedProgram&, const LinkedProgram&) = default;
};
Result<LinkedProgram> ReadLink(const std::string& path);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_BPF_OBJECTS_H_
