// A terminal that never has a link, and a console that it never sees: files carry everything.
#include "gmock/gmock.h"
#include "proto/contract/parcel_file.h"
#include "tests/unit/agent/engine/rig.h"
#include "tests/unit/console/service/service_fixture.h"

namespace sekisho::console::service {
namespace {

using sekisho::testing::Stick;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::SizeIs;

class AirGap : public ServiceTest {
 protected:
  void SetUp() override {
    ServiceTest::SetUp();
    desk_.Start();
  }

  std::string Token() {
    v1::CreateEnrolmentTokenRequest request;
    request.set_uses(1);
    request.set_lifetime_seconds(86400);
    request.set_terminal_name("desk-12");
    return console_->services().terminals.CreateEnrolmentToken(Admin(), request)->token();
  }
  // Written to the stick and read from it again, as a person carries it.
  static v1::Parcel Carried(const std::string& bytes) {
    v1::Parcel parcel;
    EXPECT_TRUE(
        parcel.ParseFromString(*contract::ReadParcelFile(contract::WriteParcelFile(bytes))));
    return parcel;
  }
  v1::Parcel Export(const std::string& token = "") {
    engine::Answer<v1::LocalExportReply> answer = desk_.engine->parcels().Export(token);
    if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
      ADD_FAILURE() << failure->code();
      return {};
    }
    const v1::LocalExportReply& reply = std::get<v1::LocalExportReply>(answer);
    EXPECT_LE(reply.parcel().size(), contract::kMaxSealedPayload);
    left_out_ = reply.left_out();
    return Carried(reply.parcel());
  }
  absl::StatusOr<v1::CarryParcelResponse> Carry(const v1::Parcel& parcel) {
    v1::CarryParcelRequest request;
    *request.mutable_parcel() = parcel;
    absl::StatusOr<v1::CarryParcelResponse> response =
        console_->services().parcels.CarryParcel(Admin(), request);
    if (response.ok()) {
      EXPECT_LE(response->parcel().ByteSizeLong(), contract::kMaxSealedPayload);
    }
    return response;
  }
  v1::LocalImportReply Import(const v1::Parcel& parcel) {
    engine::Answer<v1::LocalImportReply> answer =
        desk_.engine->parcels().Import(Carried(parcel.SerializeAsString()).SerializeAsString());
    desk_.Settle();
    if (auto* failure = std::get_if<v1::LocalFailure>(&answer)) {
      failure_ = failure->code();
      return {};
    }
    failure_.clear();
    return std::get<v1::LocalImportReply>(answer);
  }
  void Enrol() {
    absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export(Token()));
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(Import(answer->parcel()).taken(), 1u) << failure_;
  }
  // There and back again.
  v1::LocalImportReply Exchange() {
    absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export());
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? Import(answer->parcel()) : v1::LocalImportReply();
  }
  // Grants what is blocked there, and returns its id.
  std::string Grant(seconds span) {
    v1::CreateGrantRequest request;
    request.set_reference(desk_.Events(v1::EVENT_KIND_DEVICE_BLOCKED).back().reference());
    request.set_action(v1::ACTION_ALLOW);
    request.set_seconds(static_cast<std::uint32_t>(span.count()));
    request.set_reason("forms");
    request.set_ticket("HD-1");
    absl::StatusOr<v1::CreateGrantResponse> grant =
        console_->services().grants.CreateGrant(Admin(), request);
    EXPECT_TRUE(grant.ok()) << grant.status();
    return grant.ok() ? grant->grant().claims().grant_id() : "";
  }
  // A stick is asked for and granted: what the office answers to the same parcel once more, which
  // fetches what there is by now.
  v1::Parcel AnswerWithGrant(minutes span) {
    Enrol();
    Exchange();
    desk_.bus.Plug("2-1", Stick("A1"));
    desk_.Settle();
    const v1::Parcel asked = Export();
    EXPECT_TRUE(Carry(asked).ok());
    EXPECT_NE(Grant(span), "");
    absl::StatusOr<v1::CarryParcelResponse> answer = Carry(asked);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return answer.ok() ? answer->parcel() : v1::Parcel();
  }
  std::uint64_t Waiting() { return desk_.engine->reporter().waiting(); }

  sekisho::testing::Terminal desk_;
  std::uint64_t left_out_ = 0;
  std::string failure_;
};

TEST_F(AirGap, ATerminalIsEnrolledGetsItsPolicyAndReportsByFilesAlone) {
  EXPECT_FALSE(desk_.engine->Status().enrolled());
  Enrol();
  EXPECT_TRUE(desk_.engine->Status().enrolled());
  const std::uint64_t before = Waiting();
  ASSERT_GT(before, 0u);
  const v1::LocalImportReply reply = Exchange();
  EXPECT_EQ(reply.refused(), 0u);
  EXPECT_EQ(Waiting(), 1u) << "all acknowledged but that the policy was applied";
  EXPECT_GT(desk_.engine->Status().bundle_version(), 0u);
  EXPECT_TRUE(desk_.engine->Status().has_console_time());
  Exchange();
  EXPECT_EQ(Waiting(), 0u);
  absl::StatusOr<store::TerminalRecord> known =
      console_->store().terminals().FindTerminalByName(organisation_, "desk-12");
  ASSERT_TRUE(known.ok());
  EXPECT_FALSE(known->chain_broken);
}

