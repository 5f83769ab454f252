// uevent_forge DEVPATH: says, as root and not as the kernel, that a USB device was removed.
//
// Sends a uevent to the kernel's own multicast group (NETLINK_KOBJECT_UEVENT, group 1), with a
// listener of its own on that group that believes whoever speaks. Prints "believed" and exits with
// 0 if the listener heard it: what any program that does not ask for the sender would act on.

#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  sockaddr_nl group{};
  group.nl_family = AF_NETLINK;
  group.nl_groups = 1;
  const int listener = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
  const int sender = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
  if (bind(listener, reinterpret_cast<sockaddr*>(&group), sizeof group) != 0) {
    std::perror("bind");
    return 1;
  }
  const std::string path = argv[1];
  std::string message = "remove@" + path;
  for (const std::string& pair : {std::string("ACTION=remove"), "DEVPATH=" + path,
                                  std::string("SUBSYSTEM=usb"), std::string("DEVTYPE=usb_device"),
                                  std::string("SEQNUM=999999")}) {
    message += '\0' + pair;
  }
  message += '\0';
  if (sendto(sender, message.data(), message.size(), 0, reinterpret_cast<sockaddr*>(&group),
             sizeof group) < 0) {
    std::perror("send");
    return 1;
  }
  pollfd heard{listener, POLLIN, 0};
  char buffer[4096];
  while (poll(&heard, 1, 2000) > 0) {
    const ssize_t size = read(listener, buffer, sizeof buffer);
    if (size > 0 && std::string(buffer, size) == message) {
      std::printf("believed\n");
      return 0;
    }
  }
  return 1;
}
