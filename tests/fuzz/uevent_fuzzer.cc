// Datagrams of the kernel's netlink group, as anyone might send them.
#include "platform/linux/uevent.h"
#include "tests/fuzz/check.h"

namespace {

const std::string* PortPathOf(const sekisho::platform::DeviceNotice& notice) {
  using namespace sekisho::platform;
  if (const auto* appeared = std::get_if<DeviceAppeared>(&notice)) return &appeared->port_path;
  if (const auto* gone = std::get_if<DeviceGone>(&notice)) return &gone->port_path;
  if (const auto* altered = std::get_if<DeviceAltered>(&notice)) return &altered->port_path;
  return nullptr;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sekisho::platform;
  const auto uevent = ParseUevent({reinterpret_cast<const std::byte*>(data), size});
  if (!uevent) return 0;
  FUZZ_CHECK(size <= kMaxUeventBytes);
  FUZZ_CHECK(uevent->devpath.find("/../") == std::string::npos);
  const std::string written = WriteUevent(*uevent);
  const auto again =
      ParseUevent({reinterpret_cast<const std::byte*>(written.data()), written.size()});
  FUZZ_CHECK(again == uevent);
  if (const auto notice = NoticeOf(*uevent)) {
    const std::string* port_path = PortPathOf(*notice);
    FUZZ_CHECK(port_path != nullptr && IsPortPath(*port_path));
    FUZZ_CHECK(uevent->devpath.find(*port_path) != std::string::npos);
  }
  return 0;
}
