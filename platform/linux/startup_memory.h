#ifndef SEKISHO_PLATFORM_LINUX_STARTUP_MEMORY_H_
#define SEKISHO_PLATFORM_LINUX_STARTUP_MEMORY_H_

namespace sekisho::platform {

// Gives back what only the start of a daemon needed: freed heap, and the mapped pages of code and
// constants, of this program and its libraries (half of an idle daemon's memory). The kernel maps
// them again from its page cache where they are used after all, at a minor fault each. Changes
// nothing but memory and time; call it when a phase that is seldom repeated has ended.
void GiveBackStartupMemory();

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_STARTUP_MEMORY_H_
