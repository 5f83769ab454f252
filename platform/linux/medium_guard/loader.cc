#include "platform/linux/medium_guard/loader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <system_error>
#include <utility>

#include "platform/linux/files.h"
#include "platform/linux/medium_guard/teacher.h"

extern "C" {
extern const unsigned char sekisho_medium_guard_object[];
extern const unsigned char sekisho_medium_guard_object_end[];
}

namespace sekisho::platform {
namespace {

constexpr long kBpffsMagic = 0xcafe4a11;
constexpr std::string_view kFolder = "programs-";
constexpr const char* kCgroup = "refuse_inside";

using Object = std::unique_ptr<bpf_object, decltype(&bpf_object__close)>;

Failure FromErrno(int error, std::string step) {
  return MakeFailure(error < 0 ? -error : error, std::move(step));
}

std::vector<std::string> Listed(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    names.push_back(entry.path().filename().string());
  }
  std::ranges::sort(names);
  return names;
}

Outcome MakeFolders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return Failure{error, "create " + path};
  return Done{};
}

void RemoveFolder(const std::string& path) {
  for (const std::string& name : Listed(path)) unlink((path + "/" + name).c_str());
  rmdir(path.c_str());
}

// systemd mounts it before it starts any unit; a rescue shell may not have.
Outcome HaveBpffs(const MediumGuardPaths& paths) {
  const std::string path = paths.sysfs + "/fs/bpf";
  struct statfs facts{};
  if (statfs(path.c_str(), &facts) == 0 && facts.f_type == kBpffsMagic) return Done{};
  if (mount("bpf", path.c_str(), "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=0700") != 0) {
    return LastFailure("mount bpffs at " + path);
  }
  return Done{};
}

Result<Object> LoadPrograms(const MediumGuardPaths& paths) {
  LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "sekisho_guard");
  const auto size =
      static_cast<std::size_t>(sekisho_medium_guard_object_end - sekisho_medium_guard_object);
  Object object(bpf_object__open_mem(sekisho_medium_guard_object, size, &options),
                &bpf_object__close);
  if (!object) return LastFailure("read the medium guard's programs");
  if (Outcome made = MakeFolders(paths.Maps()); !made.ok()) return made.failure();
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object.get()) {
    // The programs' own constants go with them.
    if (bpf_map__is_internal(map)) continue;
    // What is pinned already is used, or pinned when it is made.
    const std::string pin = paths.Maps() + "/" + bpf_map__name(map);
    if (int error = bpf_map__set_pin_path(map, pin.c_str()); error != 0) {
      return FromErrno(error, "choose the pin " + pin);
    }
  }
  bpf_program* compat = bpf_object__find_program_by_name(object.get(), "refuse_compat_command");
  if (compat != nullptr && libbpf_find_vmlinux_btf_id("file_ioctl_compat", BPF_LSM_MAC) > 0) {
    bpf_program__set_autoload(compat, true);
  }
  if (int error = bpf_object__load(object.get()); error != 0) {
    return FromErrno(error, "load the medium guard's programs into the kernel");
  }
  return object;
}

std::string CgroupRoot(const MediumGuardPaths& paths) {
  const std::string hybrid = paths.sysfs + "/fs/cgroup/unified";
  return access((hybrid + "/cgroup.controllers").c_str(), F_OK) == 0 ? hybrid
                                                                     : paths.sysfs + "/fs/cgroup";
}

Outcome Attach(const MediumGuardPaths& paths, bpf_program* program, const std::string& pin) {
  bpf_link* link = nullptr;
  if (std::string_view(bpf_program__name(program)) == kCgroup) {
    Result<Fd> cgroup = OpenAt(AT_FDCWD, CgroupRoot(paths), O_RDONLY | O_DIRECTORY);
    if (!cgroup.ok()) return cgroup.failure();
    link = bpf_program__attach_cgroup(program, cgroup->get());
  } else {
    link = bpf_program__attach(program);
  }
  if (link == nullptr) return LastFailure(std::string("attach ") + bpf_program__name(program));
  const int error = bpf_link__pin(link, pin.c_str());
  // The pin holds it from here on.
  bpf_link__destroy(link);
  if (error != 0) return FromErrno(error, "pin " + pin);
  return Done{};
}

std::vector<std::string> ProgramFolders(const MediumGuardPaths& paths) {
  std::vector<std::string> folders = Listed(paths.Root());
  std::erase_if(folders, [](const std::string& name) { return !name.starts_with(kFolder); });
  return folders;
}

std::string NextFolder(const std::vector<std::string>& folders) {
  unsigned long last = 0;
  for (const std::string& name : folders) {
    unsigned long number = 0;
    std::from_chars(name.data() + kFolder.size(), name.data() + name.size(), number);
    last = std::max(last, number);
  }
  return std::string(kFolder) + std::to_string(last + 1);
}

