#include "console/program/archive.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "console/clock.h"
#include "console/log.h"
#include "console/pki/files.h"
#include "console/posix_fd.h"
#include "console/program/console.h"
#include "console/program/doctor.h"
#include "console/store/sqlite/sqlite_backend.h"

namespace sekisho::console::program {
namespace {

// POSIX.1-1988 ustar: blocks of 512 bytes; names here are short and plain.
constexpr std::size_t kBlock = 512;
constexpr std::string_view kStoreName = "store.db";
constexpr std::string_view kKeysPrefix = "keys/";
// The least that numbers go up by with a restore.
constexpr std::uint64_t kLeap = 1000;

absl::Status Failed(const std::string& path) {
  const std::string message = absl::StrCat(path, ": ", std::strerror(errno));
  if (errno == EEXIST) return absl::AlreadyExistsError(message);
  if (errno == ENOENT) return absl::NotFoundError(message);
  return absl::InternalError(message);
}

absl::Status WriteAll(int fd, const char* data, std::size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t n = ::write(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path);
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return absl::OkStatus();
}

// Exactly `size` bytes, or an error.
absl::Status ReadAll(int fd, char* data, std::size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t n = ::read(fd, data, size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Failed(path);
    if (n == 0) return absl::DataLossError(absl::StrCat(path, " ends in the middle"));
    data += n;
    size -= static_cast<std::size_t>(n);
  }
  return absl::OkStatus();
}

using Header = std::array<char, kBlock>;

unsigned ChecksumOf(const Header& header) {
  unsigned sum = 0;
  for (std::size_t i = 0; i < kBlock; ++i) {
    const bool in_checksum = i >= 148 && i < 156;
    sum += in_checksum ? static_cast<unsigned>(' ') : static_cast<unsigned char>(header[i]);
  }
  return sum;
}

// `at`: as the time of the file's last change, in seconds.
Header MakeHeader(const std::string& name, std::uint64_t size, WallTime at) {
  Header header{};
  std::memcpy(header.data(), name.data(), std::min<std::size_t>(name.size(), 99));
  std::snprintf(&header[100], 8, "%07o", 0600u);
  std::snprintf(&header[108], 8, "%07o", 0u);
  std::snprintf(&header[116], 8, "%07o", 0u);
  std::snprintf(&header[124], 12, "%011llo", static_cast<unsigned long long>(size));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
  std::snprintf(&header[136], 12, "%011llo", static_cast<unsigned long long>(seconds));
  header[156] = '0';
  std::memcpy(&header[257], "ustar\00000", 8);
  std::snprintf(&header[148], 8, "%06o", ChecksumOf(header));
  header[155] = ' ';
  return header;
}

absl::Status CopyBytes(int from, const std::string& from_path, int to, const std::string& to_path,
                       std::uint64_t size) {
  std::vector<char> buffer(1 << 16);
  while (size > 0) {
    const std::size_t piece = std::min<std::uint64_t>(size, buffer.size());
    absl::Status status = ReadAll(from, buffer.data(), piece, from_path);
    if (status.ok()) status = WriteAll(to, buffer.data(), piece, to_path);
    if (!status.ok()) return status;
    size -= piece;
  }
  return absl::OkStatus();
}

std::size_t PaddingOf(std::uint64_t size) { return (kBlock - size % kBlock) % kBlock; }

absl::Status AddFile(int archive, const std::string& archive_path, const std::string& name,
                     const std::string& path, WallTime at) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return Failed(path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const Header header = MakeHeader(name, size, at);
  absl::Status status = WriteAll(archive, header.data(), kBlock, archive_path);
  if (status.ok()) status = CopyBytes(file.get(), path, archive, archive_path, size);
  const Header zeros{};
  if (status.ok()) status = WriteAll(archive, zeros.data(), PaddingOf(size), archive_path);
  return status;
}

// The one file name that an entry may unpack to; empty for any other.
std::string TargetOf(const std::string& name, const std::string& data) {
  if (name == kStoreName) return StorePath(data);
  if (name.rfind(kKeysPrefix, 0) != 0) return "";
  const std::string file = name.substr(kKeysPrefix.size());
  const bool plain = !file.empty() && file.front() != '.' &&
                     file.find_first_not_of("abcdefghijklmnopqrstuvwxyz-.") == std::string::npos;
  return plain ? KeysPath(data) + "/" + file : "";
}

std::uint64_t Octal(const Header& header, std::size_t offset, std::size_t length) {
  return std::strtoull(std::string(&header[offset], length).c_str(), nullptr, 8);
}

absl::Status UnpackOne(int archive, const std::string& archive_path, const Header& header,
                       const std::string& data) {
  const std::string name(header.data(), ::strnlen(header.data(), 100));
  const std::string target = TargetOf(name, data);
  const std::uint64_t size = Octal(header, 124, 11);
  if (target.empty() || (header[156] != '0' && header[156] != '\0')) {
    return absl::InvalidArgumentError(absl::StrCat(archive_path, " is not a console's backup"));
  }
  const Fd file(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.get() < 0) return Failed(target);
  absl::Status status = CopyBytes(archive, archive_path, file.get(), target, size);
  Header padding{};
  if (status.ok()) status = ReadAll(archive, padding.data(), PaddingOf(size), archive_path);
  if (status.ok() && ::fsync(file.get()) != 0) status = Failed(target);
  return status;
}

// When the backup was made; the epoch for one of 0.1.0, which does not say.
absl::StatusOr<WallTime> Unpack(int archive, const std::string& path, const std::string& data) {
  WallTime made{};
  for (;;) {
    Header header{};
    if (absl::Status status = ReadAll(archive, header.data(), kBlock, path); !status.ok()) {
      return status;
    }
    if (header == Header{}) return made;
    if (Octal(header, 148, 6) != ChecksumOf(header)) {
      return absl::DataLossError(absl::StrCat(path, " is damaged, or not a console's backup"));
    }
    made = WallTime(std::chrono::seconds(Octal(header, 136, 11)));
    absl::Status status = UnpackOne(archive, path, header, data);
    if (!status.ok()) return status;
  }
}

// What root unpacks has to be readable by the service, which runs as the folder's owner.
absl::Status GiveToOwnerOf(const std::string& data) {
  struct stat info{};
  if (::stat(data.c_str(), &info) != 0) return Failed(data);
  if (::geteuid() != 0 || info.st_uid == 0) return absl::OkStatus();
  std::error_code error;
  std::vector<std::string> paths{StorePath(data), StorePath(data) + "-wal",
                                 StorePath(data) + "-shm", KeysPath(data)};
  for (const auto& entry : std::filesystem::directory_iterator(KeysPath(data), error)) {
    paths.push_back(entry.path().string());
  }
  if (error) return absl::InternalError(absl::StrCat(KeysPath(data), ": ", error.message()));
  for (const std::string& path : paths) {
    // SQLite takes -wal and -shm away when the last connection ends.
    if (::lchown(path.c_str(), info.st_uid, info.st_gid) != 0 && errno != ENOENT) {
      return Failed(path);
    }
  }
  return absl::OkStatus();
}

// Opens all of it (keys that belong together, a schema that this program knows), and makes it a
// console that was restored.
absl::StatusOr<Restored> BeginAnew(const std::string& data, WallTime made, const Clock& clock) {
  absl::StatusOr<std::unique_ptr<Console>> console = Console::Open(data, clock);
  if (!console.ok()) return console.status();
  store::RestoreRecord restore;
  restore.organisation_id = (*console)->keyring().organisation_id();
  restore.restored_at = clock.wall();
  // A clock that says it is earlier now than then is not believed about how much was lost.
  restore.backed_up_at = std::min(made, restore.restored_at);
  if (made == WallTime{}) {
    store::EventQuery newest;
    newest.scope.organisation_id = restore.organisation_id;
    newest.order = store::EventQuery::Order::kNewestFirst;
    newest.limit = 1;
    absl::StatusOr<std::vector<store::StoredEventRecord>> events =
        (*console)->store().events().ListEvents(newest);
    if (!events.ok()) return events.status();
    restore.backed_up_at = events->empty() ? restore.restored_at : events->front().received_at;
  }
  const auto lost =
      std::chrono::duration_cast<std::chrono::seconds>(restore.restored_at - restore.backed_up_at);
  restore.leap = kLeap + static_cast<std::uint64_t>(lost.count());
  absl::StatusOr<store::RestoreOutcome> outcome = (*console)->store().restores().Begin(
      restore, {.organisation_id = restore.organisation_id,
                .group_path = "",
                .at = restore.restored_at,
                .actor = "restore",
                .method = "restore",
                .target = "store",
                .detail = absl::StrCat("backup of ",
                                       restore.backed_up_at.time_since_epoch().count(), " ms")});
  if (!outcome.ok()) return outcome.status();
  // The same keys in a set above any that was handed out since.
  absl::Status told = (*console)->keyring().Rotate({}, restore.restored_at, restore.leap);
  if (!told.ok()) return told;
  return Restored{restore.backed_up_at, restore.restored_at, *outcome};
}

// For `doctor`. Whoever makes the backup may be root, and what is noted is not worth failing for.
void NoteBackup(const std::string& data, WallTime at) {
  const std::string path = LastBackupPath(data);
  absl::Status noted = pki::WriteSecretFile(path, absl::StrCat(at.time_since_epoch().count(), "\n"),
                                            pki::Existing::kReplace);
  struct stat info{};
  if (noted.ok() && ::geteuid() == 0 && ::stat(data.c_str(), &info) == 0 &&
      ::lchown(path.c_str(), info.st_uid, info.st_gid) != 0) {
    noted = Failed(path);
  }
  if (!noted.ok()) Log(Severity::kWarning, absl::StrCat("not noted: ", noted.message()));
}

}  // namespace

absl::Status Backup(const std::string& data, const std::string& file, const Clock& clock) {
  std::error_code error;
  // Before the copy begins: what is stored while it is made counts as lost.
  const WallTime at = clock.wall();
  if (!std::filesystem::exists(StorePath(data), error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no console in ", data, ": say where it is with --data"));
  }
  const Fd archive(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (archive.get() < 0) return Failed(file);
  const std::string copy = file + ".store";
  absl::Status status = store::sqlite::CopyStore(StorePath(data), copy);
  if (status.ok()) status = AddFile(archive.get(), file, std::string(kStoreName), copy, at);
  if (!absl::IsAlreadyExists(status)) ::unlink(copy.c_str());
  for (const auto& entry : std::filesystem::directory_iterator(KeysPath(data), error)) {
    if (!status.ok()) break;
    const std::string name = absl::StrCat("keys/", entry.path().filename().string());
    if (TargetOf(name, data).empty()) continue;
    status = AddFile(archive.get(), file, name, entry.path().string(), at);
  }
  if (status.ok() && error) status = absl::InternalError(error.message());
  const std::array<char, 2 * kBlock> end{};
  if (status.ok()) status = WriteAll(archive.get(), end.data(), end.size(), file);
  if (status.ok() && ::fsync(archive.get()) != 0) status = Failed(file);
  if (!status.ok()) ::unlink(file.c_str());
  if (status.ok()) NoteBackup(data, at);
  return status;
}

absl::StatusOr<Restored> Restore(const std::string& file, const std::string& data,
                                 const Clock& clock) {
  std::error_code error;
  if (std::filesystem::exists(StorePath(data), error) ||
      std::filesystem::exists(KeysPath(data), error)) {
    return absl::AlreadyExistsError(
        absl::StrCat("there is a console in ", data, " already: move it away first"));
  }
  const Fd archive(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (archive.get() < 0) return Failed(file);
  std::filesystem::create_directories(std::filesystem::path(data).parent_path(), error);
  if (::mkdir(data.c_str(), 0700) != 0 && errno != EEXIST) return Failed(data);
  if (::mkdir(KeysPath(data).c_str(), 0700) != 0) return Failed(KeysPath(data));
  absl::StatusOr<WallTime> made = Unpack(archive.get(), file, data);
  absl::Status status = made.status();
  absl::StatusOr<Restored> restored;
  if (status.ok()) {
    restored = BeginAnew(data, *made, clock);
    status = restored.status();
  }
  if (status.ok()) status = GiveToOwnerOf(data);
  if (!status.ok()) {
    // Only what was just made: the folder held no console before.
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(StorePath(data) + suffix, error);
    }
    std::filesystem::remove_all(KeysPath(data), error);
    return status;
  }
  return restored;
}

}  // namespace sekisho::console::program
