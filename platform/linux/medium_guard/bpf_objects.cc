#include "platform/linux/medium_guard/bpf_objects.h"

#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

namespace sekisho::platform {
namespace {

int Bpf(bpf_cmd command, bpf_attr& attributes) {
  return static_cast<int>(syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

std::uint64_t Address(const void* pointer) { return reinterpret_cast<std::uint64_t>(pointer); }

bpf_attr Zeroed() {
  bpf_attr attributes;
  std::memset(&attributes, 0, sizeof attributes);
  return attributes;
}

Outcome Element(bpf_cmd command, const char* step, const Fd& map, const void* key,
                const void* value, std::uint64_t flags) {
  bpf_attr attributes = Zeroed();
  attributes.map_fd = static_cast<std::uint32_t>(map.get());
  attributes.key = Address(key);
  attributes.value = Address(value);
  attributes.flags = flags;
  if (Bpf(command, attributes) != 0) return LastFailure(step);
  return Done{};
}

std::string Hexadecimal(const unsigned char* bytes, std::size_t size) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text += kDigits[bytes[i] >> 4];
    text += kDigits[bytes[i] & 15];
  }
  return text;
}

Outcome InfoOf(const Fd& object, void* info, std::uint32_t size, const std::string& step) {
  bpf_attr attributes = Zeroed();
  attributes.info.bpf_fd = static_cast<std::uint32_t>(object.get());
  attributes.info.info_len = size;
  attributes.info.info = Address(info);
  if (Bpf(BPF_OBJ_GET_INFO_BY_FD, attributes) != 0) return LastFailure(step);
  return Done{};
}

}  // namespace

Result<Fd> OpenPinned(const std::string& path) {
  bpf_attr attributes = Zeroed();
  attributes.pathname = Address(path.c_str());
  const int fd = Bpf(BPF_OBJ_GET, attributes);
  if (fd < 0) return LastFailure("open the pin " + path);
  return Fd(fd);
}

Outcome UpdateMap(const Fd& map, const void* key, const void* value, MapUpdate update) {
  std::uint64_t flags = BPF_ANY;
  switch (update) {
    case MapUpdate::kAny:
      break;
    case MapUpdate::kOnlyNew:
      flags = BPF_NOEXIST;
      break;
    case MapUpdate::kOnlyOld:
      flags = BPF_EXIST;
      break;
  }
  return Element(BPF_MAP_UPDATE_ELEM, "write into a map of the medium guard", map, key, value,
                 flags);
}

Outcome LookUpMap(const Fd& map, const void* key, void* value) {
  return Element(BPF_MAP_LOOKUP_ELEM, "look into a map of the medium guard", map, key, value, 0);
}

Outcome TakeFromMap(const Fd& map, const void* key, void* value) {
  return Element(BPF_MAP_LOOKUP_AND_DELETE_ELEM, "take from a map of the medium guard", map, key,
                 value, 0);
}

Outcome DeleteFromMap(const Fd& map, const void* key) {
  return Element(BPF_MAP_DELETE_ELEM, "delete from a map of the medium guard", map, key, nullptr,
                 0);
}

Outcome NextKeyOfMap(const Fd& map, const void* key, void* next) {
  // next_key shares its place with value.
  return Element(BPF_MAP_GET_NEXT_KEY, "walk a map of the medium guard", map, key, next, 0);
}

Result<LinkedProgram> ReadLink(const std::string& path) {
  Result<Fd> link = OpenPinned(path);
  if (!link.ok()) return link.failure();
  bpf_link_info info{};
  if (Outcome read = InfoOf(*link, &info, sizeof info, "ask about " + path); !read.ok()) {
    return read.failure();
  }
  LinkedProgram linked;
  linked.link = info.id;
  linked.program = info.prog_id;
  if (info.type == BPF_LINK_TYPE_CGROUP && info.cgroup.cgroup_id == 0) {
    linked.attached = LinkedProgram::Attached::kNo;
  }
  bpf_attr attributes = Zeroed();
  attributes.prog_id = info.prog_id;
  const Fd program(Bpf(BPF_PROG_GET_FD_BY_ID, attributes));
  if (!program) return LastFailure("open the program of " + path);
  bpf_prog_info told{};
  if (Outcome read = InfoOf(program, &told, sizeof told, "ask about the program of " + path);
      !read.ok()) {
    return read.failure();
  }
  linked.tag = Hexadecimal(told.tag, sizeof told.tag);
  return linked;
}

}  // namespace sekisho::platform
