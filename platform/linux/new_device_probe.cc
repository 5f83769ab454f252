#include "platform/linux/new_device_probe.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "platform/linux/descriptor_fd.h"
#include "platform/linux/modprobe.h"
#include "platform/linux/uevent.h"
#include "platform/linux/usbip_stick.h"

namespace sekisho::platform {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kBound{8};
constexpr const char* kModule = "vhci_hcd";
constexpr int kHighSpeed = 3;  // enum usb_device_speed
constexpr int kPort = 0;       // the first high-speed port

enum class Fill { kWhole, kGone };

// Exactly `into`, from a socket whose other end is the kernel.
Fill Receive(int fd, std::span<std::byte> into) {
  while (!into.empty()) {
    const ssize_t n = recv(fd, into.data(), into.size(), MSG_WAITALL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Fill::kGone;
    into = into.subspan(static_cast<std::size_t>(n));
  }
  return Fill::kWhole;
}

// One request of the kernel's, answered.
Fill AnswerOne(int fd) {
  std::array<std::byte, UsbipStick::kHeaderBytes> header;
  if (Receive(fd, header) == Fill::kGone) return Fill::kGone;
  const std::optional<std::vector<std::byte>> answer = UsbipStick::Answer(header);
  if (!answer) return Fill::kGone;
  std::vector<std::byte> out(UsbipStick::OutBytes(header));
  if (Receive(fd, out) == Fill::kGone) return Fill::kGone;
  return send(fd, answer->data(), answer->size(), MSG_NOSIGNAL) ==
                 static_cast<ssize_t>(answer->size())
             ? Fill::kWhole
             : Fill::kGone;
}

std::vector<std::string> Names(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), closedir);
  std::vector<std::string> names;
  while (const dirent* entry = directory ? readdir(directory.get()) : nullptr) {
    names.emplace_back(entry->d_name);
  }
  return names;
}

// The stick's directory below the virtual controller, once its serial number shows it is ours.
std::optional<std::string> FindStick(const std::string& controller) {
  for (const std::string& hub : Names(controller)) {
    if (!hub.starts_with("usb")) continue;
    for (const std::string& name : Names(controller + "/" + hub)) {
      if (!IsPortPath(name)) continue;
      std::string path = controller + "/" + hub + "/" + name;
      const Result<std::string> serial = ReadTextAt(AT_FDCWD, path + "/serial");
      if (serial.ok() && *serial == UsbipStick::kSerial) return path;
    }
  }
  return std::nullopt;
}

// What the kernel did with it. `path` is the stick's directory.
ProbeAttempt Judge(ProbeAttempt attempt, const std::string& path) {
  const Result<std::string> authorised = ReadTextAt(AT_FDCWD, path + "/authorized", 16);
  if (!authorised.ok()) {
    attempt.detail = authorised.failure().ToString();
    return attempt;
  }
  bool interfaces = false;
  for (const std::string& name : Names(path)) {
    interfaces = interfaces || name.find(':') != std::string::npos;
  }
  const bool refused = *authorised == "0" && !interfaces;
  attempt.end = refused ? ProbeEnd::kHolds : ProbeEnd::kOpen;
  attempt.detail = refused ? "a stick plugged into a controller that had just come was refused"
                           : "a stick plugged into a controller that had just come was let in";
  return attempt;
}

ProbeAttempt PlugIn(ProbeAttempt attempt, const std::string& controller) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    attempt.detail = LastFailure("socketpair").ToString();
    return attempt;
  }
  const Fd ours(ends[0]);
  Fd kernels(ends[1]);
  const std::string request = std::to_string(kPort) + " " + std::to_string(kernels.get()) + " 1 " +
                              std::to_string(kHighSpeed);
  if (Outcome attached = WriteAt(AT_FDCWD, controller + "/attach", request); !attached.ok()) {
    attempt.detail = attached.failure().ToString();
    return attempt;
  }
  kernels = Fd();

  attempt.detail = "the kernel did not finish looking at the stick";
  const auto deadline = steady_clock::now() + kBound;
  while (steady_clock::now() < deadline) {
    pollfd waited{ours.get(), POLLIN, 0};
    // No event tells that the kernel is done: when it asks nothing for a while, look.
    if (poll(&waited, 1, 100) > 0 && AnswerOne(ours.get()) == Fill::kWhole) continue;
    if (const std::optional<std::string> stick = FindStick(controller)) {
      attempt = Judge(std::move(attempt), *stick);
      break;
    }
    if ((waited.revents & POLLHUP) != 0) break;
  }
  const Outcome detached = WriteAt(AT_FDCWD, controller + "/detach", std::to_string(kPort));
  if (!detached.ok() && attempt.end == ProbeEnd::kHolds) {
    attempt.detail += "; " + detached.failure().ToString();
  }
  return attempt;
}

}  // namespace

NewDeviceProbe TryNewDevice(const std::string& sysfs) {
  NewDeviceProbe probe;
  probe.attempt.name = "usb.new-device";
  const std::string controller = sysfs + "/devices/platform/vhci_hcd.0";
  if (access(controller.c_str(), F_OK) == 0) {
    probe.attempt.detail = "vhci_hcd is in use on this terminal";
    return probe;
  }
  if (Outcome loaded = Modprobe({kModule}); !loaded.ok()) {
    probe.attempt.detail = loaded.failure().ToString();
    return probe;
  }
  probe.controller = NewDeviceProbe::Controller::kLoaded;
  probe.attempt = PlugIn(std::move(probe.attempt), controller);
  return probe;
}

Outcome RemoveController(const NewDeviceProbe& probe) {
  if (probe.controller == NewDeviceProbe::Controller::kNone) return Done{};
  return Modprobe({"-r", kModule});
}

}  // namespace sekisho::platform
