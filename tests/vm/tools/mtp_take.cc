// mtp_take NODE: takes a file off a phone, the way any program of the person at the seat can.
//
// MTP needs no kernel driver and no block device: whoever may write to the phone's usbfs node
// (udev gives it to the seat) talks to it directly. Prints the content of the first file in the
// phone's root and exits with 0; otherwise says what stood in the way and exits with 1.
//
// Source: Media Transfer Protocol 1.1 over PIMA 15740 bulk containers.

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

namespace {

constexpr std::uint16_t kOpenSession = 0x1002;
constexpr std::uint16_t kGetObjectHandles = 0x1007;
constexpr std::uint16_t kGetObject = 0x1009;
constexpr std::uint32_t kEverywhere = 0xFFFFFFFF;  // any storage; the root of it
constexpr unsigned kTimeoutMs = 5000;

[[noreturn]] void Fail(const char* step) {
  std::fprintf(stderr, "mtp_take: %s: %s\n", step, std::strerror(errno));
  std::exit(1);
}

struct Phone {
  int node = -1;
  unsigned bulk_in = 0;
  unsigned bulk_out = 0;
  std::uint32_t transaction = 0;
};

Phone Open(const char* path) {
  Phone phone;
  phone.node = open(path, O_RDWR);
  if (phone.node < 0) Fail("open");
  unsigned char descriptors[1024];
  ssize_t size = read(phone.node, descriptors, sizeof descriptors);
  for (ssize_t at = 0; at + 4 <= size && descriptors[at] != 0; at += descriptors[at]) {
    if (descriptors[at + 1] != 5 || (descriptors[at + 3] & 3) != 2) continue;  // bulk endpoints
    unsigned address = descriptors[at + 2];
    ((address & 0x80) ? phone.bulk_in : phone.bulk_out) = address;
  }
  unsigned interface = 0;
  if (ioctl(phone.node, USBDEVFS_CLAIMINTERFACE, &interface) < 0) Fail("claim the interface");
  return phone;
}

int Bulk(const Phone& phone, unsigned endpoint, void* data, unsigned size) {
  usbdevfs_bulktransfer transfer{endpoint, size, kTimeoutMs, data};
  int done = ioctl(phone.node, USBDEVFS_BULK, &transfer);
  if (done < 0) Fail("bulk transfer");
  return done;
}

std::uint32_t Word(const std::string& bytes, std::size_t at) {
  std::uint32_t word = 0;
  if (at + sizeof word <= bytes.size()) std::memcpy(&word, bytes.data() + at, sizeof word);
  return word;
}

// Sends one operation and returns its data phase; empty when it has none.
std::string Ask(Phone& phone, std::uint16_t code, std::initializer_list<std::uint32_t> arguments) {
  std::uint32_t command[8] = {static_cast<std::uint32_t>(12 + 4 * arguments.size()),
                              1u | static_cast<std::uint32_t>(code) << 16, phone.transaction++};
  std::size_t next = 3;
  for (std::uint32_t argument : arguments) command[next++] = argument;
  Bulk(phone, phone.bulk_out, command, command[0]);
  std::string data;
  for (;;) {
    std::vector<char> buffer(16384);
    int size = Bulk(phone, phone.bulk_in, buffer.data(), buffer.size());
    std::string container(buffer.data(), size);
    if (data.empty() && (Word(container, 4) & 0xFFFF) == 3) {  // the response
      if (Word(container, 4) >> 16 != 0x2001) {
        std::fprintf(stderr, "mtp_take: the phone refused 0x%x\n", code);
        std::exit(1);
      }
      return "";
    }
    data += container;
    if (data.size() < Word(data, 0)) continue;
    char response[512];
    Bulk(phone, phone.bulk_in, response, sizeof response);
    return data.substr(12);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: mtp_take /dev/bus/usb/BUS/DEVICE\n");
    return 2;
  }
  Phone phone = Open(argv[1]);
  Ask(phone, kOpenSession, {1});
  std::string handles = Ask(phone, kGetObjectHandles, {kEverywhere, 0, kEverywhere});
  if (Word(handles, 0) == 0) {
    std::fprintf(stderr, "mtp_take: there is no file on the phone\n");
    return 1;
  }
  std::string content = Ask(phone, kGetObject, {Word(handles, 4)});
  std::fwrite(content.data(), 1, content.size(), stdout);
  return 0;
}
