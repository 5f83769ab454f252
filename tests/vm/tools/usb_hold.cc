// usb_hold NODE GO: keeps a device's usbfs node open and speaks to it again later.
//
// A descriptor that was opened while the device was allowed goes on working after the kernel was
// told that the device is not (authorized=0). Opens NODE, prints "held", waits until the file GO
// exists, then asks the device for its descriptor over endpoint 0. Prints "it answers" and exits
// with 0 if the device does; otherwise exits with 1.
//
// Source: USB 2.0, 9.4.3 (GET_DESCRIPTOR); linux/usbdevice_fs.h.

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int node = open(argv[1], O_RDWR);
  if (node < 0) {
    std::printf("open: %s\n", std::strerror(errno));
    return 1;
  }
  std::printf("held\n");
  std::fflush(stdout);
  while (access(argv[2], F_OK) != 0) usleep(100'000);
  unsigned char descriptor[18];
  usbdevfs_ctrltransfer ask{0x80, 6, 0x0100, 0, sizeof descriptor, 2000, descriptor};
  if (ioctl(node, USBDEVFS_CONTROL, &ask) != sizeof descriptor) {
    std::printf("it is silent: %s\n", std::strerror(errno));
    return 1;
  }
  std::printf("it answers\n");
  return 0;
}
