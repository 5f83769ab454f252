#include <chrono>
#include <thread>

#include "console/ids.h"
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class AgentStreamTest : public ConsoleFixture {
 protected:
  // Waits for something that another thread does; a deadline, not a pause.
  template <typename Condition>
  bool Eventually(Condition condition) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
  }
  v1::Event Block(TerminalClient& terminal, const std::string& reference) {
    v1::Event event = terminal.NextEvent(v1::EVENT_KIND_DEVICE_BLOCKED);
    event.set_reference(reference);
    event.mutable_device()->set_fingerprint(std::string(32, 'f'));
    event.mutable_device()->set_vendor_id(0x0951);
    event.mutable_device()->set_serial("S1");
    event.mutable_device()->add_classes(v1::DEVICE_CLASS_STORAGE);
    event.mutable_person()->set_uid(1000);
    event.mutable_person()->set_name("taro");
    return event;
  }
};

TEST_F(AgentStreamTest, AReportIsAcknowledgedByNameAndHashOnceItIsStored) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const std::string one = terminal.Record(terminal.NextEvent(v1::EVENT_KIND_AGENT_STARTED));
  const std::string two = terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN));
  absl::StatusOr<v1::Acknowledgement> acknowledged = terminal.Report({one, two});
  ASSERT_TRUE(acknowledged.ok()) << acknowledged.status();
  EXPECT_EQ(acknowledged->sequence(), 2);
  EXPECT_EQ(acknowledged->record_hash(), Sha256Of(two));
  EXPECT_EQ(Events(v1::EVENT_KIND_RESCAN).size(), 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
}

TEST_F(AgentStreamTest, AReportThatComesTwiceIsStoredOnceAndAcknowledgedTwice) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const std::string record = terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN));
  ASSERT_TRUE(terminal.Report({record}).ok());
  EXPECT_TRUE(terminal.Report({record}).ok());
  EXPECT_EQ(Events(v1::EVENT_KIND_RESCAN).size(), 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
}

TEST_F(AgentStreamTest, TheFirstMessageMustBeHello) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  v1::ConnectRequest first;
  *first.mutable_sealed() = terminal.SealStatus(terminal.NextStatus());
  EXPECT_EQ(terminal.Begin(first).error_code(), grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(AgentStreamTest, AStreamThatNeverSaysHelloIsClosed) {
  hello_limit_ = std::chrono::milliseconds(300);
  Stop();
  Start();
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_EQ(terminal.BeginWithNothing().error_message(), "no Hello came");
}

TEST_F(AgentStreamTest, AStreamThatSaidHelloStaysOpenBeyondTheLimit) {
  hello_limit_ = std::chrono::milliseconds(300);
  Stop();
  Start();
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  std::this_thread::sleep_for(2 * hello_limit_);
  EXPECT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
}

TEST_F(AgentStreamTest, AnAgentOfAnotherProtocolIsToldSo) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  v1::Hello future = TerminalClient::DefaultHello();
  future.set_oldest_protocol(2);
  future.set_newest_protocol(3);
  EXPECT_EQ(terminal.Connect(future).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(AgentStreamTest, AStatusIsAnsweredWithItsNonceAndTheBundleThatIsMissing) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const v1::Status status = terminal.NextStatus();
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  const absl::StatusOr<contract::OpenedKeySet> keys =
      contract::OpenKeySet(terminal.anchor(), terminal.key_set());
  ASSERT_TRUE(keys.ok());
  const std::optional<v1::Sealed> sealed = terminal.ReadSealed(v1::PURPOSE_BEACON);
  ASSERT_TRUE(sealed.has_value());
  const absl::StatusOr<v1::Beacon> beacon =
      contract::OpenAndParse<v1::Beacon>(keys->ring, *sealed, v1::PURPOSE_BEACON);
  ASSERT_TRUE(beacon.ok()) << beacon.status();
  EXPECT_EQ(beacon->nonce(), status.nonce());
  EXPECT_EQ(beacon->newest_bundle_version(), 1);
  const std::optional<v1::Sealed> bundle = terminal.ReadSealed(v1::PURPOSE_BUNDLE);
  ASSERT_TRUE(bundle.has_value());
  const absl::StatusOr<v1::Bundle> opened =
      contract::OpenAndParse<v1::Bundle>(keys->ring, *bundle, v1::PURPOSE_BUNDLE);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->group_id(), terminal.group_id());
}

