#ifndef SEKISHO_PLATFORM_LINUX_DEVICE_SOURCE_H_
#define SEKISHO_PLATFORM_LINUX_DEVICE_SOURCE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/devices.h"
#include "platform/linux/uevent_socket.h"

namespace sekisho::platform {

// Kernel uevents and sysfs. Start it before the first Present, or what comes between is missed.
class LinuxDeviceSource : public DeviceSource {
 public:
  // `sysfs` is "/sys", but for tests.
  static Result<std::unique_ptr<LinuxDeviceSource>> Start(std::string sysfs = "/sys");

  Waitable Readable() const override { return socket_.fd(); }
  // At most 4,096 datagrams a call, so that a flood cannot hold the loop; several alterations of
  // one device in a row are one.
  std::vector<DeviceNotice> Drain() override;
  Result<std::vector<std::string>> Present() override;
  Result<std::unique_ptr<OpenDevice>> Open(const std::string& port_path) override;
  Result<DeviceFacts> Read(const OpenDevice& device) override;
  Result<std::vector<MediumNode>> Media(const OpenDevice& device) override;
  // Datagrams dropped because the kernel had not sent them, or they were no uevents.
  std::uint64_t refused_datagrams() const { return refused_; }

 private:
  LinuxDeviceSource(UeventSocket socket, std::string sysfs)
      : socket_(std::move(socket)), sysfs_(std::move(sysfs)) {}
  UeventSocket socket_;
  std::string sysfs_;
  std::uint64_t refused_ = 0;
};

// Everything in /sys/bus/usb/devices that is a device and no root hub; hubs before what hangs
// below them. Empty when there is no USB at all.
Result<std::vector<std::string>> PresentDevices(const std::string& sysfs);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DEVICE_SOURCE_H_
