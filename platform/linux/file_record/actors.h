#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTORS_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTORS_H_

#include <map>
#include <string>

#include "platform/api/file_record.h"

namespace sekisho::platform {

// Who processes are. Those that were seen once are known for a few seconds after they have ended:
// the end of a copy is often read when the program is gone.
class Actors {
 public:
  explicit Actors(std::string proc) : proc_(std::move(proc)) {}
  FileActor Of(int pid, BootTime now);

 private:
  static constexpr std::size_t kMaxKnown = 512;
  static constexpr std::chrono::seconds kKept{5};
  struct Known {
    FileActor actor;
    BootTime seen{};
  };
  const std::string proc_;
  std::map<int, Known> known_;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_ACTORS_H_
