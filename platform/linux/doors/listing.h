#ifndef SEKISHO_PLATFORM_LINUX_DOORS_LISTING_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_LISTING_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/result.h"

namespace sekisho::platform {

// Devpaths of the links in a directory of /sys; none when there is no such directory.
Result<std::vector<std::string>> LinksIn(const std::string& sysfs, const std::string& below,
                                         const std::function<bool(std::string_view)>& wanted);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_LISTING_H_
