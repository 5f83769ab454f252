#include "agent/local/link_server.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/message_socket.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::local {
namespace {

using ::sekisho::testing::Terminal;
using ::testing::SizeIs;

constexpr unsigned kLinkUid = 990;

class LinkServerTest : public ::testing::Test {
 protected:
  LinkServerTest() {
    terminal.StartEnrolled();
    terminal.Disconnect();
    server = std::make_unique<LinkServer>(*terminal.engine, listener, kLinkUid);
  }
  ~LinkServerTest() override { server.reset(); }
  std::unique_ptr<platform::MessageConnection> ConnectAs(unsigned uid) {
    auto client = listener.Connect({.uid = uid});
    terminal.Settle();
    return client;
  }
  void Send(platform::MessageConnection& client, const std::string& bytes) {
    (void)client.Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
    terminal.Settle();
  }
  v1::LinkState State() const { return terminal.engine->Status().link(); }

  Terminal terminal;
  platform::fake::MemoryListener listener;
  std::unique_ptr<LinkServer> server;
};

std::string Connected() {
  v1::LinkUp up;
  up.set_state(v1::LINK_STATE_CONNECTED);
  return up.SerializeAsString();
}

TEST_F(LinkServerTest, TheLinkIsConfiguredAtOnceAndGetsAStatusWhenItIsConnected) {
  auto link = ConnectAs(kLinkUid);
  auto received = link->Receive();
  ASSERT_TRUE(received.ok() && received->has_value());
  v1::LinkDown down;
  ASSERT_TRUE(down.ParseFromArray((*received)->data(), static_cast<int>((*received)->size())));
  EXPECT_EQ(down.configuration().terminal_id(), "terminal-1");
  Send(*link, Connected());
  received = link->Receive();
  ASSERT_TRUE(received.ok() && received->has_value());
  ASSERT_TRUE(down.ParseFromArray((*received)->data(), static_cast<int>((*received)->size())));
  EXPECT_EQ(down.sealed().purpose(), v1::PURPOSE_STATUS);
}

TEST_F(LinkServerTest, NobodyElseIsTheLinkNotEvenRoot) {
  for (unsigned uid : {0u, 1000u}) {
    auto link = ConnectAs(uid);
    Send(*link, Connected());
    EXPECT_EQ(State(), v1::LINK_STATE_ABSENT);
  }
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(2));
}

TEST_F(LinkServerTest, OneAtATimeTheNewerOne) {
  auto first = ConnectAs(kLinkUid);
  Send(*first, Connected());
  auto second = ConnectAs(kLinkUid);
  EXPECT_EQ(State(), v1::LINK_STATE_CONNECTING);
  Send(*second, Connected());
  EXPECT_EQ(State(), v1::LINK_STATE_CONNECTED);
}

TEST_F(LinkServerTest, GarbageDropsTheLinkAndIsReported) {
  auto link = ConnectAs(kLinkUid);
  Send(*link, "\xff\xff garbage");
  EXPECT_EQ(State(), v1::LINK_STATE_ABSENT);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(1));
}

TEST_F(LinkServerTest, ALinkThatGoesIsNoticed) {
  auto link = ConnectAs(kLinkUid);
  link.reset();
  terminal.Settle();
  EXPECT_EQ(State(), v1::LINK_STATE_ABSENT);
}

TEST_F(LinkServerTest, AFloodIsBounded) {
  auto link = ConnectAs(kLinkUid);
  Send(*link, Connected());
  v1::LinkUp up;
  *up.mutable_sealed() = terminal.console.SealGrant(v1::GrantClaims());
  up.mutable_sealed()->mutable_signature()->front() ^= 1;
  const std::string forged = up.SerializeAsString();
  for (int i = 0; i < 1000; ++i) Send(*link, forged);
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_GRANT_REFUSED), SizeIs(1));
  EXPECT_EQ(State(), v1::LINK_STATE_CONNECTED);
}

}  // namespace
}  // namespace sekisho::local