TEST_F(AirGap, AnExceptionComesInAndOpensTheDevice) {
  const v1::Parcel answer = AnswerWithGrant(minutes(60));
  EXPECT_FALSE(desk_.bus.Authorised("2-1"));
  EXPECT_EQ(Import(answer).refused(), 0u);
  EXPECT_TRUE(desk_.bus.Authorised("2-1"));
}

TEST_F(AirGap, AnExceptionsTimeBeginsWhenTheParcelWasWritten) {
  const v1::Parcel answer = AnswerWithGrant(minutes(60));
  desk_.Advance(minutes(61));
  EXPECT_EQ(Import(answer).refused(), 1u);
  EXPECT_FALSE(desk_.bus.Authorised("2-1"));
}

TEST_F(AirGap, WhatIsImportedTwiceIsKnownAndChangesNothing) {
  Enrol();
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export());
  ASSERT_TRUE(answer.ok());
  EXPECT_GT(Import(answer->parcel()).taken(), 0u);
  const v1::LocalImportReply again = Import(answer->parcel());
  EXPECT_EQ(again.taken(), 0u);
  EXPECT_EQ(again.known(), static_cast<std::uint32_t>(answer->parcel().sealed_size()));
}

TEST_F(AirGap, AnAnswerIsStillBelievedAfterARestartAndAfterDays) {
  Enrol();
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export());
  ASSERT_TRUE(answer.ok());
  desk_.Restart();
  desk_.Advance(hours(72));
  EXPECT_EQ(Import(answer->parcel()).refused(), 0u);
  ASSERT_TRUE(desk_.engine->Status().has_console_time());
  // Never earlier than it can be: what runs out does not run longer for the carrying.
  EXPECT_GE(contract::ToCore(desk_.engine->Status().console_time()), now_ + hours(72));
}

TEST_F(AirGap, AnAnswerToAnEarlierBootIsBelievedButTellsNoTime) {
  Enrol();
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export());
  ASSERT_TRUE(answer.ok());
  desk_.Reboot();
  desk_.Start();
  const v1::LocalImportReply reply = Import(answer->parcel());
  EXPECT_EQ(reply.refused(), 0u);
  EXPECT_EQ(reply.known(), 0u);
  EXPECT_EQ(desk_.engine->Status().newest_bundle_version(),
            desk_.engine->Status().bundle_version());
  EXPECT_FALSE(desk_.engine->Status().has_console_time());
}

TEST_F(AirGap, AnotherTerminalsAnswerIsRefused) {
  Enrol();
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export());
  ASSERT_TRUE(answer.ok());
  v1::Parcel other = answer->parcel();
  other.set_terminal_id("somebody else");
  Import(other);
  EXPECT_EQ(failure_, "parcel-other-terminal");
}

TEST_F(AirGap, WhatWasChangedOnTheWayIsRefusedAndReportedAtEitherEnd) {
  Enrol();
  v1::Parcel out = Export();
  // The last is the Status.
  out.mutable_sealed(out.sealed_size() - 1)->mutable_payload()->back() ^= 1;
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(out);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->refused(), 1u);
  EXPECT_GT(answer->events(), 0u) << "the reports are good for themselves";

  answer = Carry(Export());
  ASSERT_TRUE(answer.ok());
  v1::Parcel in = answer->parcel();
  for (v1::Sealed& sealed : *in.mutable_sealed()) sealed.mutable_payload()->front() ^= 1;
  const std::uint64_t before = Waiting();
  const v1::LocalImportReply reply = Import(in);
  EXPECT_EQ(reply.taken() + reply.known(), 0u);
  EXPECT_GT(reply.refused(), 0u);
  EXPECT_GE(Waiting(), before);
  EXPECT_EQ(desk_.engine->Status().bundle_version(), 0u);
  EXPECT_THAT(desk_.Events(v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED), ::testing::Not(SizeIs(0)));
}

TEST_F(AirGap, AnEnrolmentThatWasNotAskedForIsRefused) {
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export(Token()));
  ASSERT_TRUE(answer.ok());
  // Another request since: the answer is to a key that is no more.
  Export(Token());
  Import(answer->parcel());
  EXPECT_EQ(failure_, "answer-not-authentic");
  EXPECT_FALSE(desk_.engine->Status().enrolled());
}

TEST_F(AirGap, ARequestToBeEnrolledIsStillAnsweredAfterARestart) {
  absl::StatusOr<v1::CarryParcelResponse> answer = Carry(Export(Token()));
  ASSERT_TRUE(answer.ok());
  desk_.Reboot();
  desk_.Start();
  EXPECT_EQ(Import(answer->parcel()).taken(), 1u) << failure_;
  EXPECT_TRUE(desk_.engine->Status().enrolled());
}

