#ifndef SEKISHO_PLATFORM_API_FILE_RECORD_H_
#define SEKISHO_PLATFORM_API_FILE_RECORD_H_

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "platform/api/clock.h"
#include "platform/api/devices.h"
#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// Who did it, as far as it could still be seen when it was told: a program that has ended by then
// has a pid and nothing else; what was found changed after nobody had looked has not even that (0).
struct FileActor {
  int pid = 0;
  std::optional<unsigned> uid;
  std::string program;  // the executable's base name
  friend bool operator==(const FileActor&, const FileActor&) = default;
};

enum class FileOperation { kRead, kWritten, kCreated, kRenamed, kDeleted };

// What happened to one file. Names are bytes as they are on the medium: hostile.
struct FileRecorded {
  std::string port_path;  // of the device that it is on
  FileOperation operation = FileOperation::kRead;
  std::string path;  // from the root of its file system on, "/" first; directories end with "/"
  std::string to;    // renamed: its new path
  FileActor actor;
  BootTime at{};  // when it began
  std::optional<std::uint64_t> size;
  // SHA-256 of the content that the operation left behind.
  std::optional<std::array<std::uint8_t, 32>> sha256;
  // Why there is none, if there should be: "changed", "deleted", "gone", "large", "late", "open",
  // "removed", "unreadable", "worker".
  std::string unhashed;
  friend bool operator==(const FileRecorded&, const FileRecorded&) = default;
};

// Something happened and is in no record.
struct FilesMissed {
  std::string port_path;
  std::string cause;
  std::uint64_t count = 0;  // 0: nobody knows
  friend bool operator==(const FilesMissed&, const FilesMissed&) = default;
};

using FileNotice = std::variant<FileRecorded, FilesMissed>;

// Sees what happens to the files of a device, wherever its file systems are mounted, and hashes
// them in a process of its own. For the record, never as the barrier: what it misses has happened.
class FileRecord {
 public:
  virtual ~FileRecord() = default;
  // Whom to tell, many at a time, on the loop's thread; null: nobody any more.
  virtual void Tell(std::function<void(std::vector<FileNotice>)> told) = 0;
  // From now on, until Forget; what gets mounted later too. The same device again looks once more
  // what is mounted.
  virtual void Record(std::shared_ptr<OpenDevice> device) = 0;
  // Tells what is known and lets go. Unknown ports are fine.
  virtual void Forget(const std::string& port_path) = 0;
  // What is not yet hashed gets until `bound`; then all of it has been told, nothing of ours has a
  // file open there, and `settled` is called, once; also at once, and for a port that is not
  // recorded. Not any more once the handle is destroyed.
  [[nodiscard]] virtual std::unique_ptr<EventLoop::Handle> Settle(
      const std::string& port_path, std::chrono::milliseconds bound,
      std::function<void()> settled) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_FILE_RECORD_H_
