// The stream, through a real socket, real gRPC and mutual TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/unit/agent/link/link_fixture.h"

namespace sekisho::link::test {
namespace {

class StreamTest : public LinkFixture {};

TEST_F(StreamTest, CarriesSealedBothWaysAsTheyAre) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  EXPECT_TRUE(console_->Await([this] { return console_->last_peer() == kTerminal; }));

  v1::LinkDown up;
  up.mutable_sealed()->set_purpose(v1::PURPOSE_REPORT);
  up.mutable_sealed()->set_key_id(std::string(16, '\x01'));
  up.mutable_sealed()->set_payload(std::string(100'000, '\xff'));
  up.mutable_sealed()->set_signature(std::string(64, '\x02'));
  // A field of a later version: carried too, because a signature may come to cover it.
  up.mutable_sealed()->GetReflection()->MutableUnknownFields(up.mutable_sealed())->AddVarint(99, 7);
  ASSERT_TRUE(agentd_.Send(up));
  ASSERT_TRUE(console_->Await([this] { return console_->received().size() == 1; }));
  EXPECT_EQ(console_->received()[0].SerializeAsString(), up.sealed().SerializeAsString());

  v1::Sealed down = up.sealed();
  down.set_purpose(v1::PURPOSE_BUNDLE);
  ASSERT_TRUE(console_->Push(down));
  const std::optional<v1::LinkUp> taken = agentd_.Receive();
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->taken().count(), 1u);
  const std::optional<v1::LinkUp> received = agentd_.Receive();
  ASSERT_TRUE(received.has_value());
  EXPECT_EQ(received->sealed().SerializeAsString(), down.SerializeAsString());
}

TEST_F(StreamTest, DoesNotWakeAgentdForOneMessageThatWasTaken) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  for (std::size_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(agentd_.SendSealed("status"));
    ASSERT_TRUE(console_->Await([&] { return console_->received().size() == i; }));
  }
  EXPECT_FALSE(agentd_.Receive(std::chrono::milliseconds{200}).has_value());
  // Long before agentd would stop sending.
  ASSERT_TRUE(agentd_.SendSealed("status"));
  const std::optional<v1::LinkUp> taken = agentd_.Receive();
  ASSERT_TRUE(taken.has_value());
  EXPECT_EQ(taken->taken().count(), 4u);
}

TEST_F(StreamTest, SaysWhatTheConsoleKnowsBeforeItSaysThatItIsConnected) {
  console_->features = {"grants", "orders"};
  ASSERT_NO_FATAL_FAILURE(Configured());
  bool welcomed = false;
  const auto connected = agentd_.ReceiveUntil([&](const v1::LinkUp& up) {
    if (up.has_welcome()) {
      welcomed = true;
      EXPECT_THAT(up.welcome().features(), ::testing::ElementsAre("grants", "orders"));
      EXPECT_NE(up.welcome().key_protection(), v1::KEY_PROTECTION_UNSPECIFIED);
    }
    return up.state() == v1::LINK_STATE_CONNECTED;
  });
  ASSERT_TRUE(connected.has_value());
  EXPECT_TRUE(welcomed) << "agentd's first status already depends on it";
}

TEST_F(StreamTest, ItsHelloCarriesTheEnrolmentAndWhatThisAgentKnows) {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  v1::LinkDown configuration = Configuration();
  v1::Sealed* enrolment = configuration.mutable_configuration()->mutable_enrolment();
  enrolment->set_purpose(v1::PURPOSE_ENROLMENT);
  enrolment->set_payload("as the root signed it");
  ASSERT_TRUE(agentd_.Send(configuration));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  ASSERT_TRUE(console_->Await([this] { return console_->streams() == 1; }));
  EXPECT_TRUE(console_->Await([this] { return console_->last_hello().has_enrolment(); }));
  EXPECT_EQ(console_->last_hello().enrolment().payload(), "as the root signed it");
  EXPECT_THAT(console_->last_hello().features(), ::testing::Contains("orders"));
}

TEST_F(StreamTest, PassesTheConsolesResyncOn) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  v1::ConnectResponse resync;
  resync.mutable_resync();
  ASSERT_TRUE(console_->Push(resync));
  const std::optional<v1::LinkUp> received = agentd_.Receive();
  ASSERT_TRUE(received.has_value());
  EXPECT_TRUE(received->has_resync());
  // And reads on.
  ASSERT_TRUE(console_->Push(v1::Sealed()));
  EXPECT_TRUE(agentd_.Receive()->has_sealed());
}

TEST_F(StreamTest, ComesBackAfterTheStreamEnds) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  console_->Drop();
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTING));
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  ASSERT_TRUE(agentd_.SendSealed("after"));
  EXPECT_TRUE(console_->Await([this] { return console_->received().size() == 1; }));
}

TEST_F(StreamTest, OutlivesARestartOfTheConsole) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  const int port = console_->port();
  console_.reset();
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTING));
  // Nothing is kept for later: agentd's spool is what keeps.
  ASSERT_TRUE(agentd_.SendSealed("while away"));
  console_ = std::make_unique<TestConsole>(authority_, port);
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  ASSERT_TRUE(agentd_.SendSealed("after"));
  ASSERT_TRUE(console_->Await([this] { return !console_->received().empty(); }));
  EXPECT_EQ(console_->received()[0].payload(), "after");
}

TEST_F(StreamTest, OutlivesARestartOfAgentdAndLetsTheStreamGoMeanwhile) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  agentd_.Die();
  // A stream that stands would look like a terminal that is well.
  ASSERT_TRUE(console_->Await([this] { return !console_->Push(v1::Sealed()); }));
  agentd_.Listen();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
  ASSERT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  EXPECT_TRUE(console_->Await([this] { return console_->streams() == 2; }));
}

