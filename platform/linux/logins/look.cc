// What is on this machine: the folders of PAM, sshd, gdm.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <set>
#include <utility>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/logins/login_ways.h"
#include "platform/linux/pam/login_file.h"
#include "platform/linux/run_program.h"

namespace sekisho::platform {
namespace {

constexpr std::size_t kMostText = 1 << 20;
// In libpam's order (PAM_CONFIG_DF, PAM_CONFIG_DIST_DF).
constexpr std::array<const char*, 2> kFolders = {"/etc/pam.d/", "/usr/lib/pam.d/"};

class FilesBelow : public PamFiles {
 public:
  explicit FilesBelow(std::string root) : root_(std::move(root)) {}

  std::optional<std::string> Service(const std::string& name) const override {
    for (const char* folder : kFolders) {
      if (std::optional<std::string> text = Text(folder + name)) return text;
    }
    return std::nullopt;
  }
  std::optional<std::string> Included(const std::string& name) const override {
    return Text(name.starts_with('/') ? name : kFolders[0] + name);
  }
  bool SekishoEnforces() const override {
    const std::optional<LoginFile> file = ReadLoginFile(root_ + "/var/lib/sekisho/logins");
    return !file || file->mode == LoginFile::Mode::kEnforce;
  }
  std::optional<std::string> Text(const std::string& path) const {
    Result<std::string> text = ReadTextAt(AT_FDCWD, root_ + path, kMostText);
    if (!text.ok()) return std::nullopt;
    return *text + "\n";
  }
  std::set<std::string> Services() const {
    std::set<std::string> names;
    for (const char* folder : kFolders) {
      std::error_code error;
      for (const auto& each : std::filesystem::directory_iterator(root_ + folder, error)) {
        const std::string name = each.path().filename().string();
        // What other files include is no service; what dpkg left beside is none that runs.
        if (name.starts_with("common-") || name.find(".dpkg-") != std::string::npos) continue;
        // gdm's own setting says whether it is used.
        if (name == "gdm-autologin") continue;
        names.insert(name);
      }
    }
    return names;
  }

 private:
  const std::string root_;
};

// Before it prints anything sshd wants to see the empty folder that it would be confined to
// (sshd.c, _PATH_PRIVSEP_CHROOT_DIR). Its unit makes it when it starts, which with ssh.socket is
// when somebody has knocked already.
void MakeSshdsFolder() {
  constexpr char kFolder[] = "/run/sshd";
  // Past the umask; left alone when it is there, whoever made it.
  if (mkdir(kFolder, 0755) == 0 && chmod(kFolder, 0755) != 0) rmdir(kFolder);
}

}  // namespace

std::vector<LoginWay> LookAtLogins(const std::string& root) {
  const FilesBelow files(root);
  std::vector<LoginWay> ways;
  for (const std::string& service : files.Services()) {
    ways.push_back(LookAtService(service, files));
  }
  constexpr char kSshd[] = "/usr/sbin/sshd";
  if (root.empty() && access(kSshd, X_OK) == 0) {
    MakeSshdsFolder();
    const Result<std::string> effective = OutputOf({kSshd, "-T"}, kMostText);
    if (effective.ok()) {
      std::ranges::move(LookAtSshd(*effective, files), std::back_inserter(ways));
    } else {
      ways.push_back({LoginWay::Factors::kUnknown, "sshd -T", {effective.failure().ToString()}});
    }
  }
  for (const char* path : {"/etc/gdm3/daemon.conf", "/etc/gdm3/custom.conf"}) {
    if (const auto text = files.Text(path)) {
      std::ranges::move(LookAtGdm(*text), std::back_inserter(ways));
    }
  }
  std::ranges::sort(ways, {}, &LoginWay::name);
  return ways;
}

bool AsksForPasswordBelow(const std::string& root, const std::string& service) {
  // A name that leads elsewhere is no service's.
  if (service.empty() || service.find('/') != std::string::npos) return false;
  return AsksForPassword(service, FilesBelow(root));
}

}  // namespace sekisho::platform