TEST_F(AirGap, ATokenIsUsedUpByItsFirstParcel) {
  const v1::Parcel request = Export(Token());
  ASSERT_TRUE(Carry(request).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Carry(request).status()));
}

TEST_F(AirGap, MoreThanAParcelHoldsComesWithTheNextOnes) {
  Enrol();
  Exchange();
  for (int i = 0; i < 700; ++i) {
    desk_.bus.Plug("2-1", Stick("serial number " + std::to_string(i)));
    desk_.Settle();
    desk_.bus.Unplug("2-1");
    desk_.Settle();
  }
  const std::uint64_t waiting = Waiting();
  ASSERT_GT(waiting, 1000u);
  int parcels = 0;
  do {
    ASSERT_LT(++parcels, 20);
    Exchange();
  } while (left_out_ > 0);
  EXPECT_GT(parcels, 1);
  EXPECT_EQ(Waiting(), 0u);
  EXPECT_FALSE(
      console_->store().terminals().FindTerminalByName(organisation_, "desk-12")->chain_broken);
}

TEST_F(AirGap, AnOldParcelDoesNotTurnTheTerminalsClockBackOnTheConsole) {
  Enrol();
  const v1::Parcel old = Export();
  desk_.Advance(hours(2));
  ASSERT_TRUE(Carry(Export()).ok());
  now_ += minutes(1);
  ASSERT_TRUE(Carry(old).ok());
  // Statuses are stored a few seconds late.
  console_.reset();
  console_ = *program::Console::Open(folder_ + "/data", clock_);
  const store::TerminalRecord known =
      *console_->store().terminals().FindTerminalByName(organisation_, "desk-12");
  EXPECT_GE(known.last_status.boottime_ns(),
            static_cast<std::uint64_t>(std::chrono::nanoseconds(hours(2)).count()));
}

// Of one machine, whichever way and in whichever order its words come.
TEST_F(AirGap, AParcelOlderThanWhatCameByStreamIsNoTwin) {
  Enrol();
  const store::TerminalRecord desk =
      *console_->store().terminals().FindTerminalByName(organisation_, "desk-12");
  std::shared_ptr<AgentSession> stream = *console_->services().agents.Open(
      {organisation_, desk.terminal_id, desk.enrolment}, std::make_shared<QuietLink>());
  v1::Hello hello;
  hello.set_oldest_protocol(1);
  hello.set_newest_protocol(1);
  hello.add_features("orders");
  ASSERT_TRUE(stream->Greet(hello).ok());
  const auto by_stream = [&](const v1::Parcel& parcel) {
    // The last is the Status.
    const absl::Status received = stream->Receive(parcel.sealed(parcel.sealed_size() - 1));
    EXPECT_TRUE(received.ok()) << received;
  };
  const auto later = [&](minutes span) {
    desk_.Advance(span);
    now_ += span;
  };
  const v1::Parcel first = Export();
  later(minutes(5));
  by_stream(Export());
  ASSERT_TRUE(Carry(first).ok()) << "of the same boot";
  later(minutes(5));
  by_stream(Export());
  desk_.Reboot();
  desk_.Start();
  later(minutes(5));
  const v1::Parcel second = Export();
  by_stream(second);
  ASSERT_TRUE(Carry(first).ok()) << "of the boot before";
  later(minutes(5));
  by_stream(Export());
  ASSERT_TRUE(Carry(second).ok());
  later(minutes(1));
  by_stream(Export());
  store::EventQuery duplicated;
  duplicated.scope = {organisation_, ""};
  duplicated.kinds = {v1::EVENT_KIND_TERMINAL_DUPLICATED};
  const std::vector<store::StoredEventRecord> twins =
      *console_->store().events().ListEvents(duplicated);
  EXPECT_THAT(twins, SizeIs(0));
  EXPECT_FALSE(
      console_->store().terminals().FindTerminalByName(organisation_, "desk-12")->chain_broken);
}

TEST_F(AirGap, AParcelOfARevokedTerminalIsRefused) {
  Enrol();
  v1::RevokeTerminalRequest revoke;
  revoke.set_terminal("desk-12");
  revoke.set_reason("lost");
  ASSERT_TRUE(console_->services().terminals.RevokeTerminal(Admin(), revoke).ok());
  EXPECT_TRUE(absl::IsFailedPrecondition(Carry(Export()).status()));
}

TEST_F(AirGap, AHelpdeskOfAnotherGroupCannotCarryIt) {
  Enrol();
  v1::CarryParcelRequest request;
  *request.mutable_parcel() = Export();
  const store::Group other = Group("elsewhere");
  EXPECT_FALSE(console_->services()
                   .parcels.CarryParcel(Caller("taro", v1::ROLE_HELPDESK, other.path), request)
                   .ok());
}

}  // namespace
}  // namespace sekisho::console::service
