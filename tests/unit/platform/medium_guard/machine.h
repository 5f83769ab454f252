#ifndef SEKISHO_TESTS_UNIT_PLATFORM_MEDIUM_GUARD_MACHINE_H_
#define SEKISHO_TESTS_UNIT_PLATFORM_MEDIUM_GUARD_MACHINE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "platform/linux/medium_guard/own_disks.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {

// A machine's disks as sysfs, procfs, /dev and fstab show them, in a directory of a test's own.
class ScratchMachine : public Scratch {
 public:
  MachinePaths Paths() const {
    return {path("sys"),      path("proc"), path("fstab"),
            path("crypttab"), path("dev"),  path("own-disks")};
  }

  // `above`: the devices between the machine and the disk, outermost first; `glue`: directories
  // that are no device ("block").
  void AddDisk(const std::string& above, const std::string& name, const std::string& number) {
    std::string directory = "sys/devices";
    for (const std::string& device : SplitNames(above)) {
      directory += "/" + device;
      Write(directory + "/uevent", "");
    }
    Place(directory + "/block/" + name, name, number);
  }
  // dm-0, md0, loop0, nbd0.
  void AddVirtual(const std::string& name, const std::string& number,
                  const std::vector<std::string>& slaves) {
    Place("sys/devices/virtual/block/" + name, name, number);
    for (const std::string& slave : slaves) {
      Write("sys/devices/virtual/block/" + name + "/slaves/" + slave, "");
    }
  }
  void AddPartition(const std::string& disk, const std::string& name, const std::string& number) {
    const std::string directory = std::filesystem::canonical(path("sys/class/block/" + disk))
                                      .string()
                                      .substr(path().size() + 1);
    Write(directory + "/" + name + "/partition", "1\n");
    Place(directory + "/" + name, name, number);
  }
  void Mount(const std::string& point, const std::string& number, const std::string& source) {
    mounts_ += "20 1 " + number + " / " + point + " rw - ext4 " + source + " rw\n";
    Write("proc/self/mountinfo", mounts_);
  }

 private:
  static std::vector<std::string> SplitNames(const std::string& path) {
    std::vector<std::string> names;
    for (const auto& name : std::filesystem::path(path)) names.push_back(name.string());
    return names;
  }
  void Place(const std::string& directory, const std::string& name, const std::string& number) {
    Write(directory + "/uevent", "");
    Write(directory + "/dev", number + "\n");
    Write("dev/" + name, "");
    std::filesystem::create_directories(path("sys/class/block"));
    std::filesystem::create_directories(path("sys/dev/block"));
    std::filesystem::create_directory_symlink(path(directory), path("sys/class/block/" + name));
    std::filesystem::create_directory_symlink(path(directory), path("sys/dev/block/" + number));
  }
  std::string mounts_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_TESTS_UNIT_PLATFORM_MEDIUM_GUARD_MACHINE_H_
