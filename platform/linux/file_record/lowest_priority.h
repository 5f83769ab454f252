#ifndef SEKISHO_PLATFORM_LINUX_FILE_RECORD_LOWEST_PRIORITY_H_
#define SEKISHO_PLATFORM_LINUX_FILE_RECORD_LOWEST_PRIORITY_H_

namespace sekisho::platform {

// For this process, as a child calls it: only when nobody else wants the processor, or the disk.
void TakeLowestPriority();

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_FILE_RECORD_LOWEST_PRIORITY_H_
