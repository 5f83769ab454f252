#ifndef SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_FIXTURE_H_
#define SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_FIXTURE_H_

#include <gtest/gtest.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "console/program/console.h"
#include "console/program/init.h"
#include "console/rpc/server.h"
#include "tests/unit/console/rpc/terminal_client.h"

namespace sekisho::console::testing {

// A real console in a folder of its own: SQLite file, keys, gRPC server on a free port.
class ConsoleFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    char folder[] = "/tmp/sekisho-console-XXXXXX";
    ASSERT_NE(::mkdtemp(folder), nullptr);
    folder_ = folder;
    data_ = folder_ + "/data";
    absl::StatusOr<program::InitResult> made = program::Init({.data = data_,
                                                              .organisation = "テスト市",
                                                              .address = "localhost:7443",
                                                              .names = {"localhost", "127.0.0.1"},
                                                              .admin = "hanako",
                                                              .password = "correct horse battery"},
                                                             SystemClock());
    ASSERT_TRUE(made.ok()) << made.status();
    ca_pem_ = made->ca_pem;
    clock_ = SystemClock();
    Start();
  }
  void TearDown() override {
    Stop();
    std::filesystem::remove_all(folder_);
  }

  void Start() {
    absl::StatusOr<std::unique_ptr<program::Console>> console =
        program::Console::Open(data_, clock_);
    ASSERT_TRUE(console.ok()) << console.status();
    console_ = *std::move(console);
    rpc::ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.hello_limit = hello_limit_;
    options.credentials_file = console_->keyring().server_file();
    options.credentials_look = std::chrono::seconds(1);
    options.check_client = [this](const std::string& certificate) {
      return console_->keyring().CheckClient(certificate);
    };
    absl::StatusOr<std::unique_ptr<rpc::Server>> server =
        rpc::Server::Start(options, console_->services());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
  }
  void Stop() {
    server_.reset();
    console_.reset();
  }

  authz::Caller Admin() const {
    return {.organisation_id = console_->keyring().organisation_id(),
            .name = "hanako",
            .role = v1::ROLE_ADMIN,
            .group_path = "",
            .robot = false};
  }
  std::string NewToken(std::uint32_t uses = 1, std::uint32_t lifetime_seconds = 3600) {
    v1::CreateEnrolmentTokenRequest request;
    request.set_uses(uses);
    request.set_lifetime_seconds(lifetime_seconds);
    absl::StatusOr<v1::CreateEnrolmentTokenResponse> token =
        console_->services().terminals.CreateEnrolmentToken(Admin(), request);
    EXPECT_TRUE(token.ok()) << token.status();
    return token.ok() ? token->token() : "";
  }
  TerminalClient Enrolled(const std::string& hostname) {
    absl::StatusOr<TerminalClient> terminal =
        TerminalClient::Enrol(server_->port(), ca_pem_, NewToken(), hostname);
    EXPECT_TRUE(terminal.ok()) << terminal.status();
    return *std::move(terminal);
  }
  // The console's end of its stream, which a Welcome may reach the terminal before.
  std::shared_ptr<live::LiveTerminal> Live(const TerminalClient& terminal) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    std::shared_ptr<live::LiveTerminal> live;
    while (live == nullptr && std::chrono::steady_clock::now() < until) {
      live = console_->registry().Find(terminal.terminal_id());
      if (live == nullptr) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return live;
  }
  std::vector<v1::StoredEvent> Events(v1::EventKind kind) {
    v1::ListEventsRequest request;
    request.mutable_filter()->add_kinds(kind);
    absl::StatusOr<v1::ListEventsResponse> events =
        console_->services().events.ListEvents(Admin(), request);
    EXPECT_TRUE(events.ok()) << events.status();
    return {events->events().begin(), events->events().end()};
  }

  std::string folder_;
  std::string data_;
  std::string ca_pem_;
  std::chrono::milliseconds hello_limit_ = std::chrono::seconds(30);
  Clock clock_;
  std::unique_ptr<program::Console> console_;
  std::unique_ptr<rpc::Server> server_;
};

}  // namespace sekisho::console::testing

#endif  // SEKISHO_TESTS_UNIT_CONSOLE_RPC_CONSOLE_FIXTURE_H_
