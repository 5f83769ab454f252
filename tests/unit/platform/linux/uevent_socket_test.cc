#include "platform/linux/uevent_socket.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "platform/linux/device_source.h"
#include "platform/linux/uevent.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

// Has the kernel send a uevent for the loopback interface.
bool AskKernelForUevent() {
  std::ofstream file("/sys/class/net/lo/uevent");
  file << "change" << std::flush;
  return file.good();
}

bool WaitReadable(int fd) {
  pollfd waited{fd, POLLIN, 0};
  return poll(&waited, 1, 5000) > 0;
}

// What any root process can do: a datagram straight to the socket's address.
ssize_t SendForged(int to, const std::string& datagram) {
  sockaddr_nl address{};
  socklen_t length = sizeof address;
  getsockname(to, reinterpret_cast<sockaddr*>(&address), &length);
  const Fd sender(socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
  address.nl_groups = 0;
  return sendto(sender.get(), datagram.data(), datagram.size(), 0,
                reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

TEST(UeventSocket, OnlyTheKernelIsTheKernel) {
  const auto present = NetlinkSender::Credentials::kPresent;
  EXPECT_TRUE(IsKernel({0, 1, 0, 0, present}));
  EXPECT_FALSE(IsKernel({0, 1, 0, 0, NetlinkSender::Credentials::kMissing}));
  EXPECT_FALSE(IsKernel({77, 1, 0, 0, present})) << "another port";
  EXPECT_FALSE(IsKernel({0, 2, 0, 0, present})) << "udev's group";
  EXPECT_FALSE(IsKernel({0, 0, 0, 0, present})) << "straight to us";
  EXPECT_FALSE(IsKernel({0, 1, 4321, 0, present})) << "a process";
  EXPECT_FALSE(IsKernel({0, 1, 0, 1000, present})) << "a person";
}

TEST(UeventSocket, HearsTheKernel) {
  Result<UeventSocket> socket = UeventSocket::Open();
  ASSERT_TRUE(socket.ok()) << socket.failure().ToString();
  if (!AskKernelForUevent()) GTEST_SKIP() << "not root, or no writable /sys";
  ASSERT_TRUE(WaitReadable(socket->fd()));
  Result<UeventSocket::Received> received = socket->Receive();
  ASSERT_TRUE(received.ok());
  const auto* datagram = std::get_if<std::vector<std::byte>>(&*received);
  ASSERT_NE(datagram, nullptr);
  const std::optional<Uevent> uevent = ParseUevent(*datagram);
  ASSERT_TRUE(uevent);
  EXPECT_EQ(uevent->action, "change");
  EXPECT_EQ(uevent->origin, Uevent::Origin::kSynthetic);
}

TEST(UeventSocket, AForgedDatagramNeverShows) {
  Result<std::unique_ptr<LinuxDeviceSource>> source = LinuxDeviceSource::Start();
  ASSERT_TRUE(source.ok());
  const std::string forged = WriteUevent({"add", "/devices/x/2-1", "usb", "usb_device", {}});
  if (SendForged(static_cast<int>((*source)->Readable()), forged) < 0) {
    GTEST_SKIP() << "only root can even try";
  }
  ASSERT_TRUE(WaitReadable(static_cast<int>((*source)->Readable())));
  EXPECT_TRUE((*source)->Drain().empty());
  EXPECT_EQ((*source)->refused_datagrams(), 1u);
}

TEST(UeventSocket, AnOverrunSaysSo) {
  Result<UeventSocket> socket = UeventSocket::Open(1);  // the kernel's smallest
  ASSERT_TRUE(socket.ok());
  for (int n = 0; n < 64; ++n) {
    if (!AskKernelForUevent()) GTEST_SKIP() << "not root, or no writable /sys";
  }
  bool overrun = false;
  for (int n = 0; n < 128 && !overrun; ++n) {
    Result<UeventSocket::Received> received = socket->Receive();
    ASSERT_TRUE(received.ok());
    if (std::holds_alternative<UeventSocket::Nothing>(*received)) break;
    overrun = std::holds_alternative<UeventSocket::Overrun>(*received);
  }
  EXPECT_TRUE(overrun);
}

}  // namespace
}  // namespace sekisho::platform
