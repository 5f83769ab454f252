#ifndef SEKISHO_PLATFORM_LINUX_FILES_H_
#define SEKISHO_PLATFORM_LINUX_FILES_H_

#include "platform/api/files.h"

namespace sekisho::platform {

// Never follows a symbolic link at the last component: the directories are root's own.
class LinuxFiles : public Files {
 public:
  Result<std::vector<std::byte>> Read(const std::string& path, std::size_t limit) override;
  Outcome Replace(const std::string& path, std::span<const std::byte> content,
                  FileMode mode) override;
  // PATH.set-aside.CAUSE.YYYYMMDDTHHMMSSZ[.N]; characters of `cause` other than a-z, 0-9 and "-"
  // become "-".
  Result<std::string> SetAside(const std::string& path, const std::string& cause) override;
  Outcome Remove(const std::string& path) override;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILES_H_
