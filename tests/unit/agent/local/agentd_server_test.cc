#include "agent/local/agentd_server.h"

#include <map>
#include <set>

#include "agent/local/requests.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/fake/message_socket.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::local {
namespace {

using ::sekisho::testing::Keyboard;
using ::sekisho::testing::ParameterOf;
using ::sekisho::testing::Stick;
using ::sekisho::testing::Terminal;
using ::testing::SizeIs;

constexpr unsigned kSeat = 1000;   // whom the rig sits down
constexpr unsigned kOther = 1001;  // logged in by ssh, say

class AgentdServerTest : public ::testing::Test {
 protected:
  AgentdServerTest() {
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
    server = std::make_unique<AgentdServer>(*terminal.engine, listener);
  }
  std::unique_ptr<platform::MessageConnection> ConnectAs(unsigned uid) {
    auto client = listener.Connect({.uid = uid, .gid = uid, .pid = 4242});
    terminal.Settle();
    return client;
  }
  void Send(platform::MessageConnection& client, const std::string& bytes) {
    (void)client.Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
    terminal.Settle();
  }
  // nullopt: nothing came. An unset reply: the other end is gone.
  std::optional<v1::LocalReply> Receive(platform::MessageConnection& client) {
    auto received = client.Receive();
    if (!received.ok() || !received->has_value()) return std::nullopt;
    v1::LocalReply reply;
    if (!(*received)->empty()) {
      EXPECT_TRUE(reply.ParseFromArray((*received)->data(), static_cast<int>((*received)->size())));
    }
    return reply;
  }
  v1::LocalReply Ask(unsigned uid, const v1::LocalRequest& request) {
    auto client = ConnectAs(uid);
    Send(*client, request.SerializeAsString());
    return Receive(*client).value_or(v1::LocalReply());
  }
  static bool Closed(platform::MessageConnection& client) {
    auto received = client.Receive();
    return !received.ok() || (received->has_value() && (*received)->empty());
  }

