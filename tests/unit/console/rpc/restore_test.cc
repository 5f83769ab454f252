// A console that is lost and restored from a backup, twice, under a fleet in every state.

#include <sqlite3.h>

#include <map>

#include "console/ids.h"
#include "console/program/archive.h"
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class RestoreTest : public ConsoleFixture {
 protected:
  void SetUp() override {
    ConsoleFixture::SetUp();
    clock_.wall = [this] { return SystemClock().wall() + ahead_; };
    Stop();
    Start();
  }

  std::string Archive(const std::string& name) const { return folder_ + "/" + name + ".tar"; }
  void Backup(const std::string& name) {
    ASSERT_TRUE(program::Backup(data_, Archive(name), clock_).ok());
  }
  // The machine is gone; another one starts from the backup.
  program::Restored LoseAndRestore(const std::string& name) {
    Stop();
    data_ = folder_ + "/life-" + std::to_string(++lives_);
    ahead_ += std::chrono::hours(1);
    absl::StatusOr<program::Restored> restored = program::Restore(Archive(name), data_, clock_);
    EXPECT_TRUE(restored.ok()) << restored.status();
    Start();
    return restored.ok() ? *restored : program::Restored{};
  }

  // As its link does after a loss: the same certificate, and what it holds of its enrolment.
  grpc::Status ComeBack(TerminalClient& terminal) {
    terminal.MoveTo(server_->port());
    v1::Hello hello = TerminalClient::DefaultHello();
    *hello.mutable_enrolment() = terminal.enrolment();
    return terminal.Connect(hello);
  }
  absl::StatusOr<v1::Acknowledgement> ReportOne(TerminalClient& terminal) {
    return terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))});
  }
  v1::Terminal Seen(const TerminalClient& terminal) {
    v1::GetTerminalRequest request;
    request.set_terminal(terminal.terminal_id());
    const auto found = console_->services().terminals.GetTerminal(Admin(), request);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->terminal() : v1::Terminal();
  }
  absl::Status Revoke(const TerminalClient& terminal) {
    v1::RevokeTerminalRequest request;
    request.set_terminal(terminal.terminal_id());
    request.set_reason("lost");
    return console_->services().terminals.RevokeTerminal(Admin(), request).status();
  }
  std::uint64_t Publish() {
    const auto current = console_->services().policies.GetPolicy(Admin(), {});
    EXPECT_TRUE(current.ok()) << current.status();
    v1::PublishPolicyRequest request;
    request.set_yaml(current->policy().yaml());
    request.set_comment("again");
    const auto published = console_->services().policies.PublishPolicy(Admin(), request);
    EXPECT_TRUE(published.ok()) << published.status();
    return published.ok() ? published->policy().version() : 0;
  }
  std::map<std::string, std::string> Parameters(const v1::StoredEvent& event) {
    std::map<std::string, std::string> all;
    for (const v1::Parameter& each : event.event().parameters()) all[each.key()] = each.value();
    return all;
  }
  std::vector<v1::StoredEvent> LostOf(const TerminalClient& terminal) {
    std::vector<v1::StoredEvent> lost;
    for (const v1::StoredEvent& event : Events(v1::EVENT_KIND_INTERVAL_LOST)) {
      if (event.terminal_id() == terminal.terminal_id()) lost.push_back(event);
    }
    return lost;
  }

  std::chrono::milliseconds ahead_{0};
  int lives_ = 0;
};

