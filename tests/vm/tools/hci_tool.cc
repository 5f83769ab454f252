// A Bluetooth controller made of software, and somebody who sends through it.
//
//   hci_tool serve        makes one (/dev/vhci), says "hciN", and "carried" for each packet; ends
//                         when it is killed
//   hci_tool send N       takes controller N for itself and sends it a command; 0 when it could
//
// net/bluetooth: a "raw" controller is asked nothing when it comes up, so nobody has to answer.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

constexpr int kHci = 1;              // BTPROTO_HCI
constexpr unsigned short kUser = 1;  // HCI_CHANNEL_USER
constexpr unsigned char kVendorPacket = 0xff;
constexpr unsigned char kRawController = 0x80;

struct Address {  // sockaddr_hci
  unsigned short family;
  unsigned short device;
  unsigned short channel;
};

int Fail(const char* step) {
  perror(step);
  return 1;
}

int Serve() {
  const int controller = open("/dev/vhci", O_RDWR);
  const unsigned char make[] = {kVendorPacket, kRawController};
  if (controller < 0 || write(controller, make, sizeof make) != sizeof make) {
    return Fail("/dev/vhci");
  }
  unsigned char packet[4096];
  while (read(controller, packet, sizeof packet) > 0) {
    if (packet[0] == kVendorPacket) {
      printf("hci%d\n", packet[2] | packet[3] << 8);
    } else {
      puts("carried");
    }
    fflush(stdout);
  }
  return Fail("read");
}

int Send(int device) {
  const int fd = socket(AF_BLUETOOTH, SOCK_RAW | SOCK_CLOEXEC, kHci);
  if (fd < 0) return Fail("socket");
  const Address address = {AF_BLUETOOTH, static_cast<unsigned short>(device), kUser};
  if (bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Fail("bind");
  }
  const unsigned char reset[] = {0x01, 0x03, 0x0c, 0x00};  // Bluetooth 5.3, 4-E, 7.3.2
  return write(fd, reset, sizeof reset) == sizeof reset ? 0 : Fail("write");
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 2 && strcmp(arguments[1], "serve") == 0) return Serve();
  if (count == 3 && strcmp(arguments[1], "send") == 0) return Send(atoi(arguments[2]));
  fputs("hci_tool serve | send N\n", stderr);
  return 2;
}
