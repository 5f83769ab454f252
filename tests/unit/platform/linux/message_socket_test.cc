#include "platform/linux/message_socket.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "platform/linux/descriptor_fd.h"
#include "tests/unit/platform/linux/scratch.h"

namespace sekisho::platform {
namespace {

struct Pair {
  std::unique_ptr<MessageListener> listener;
  std::unique_ptr<MessageConnection> client;
  std::unique_ptr<MessageConnection> server;
};

Pair Connect(const Scratch& scratch) {
  Pair pair;
  pair.listener = std::move(*ListenAt(scratch.path("s"), {.mode = 0600, .gid = {}}));
  pair.client = std::move(*ConnectTo(scratch.path("s")));
  pair.server = std::move(*pair.listener->Accept());
  return pair;
}

TEST(MessageSocket, CarriesMessagesWholeUpToTheBound) {
  Scratch scratch;
  Pair pair = Connect(scratch);
  const std::vector<std::byte> big(MessageConnection::kMaxMessage, std::byte{0x5a});
  ASSERT_TRUE(pair.client->Send(big).ok());
  ASSERT_TRUE(pair.client->Send(AsBytes("x")).ok());
  EXPECT_EQ(**pair.server->Receive(), big);
  EXPECT_EQ(**pair.server->Receive(), AsBytes("x"));
  EXPECT_FALSE(pair.server->Receive()->has_value()) << "nothing more";
  EXPECT_EQ(pair.client->Send({}).failure().code.value(), EINVAL);
}

TEST(MessageSocket, AMessageAboveTheBoundIsAFailureAndTheNextIsWhole) {
  Scratch scratch;
  Pair pair = Connect(scratch);
  const std::string big(MessageConnection::kMaxMessage + 1, 'x');
  EXPECT_EQ(pair.client->Send(AsBytes(big)).failure().code.value(), EMSGSIZE);
  // Somebody who does not ask us first.
  const int raw = static_cast<int>(pair.client->Readable());
  ASSERT_EQ(send(raw, big.data(), big.size(), 0), static_cast<ssize_t>(big.size()));
  ASSERT_TRUE(pair.client->Send(AsBytes("after")).ok());
  EXPECT_EQ(pair.server->Receive().failure().code.value(), EMSGSIZE);
  EXPECT_EQ(**pair.server->Receive(), AsBytes("after"));
}

TEST(MessageSocket, NobodyWhoDoesNotReadHoldsTheSender) {
  Scratch scratch;
  Pair pair = Connect(scratch);
  Outcome sent = Done{};
  for (int n = 0; n < 100000 && sent.ok(); ++n) sent = pair.server->Send(AsBytes("news"));
  ASSERT_FALSE(sent.ok());
  EXPECT_EQ(sent.failure().code.value(), EAGAIN);
}

TEST(MessageSocket, TheKernelSaysWhoIsThere) {
  Scratch scratch;
  Pair pair = Connect(scratch);
  EXPECT_EQ(pair.server->Remote().pid, getpid());
  EXPECT_EQ(pair.server->Remote().uid, getuid());
}

TEST(MessageSocket, TheOtherEndsGoingIsAnEmptyMessage) {
  Scratch scratch;
  Pair pair = Connect(scratch);
  ASSERT_TRUE(pair.client->Send(AsBytes("last")).ok());
  pair.client.reset();
  EXPECT_EQ(**pair.server->Receive(), AsBytes("last"));
  EXPECT_TRUE((**pair.server->Receive()).empty());
  EXPECT_FALSE(pair.server->Send(AsBytes("x")).ok());
}

TEST(MessageListener, HasTheModeThatWasAskedForAndNobodyWaitingIsNobody) {
  Scratch scratch;
  auto listener = ListenAt(scratch.path("s"), {.mode = 0666, .gid = {}});
  ASSERT_TRUE(listener.ok());
  struct stat status{};
  ASSERT_EQ(stat(scratch.path("s").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0666u);
  EXPECT_EQ(*(*listener)->Accept(), nullptr);
}

TEST(MessageListener, ReplacesADeadOnesSocketAndNotALivingOnes) {
  Scratch scratch;
  const std::string path = scratch.path("s");
  {
    const Fd dead(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    ASSERT_EQ(bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  auto listener = ListenAt(path, {});
  ASSERT_TRUE(listener.ok()) << listener.failure().ToString();
  EXPECT_EQ(ListenAt(path, {}).failure().code.value(), EADDRINUSE);
  EXPECT_TRUE(ConnectTo(path).ok());
}

}  // namespace
}  // namespace sekisho::platform