TEST_F(RestoreTest, TwoInARowLeaveNoTerminalBehindWhateverStateItWasIn) {
  TerminalClient online = Enrolled("online");
  TerminalClient offline = Enrolled("offline");
  TerminalClient revoked = Enrolled("revoked-before");
  ASSERT_TRUE(online.Connect().ok());
  ASSERT_TRUE(ReportOne(online).ok());
  ASSERT_TRUE(Revoke(revoked).ok());
  Backup("night");

  // What the backup does not know.
  ASSERT_TRUE(ReportOne(online).ok());
  ASSERT_TRUE(ReportOne(online).ok());
  TerminalClient later = Enrolled("later");
  ASSERT_TRUE(later.Connect().ok());
  ASSERT_TRUE(ReportOne(later).ok());
  TerminalClient revoked_later = Enrolled("revoked-later");
  ASSERT_TRUE(Revoke(revoked_later).ok());
  const std::uint64_t before = Publish();

  const program::Restored first = LoseAndRestore("night");
  EXPECT_EQ(first.outcome.terminals, 2u);  // online, offline
  ASSERT_TRUE(ComeBack(online).ok());
  ASSERT_TRUE(ReportOne(online).ok());
  ASSERT_TRUE(ComeBack(offline).ok());
  ASSERT_TRUE(ReportOne(offline).ok());
  ASSERT_TRUE(ComeBack(later).ok());
  ASSERT_TRUE(ReportOne(later).ok());
  EXPECT_EQ(ComeBack(revoked).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  // Nobody knows any more that it was revoked: it comes back, and is shown for review.
  ASSERT_TRUE(ComeBack(revoked_later).ok());

  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
  ASSERT_EQ(LostOf(online).size(), 1u);
  const auto lost = Parameters(LostOf(online).front());
  EXPECT_EQ(lost.at("first"), "2");
  EXPECT_EQ(lost.at("last"), "3");
  EXPECT_LT(lost.at("from"), lost.at("until"));
  EXPECT_TRUE(LostOf(offline).empty());
  ASSERT_EQ(LostOf(later).size(), 1u);
  EXPECT_EQ(Parameters(LostOf(later).front()).at("readmitted"), "yes");
  EXPECT_EQ(Parameters(LostOf(revoked_later).front()).at("readmitted"), "yes");
  EXPECT_EQ(Seen(later).group_id(), later.group_id());
  const std::uint64_t second = Publish();
  EXPECT_GT(second, before);

  // The next machine goes too, and only the old backup is left.
  LoseAndRestore("night");
  for (TerminalClient* terminal : {&online, &offline, &later}) {
    ASSERT_TRUE(ComeBack(*terminal).ok());
    ASSERT_TRUE(ReportOne(*terminal).ok());
  }
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
  EXPECT_EQ(LostOf(online).size(), 1u);
  EXPECT_GT(Publish(), second);
}

TEST_F(RestoreTest, AGapThatNoRestoreExplainsIsStillBrokenHistory) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(ReportOne(terminal).ok());
  Backup("night");
  LoseAndRestore("night");
  ASSERT_TRUE(ComeBack(terminal).ok());
  ASSERT_TRUE(ReportOne(terminal).ok());
  terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN));  // kept back
  ASSERT_TRUE(ReportOne(terminal).ok());
  EXPECT_EQ(Events(v1::EVENT_KIND_CHAIN_BROKEN).size(), 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_INTERVAL_LOST).empty());
}

TEST_F(RestoreTest, WhatAStatusSaysWasAcknowledgedAndIsNotThereIsLostBeforeAnyRecordComes) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(ReportOne(terminal).ok());
  Backup("night");
  ASSERT_TRUE(ReportOne(terminal).ok());
  LoseAndRestore("night");
  ASSERT_TRUE(ComeBack(terminal).ok());
  v1::Status status = terminal.NextStatus();
  status.set_last_sequence(2);
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BEACON).has_value());
  Stop();  // stores the status that waits
  Start();
  ASSERT_EQ(LostOf(terminal).size(), 1u);
  EXPECT_EQ(Parameters(LostOf(terminal).front()).at("first"), "2");
  EXPECT_EQ(Parameters(LostOf(terminal).front()).at("last"), "2");
  ASSERT_TRUE(ComeBack(terminal).ok());
  ASSERT_TRUE(ReportOne(terminal).ok());
  EXPECT_EQ(LostOf(terminal).size(), 1u);
  EXPECT_TRUE(Events(v1::EVENT_KIND_CHAIN_BROKEN).empty());
}

TEST_F(RestoreTest, ATokenOfBeforeTheRestoreOpensNothingWhetherItWasUsedOrNot) {
  const std::string unused = NewToken();
  const std::string used_later = NewToken();
  Backup("night");
  ASSERT_TRUE(TerminalClient::Enrol(server_->port(), ca_pem_, used_later, "one").ok());
  EXPECT_EQ(LoseAndRestore("night").outcome.tokens_voided, 2u);
  for (const std::string& token : {unused, used_later}) {
    EXPECT_FALSE(TerminalClient::Enrol(server_->port(), ca_pem_, token, "two").ok());
  }
  EXPECT_TRUE(TerminalClient::Enrol(server_->port(), ca_pem_, NewToken(), "three").ok());
}