TEST_F(StreamTest, RefusesAProtocolItDoesNotSpeakAndSaysSo) {
  console_->protocol = 2;
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_INCOMPATIBLE));
}

TEST_F(StreamTest, SaysThatTheConsoleRefusesTheTerminal) {
  console_->connect_status = {grpc::StatusCode::PERMISSION_DENIED, "revoked"};
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_REFUSED));
}

TEST_F(StreamTest, TalksToNobodyWhoseCertificateIsNotOfTheRootOfTrust) {
  const TestAuthority other;  // of the same name
  const int port = console_->port();
  console_.reset();
  console_ = std::make_unique<TestConsole>(other, port);
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_UNTRUSTED));
  EXPECT_EQ(console_->streams(), 0);
}

TEST_F(StreamTest, ReachesAConsoleWhoseCertificateIsOverByTheTerminalsClock) {
  authority_.server_until = -std::chrono::hours{1};
  const int port = console_->port();
  console_.reset();
  console_ = std::make_unique<TestConsole>(authority_, port);
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
}

TEST_F(StreamTest, TalksToNobodyWhoseCertificateNamesAnotherHost) {
  authority_.server_names = "DNS:elsewhere.example.jp";
  const int port = console_->port();
  console_.reset();
  console_ = std::make_unique<TestConsole>(authority_, port);
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_UNTRUSTED));
  EXPECT_EQ(console_->streams(), 0);
}

TEST_F(StreamTest, IsNotTakenForAnotherTerminal) {
  console_->welcome_terminal = "0190c6a2-ffff-7000-8000-00000000000f";
  ASSERT_NO_FATAL_FAILURE(Configured());
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_REFUSED));
}

TEST_F(StreamTest, SaysThatItHasNoCertificateForTheTerminal) {
  files_.Put("/link/identity.pem", "garbage");
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_NO_IDENTITY));
  EXPECT_FALSE(files_.Get("/link/identity.pem").has_value());  // set aside, not overwritten
}

TEST_F(StreamTest, HoldsABoundedQueueForAConsoleThatDoesNotReadAndThenAsksForAllOfItAgain) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  console_->SetReading(TestConsole::Reading::kOff);
  // Far more than the queue and the windows of HTTP/2 and TCP take.
  constexpr int kSent = 600;
  for (int i = 0; i < kSent; ++i) ASSERT_TRUE(agentd_.SendSealed(std::string(100'000, 'x')));
  console_->SetReading(TestConsole::Reading::kOn);
  // As agentd does: at every resync, what matters comes again.
  int taken = 0;
  int resyncs = 0;
  const auto arrived = [this] {
    const std::vector<v1::Sealed> received = console_->received();
    return !received.empty() && received.back().payload() == "again";
  };
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (!arrived() && std::chrono::steady_clock::now() < until) {
    const std::optional<v1::LinkUp> message = agentd_.Receive(std::chrono::milliseconds{50});
    if (!message.has_value()) continue;
    taken += static_cast<int>(message->taken().count());
    if (!message->has_resync()) continue;
    ++resyncs;
    ASSERT_TRUE(agentd_.SendSealed("again"));
  }
  EXPECT_TRUE(arrived());
  EXPECT_GE(resyncs, 1);
  // Nothing dropped was called taken, and most was dropped.
  EXPECT_GE(static_cast<int>(console_->received().size()), taken);
  EXPECT_LT(taken, kSent / 2);
}

TEST_F(StreamTest, GivesUpAConsoleThatNeverReads) {
  options_.stream_limits.write = std::chrono::milliseconds{300};
  ASSERT_NO_FATAL_FAILURE(Connected());
  console_->SetReading(TestConsole::Reading::kOff);
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(agentd_.SendSealed(std::string(100'000, 'x')));
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTING));
}

TEST_F(StreamTest, LeavesTheConsolesWordsWithTheConsoleWhileAgentdDoesNotRead) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  v1::Sealed sealed;
  sealed.set_payload(std::string(100'000, 'x'));
  constexpr int kPushed = 300;
  std::atomic<int> pushed = 0;
  std::thread console([&] {
    while (pushed < kPushed && console_->Push(sealed)) ++pushed;
  });
  // The console's writes come to a stand: neither the link nor gRPC takes all thirty megabytes.
  int before = -1;
  const auto until = std::chrono::steady_clock::now() + kDeadline;
  while (before != pushed && std::chrono::steady_clock::now() < until) {
    before = pushed;
    std::this_thread::sleep_for(std::chrono::milliseconds{500});
  }
  EXPECT_LT(pushed, kPushed);
  // And then all of it comes, in order, with nothing lost.
  int received = 0;
  while (received < kPushed) {
    const std::optional<v1::LinkUp> message = agentd_.Receive();
    ASSERT_TRUE(message.has_value());
    received += message->has_sealed() ? 1 : 0;
  }
  console.join();
  EXPECT_EQ(pushed, kPushed);
}

TEST_F(StreamTest, IsDeafToGarbageFromTheSocketAndAttachesAgain) {
  ASSERT_NO_FATAL_FAILURE(Connected());
  v1::LinkDown unknown;
  unknown.GetReflection()->MutableUnknownFields(&unknown)->AddVarint(77, 1);
  ASSERT_TRUE(agentd_.Send(unknown));
  ASSERT_TRUE(agentd_.SendSealed("still here"));
  EXPECT_TRUE(console_->Await([this] { return console_->received().size() == 1; }));
}

}  // namespace
}  // namespace sekisho::link::test