  Terminal terminal;
  platform::fake::MemoryListener listener;
  std::unique_ptr<AgentdServer> server;
};

v1::LocalRequest RequestOf(v1::LocalRequest::RequestCase request) {
  v1::LocalRequest made;
  switch (request) {
    case v1::LocalRequest::kStatus:
      made.mutable_status();
      break;
    case v1::LocalRequest::kDevices:
      made.mutable_devices();
      break;
    case v1::LocalRequest::kWhy:
      made.mutable_why()->set_device("2-1");
      break;
    case v1::LocalRequest::kException:
      made.mutable_exception()->set_device("2-1");
      made.mutable_exception()->set_reason("forms");
      break;
    case v1::LocalRequest::kReturnDevice:
      made.mutable_return_device()->set_device("2-1");
      break;
    case v1::LocalRequest::kEnrol:
      made.mutable_enrol()->set_token("sekisho1.x");
      break;
    case v1::LocalRequest::kAdopt:
      made.mutable_adopt();
      break;
    case v1::LocalRequest::kDoctor:
      made.mutable_doctor();
      break;
    case v1::LocalRequest::kWatch:
      made.mutable_watch();
      break;
    case v1::LocalRequest::kConfirm:
      made.mutable_confirm();
      break;
    case v1::LocalRequest::kExportParcel:
      made.mutable_export_parcel();
      break;
    case v1::LocalRequest::kImportParcel:
      made.mutable_import_parcel();
      break;
    case v1::LocalRequest::kLeave:
      made.mutable_leave();
      break;
    case v1::LocalRequest::kAddFactor:
      made.mutable_add_factor()->set_reason("new");
      made.mutable_add_factor()->set_person("hanako");
      break;
    case v1::LocalRequest::kConfirmFactor:
      made.mutable_confirm_factor();
      break;
    case v1::LocalRequest::kFactors:
      made.mutable_factors();
      break;
    case v1::LocalRequest::kRemoveFactor:
      made.mutable_remove_factor()->set_reason("lost");
      break;
    case v1::LocalRequest::kLogins:
      made.mutable_logins();
      break;
    case v1::LocalRequest::REQUEST_NOT_SET:
      break;
  }
  return made;
}

TEST_F(AgentdServerTest, EveryRequestIsInTheTableAndPermittedAsItSays) {
  // Who may: written down here a second time, on purpose.
  const std::map<v1::LocalRequest::RequestCase, std::set<unsigned>> kMay = {
      {v1::LocalRequest::kStatus, {0, kSeat, kOther}},
      {v1::LocalRequest::kDevices, {0, kSeat, kOther}},
      {v1::LocalRequest::kWhy, {0, kSeat, kOther}},
      {v1::LocalRequest::kException, {0, kSeat}},
      {v1::LocalRequest::kReturnDevice, {0, kSeat}},
      {v1::LocalRequest::kEnrol, {0}},
      {v1::LocalRequest::kAdopt, {0}},
      {v1::LocalRequest::kDoctor, {0, kSeat}},
      {v1::LocalRequest::kWatch, {0, kSeat}},
      {v1::LocalRequest::kConfirm, {0, kSeat}},
      {v1::LocalRequest::kExportParcel, {0}},
      {v1::LocalRequest::kImportParcel, {0}},
      {v1::LocalRequest::kLeave, {0}},
      // A person who has no factor yet may add none, and remove none.
      {v1::LocalRequest::kAddFactor, {0}},
      {v1::LocalRequest::kConfirmFactor, {0, kSeat, kOther}},
      {v1::LocalRequest::kFactors, {0, kSeat, kOther}},
      {v1::LocalRequest::kRemoveFactor, {0}},
      {v1::LocalRequest::kLogins, {0}},
  };
  const auto* oneof = v1::LocalRequest::descriptor()->FindOneofByName("request");
  ASSERT_EQ(RequestTable().size(), static_cast<std::size_t>(oneof->field_count()));
  for (int i = 0; i < oneof->field_count(); ++i) {
    const auto request = static_cast<v1::LocalRequest::RequestCase>(oneof->field(i)->number());
    for (unsigned uid : {0u, kSeat, kOther}) {
      const v1::LocalReply reply = Ask(uid, RequestOf(request));
      const bool refused = reply.failure().error() == v1::LOCAL_ERROR_NOT_PERMITTED;
      EXPECT_EQ(!refused, kMay.at(request).contains(uid))
          << oneof->field(i)->name() << " by uid " << uid << ": " << reply.DebugString();
    }
  }
}

TEST_F(AgentdServerTest, WhenNobodySitsThereOnlyRootMayAsk) {
  terminal.seat.Leave();
  EXPECT_EQ(Ask(kSeat, RequestOf(v1::LocalRequest::kException)).failure().code(), "seat-only");
}

TEST_F(AgentdServerTest, AnEmptyRequestIsAFailureNotACrash) {
  v1::LocalRequest empty;
  empty.set_id(1);  // no bytes at all would be the end of the connection
  EXPECT_EQ(Ask(0, empty).failure().code(), "unknown-request");
}

TEST_F(AgentdServerTest, GarbageEndsTheConnectionAndIsReportedOnce) {
  for (int i = 0; i < 5; ++i) {
    auto client = ConnectAs(kOther);
    Send(*client, std::string("\xff\xff\xff garbage"));
    EXPECT_TRUE(Closed(*client));
  }
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(1));
  EXPECT_TRUE(Ask(kSeat, RequestOf(v1::LocalRequest::kStatus)).has_status()) << "others unharmed";
}

TEST_F(AgentdServerTest, AnUnknownFieldIsGarbage) {
  v1::LocalRequest request = RequestOf(v1::LocalRequest::kStatus);
  request.GetReflection()->MutableUnknownFields(&request)->AddVarint(999, 1);
  auto client = ConnectAs(kOther);
  Send(*client, request.SerializeAsString());
  EXPECT_TRUE(Closed(*client));
}

TEST_F(AgentdServerTest, AHugeMessageEndsTheConnection) {
  auto client = ConnectAs(kOther);
  Send(*client, std::string(100'000, 'x'));
  EXPECT_TRUE(Closed(*client));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(1));
}

TEST_F(AgentdServerTest, AHugeRequestIsRefusedHoweverWellFormed) {
  v1::LocalRequest request;
  for (int i = 0; i < 250; ++i) request.mutable_adopt()->add_handles(std::string(60, '2'));
  ASSERT_GT(request.ByteSizeLong(), AgentdServer::kMaxRequestBytes);
  auto client = ConnectAs(kOther);
  Send(*client, request.SerializeAsString());
  EXPECT_TRUE(Closed(*client));
}

TEST_F(AgentdServerTest, AThousandRequestsASecondAreRefusedAndOthersAreServed) {
  auto flood = ConnectAs(kOther);
  int served = 0, refused = 0;
  for (int i = 0; i < 1000; ++i) {
    Send(*flood, RequestOf(v1::LocalRequest::kStatus).SerializeAsString());
    while (std::optional<v1::LocalReply> reply = Receive(*flood)) {
      if (reply->has_status()) ++served;
      if (reply->failure().code() == "too-fast") ++refused;
    }
  }
  EXPECT_EQ(served, 100) << "the burst";
  EXPECT_EQ(refused, 900);
  EXPECT_TRUE(Ask(kSeat, RequestOf(v1::LocalRequest::kStatus)).has_status());
  terminal.Advance(std::chrono::minutes(2));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_CLIENT_REFUSED), SizeIs(2)) << "one, and one count";
}

