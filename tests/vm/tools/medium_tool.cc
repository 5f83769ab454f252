// medium_tool COMMAND …: what the scenario of the medium guard does in the terminal. It admits and
// withdraws as agentd does, through the same class, and attacks as a program of root does. Exits 0
// when it went through, 1 when it was refused or failed; says errno's name for it.

#include <fcntl.h>
#include <linux/bsg.h>
#include <linux/fs.h>
#include <linux/major.h>
#include <linux/nvme_ioctl.h>
#include <linux/raid/md_p.h>
#include <linux/raid/md_u.h>
#include <poll.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "platform/linux/clock.h"
#include "platform/linux/medium_guard/linux_medium_guard.h"

namespace {

using namespace sekisho::platform;  // NOLINT: a tool of one file
using Arguments = std::vector<std::string>;

int Fail(const std::string& step) {
  std::printf("%s: %s\n", step.c_str(), strerrorname_np(errno));
  return 1;
}

int Say(const Outcome& outcome) {
  if (outcome.ok()) return 0;
  std::printf("%s: %s\n", outcome.failure().step.c_str(),
              strerrorname_np(outcome.failure().code.value()));
  return 1;
}

// "sdb", or "/dev/sg1".
MediumNode NodeOf(const std::string& name) {
  MediumNode node;
  node.name = name.starts_with("/dev/") ? name.substr(5) : name;
  struct stat facts{};
  if (stat(("/dev/" + node.name).c_str(), &facts) != 0) return node;
  node.kind = S_ISBLK(facts.st_mode) ? MediumNode::Kind::kBlock : MediumNode::Kind::kCharacter;
  node.major = major(facts.st_rdev);
  node.minor = minor(facts.st_rdev);
  if (std::ifstream sequence("/sys/class/block/" + node.name + "/diskseq"); sequence) {
    sequence >> node.sequence;
  }
  return node;
}

int Admit(const Arguments& a) {
  std::optional<BootTime> deadline;
  if (a.size() > 2) deadline = LinuxClock().Now() + std::chrono::seconds(std::stoi(a[2]));
  const MediumNode node = NodeOf(a[0]);
  LinuxMediumGuard guard;
  const Outcome admitted = guard.Admit(
      node, a[1] == "ro" ? MediumAccess::kReadOnly : MediumAccess::kReadWrite, deadline);
  if (!admitted.ok() || node.kind == MediumNode::Kind::kCharacter) return Say(admitted);
  return Say(guard.Announce(node));
}

int Withdraw(const Arguments& a) { return Say(LinuxMediumGuard().Withdraw(NodeOf(a[0]))); }

int Own(const Arguments& a) {
  Result<bool> own = LinuxMediumGuard().IsOwn(NodeOf(a[0]));
  if (!own.ok()) return Say(own.failure());
  return *own ? 0 : 1;
}

int Refuse(const Arguments&) { return Say(LinuxMediumGuard().Refuse()); }

int State(const Arguments&) {
  constexpr std::array kNames = {"stands", "observes", "unsupported", "missing"};
  std::printf("%s\n", kNames.at(static_cast<std::size_t>(LinuxMediumGuard().State())));
  return 0;
}

// Waits for up to so many seconds until there is something.
int Drain(const Arguments& a) {
  LinuxMediumGuard guard;
  pollfd wait{static_cast<int>(guard.Readable()), POLLIN, 0};
  poll(&wait, 1, a.empty() ? 0 : std::stoi(a[0]) * 1000);
  constexpr std::array kNames = {"open", "write", "mount", "command"};
  for (const MediumRefusal& refusal : guard.Drain()) {
    std::printf("%s %s %s uid=%u n=%llu\n", kNames.at(static_cast<std::size_t>(refusal.operation)),
                refusal.node.name.c_str(), refusal.program.c_str(), refusal.uid,
                static_cast<unsigned long long>(refusal.count));
  }
  return 0;
}

int Open(const std::string& path, int flags) {
  const int fd = open(path.c_str(), flags | O_CLOEXEC | O_NONBLOCK);
  return fd;
}

int OpenAs(const Arguments& a) {
  if (Open(a[0], a[1] == "w" ? O_RDWR : O_RDONLY) < 0) return Fail("open");
  return 0;
}

int Command(int fd, std::vector<unsigned char> command, std::vector<unsigned char>& data,
            int direction) {
  std::array<unsigned char, 64> sense{};
  sg_io_hdr header{};
  header.interface_id = 'S';
  header.dxfer_direction = direction;
  header.cmd_len = static_cast<unsigned char>(command.size());
  header.cmdp = command.data();
  header.dxferp = data.data();
  header.dxfer_len = static_cast<unsigned>(data.size());
  header.sbp = sense.data();
  header.mx_sb_len = sense.size();
  header.timeout = 5000;
  if (ioctl(fd, SG_IO, &header) != 0) return Fail("SG_IO");
  if (header.status != 0) {
    std::printf("SG_IO: status %d\n", header.status);
    return 1;
  }
  return 0;
}

// Reads, or writes, the first block through a descriptor for reading.
int SgRead(const Arguments& a) {
  const int fd = Open(a[0], O_RDONLY);
  if (fd < 0) return Fail("open");
  std::vector<unsigned char> data(512);
  return Command(fd, {0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0}, data, SG_DXFER_FROM_DEV);
}
int SgWrite(const Arguments& a) {
  const int fd = Open(a[0], O_RDONLY);
  if (fd < 0) return Fail("open");
  std::vector<unsigned char> data(512, 'W');
  return Command(fd, {0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0}, data, SG_DXFER_TO_DEV);
}

int BsgRead(const Arguments& a) {
  const int fd = Open(a[0], O_RDWR);
  if (fd < 0) return Fail("open");
  std::array<unsigned char, 10> command = {0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0};
  std::vector<unsigned char> data(512);
  sg_io_v4 header{};
  header.guard = 'Q';
  header.request_len = command.size();
  header.request = reinterpret_cast<std::uintptr_t>(command.data());
  header.din_xferp = reinterpret_cast<std::uintptr_t>(data.data());
  header.din_xfer_len = 512;
  header.timeout = 5000;
  if (ioctl(fd, SG_IO, &header) != 0) return Fail("SG_IO");
  return 0;
}

// Reads the first block of an NVMe namespace through its controller's or its own character node.
int NvmeRead(const Arguments& a) {
  const int fd = Open(a[0], O_RDONLY);
  if (fd < 0) return Fail("open");
  std::vector<unsigned char> data(512);
  nvme_passthru_cmd command{};
  command.opcode = 2;
  command.nsid = 1;
  command.addr = reinterpret_cast<std::uintptr_t>(data.data());
  command.data_len = 512;
  const int status = ioctl(fd, NVME_IOCTL_IO_CMD, &command);
  if (status < 0) return Fail("NVME_IOCTL_IO_CMD");
  return status == 0 ? 0 : 1;
}

int Roset(const Arguments& a) {
  const int fd = Open(a[0], O_RDONLY);
  if (fd < 0) return Fail("open");
  const int value = std::stoi(a[1]);
  return ioctl(fd, BLKROSET, &value) == 0 ? 0 : Fail("BLKROSET");
}

int Discard(const Arguments& a) {
  const int fd = Open(a[0], O_RDONLY);
  if (fd < 0) return Fail("open");
  std::array<std::uint64_t, 2> range = {0, 4096};
  return ioctl(fd, BLKZEROOUT, range.data()) == 0 ? 0 : Fail("BLKZEROOUT");
}

// NODE TYPE: a mount of the new interface, attached nowhere.
int Fsmount(const Arguments& a) {
  const long context = syscall(SYS_fsopen, a[1].c_str(), 0);
  if (context < 0) return Fail("fsopen");
  if (syscall(SYS_fsconfig, context, 1, "source", a[0].c_str(), 0) != 0) return Fail("source");
  if (syscall(SYS_fsconfig, context, 0, "ro", nullptr, 0) != 0) return Fail("ro");
  if (syscall(SYS_fsconfig, context, 6, nullptr, nullptr, 0) != 0) return Fail("create");
  return syscall(SYS_fsmount, context, 0, 0) >= 0 ? 0 : Fail("fsmount");
}

// NAME NODE: an array of that one disk, as mdadm --build makes it, and the first block read from
// it.
int Md(const Arguments& a) {
  std::ofstream("/sys/module/md_mod/parameters/new_array") << a[0];
  const std::string array = "/dev/" + a[0];
  for (int i = 0; i < 500 && access(array.c_str(), F_OK) != 0; ++i) usleep(10'000);  // udev's link
  const int fd = open(array.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return Fail("open the array");
  const MediumNode node = NodeOf(a[1].substr(5));
  mdu_array_info_t array_info{};
  array_info.level = LEVEL_LINEAR;
  array_info.raid_disks = array_info.nr_disks = 1;
  array_info.active_disks = array_info.working_disks = 1;
  array_info.not_persistent = 1;
  array_info.state = 1 << MD_SB_CLEAN;
  array_info.chunk_size = 65536;
  if (ioctl(fd, SET_ARRAY_INFO, &array_info) != 0) return Fail("SET_ARRAY_INFO");
  mdu_disk_info_t disk{};
  disk.major = static_cast<int>(node.major);
  disk.minor = static_cast<int>(node.minor);
  disk.state = 1 << MD_DISK_ACTIVE | 1 << MD_DISK_SYNC;
  int status = ioctl(fd, ADD_NEW_DISK, &disk) == 0 ? 0 : Fail("ADD_NEW_DISK");
  if (status == 0 && ioctl(fd, RUN_ARRAY, nullptr) != 0) status = Fail("RUN_ARRAY");
  if (status == 0) {
    std::array<char, 512> block{};
    const int reading = open(array.c_str(), O_RDONLY | O_CLOEXEC);
    if (reading < 0 || read(reading, block.data(), block.size()) <= 0) status = Fail("read");
    if (reading >= 0) close(reading);
  }
  ioctl(fd, STOP_ARRAY, nullptr);
  return status;
}

// NODE SECONDS: opens again and again; how often that went through.
int Hammer(const Arguments& a) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::stoi(a[1]));
  unsigned long tries = 0;
  unsigned long through = 0;
  while (std::chrono::steady_clock::now() < end) {
    const int fd = Open(a[0], O_RDONLY);
    ++tries;
    if (fd >= 0) ++through, close(fd);
  }
  std::printf("through=%lu tries=%lu\n", through, tries);
  return through == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  const std::map<std::string, std::function<int(const Arguments&)>> commands = {
      {"admit", Admit},      {"refuse", Refuse},      {"withdraw", Withdraw},
      {"own", Own},          {"state", State},        {"drain", Drain},
      {"open", OpenAs},      {"sg-read", SgRead},     {"sg-write", SgWrite},
      {"bsg-read", BsgRead}, {"nvme-read", NvmeRead}, {"roset", Roset},
      {"zero-out", Discard}, {"fsmount", Fsmount},    {"md", Md},
      {"hammer", Hammer}};
  Arguments rest(arguments + std::min(count, 2), arguments + count);
  const auto found = commands.find(count > 1 ? arguments[1] : "");
  if (found == commands.end()) return 2;
  return found->second(rest);
}
