#include "platform/linux/guard/guarded_files.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/dpkg_database.h"
#include "platform/linux/guard/kernel_line.h"
#include "platform/linux/inspection/looker.h"

namespace sekisho::platform {
namespace {

using Word = GuardedFile::Word;
using Paths = std::set<std::string>;
using Sums = std::map<std::string, std::string>;

constexpr char kGrubMenu[] = "/boot/grub/grub.cfg";
// Whoever writes there lets disks through.
constexpr char kOwnDisks[] = "/etc/sekisho/own-disks";
// The same for network cards and radios.
constexpr char kOwnAdapters[] = "/etc/sekisho/own-adapters";
constexpr char kCommandLine[] = "/proc/cmdline";
constexpr char kStatus[] = "/var/lib/dpkg/status";
constexpr std::size_t kMaxStatus = std::size_t{64} << 20;
// An initramfs with every driver and firmware has a few hundred.
constexpr std::size_t kMaxFile = std::size_t{1} << 30;

// Written by us as the mode and the adopted devices want it: update-boot-image compares these.
constexpr std::array<const char*, 1> kOurOwnWriting = {
    "/etc/udev/rules.d/97-sekisho-adopted.rules"};

bool IsLeftover(const std::string& name) {
  return name.ends_with(".new") || name.ends_with(".bak") || name.ends_with("~") ||
         name.find(".dpkg-") != std::string::npos;
}

struct Hashes {
  std::string sha256;
  std::string md5;  // of files up to 64 MiB
};

// A link is what it leads to: a unit that is masked is one to /dev/null.
std::optional<Hashes> HashOf(const std::string& path) {
  std::error_code error;
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<std::byte> whole;
  if (std::filesystem::is_symlink(path, error)) {
    const std::string target = "-> " + std::filesystem::read_symlink(path, error).string();
    whole.resize(target.size());
    std::ranges::copy(std::as_bytes(std::span(target.data(), target.size())), whole.begin());
    crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(target.data()),
                              target.size());
  } else {
    const Result<Fd> fd = OpenAt(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    struct stat status{};
    if (!fd.ok() || fstat(fd->get(), &status) != 0 || !S_ISREG(status.st_mode)) {
      return std::nullopt;
    }
    std::vector<std::byte> buffer(1 << 16);
    std::size_t total = 0;
    for (;;) {
      const ssize_t n = read(fd->get(), buffer.data(), buffer.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return std::nullopt;
      if (n == 0) break;
      const auto size = static_cast<std::size_t>(n);
      crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(buffer.data()),
                                size);
      total += size;
      if (total > kMaxFile) return std::nullopt;
      if (total <= (std::size_t{64} << 20)) {
        whole.insert(whole.end(), buffer.begin(), buffer.begin() + n);
      } else {
        whole.clear();
      }
    }
  }
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256_final(&state, hash.data());
  std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return Hashes{hex.data(), Md5Hex(whole)};
}

void AddBelow(Looker& looker, const std::string& directory, std::string_view containing,
              Paths& paths) {
  for (const std::string& name : looker.Names(directory)) {
    if (name.find(containing) != std::string::npos && !IsLeftover(name)) {
      paths.insert(directory + "/" + name);
    }
  }
}

// Units, drop-ins, and what starts them: everything with our name, one directory deep.
void AddUnits(Looker& looker, Paths& paths) {
  for (const std::string root :
       {"/etc/systemd/system", "/run/systemd/system", "/etc/systemd/system.control"}) {
    for (const std::string& name : looker.Names(root)) {
      const std::string path = root + "/" + name;
      const bool ours = name.starts_with("sekisho-");
      if (name.ends_with(".d")) {
        if (ours) AddBelow(looker, path, "", paths);
      } else if (name.ends_with(".wants") || name.ends_with(".requires")) {
        AddBelow(looker, path, "sekisho-", paths);
      } else if (ours) {
        paths.insert(path);
      }
    }
  }
}

// Manuals and the like: no protection depends on them, and images leave them out (path-exclude).
bool IsForReading(const std::string& path) {
  return path.starts_with("/usr/share/man/") || path.starts_with("/usr/share/doc/") ||
         path.starts_with("/usr/share/locale/");
}

// Others at work: what is seen now may be half of a change.
GuardedFiles::Taken AnybodyAtWork(const std::string& root) {
  if (const Result<Fd> fd = OpenAt(AT_FDCWD, root + "/var/lib/dpkg/lock", O_RDWR); fd.ok()) {
    struct flock lock{};
    lock.l_type = F_WRLCK;
    if (fcntl(fd->get(), F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK) {
      return GuardedFiles::Taken::kMeanwhile;
    }
  }
  if (const Result<Fd> fd = OpenAt(AT_FDCWD, root + "/run/sekisho/boot-image.lock", O_RDONLY);
      fd.ok()) {
    if (flock(fd->get(), LOCK_SH | LOCK_NB) != 0) return GuardedFiles::Taken::kMeanwhile;
  }
  return GuardedFiles::Taken::kAtRest;
}

// What dpkg and our record say that files should be.
struct Claims {
  Sums packages;   // MD5: our own files, and the kernels
  Sums conffiles;  // MD5: an administrator may change these, and that is told, not disputed
  Sums record;     // SHA-256
};

Claims ReadClaims(Looker& looker, const GuardPaths& paths) {
  Claims claims;
  const std::string info = "/var/lib/dpkg/info";
  for (const std::string& name : looker.Names(info)) {
    const bool kernel = name.starts_with("linux-image-") && name.ends_with(".md5sums");
    if (name != paths.package + ".md5sums" && !kernel) continue;
    const std::string text = looker.Text(info + "/" + name, kMaxStatus).value_or("");
    for (auto& [path, sum] : ParseMd5sums(text)) {
      const bool guarded = kernel ? path.starts_with("/boot/vmlinuz-") : !IsForReading(path);
      if (guarded) claims.packages.emplace(path, sum);
    }
  }
  claims.conffiles = ParseDpkgStatus(looker.Text(kStatus, kMaxStatus).value_or("")).conffiles;
  claims.record = ParseBootFiles(looker.Text(paths.record).value_or(""));
  return claims;
}

Paths Guarded(Looker& looker, const Claims& claims) {
  Paths paths;
  for (const auto& [path, sum] : claims.packages) paths.insert(path);
  for (const auto& [path, sum] : claims.record) paths.insert(path);
  for (const auto& [path, sum] : claims.conffiles) {
    const bool guarded = path.find("sekisho") != std::string::npos || path == "/etc/pam.conf" ||
                         path.starts_with("/etc/pam.d/") || path.starts_with("/etc/grub.d/");
    if (guarded) paths.insert(path);
  }
  AddUnits(looker, paths);
  for (const char* directory : {"/etc/udev/rules.d", "/etc/modprobe.d"}) {
    AddBelow(looker, directory, "sekisho", paths);
  }
  for (const char* directory : {"/etc/pam.d", "/etc/default/grub.d", "/etc/grub.d"}) {
    AddBelow(looker, directory, "", paths);
  }
  AddBelow(looker, "/boot", "initrd.img-", paths);
  AddBelow(looker, "/boot", "vmlinuz-", paths);
  for (const char* path :
       {"/etc/pam.conf", "/etc/default/grub", kGrubMenu, kOwnDisks, kOwnAdapters}) {
    if (looker.Exists(path)) paths.insert(path);
  }
  for (const char* path : kOurOwnWriting) paths.erase(path);
  return paths;
}

Word WordOn(const std::string& path, const Hashes& hashes, const Claims& claims) {
  if (const auto own = claims.packages.find(path); own != claims.packages.end()) {
    return own->second == hashes.md5 ? Word::kAgrees : Word::kDisagrees;
  }
  if (const auto conffile = claims.conffiles.find(path); conffile != claims.conffiles.end()) {
    return conffile->second == hashes.md5 ? Word::kAgrees : Word::kNobodys;
  }
  const auto made = claims.record.find(path);
  if (made != claims.record.end() && made->second == hashes.sha256) return Word::kAgrees;
  return made != claims.record.end() ? Word::kDisagrees : Word::kNobodys;
}

// The menu that this boot was chosen from, or nothing when it was written since.
std::optional<GuardedFile> LookAtCommandLine(Looker& looker) {
  const std::optional<std::string> line = looker.Text(kCommandLine);
  const std::optional<std::string> menu = looker.Text(kGrubMenu, 4 << 20);
  const std::optional<Looker::Status> written = looker.Stat(kGrubMenu);
  const std::string stat = looker.Text("/proc/stat", 16 << 20).value_or("");
  const std::size_t at = stat.find("\nbtime ");
  if (!line || !menu || !written || at == std::string::npos) return std::nullopt;
  if (written->modified >= std::stoll("0" + stat.substr(at + 7, 19))) return std::nullopt;
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(line->data()), line->size());
  char hex[2 * sizeof hash + 1];
  sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
  const bool chosen = FindInMenu(*menu, *line) == MenuHas::kIt;
  return GuardedFile{kCommandLine, hex, chosen ? Word::kAgrees : Word::kDisagrees};
}

}  // namespace

std::map<std::string, std::string> ParseBootFiles(std::string_view text) {
  std::map<std::string, std::string> files;
  for (const std::string_view line : Lines(text)) {
    // "HASH  /PATH", as sha256sum writes text; nothing here bears a name that it would escape.
    if (line.size() < 67 || line.substr(64, 3) != "  /") continue;
    files.emplace(line.substr(66), line.substr(0, 64));
  }
  return files;
}

GuardedFiles LookAtGuardedFiles(const GuardPaths& paths) {
  Looker looker(paths.root);
  GuardedFiles looked;
  looked.taken = AnybodyAtWork(paths.root);
  const Claims claims = ReadClaims(looker, paths);
  for (const std::string& path : Guarded(looker, claims)) {
    const std::optional<Hashes> hashes = HashOf(paths.root + path);
    if (hashes) {
      looked.files.push_back({path, hashes->sha256, WordOn(path, *hashes, claims)});
    } else if (!looker.Exists(path)) {
      // An administrator may delete a conffile; dpkg respects that.
      const bool conffile = claims.conffiles.contains(path);
      looked.files.push_back({path, "", conffile ? Word::kNobodys : Word::kDisagrees});
    }
  }
  if (std::optional<GuardedFile> line = LookAtCommandLine(looker)) {
    looked.files.push_back(*std::move(line));
  }
  // Somebody may have begun while this was read.
  if (AnybodyAtWork(paths.root) == GuardedFiles::Taken::kMeanwhile) {
    looked.taken = GuardedFiles::Taken::kMeanwhile;
  }
  return looked;
}

WatchedDirectories GuardedDirectories(const GuardPaths& paths) {
  Looker looker(paths.root);
  WatchedDirectories directories;
  for (const std::string& path : Guarded(looker, ReadClaims(looker, paths))) {
    const std::filesystem::path each(path);
    directories[each.parent_path()].insert(each.filename());
  }
  // Where a file of any name would count, or one that does not exist yet.
  for (const char* directory :
       {"/boot", "/boot/grub", "/etc/default/grub.d", "/etc/grub.d", "/etc/pam.d",
        "/etc/systemd/system", "/etc/udev/rules.d", "/etc/modprobe.d"}) {
    directories[directory].clear();
  }
  directories["/etc"].insert("pam.conf");
  directories["/etc/default"].insert("grub");
  directories["/etc/sekisho"].insert("own-disks");
  return directories;
}

}  // namespace sekisho::platform
