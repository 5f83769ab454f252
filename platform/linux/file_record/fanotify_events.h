#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_FANOTIFY_EVENTS_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_FANOTIFY_EVENTS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sekisho::platform {

// A file by the name its file system gives it for itself (name_to_handle_at(2)).
struct FileHandle {
  int type = 0;
  std::string bytes;
  friend auto operator<=>(const FileHandle&, const FileHandle&) = default;
};

struct NameInDirectory {
  FileHandle directory;
  std::string name;  // "." for the directory itself
  friend bool operator==(const NameInDirectory&, const NameInDirectory&) = default;
};

using FileSystemId = std::array<std::uint8_t, 8>;

// One event of a group that reports names (fanotify(7), FAN_REPORT_DFID_NAME_TARGET). Events on the
// same file by the same process come merged: several bits of `mask` in one.
struct FanotifyEvent {
  std::uint64_t mask = 0;
  int pid = 0;
  FileSystemId file_system{};
  std::optional<NameInDirectory> at;
  std::optional<NameInDirectory> from, to;  // FAN_RENAME
  std::optional<FileHandle> file;
  friend bool operator==(const FanotifyEvent&, const FanotifyEvent&) = default;
};

// What one read() of the group returned. Pure. Stops at what does not fit; closes nothing, since
// such a group hands out no descriptors.
std::vector<FanotifyEvent> ParseFanotifyEvents(std::span<const std::byte> bytes);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_FANOTIFY_EVENTS_H_