Result<GuardRecord> PinPrograms(const MediumGuardPaths& paths, bpf_object* object,
                                const std::string& folder) {
  const std::string directory = paths.Root() + "/" + folder;
  if (Outcome made = MakeFolders(directory); !made.ok()) return made.failure();
  GuardRecord record;
  record.folder = folder;
  bpf_program* program = nullptr;
  bpf_object__for_each_program(program, object) {
    if (!bpf_program__autoload(program)) continue;
    const std::string name = bpf_program__name(program);
    const std::string pin = directory + "/" + name;
    if (Outcome attached = Attach(paths, program, pin); !attached.ok()) return attached.failure();
    Result<LinkedProgram> linked = ReadLink(pin);
    if (!linked.ok()) return linked.failure();
    record.programs.push_back({name, linked->link, linked->tag});
  }
  return record;
}

// A disk that the machine runs on, opened as anybody would.
Outcome OpenDisk(const MediumGuardPaths& paths, const std::string& disk) {
  std::string name = disk;
  std::ranges::replace(name, '!', '/');
  Result<Fd> open = OpenAt(AT_FDCWD, paths.dev + "/" + name, O_RDONLY | O_NONBLOCK);
  if (!open.ok() && open.failure().code.value() != ENOENT) return open.failure();
  return Done{};
}

// Places below USB can be anybody's tomorrow: such a disk is let through as itself.
std::vector<Place> PlacesOf(const MachinePaths& machine, const std::set<std::string>& running) {
  std::vector<Place> places = RecordedPlaces(machine);
  for (const std::string& disk : running) {
    Result<Place> place = PlaceOfDisk(machine, disk);
    if (place.ok() && HowPullable(machine, disk) == Pullable::kNo) places.push_back(*place);
  }
  std::ranges::sort(places);
  const auto [first, last] = std::ranges::unique(places);
  places.erase(first, last);
  return places;
}

Outcome StartRefusing(const MediumGuardPaths& paths, const std::set<std::string>& running) {
  if (Outcome set = WriteSetting(paths, kSgSettingRefuses, 1); !set.ok()) return set;
  for (const std::string& disk : running) {
    if (Outcome opened = OpenDisk(paths, disk); !opened.ok()) {
      (void)WriteSetting(paths, kSgSettingRefuses, 0);
      return opened;
    }
  }
  return Done{};
}

void MakeProbeNode(const MediumGuardPaths& paths) {
  const std::string node = paths.ProbeNode();
  unlink(node.c_str());
  (void)mknod(node.c_str(), S_IFBLK | 0600,
              makedev(SG_PROBE_NUMBER >> 20, SG_PROBE_NUMBER & 0xfffff));
}

}  // namespace

Result<Loaded> LoadMediumGuard(const MediumGuardPaths& paths, const MachinePaths& machine,
                               GuardMode mode) {
  Loaded loaded;
  if (LookForBpfLsm(paths) == BpfLsm::kNotAsked) {
    loaded.state = GuardState::kUnsupported;
    loaded.detail = "this kernel asks no BPF programs (\"bpf\" is not in its list of LSMs)";
    return loaded;
  }
  if (Outcome have = HaveBpffs(paths); !have.ok()) return have.failure();
  const std::vector<std::string> before = ProgramFolders(paths);
  const std::string folder = NextFolder(before);
  Result<Object> object = LoadPrograms(paths);
  if (!object.ok()) return object.failure();
  Result<GuardRecord> record = PinPrograms(paths, object->get(), folder);
  if (!record.ok()) {
    RemoveFolder(paths.Root() + "/" + folder);
    return record.failure();
  }
  MakeProbeNode(paths);
  Result<std::set<std::string>> running = RunningDisks(machine);
  Outcome taught = running.ok() ? Outcome(Done{}) : Outcome(running.failure());
  if (running.ok()) {
    loaded.places = PlacesOf(machine, *running);
    taught = TeachMediumGuard(paths, *running, loaded.places);
  }
  if (taught.ok()) {
    taught = mode == GuardMode::kRefuse ? StartRefusing(paths, *running)
                                        : WriteSetting(paths, kSgSettingRefuses, 0);
  } else {
    // Nobody is locked out of their own disk: what cannot be told apart is let through.
    (void)WriteSetting(paths, kSgSettingRefuses, 0);
  }
  for (const std::string& old : before) RemoveFolder(paths.Root() + "/" + old);
  if (!taught.ok()) {
    loaded.state = GuardState::kMissing;
    loaded.detail = taught.failure().ToString();
    unlink(paths.record.c_str());
    return loaded;
  }
  const std::string text = WriteGuardRecord(*record);
  if (Outcome made = MakeFolders(std::filesystem::path(paths.record).parent_path()); !made.ok()) {
    return made.failure();
  }
  Outcome written =
      LinuxFiles().Replace(paths.record, std::as_bytes(std::span(text)), FileMode::kWorldReadable);
  if (!written.ok()) return written.failure();
  loaded.state = StateOfGuard(paths);
  return loaded;
}

Outcome UnloadMediumGuard(const MediumGuardPaths& paths) {
  for (const std::string& name : Listed(paths.Root())) RemoveFolder(paths.Root() + "/" + name);
  rmdir(paths.Root().c_str());
  unlink(paths.record.c_str());
  unlink(paths.ProbeNode().c_str());
  if (access(paths.Root().c_str(), F_OK) == 0) {
    return MakeFailure(EBUSY, "remove " + paths.Root());
  }
  return Done{};
}

}  // namespace sekisho::platform