TEST_F(RestoreTest, ATerminalThatNeverWasEnrolledDoesNotTalkItselfIn) {
  Backup("night");
  TerminalClient one = Enrolled("one");
  TerminalClient two = Enrolled("two");
  LoseAndRestore("night");
  // Without its grant, with another's, and with one that nobody signed.
  one.MoveTo(server_->port());
  EXPECT_EQ(one.Connect().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::Hello hello = TerminalClient::DefaultHello();
  *hello.mutable_enrolment() = two.enrolment();
  EXPECT_EQ(one.Connect(hello).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  v1::EnrolmentGrant forged;
  forged.set_organisation_id(one.organisation_id());
  forged.set_terminal_id(one.terminal_id());
  forged.set_group_id(one.group_id());
  *hello.mutable_enrolment() =
      contract::Seal(contract::PrivateKey::Generate(), one.organisation_id(), v1::PURPOSE_ENROLMENT,
                     forged.SerializeAsString());
  EXPECT_EQ(one.Connect(hello).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(ComeBack(one).ok());
}

TEST_F(RestoreTest, WithoutARestoreAnUnknownTerminalIsUnknownWhateverItShows) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Backup("night");
  LoseAndRestore("night");
  TerminalClient known = Enrolled("madoguchi-2");
  // A console of its own, never restored, with the same keys: the entry is missing there.
  const std::string keys = program::KeysPath(data_);
  Stop();
  std::filesystem::create_directories(folder_ + "/bare");
  std::filesystem::copy(data_, folder_ + "/bare", std::filesystem::copy_options::recursive);
  data_ = folder_ + "/bare";
  {
    sqlite3* db = nullptr;
    ASSERT_EQ(sqlite3_open(program::StorePath(data_).c_str(), &db), SQLITE_OK);
    EXPECT_EQ(
        sqlite3_exec(db, "DELETE FROM restores; DELETE FROM terminals", nullptr, nullptr, nullptr),
        SQLITE_OK);
    sqlite3_close(db);
  }
  Start();
  EXPECT_EQ(ComeBack(known).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(RestoreTest, AnExceptionThatMayHaveBeenRevokedSinceIsOver) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(terminal.NextStatus())));
  v1::Event block = terminal.NextEvent(v1::EVENT_KIND_DEVICE_BLOCKED);
  block.set_reference("123456");
  block.mutable_device()->set_fingerprint(std::string(32, 'f'));
  block.mutable_device()->add_classes(v1::DEVICE_CLASS_STORAGE);
  ASSERT_TRUE(terminal.Report({terminal.Record(block)}).ok());
  v1::CreateGrantRequest request;
  request.set_reference("123456");
  request.set_action(v1::ACTION_ALLOW);
  request.set_seconds(7200);
  request.set_reason("backup test");
  request.set_ticket("2026-17");
  const auto granted = console_->services().grants.CreateGrant(Admin(), request);
  ASSERT_TRUE(granted.ok()) << granted.status();
  Backup("night");
  EXPECT_EQ(LoseAndRestore("night").outcome.grants_ended, 1u);
  ASSERT_TRUE(ComeBack(terminal).ok());
  v1::Status status = terminal.NextStatus();
  status.add_running_grant_ids(granted->grant().claims().grant_id());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  const std::optional<v1::Sealed> sealed = terminal.ReadSealed(v1::PURPOSE_BEACON);
  ASSERT_TRUE(sealed.has_value());
  const auto keys = contract::OpenKeySet(terminal.anchor(), terminal.key_set());
  const auto beacon = contract::OpenAndParse<v1::Beacon>(keys->ring, *sealed, v1::PURPOSE_BEACON);
  ASSERT_TRUE(beacon.ok());
  // The terminal ends what the console does not say should run.
  EXPECT_TRUE(beacon->live_grant_ids().empty());
}

TEST_F(RestoreTest, ANewInstallationAfterTheRestoreShutsOutOneOfTheLostInterval) {
  const auto installed = [this] {
    v1::CreateEnrolmentTokenRequest request;
    request.set_uses(1);
    request.set_lifetime_seconds(3600);
    request.set_terminal_name("madoguchi-1");
    const auto token = console_->services().terminals.CreateEnrolmentToken(Admin(), request);
    EXPECT_TRUE(token.ok()) << token.status();
    return *TerminalClient::Enrol(server_->port(), ca_pem_, token->token(), "madoguchi-1");
  };
  v1::ExpectTerminalRequest expected;
  expected.set_name("madoguchi-1");
  ASSERT_TRUE(console_->services().terminals.ExpectTerminal(Admin(), expected).ok());
  TerminalClient first = installed();
  Backup("night");
  TerminalClient lost = installed();
  LoseAndRestore("night");
  TerminalClient anew = installed();
  ASSERT_EQ(lost.terminal_id(), anew.terminal_id());
  EXPECT_TRUE(anew.Connect().ok());
  EXPECT_EQ(ComeBack(lost).error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(ComeBack(first).error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

}  // namespace
}  // namespace sekisho::console::testing
