#include "platform/linux/doors/medium_hold.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <vector>

#include "platform/linux/descriptor_fd.h"

namespace sekisho::platform {
namespace {

constexpr std::chrono::milliseconds kBound{3000};
constexpr unsigned kCommandMilliseconds = 2000;
constexpr std::size_t kMaxBlock = 65536;
// What a child says of its attempt: neither is what a failure to try would be.
constexpr int kRefusedCode = EPERM;
constexpr int kWentThroughCode = EALREADY;
constexpr const char* kTried = " raw: ";  // after its process id

Failure NotIt(const MediumNode& node) { return MakeFailure(ENODEV, "find " + node.name); }

// The node as /dev has it; '!' stands for '/' in sysfs (drivers/base/core.c).
std::string PathOf(const std::string& dev, const MediumNode& node) {
  std::string name = node.name;
  for (char& each : name) each = each == '!' ? '/' : each;
  return dev + "/" + name;
}

Result<Fd> OpenNode(const std::string& dev, const MediumNode& node, int flags) {
  Result<Fd> fd = OpenAt(AT_FDCWD, PathOf(dev, node), flags | O_NONBLOCK);
  if (!fd.ok()) return fd.failure();
  struct stat status{};
  if (fstat(fd->get(), &status) != 0) return LastFailure("look at " + node.name);
  if (!S_ISBLK(status.st_mode) || status.st_rdev != makedev(node.major, node.minor)) {
    return NotIt(node);
  }
  return fd;
}

std::string Said(int error) { return std::generic_category().message(error); }

struct Tried {
  WriteAttempt::End end = WriteAttempt::End::kRefused;
  std::string detail;
};

// The first `size` bytes; empty when there is nothing to read.
std::vector<std::byte> Start(int fd, std::size_t size) {
  std::vector<std::byte> block(size);
  const ssize_t n = pread(fd, block.data(), block.size(), 0);
  if (n != static_cast<ssize_t>(size)) block.clear();
  return block;
}

Tried TryNode(const std::string& dev, const MediumNode& node) {
  const Result<Fd> fd = OpenNode(dev, node, O_RDWR);
  if (!fd.ok()) return {.detail = "open for writing: " + Said(fd.failure().code.value())};
  const std::vector<std::byte> block = Start(fd->get(), 512);
  if (block.empty()) return {.detail = "opened for writing, nothing to read"};
  const ssize_t n = pwrite(fd->get(), block.data(), block.size(), 0);
  if (n < 0) return {.detail = "write: " + Said(errno)};
  return {WriteAttempt::End::kWentThrough, "write of " + std::to_string(n) + " bytes"};
}

Tried TryCommand(const std::string& dev, const MediumNode& node) {
  const Result<Fd> fd = OpenNode(dev, node, O_RDONLY);
  if (!fd.ok()) return {.detail = "open: " + Said(fd.failure().code.value())};
  int block_size = 0;
  if (ioctl(fd->get(), BLKSSZGET, &block_size) != 0 || block_size <= 0 ||
      static_cast<std::size_t>(block_size) > kMaxBlock) {
    return {.detail = "SG_IO: no block size"};
  }
  std::vector<std::byte> block = Start(fd->get(), static_cast<std::size_t>(block_size));
  if (block.empty()) return {.detail = "SG_IO: nothing to read"};
  // WRITE(10) of one block at 0 (SBC-4, 5.38).
  std::array<unsigned char, 10> command = {0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  std::array<unsigned char, 32> sense{};
  sg_io_hdr_t request{};
  request.interface_id = 'S';
  request.dxfer_direction = SG_DXFER_TO_DEV;
  request.cmd_len = command.size();
  request.cmdp = command.data();
  request.mx_sb_len = sense.size();
  request.sbp = sense.data();
  request.dxfer_len = static_cast<unsigned>(block.size());
  request.dxferp = block.data();
  request.timeout = kCommandMilliseconds;
  if (ioctl(fd->get(), SG_IO, &request) != 0) return {.detail = "SG_IO: " + Said(errno)};
  if (request.status == 0 && request.host_status == 0 && (request.driver_status & 0xf) == 0) {
    return {WriteAttempt::End::kWentThrough, "SG_IO WRITE(10)"};
  }
  return {.detail = "SG_IO: the device itself refused, status " + std::to_string(request.status)};
}

}  // namespace

Outcome LinuxMediumHold::IsStill(const MediumNode& node) const {
  const std::string path = sysfs_ + "/dev/block/" + std::to_string(node.major) + ":" +
                           std::to_string(node.minor) + "/diskseq";
  const Result<std::string> now = ReadTextAt(AT_FDCWD, path, 64);
  if (!now.ok() || *now != std::to_string(node.sequence)) return NotIt(node);
  return Done{};
}

Result<WriteAttempt> LinuxMediumHold::TryToWrite(const MediumNode& node) {
  const Outcome tried = children_.Run("try to write to " + node.name, kBound, [&]() -> Outcome {
    Result<Fd> held = OpenNode(dev_, node, O_RDONLY);
    if (!held.ok()) return held.failure();
    if (Outcome still = IsStill(node); !still.ok()) return still;
    const Tried by_node = TryNode(dev_, node);
    const Tried by_command = TryCommand(dev_, node);
    const bool through = by_node.end == WriteAttempt::End::kWentThrough ||
                         by_command.end == WriteAttempt::End::kWentThrough;
    return MakeFailure(
        through ? kWentThroughCode : kRefusedCode,
        std::to_string(getpid()) + kTried + by_node.detail + "; command: " + by_command.detail);
  });
  if (tried.ok()) return MakeFailure(EPROTO, "try to write to " + node.name);
  const Failure& said = tried.failure();
  int pid = 0;
  const auto read = std::from_chars(said.step.data(), said.step.data() + said.step.size(), pid);
  const std::string detail = read.ptr;
  if (!detail.starts_with(kTried)) return said;
  if (said.code.value() == kRefusedCode) {
    return WriteAttempt{WriteAttempt::End::kRefused, detail.substr(1), pid};
  }
  if (said.code.value() == kWentThroughCode) {
    return WriteAttempt{WriteAttempt::End::kWentThrough, detail.substr(1), pid};
  }
  return said;
}

}  // namespace sekisho::platform
