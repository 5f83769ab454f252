#include "platform/linux/doors/listing.h"

#include <dirent.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {

Result<std::vector<std::string>> LinksIn(const std::string& sysfs, const std::string& below,
                                         const std::function<bool(std::string_view)>& wanted) {
  const std::string path = sysfs + below;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  if (!directory) {
    if (errno == ENOENT) return std::vector<std::string>();
    return LastFailure("list " + path);
  }
  std::error_code error;
  const std::string root = std::filesystem::canonical(sysfs, error).string();
  if (error) return Failure{error, "find " + sysfs};
  std::vector<std::string> devpaths;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name.starts_with('.') || !wanted(name)) continue;
    const std::string target =
        std::filesystem::canonical(path + "/" + std::string(name), error).string();
    if (error || !target.starts_with(root + "/")) continue;  // it went while we looked
    devpaths.push_back(target.substr(root.size()));
  }
  return devpaths;
}

}  // namespace sekisho::platform
