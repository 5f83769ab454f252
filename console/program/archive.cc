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
#include "console/posix_fd.h"
#include "console/program/console.h"
#include "console/store/sqlite/sqlite_backend.h"

namespace sekisho::console::program {
namespace {

// POSIX.1-1988 ustar: blocks of 512 bytes; names here are short and plain.
constexpr std::size_t kBlock = 512;
constexpr std::string_view kStoreName = "store.db";
constexpr std::string_view kKeysPrefix = "keys/";

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

Header MakeHeader(const std::string& name, std::uint64_t size) {
  Header header{};
  std::memcpy(header.data(), name.data(), std::min<std::size_t>(name.size(), 99));
  std::snprintf(&header[100], 8, "%07o", 0600u);
  std::snprintf(&header[108], 8, "%07o", 0u);
  std::snprintf(&header[116], 8, "%07o", 0u);
  std::snprintf(&header[124], 12, "%011llo", static_cast<unsigned long long>(size));
  std::snprintf(&header[136], 12, "%011o", 0u);
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
                     const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat info{};
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) return Failed(path);
  const auto size = static_cast<std::uint64_t>(info.st_size);
  const Header header = MakeHeader(name, size);
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

absl::Status UnpackOne(int archive, const std::string& archive_path, const Header& header,
                       const std::string& data) {
  const std::string name(header.data(), ::strnlen(header.data(), 100));
  const std::string target = TargetOf(name, data);
  const std::uint64_t size = std::strtoull(std::string(&header[124], 11).c_str(), nullptr, 8);
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

absl::Status Unpack(int archive, const std::string& path, const std::string& data) {
  for (;;) {
    Header header{};
    if (absl::Status status = ReadAll(archive, header.data(), kBlock, path); !status.ok()) {
      return status;
    }
    if (header == Header{}) return absl::OkStatus();
    const unsigned checksum = std::strtoul(std::string(&header[148], 6).c_str(), nullptr, 8);
    if (checksum != ChecksumOf(header)) {
      return absl::DataLossError(absl::StrCat(path, " is damaged, or not a console's backup"));
    }
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

}  // namespace

absl::Status Backup(const std::string& data, const std::string& file) {
  std::error_code error;
  if (!std::filesystem::exists(StorePath(data), error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no console in ", data, ": say where it is with --data"));
  }
  const Fd archive(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (archive.get() < 0) return Failed(file);
  const std::string copy = file + ".store";
  absl::Status status = store::sqlite::CopyStore(StorePath(data), copy);
  if (status.ok()) status = AddFile(archive.get(), file, std::string(kStoreName), copy);
  if (!absl::IsAlreadyExists(status)) ::unlink(copy.c_str());
  for (const auto& entry : std::filesystem::directory_iterator(KeysPath(data), error)) {
    if (!status.ok()) break;
    const std::string name = absl::StrCat("keys/", entry.path().filename().string());
    if (TargetOf(name, data).empty()) continue;
    status = AddFile(archive.get(), file, name, entry.path().string());
  }
  if (status.ok() && error) status = absl::InternalError(error.message());
  const std::array<char, 2 * kBlock> end{};
  if (status.ok()) status = WriteAll(archive.get(), end.data(), end.size(), file);
  if (status.ok() && ::fsync(archive.get()) != 0) status = Failed(file);
  if (!status.ok()) ::unlink(file.c_str());
  return status;
}

absl::Status Restore(const std::string& file, const std::string& data) {
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
  absl::Status status = Unpack(archive.get(), file, data);
  // Opens all of it: keys that belong together, a schema that this program knows.
  if (status.ok()) status = Console::Open(data, SystemClock()).status();
  if (status.ok()) status = GiveToOwnerOf(data);
  if (!status.ok()) {
    // Only what was just made: the folder held no console before.
    for (const char* suffix : {"", "-wal", "-shm"}) {
      std::filesystem::remove(StorePath(data) + suffix, error);
    }
    std::filesystem::remove_all(KeysPath(data), error);
  }
  return status;
}

}  // namespace sekisho::console::program
