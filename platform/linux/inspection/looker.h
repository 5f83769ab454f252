#ifndef SEKISHO_PLATFORM_LINUX_INSPECTION_LOOKER_H_
#define SEKISHO_PLATFORM_LINUX_INSPECTION_LOOKER_H_

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::platform {

// Reads below a root ("" is the machine's own), changes nothing, and remembers what it was not
// allowed to see. What is not there is simply not there.
class Looker {
 public:
  explicit Looker(std::string root) : root_(std::move(root)) {}

  // Without trailing line ends; at most `limit` bytes of it.
  std::optional<std::string> Text(const std::string& path, std::size_t limit = 1 << 20);
  // Every byte of it.
  std::optional<std::vector<std::byte>> Bytes(const std::string& path, std::size_t limit = 1 << 20);
  // Names in a directory, sorted.
  std::vector<std::string> Names(const std::string& directory);
  bool Exists(const std::string& path) const;
  // Where a link leads in the end, below the root; empty when nowhere.
  std::string Resolve(const std::string& path) const;
  struct Status {
    mode_t mode = 0;
    uid_t owner = 0;
    std::size_t size = 0;
    std::int64_t modified = 0;  // seconds since 1970
  };
  std::optional<Status> Stat(const std::string& path) const;
  // For unprivileged users; of the file system that holds it.
  std::optional<std::uint64_t> FreeBytes(const std::string& path) const;

  // Programs that run, by pid: /proc/PID/comm, at most 15 characters.
  const std::map<std::string, std::string>& Processes();
  bool Runs(std::string_view program);

  void Unseen(std::string what);
  std::vector<std::string> TakeUnseen() { return std::move(unseen_); }

 private:
  const std::string root_;
  std::optional<std::map<std::string, std::string>> processes_;
  std::vector<std::string> unseen_;
};

// The port of the USB device that a path in sysfs leads through; empty when it leads through none.
std::string UsbPortOf(const std::string& sysfs_path);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_INSPECTION_LOOKER_H_
