#ifndef SEKISHO_PLATFORM_API_FILES_H_
#define SEKISHO_PLATFORM_API_FILES_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

enum class FileMode { kOwnerOnly, kWorldReadable };

// State on disk, whole files only.
class Files {
 public:
  virtual ~Files() = default;
  // Fails with ENOENT when there is none, EFBIG above `limit`.
  virtual Result<std::vector<std::byte>> Read(const std::string& path, std::size_t limit) = 0;
  // Durable and atomic when it returns: temporary file, fsync, rename, fsync of the directory.
  virtual Outcome Replace(const std::string& path, std::span<const std::byte> content,
                          FileMode mode) = 0;
  // Renames to a name beside it that says why and when; never deletes. Returns the new name.
  virtual Result<std::string> SetAside(const std::string& path, const std::string& cause) = 0;
  virtual Outcome Remove(const std::string& path) = 0;
};

// The person in front of the terminal.
struct SeatPerson {
  unsigned uid = 0;
  std::string name;
};

class Seat {
 public:
  virtual ~Seat() = default;
  // The active local session's person; ENOENT when nobody is logged in.
  virtual Result<SeatPerson> Active() = 0;
  // The names of the groups that the person is in, the primary one too; of a group without a name,
  // its number. Empty when the user database does not answer.
  virtual std::vector<std::string> GroupsOf(const SeatPerson& person) = 0;
  // Becomes readable when somebody comes or goes; until Unwatch. Asking again is the same one.
  virtual Result<Waitable> Watch() = 0;
  // Takes what made it readable.
  virtual void TakeChanges() = 0;
  virtual void Unwatch() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_FILES_H_
