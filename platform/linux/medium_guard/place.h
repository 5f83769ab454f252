#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PLACE_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PLACE_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "platform/api/result.h"

namespace sekisho::platform {

// Where a disk sits: the names of the devices above it, outermost first, without those that the
// kernel numbers as it finds them ("pci0000:00/0000:00:1f.2/ata1/:0:0:0"). "virtual/NAME" for a
// disk that hangs on nothing. The same after every start, for whatever disk sits there.
using Place = std::string;

// Of a device's directory below `sysfs`, resolved ("/sys/devices/pci0000:00/…/block/sda"). Names of
// directories that are no device (no uevent file) are left out.
Result<Place> PlaceOf(const std::string& sysfs, const std::string& device);

// As the guard in the kernel computes it from the devices themselves. Pure.
std::uint64_t HashOfPlace(std::string_view place);

// The name as it stands in a place; empty for one that is numbered. Pure.
std::string NameInPlace(std::string_view name);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PLACE_H_
