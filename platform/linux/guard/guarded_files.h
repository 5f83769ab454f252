#ifndef SEKISHO_PLATFORM_LINUX_GUARD_GUARDED_FILES_H_
#define SEKISHO_PLATFORM_LINUX_GUARD_GUARDED_FILES_H_

#include <map>
#include <string>
#include <string_view>

#include "platform/api/file_watch.h"
#include "platform/linux/directory_watch.h"

namespace sekisho::platform {

// Where dpkg, and our own record of what the boot's files were when they were made, stand.
struct GuardPaths {
  std::string root;  // "": this machine; else the same tree below it
  std::string package = "sekisho-agent";
  // Lines as of sha256sum(1), by /usr/lib/sekisho/record-boot-files.
  std::string record = "/var/lib/sekisho/agentd/boot-files";
};

// "HASH  PATH" lines: path -> hash. Pure.
std::map<std::string, std::string> ParseBootFiles(std::string_view text);

// Hashes what is guarded: our package's files and conffiles, systemd's, udev's and modprobe's files
// that bear our name, PAM's, GRUB's and the kernels', and this boot's command line. Seconds.
GuardedFiles LookAtGuardedFiles(const GuardPaths& paths);

// The directories of all these, each with the names that matter in it; none: every name.
WatchedDirectories GuardedDirectories(const GuardPaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_GUARD_GUARDED_FILES_H_
