#ifndef SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_SERVICE_FIXTURE_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_SERVICE_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "console/ids.h"
#include "console/program/console.h"
#include "console/program/init.h"
#include "console/service/credentials.h"
#include "proto/contract/convert.h"

namespace sekisho::console::service {

inline constexpr char kPassword[] = "correct horse battery";

// Services on a real SQLite file, with the clock in the test's hand.
class ServiceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/sekisho-service-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    now_ = SystemClock().wall();
    clock_ = {.wall = [this] { return now_; },
              .steady = [this] { return std::chrono::nanoseconds(now_.time_since_epoch()); }};
    ASSERT_TRUE(program::Init({.data = folder_ + "/data",
                               .organisation = "テスト市",
                               .address = "localhost:7443",
                               .names = {"localhost"},
                               .admin = "hanako",
                               .password = kPassword},
                              clock_)
                    .ok());
    absl::StatusOr<std::unique_ptr<program::Console>> console =
        program::Console::Open(folder_ + "/data", clock_);
    ASSERT_TRUE(console.ok()) << console.status();
    console_ = *std::move(console);
    organisation_ = console_->keyring().organisation_id();
    secret_ = console_->store().operators().FindOperator(organisation_, "hanako")->totp_secret;
  }
  void TearDown() override {
    console_.reset();
    std::filesystem::remove_all(folder_);
  }

  SessionService& sessions() { return console_->services().sessions; }
  absl::StatusOr<v1::SignInResponse> SignIn(const std::string& password, const std::string& code) {
    v1::SignInRequest request;
    request.set_name("hanako");
    request.set_password(password);
    request.set_totp(code);
    return sessions().SignIn(request);
  }
  std::string Code() const { return TotpCode(secret_, now_); }
  authz::Caller Caller(const std::string& name, v1::Role role, const std::string& path = "") {
    return {organisation_, name, role, path, false};
  }
  authz::Caller Admin() { return Caller("hanako", v1::ROLE_ADMIN); }
  store::Group Group(const std::string& name) {
    v1::CreateGroupRequest request;
    request.set_name(name);
    EXPECT_TRUE(console_->services().operators.CreateGroup(Admin(), request).ok());
    const absl::StatusOr<std::vector<store::Group>> groups =
        console_->store().organisations().ListGroups({organisation_, ""});
    EXPECT_TRUE(groups.ok()) << groups.status();
    for (const store::Group& group : groups.value()) {
      if (group.name == name) return group;
    }
    ADD_FAILURE() << "no group " << name;
    return {};
  }
  // An enrolled terminal that has reported its clock and a blocked device.
  store::TerminalRecord Terminal(const std::string& name, const store::Group& group) {
    store::TerminalRecord record;
    record.organisation_id = organisation_;
    record.terminal_id = NewUuid();
    record.group_id = group.group_id;
    record.group_path = group.path;
    record.name = name;
    record.state = v1::TERMINAL_STATE_ENROLLED;
    record.enrolled_at = now_;
    const contract::PublicKey key = contract::PrivateKey::Generate().public_key();
    record.report_public_key.assign(key.begin(), key.end());
    EXPECT_TRUE(console_->store()
                    .terminals()
                    .CreateTerminal(record, {organisation_, "", now_, "test", "Test", name, ""})
                    .ok());
    v1::Event block;
    block.set_boot_id(kBoot);
    block.set_sequence(1);
    block.set_previous_hash(std::string(32, '\0'));
    block.set_kind(v1::EVENT_KIND_DEVICE_BLOCKED);
    block.set_reference("042042");
    block.mutable_device()->set_fingerprint(std::string(32, 'f'));
    const std::string bytes = block.SerializeAsString();
    const store::ReportedBatch batch{
        organisation_, record.terminal_id, group.path, kBoot, {{block, bytes, Sha256Of(bytes)}},
        now_};
    v1::Status status;
    status.set_terminal_id(record.terminal_id);
    status.set_boot_id(kBoot);
    status.set_boottime_ns(1'000'000'000'000);
    const store::ReportedStatus reported{record.terminal_id, status, now_};
    EXPECT_TRUE(console_->store()
                    .events()
                    .Append(std::span<const store::ReportedBatch>(&batch, 1),
                            std::span<const store::ReportedStatus>(&reported, 1))
                    .ok());
    return record;
  }
  v1::CreateGrantRequest GrantFor(std::uint32_t seconds) {
    v1::CreateGrantRequest request;
    request.set_reference("042042");
    request.set_action(v1::ACTION_ALLOW);
    request.set_seconds(seconds);
    request.set_reason("提出");
    request.set_ticket("17");
    return request;
  }
  GrantService& grants() { return console_->services().grants; }
  void PublishWithApprover(const store::Group& group) {
    v1::PublishPolicyRequest request;
    request.set_group_id(group.group_id);
    request.set_yaml("zone: z\nrules: []\nexceptions: {helpdesk: 15m, admin: 8h, approvers: 1}\n");
    absl::StatusOr<v1::PublishPolicyResponse> published =
        console_->services().policies.PublishPolicy(Admin(), request);
    ASSERT_TRUE(published.ok()) << published.status();
    ASSERT_TRUE(published->problems().empty());
  }

  static constexpr char kBoot[] = "5f0c6f0e-3f3e-4b0f-9d5a-000000000001";
  std::string folder_;
  WallTime now_{};
  Clock clock_;
  std::unique_ptr<program::Console> console_;
  std::string organisation_;
  std::string secret_;
};

// A stream that keeps what goes down it.
class QuietLink : public live::TerminalLink {
 public:
  void Send(live::Outgoing message) override { sent.push_back(std::move(message)); }
  void Close(absl::Status status) override { closed = std::move(status); }
  std::vector<live::Outgoing> sent;
  absl::Status closed;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_SERVICE_SERVICE_FIXTURE_H_
