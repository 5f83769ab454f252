// plug_timer opened|refused ROUNDS GADGET: plugs a stick made of software into port 0 and pulls it
// out again, ROUNDS times, and marks in the kernel's trace what a person would see.
//
//   opened    waits until the file system named GADGET can be mounted, mounts it and takes it off
//   refused   waits until a daemon has decided and then decided nothing more for 0.2 s
//
// Prints the trace of each round behind a line "=== next plug". Marks: "plugged" right before the
// device gets its controller, "mountable" right after mount(2) took it. Exit status: 0 all rounds
// were taken, 1 one of them came to no end within 30 s; 2 wrong usage.

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;
const std::string kTracing = "/sys/kernel/tracing/";

bool Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text << std::flush;
  return file.good();
}

std::string Trace() {
  std::ifstream file(kTracing + "trace");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool Within30s(std::chrono::milliseconds pause, const std::function<bool()>& done) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!done()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
  }
  return true;
}

bool WaitMountable(const std::string& label) {
  // udev's link is there once udev has read the disk, on every terminal in the same way.
  const std::string link = "/dev/disk/by-label/" + label;
  return Within30s(1ms, [&] {
    if (access(link.c_str(), F_OK) != 0) return false;
    if (mount(link.c_str(), "/mnt", "vfat", MS_RDONLY, nullptr) != 0) return false;
    Write(kTracing + "trace_marker", "mountable");
    umount("/mnt");
    return true;
  });
}

bool WaitRefused() {
  size_t seen = 0;
  return Within30s(200ms, [&] {
    const std::string trace = Trace();
    size_t decided = 0;
    for (size_t at = trace.find("decided_"); at != std::string::npos;
         at = trace.find("decided_", at + 1))
      ++decided;
    // Those of the plug before it: unplugging may be decided upon as well.
    const bool quiet =
        decided > 0 && decided == seen && trace.find("new_device") != std::string::npos;
    seen = decided;
    return quiet;
  });
}

bool Unplugged() {
  for (const auto& hub : std::filesystem::directory_iterator("/sys/devices/platform/dummy_hcd.0")) {
    if (!hub.path().filename().string().starts_with("usb")) continue;
    for (const auto& device : std::filesystem::directory_iterator(hub))
      if (std::filesystem::exists(device.path() / "idVendor")) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const bool opened = std::strcmp(argv[1], "opened") == 0;
  const std::string gadget = argv[3];
  const std::string controller = "/sys/kernel/config/usb_gadget/" + gadget + "/UDC";
  for (int round = std::atoi(argv[2]); round > 0; --round) {
    // A probe of a program is a changed page of its code: put in anew, since agentd gives back code
    // that only its start needed, and the probe with it. Where there is none, there is no such
    // file.
    Write(kTracing + "events/uprobes/enable", "0");
    Write(kTracing + "events/uprobes/enable", "1");
    Write(kTracing + "trace", "\n");
    Write(kTracing + "tracing_on", "1");
    Write(kTracing + "trace_marker", "plugged");
    if (!Write(controller, "dummy_udc.0\n")) return 1;
    const bool ended = opened ? WaitMountable(gadget) : WaitRefused();
    Write(kTracing + "tracing_on", "0");
    std::cout << "=== next plug\n" << Trace() << std::flush;
    Write(controller, "\n");
    if (!ended || !Within30s(20ms, Unplugged)) return 1;
    if (std::system("udevadm settle") != 0) return 1;
  }
  return 0;
}