TEST_F(AgentStreamTest, AGrantReachesTheTerminalAtOnceAndItsStateFollowsTheEvents) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const v1::Status status = terminal.NextStatus();
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  ASSERT_TRUE(terminal.Report({terminal.Record(Block(terminal, "123456"))}).ok());
  v1::CreateGrantRequest request;
  request.set_reference("123456");
  request.set_action(v1::ACTION_ALLOW);
  request.set_seconds(60);
  request.set_reason("住民票の写しの提出");
  request.set_ticket("2026-17");
  absl::StatusOr<v1::CreateGrantResponse> granted =
      console_->services().grants.CreateGrant(Admin(), request);
  ASSERT_TRUE(granted.ok()) << granted.status();
  EXPECT_EQ(granted->grant().state(), v1::GRANT_STATE_ISSUED);
  const std::optional<v1::Sealed> sealed = terminal.ReadSealed(v1::PURPOSE_GRANT);
  ASSERT_TRUE(sealed.has_value());
  const absl::StatusOr<contract::OpenedKeySet> keys =
      contract::OpenKeySet(terminal.anchor(), terminal.key_set());
  const absl::StatusOr<v1::GrantClaims> claims =
      contract::OpenAndParse<v1::GrantClaims>(keys->ring, *sealed, v1::PURPOSE_GRANT);
  ASSERT_TRUE(claims.ok()) << claims.status();
  EXPECT_EQ(claims->terminal_id(), terminal.terminal_id());
  EXPECT_EQ(claims->boot_id(), terminal.boot_id);
  EXPECT_EQ(claims->uid(), -1);
  EXPECT_GE(claims->deadline_boottime_ns(), status.boottime_ns() + 60'000'000'000);
  EXPECT_LE(claims->deadline_boottime_ns(), status.boottime_ns() + 90'000'000'000);

  const auto state = [&] {
    v1::ListGrantsRequest list;
    return console_->services().grants.ListGrants(Admin(), list)->grants(0).state();
  };
  v1::Event opened = terminal.NextEvent(v1::EVENT_KIND_GRANT_OPENED);
  opened.set_grant_id(claims->grant_id());
  ASSERT_TRUE(terminal.Report({terminal.Record(opened)}).ok());
  EXPECT_EQ(state(), v1::GRANT_STATE_RUNNING);
  v1::Event ended = terminal.NextEvent(v1::EVENT_KIND_GRANT_ENDED);
  ended.set_grant_id(claims->grant_id());
  v1::Parameter& cause = *ended.add_parameters();
  cause.set_key("cause");
  cause.set_value("returned");
  ASSERT_TRUE(terminal.Report({terminal.Record(ended)}).ok());
  EXPECT_EQ(state(), v1::GRANT_STATE_RETURNED);
  // Answered: the reference opens nothing a second time.
  EXPECT_TRUE(absl::IsFailedPrecondition(
      console_->services().grants.CreateGrant(Admin(), request).status()));
}

TEST_F(AgentStreamTest, RevocationEndsTheLiveStreamAndIsRefusedAtReconnect) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  v1::RevokeTerminalRequest request;
  request.set_terminal("madoguchi-1");
  request.set_reason("lost");
  ASSERT_TRUE(console_->services().terminals.RevokeTerminal(Admin(), request).ok());
  EXPECT_EQ(terminal.Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(terminal.Connect().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Events(v1::EVENT_KIND_TERMINAL_REVOKED).size(), 1u);
}

TEST_F(AgentStreamTest, ARevokedTerminalGetsNoNewCertificate) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_TRUE(terminal.Renew().ok());
  v1::RevokeTerminalRequest request;
  request.set_terminal("madoguchi-1");
  request.set_reason("lost");
  ASSERT_TRUE(console_->services().terminals.RevokeTerminal(Admin(), request).ok());
  EXPECT_EQ(terminal.Renew().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(AgentStreamTest, ANewerStreamTakesThePlaceOfTheOldOne) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(Eventually([&] { return console_->registry().size() == 1; }));
  const std::shared_ptr<live::LiveTerminal> first =
      console_->registry().Find(terminal.terminal_id());
  // The client's end is not told: as after a cable was pulled.
  ASSERT_TRUE(terminal.Connect().ok());
  EXPECT_TRUE(Eventually([&] {
    const auto now = console_->registry().Find(terminal.terminal_id());
    return now != nullptr && now != first;
  }));
  EXPECT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
}

TEST_F(AgentStreamTest, AnOldStatusThatIsPlayedAgainChangesNothing) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const v1::Sealed old = terminal.SealStatus(terminal.NextStatus());
  const v1::Status newer = terminal.NextStatus();
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(newer)));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BEACON).has_value());
  ASSERT_TRUE(terminal.WriteSealed(old));
  ASSERT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  const std::shared_ptr<live::LiveTerminal> live =
      console_->registry().Find(terminal.terminal_id());
  ASSERT_NE(live, nullptr);
  EXPECT_EQ(live->status()->status.boottime_ns(), newer.boottime_ns());
}

TEST_F(AgentStreamTest, WithoutACertificateNothingConnects) {
  grpc::SslCredentialsOptions ssl;
  ssl.pem_root_certs = ca_pem_;
  auto stub = v1::AgentService::NewStub(grpc::CreateChannel(
      "localhost:" + std::to_string(server_->port()), grpc::SslCredentials(ssl)));
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  auto stream = stub->Connect(&context);
  v1::ConnectResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

}  // namespace
}  // namespace sekisho::console::testing
