#ifndef SEKISHO_TESTS_UNIT_PLATFORM_LINUX_SCRATCH_H_
#define SEKISHO_TESTS_UNIT_PLATFORM_LINUX_SCRATCH_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace sekisho::platform {

// A directory of a test's own, removed with it.
class Scratch {
 public:
  Scratch();
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  std::string path(const std::string& below = "") const {
    return below.empty() ? root_ : root_ + "/" + below;
  }
  // Writes a file, with its directories.
  void Write(const std::string& below, const std::string& content) const;
  std::string Read(const std::string& below) const;

 private:
  std::string root_;
};

// A tree that looks like sysfs as far as USB goes.
class ScratchSysfs : public Scratch {
 public:
  ScratchSysfs();
  // Directory of the device, below the scratch; every device lies in a new one, as in sysfs.
  std::string Plug(const std::string& port_path, const std::string& serial,
                   const std::string& descriptors);
  void Unplug(const std::string& port_path);

 private:
  int plugged_ = 0;
};

// Descriptors of a boot keyboard, a hub and a stick.
std::string KeyboardDescriptors();
std::string HubDescriptors();
std::string StickDescriptors();
std::vector<std::byte> AsBytes(const std::string& text);

}  // namespace sekisho::platform

#endif  // SEKISHO_TESTS_UNIT_PLATFORM_LINUX_SCRATCH_H_
