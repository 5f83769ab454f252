#ifndef SEKISHO_PLATFORM_LINUX_DOORS_OWN_ADAPTERS_H_
#define SEKISHO_PLATFORM_LINUX_DOORS_OWN_ADAPTERS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/devices.h"
#include "platform/linux/doors/place.h"

namespace sekisho::platform {

// One of the network cards and radios that the terminal was installed with.
struct OwnAdapter {
  std::string place;
  unsigned vendor_id = 0;
  unsigned product_id = 0;
  std::string serial;  // may be empty
  friend bool operator==(const OwnAdapter&, const OwnAdapter&) = default;
};

OwnAdapter OwnAdapterOf(const Door& door, const DeviceFacts& facts);

// "sekisho-own-adapters 1", then a line each, "PLACE VENDOR:PRODUCT SERIAL" ("-": none); lines that
// begin with # are comments. Each the other's inverse but for these. What is not exactly that is
// nothing.
std::string WriteOwnAdapters(const std::vector<OwnAdapter>& adapters);
std::optional<std::vector<OwnAdapter>> ParseOwnAdapters(std::string_view text);

// The same make in its place, or with its own serial in another: a card that is added can renumber
// the buses.
bool IsOwnAdapter(const std::vector<OwnAdapter>& own, const OwnAdapter& adapter);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DOORS_OWN_ADAPTERS_H_