TEST_F(AgentdServerTest, ManyConnectionsOfOneUserLeaveRoomForOthers) {
  std::vector<std::unique_ptr<platform::MessageConnection>> held;
  for (int i = 0; i < 100; ++i) held.push_back(ConnectAs(kOther));
  EXPECT_TRUE(Ask(kSeat, RequestOf(v1::LocalRequest::kStatus)).has_status());
}

TEST_F(AgentdServerTest, AWatcherIsToldOfBlocksAndGrants) {
  auto client = ConnectAs(kSeat);
  Send(*client, RequestOf(v1::LocalRequest::kWatch).SerializeAsString());
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  std::optional<v1::LocalReply> notice = Receive(*client);
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(notice->notice().event().kind(), v1::EVENT_KIND_DEVICE_BLOCKED);
  terminal.Grant("2-2", std::chrono::minutes(1));
  notice = Receive(*client);
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(notice->notice().event().kind(), v1::EVENT_KIND_GRANT_OPENED);
  EXPECT_EQ(notice->notice().grant().remaining_ns(), 60'000'000'000u);
}

TEST_F(AgentdServerTest, AWatcherHearsNothingOfWhatAnotherPersonPlugsIn) {
  auto client = ConnectAs(kSeat);
  Send(*client, RequestOf(v1::LocalRequest::kWatch).SerializeAsString());
  terminal.seat.Sit({kOther, "jiro"});
  terminal.bus.Plug("2-2", Stick("B2"));
  terminal.Settle();
  EXPECT_FALSE(Receive(*client).has_value());
  terminal.seat.Sit({kSeat, "hanako"});
  terminal.bus.Plug("2-3", Stick("C3"));
  terminal.Settle();
  std::optional<v1::LocalReply> notice = Receive(*client);
  ASSERT_TRUE(notice.has_value());
  EXPECT_EQ(notice->notice().event().device().port_path(), "2-3");
}

TEST_F(AgentdServerTest, AWatcherThatDoesNotReadIsLetGo) {
  auto client = ConnectAs(kSeat);
  Send(*client, RequestOf(v1::LocalRequest::kWatch).SerializeAsString());
  for (int i = 0; i < 200; ++i) {
    terminal.bus.Plug("2-2", Stick("S" + std::to_string(i)));
    terminal.Settle();
  }
  for (int i = 0; i < 200 && !Closed(*client); ++i) {
  }
  EXPECT_TRUE(Closed(*client));
  EXPECT_FALSE(terminal.bus.Authorised("2-2"));
}

TEST_F(AgentdServerTest, AReplyThatComesAfterItsConnectionHarmsNobody) {
  Terminal fresh;
  fresh.Start();
  fresh.engine->AttachLink(&fresh.link);
  platform::fake::MemoryListener fresh_listener;
  AgentdServer fresh_server(*fresh.engine, fresh_listener);
  auto client = fresh_listener.Connect({.uid = 0});
  fresh.Settle();
  v1::LocalRequest enrol;
  enrol.mutable_enrol()->set_token(fresh.console.Token());
  const std::string bytes = enrol.SerializeAsString();
  (void)client->Send(std::as_bytes(std::span(bytes.data(), bytes.size())));
  fresh.Settle();
  client.reset();
  fresh.Settle();
  v1::LinkUp up;
  *up.mutable_enrolment() = fresh.console.Enrol(fresh.link.sent.back().enrol());
  fresh.engine->FromLink(up);
  EXPECT_TRUE(fresh.engine->Status().enrolled());
}

}  // namespace
}  // namespace sekisho::local
