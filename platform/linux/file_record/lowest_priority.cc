#include "platform/linux/file_record/lowest_priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace sekisho::platform {
namespace {

// include/uapi/linux/ioprio.h, which is no C++ in Debian's newer headers of 6.1 (a parameter that
// is called "class").
constexpr int kIoprioWhoProcess = 1;
constexpr int kIoprioClassIdle = 3;
constexpr int kIoprioClassShift = 13;

}  // namespace

void TakeLowestPriority() {
  setpriority(PRIO_PROCESS, 0, 19);
  syscall(SYS_ioprio_set, kIoprioWhoProcess, 0, kIoprioClassIdle << kIoprioClassShift);
}

}  // namespace sekisho::platform
