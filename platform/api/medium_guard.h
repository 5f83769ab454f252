#ifndef SEKISHO_PLATFORM_API_MEDIUM_GUARD_H_
#define SEKISHO_PLATFORM_API_MEDIUM_GUARD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// A way to a medium: a whole disk with all its partitions, or a character device that reaches one
// (tape drive, SCSI generic, NVMe, MMC).
struct MediumNode {
  enum class Kind { kBlock, kCharacter } kind = Kind::kBlock;
  unsigned major = 0;
  unsigned minor = 0;
  // Which disk of all that had this number in this boot (Linux: diskseq). 0 for a character device.
  std::uint64_t sequence = 0;
  std::string name;  // "sdb", "nvme0n1", "st0"
  friend bool operator==(const MediumNode&, const MediumNode&) = default;
};

enum class MediumAccess { kReadOnly, kReadWrite };

// Somebody tried.
struct MediumRefusal {
  enum class Operation { kOpen, kWrite, kMount, kCommand } operation = Operation::kOpen;
  MediumNode node;
  int pid = 0;
  unsigned uid = 0;
  std::string program;      // the task's name
  std::uint64_t count = 1;  // how often since it was told last
};

enum class GuardState {
  kStands,
  kObserves,  // in place, refuses nothing: this boot only observes
  kUnsupported,
  kMissing,  // supported, and not (or no longer) in place
};

// The second layer: the kernel itself refuses to open or mount any medium but the machine's own and
// those admitted here, whether or not anything of ours runs (Linux: pinned BPF LSM programs). What
// changes something fails with ENOTSUP where that is kUnsupported, with ENOENT where it is
// kMissing.
class MediumGuard {
 public:
  virtual ~MediumGuard() = default;
  virtual GuardState State() = 0;
  // Whether it is one of the disks that the machine starts from and was installed with.
  virtual Result<bool> IsOwn(const MediumNode& node) = 0;
  // From now on, and for reading write-protected as a whole (Linux: BLKROSET), until `deadline`,
  // which needs nobody to be kept; none: until Withdraw, or until the disk goes. Again replaces.
  // ENODEV when the number is another disk's by now, the medium in the drive another one, or the
  // kernel is not ready with it: its notice comes when it is. EINVAL for a character device
  // read-only: nothing holds it to that.
  virtual Outcome Admit(const MediumNode& node, MediumAccess access,
                        std::optional<BootTime> deadline) = 0;
  // Has whoever looked at an admitted disk before, and was refused, take it for one that has just
  // come (Linux: an "add" uevent, of its partitions too). ENODEV as above.
  virtual Outcome Announce(const MediumNode& node) = 0;
  // Nothing opens it any more; what is open stays open. One that is not admitted is fine. Who
  // looked at it looks again.
  virtual Outcome Withdraw(const MediumNode& node) = 0;
  // Starts and stops refusing; what is admitted stays so.
  virtual Outcome Refuse() = 0;
  virtual Outcome Observe() = 0;
  virtual Waitable Readable() const = 0;
  // What was refused since the last call; bounded, like ones counted together.
  virtual std::vector<MediumRefusal> Drain() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_MEDIUM_GUARD_H_
