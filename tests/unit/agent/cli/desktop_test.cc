// The program that a desktop session starts, `sekisho watch --notify`: on a real session bus, with
// the real engine and its real socket on the other side.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "agent/local/agentd_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/linux/message_socket.h"
#include "tests/unit/agent/cli/notification_server.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;

constexpr std::chrono::seconds kPatience{20};

class DesktopTest : public ::testing::Test {
 protected:
  DesktopTest() {
    std::string pattern = ::testing::TempDir() + "desktop-XXXXXX";
    directory_ = mkdtemp(pattern.data());
    bus_ = std::make_unique<SessionBus>(directory_);
    terminal_.seat.Sit({getuid(), "hanako"});
    terminal_.StartEnrolled();
    Listen();
  }
  ~DesktopTest() override {
    EndWatch();
    server_.reset();
    listener_.reset();
    desktop_.reset();
    bus_.reset();
    std::filesystem::remove_all(directory_);
  }
  void SetUp() override { ASSERT_TRUE(bus_->running()) << "is the package dbus-daemon there?"; }

  std::string socket() const { return directory_ + "/agentd.sock"; }
  void Listen() {
    auto listening = platform::ListenAt(socket(), {.mode = 0600, .gid = {}});
    ASSERT_TRUE(listening.ok()) << listening.failure().ToString();
    listener_ = std::move(*listening);
    server_ = std::make_unique<local::AgentdServer>(*terminal_.engine, *listener_);
  }
  void KillAgentd() {
    server_.reset();
    listener_.reset();
    terminal_.Kill();
  }
  void StartAgentd() {
    terminal_.Start();
    Listen();
  }
  void StartDesktop() { desktop_ = std::make_unique<NotificationServer>(bus_->address()); }
  // The time left each second, not each minute.
  void StartWatch(const char* locale = "en_GB.UTF-8") {
    watch_ = fork();
    if (watch_ != 0) return;
    setenv("DBUS_SESSION_BUS_ADDRESS", bus_->address().c_str(), 1);
    setenv("LC_ALL", locale, 1);
    execl(SEKISHO_PROGRAM, "sekisho", "--socket", socket().c_str(), "watch", "--notify", "--every",
          "1", nullptr);
    _exit(127);
  }
  void EndWatch() {
    if (watch_ <= 0) return;
    kill(watch_, SIGKILL);
    waitpid(watch_, nullptr, 0);
    watch_ = -1;
  }
  // Turns agentd's loop until `what` holds; a deadline, not a pause.
  bool Until(const std::function<bool()>& what) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
      if (terminal_.engine != nullptr) terminal_.Settle();
      if (what()) return true;
      usleep(5'000);
    }
    return false;
  }
  bool Shows(const std::string& words) {
    for (const Notified& one : desktop_->shown()) {
      if ((one.title + " " + one.body).find(words) != std::string::npos) return true;
    }
    return false;
  }
  std::string Reference(const std::string& port_path) {
    const v1::LocalDevicesReply devices = terminal_.engine->Devices();
    for (const v1::LocalDevice& device : devices.devices()) {
      if (device.handle() == port_path) return device.reference();
    }
    return "";
  }
  void Plug(const std::string& port_path, const std::string& serial) {
    terminal_.bus.Plug(port_path, Stick(serial));
    terminal_.Settle();
  }

  std::string directory_;
  Terminal terminal_;
  std::unique_ptr<SessionBus> bus_;
  std::unique_ptr<NotificationServer> desktop_;
  std::unique_ptr<platform::MessageListener> listener_;
  std::unique_ptr<local::AgentdServer> server_;
  pid_t watch_ = -1;
};

TEST_F(DesktopTest, TheBlockedPersonReadsTheSixDigits) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  ASSERT_THAT(Reference("2-1"), MatchesRegex("[0-9]{6}"));
  ASSERT_TRUE(Until([&] { return !desktop_->notified().empty(); }));
  const Notified one = desktop_->notified().front();
  EXPECT_EQ(one.application, "Sekisho");
  EXPECT_THAT(one.title, HasSubstr("was refused"));
  EXPECT_THAT(one.body, HasSubstr("Reference " + Reference("2-1")));
}

TEST_F(DesktopTest, AndInJapaneseWhereThePersonReadsThat) {
  StartDesktop();
  StartWatch("ja_JP.UTF-8");
  Plug("2-1", "A1");
  ASSERT_TRUE(Until([&] { return !desktop_->notified().empty(); }));
  const Notified one = desktop_->notified().front();
  EXPECT_THAT(one.title, HasSubstr("を遮断しました"));
  EXPECT_THAT(one.body, HasSubstr("参照番号 " + Reference("2-1")));
}

TEST_F(DesktopTest, ADeviceHasOnePlaceFromItsRefusalToItsEnd) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  ASSERT_TRUE(Until([&] { return Shows("was refused"); }));
  terminal_.Grant("2-1", std::chrono::minutes(15));
  ASSERT_TRUE(Until([&] { return Shows("is open for 15 min"); }));
  ASSERT_TRUE(Until([&] { return Shows("14 min 59 s left"); }));
  ASSERT_TRUE(Until([&] { return Shows("14 min 57 s left"); }));
  EXPECT_THAT(desktop_->shown(), SizeIs(1)) << "renewed in its place, not piled up";
  EXPECT_THAT(desktop_->shown()[0].body, HasSubstr("sekisho return 2-1"));
  terminal_.Advance(std::chrono::minutes(15));
  ASSERT_TRUE(Until([&] { return Shows("The exception has ended"); }));
  EXPECT_THAT(desktop_->shown(), SizeIs(1));
  EXPECT_THAT(desktop_->shown()[0].body, HasSubstr("is closed and may be unplugged"));
  const std::size_t before = desktop_->notified().size();
  EXPECT_EQ(terminal_.engine->Status().grants_size(), 0);
  Plug("2-2", "B2");
  ASSERT_TRUE(Until([&] { return Shows("Reference " + Reference("2-2")); }));
  EXPECT_THAT(desktop_->notified(), SizeIs(before + 1)) << "what has ended is not renewed";
}

TEST_F(DesktopTest, WhatARuleLetsInIsToldWhereTheRuleSaysSo) {
  StartDesktop();
  StartWatch();
  v1::Policy policy = terminal_.console.Policy();
  for (const char* serial : {"QUIET", "TOLD"}) {
    v1::DeviceRule* rule = policy.add_rules();
    rule->set_id(serial);
    rule->mutable_match()->set_serial(serial);
    rule->set_action(v1::ACTION_ALLOW);
    rule->set_notify(std::string(serial) == "TOLD");
  }
  terminal_.FromConsole(terminal_.console.SealBundle(terminal_.console.BundleOf(policy, 2)));
  Plug("2-3", "A1");
  ASSERT_TRUE(Until([&] { return Shows("was refused"); })) << "whoever watches later is not told";
  Plug("2-1", "QUIET");
  Plug("2-2", "TOLD");
  ASSERT_TRUE(Until([&] { return Shows("may be used"); }));
  ASSERT_THAT(desktop_->notified(), SizeIs(2));
  EXPECT_THAT(desktop_->notified().back().body, HasSubstr("TOLD"));
}

TEST_F(DesktopTest, WhoWroteAllThatTheyMayIsToldThat) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  v1::GrantClaims claims = terminal_.ClaimsFor("2-1", 1, std::chrono::minutes(15));
  claims.set_max_written_bytes(1000);
  terminal_.live_grants.insert(claims.grant_id());
  terminal_.FromConsole(terminal_.console.SealGrant(claims));
  ASSERT_TRUE(Until([&] { return Shows("is open for 15 min"); }));
  terminal_.media.SetWritten("2-1", 1000);
  terminal_.Advance(std::chrono::seconds(1));
  ASSERT_TRUE(Until([&] { return Shows("as much was written as it allowed"); }));
  EXPECT_TRUE(Shows("what was written last may be missing on it"));
}

TEST_F(DesktopTest, WhoseProgramWasEndedStaysBesideIt) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  terminal_.Grant("2-1", std::chrono::minutes(1));
  ASSERT_TRUE(Until([&] { return Shows("is open for"); }));
  terminal_.media.Hold("2-1", {.pid = 42, .uid = 1000, .program = "cp"});
  terminal_.Advance(std::chrono::minutes(1));
  terminal_.Advance(std::chrono::seconds(3));
  ASSERT_TRUE(Until([&] { return Shows("may be unplugged"); }));
  EXPECT_TRUE(Shows("cp (process 42) was ended"));
  EXPECT_THAT(desktop_->shown(), SizeIs(2));
}

TEST_F(DesktopTest, ARestartOfAgentdLosesNothing) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  terminal_.Grant("2-1", std::chrono::minutes(15));
  ASSERT_TRUE(Until([&] { return Shows("left"); }));
  KillAgentd();
  terminal_.bus.Plug("2-2", Stick("B2"));
  terminal_.clock.Advance(std::chrono::minutes(5));
  StartAgentd();
  ASSERT_TRUE(Until([&] { return Shows("Reference " + Reference("2-2")); }))
      << "refused while nobody was there to hear of it";
  ASSERT_TRUE(Until([&] { return Shows("9 min"); })) << "the time left is agentd's";
  EXPECT_THAT(desktop_->shown(), SizeIs(2));
  KillAgentd();
  terminal_.clock.Advance(std::chrono::minutes(11));
  StartAgentd();
  ASSERT_TRUE(Until([&] { return Shows("The exception has ended"); }));
}

TEST_F(DesktopTest, ASessionThatBeginsLaterReadsWhatStands) {
  Plug("2-1", "A1");
  Plug("2-2", "B2");
  terminal_.Grant("2-2", std::chrono::minutes(15));
  StartDesktop();
  StartWatch();
  EXPECT_TRUE(Until([&] { return Shows("Reference " + Reference("2-1")); }));
  EXPECT_TRUE(Until([&] { return Shows("is open for 15 min"); }));
  EXPECT_THAT(desktop_->shown(), SizeIs(2));
}

TEST_F(DesktopTest, ADesktopThatStartsLateOrAnewShowsItAllTheSame) {
  StartWatch();
  Plug("2-1", "A1");
  // It has asked agentd, so it knows of the stick, and nobody shows it.
  ASSERT_TRUE(Until([&, began = std::chrono::steady_clock::now()] {
    return std::chrono::steady_clock::now() - began > std::chrono::milliseconds(500);
  }));
  StartDesktop();
  ASSERT_TRUE(Until([&] { return Shows("Reference " + Reference("2-1")); }));
  desktop_.reset();
  StartDesktop();
  ASSERT_TRUE(Until([&] { return Shows("Reference " + Reference("2-1")); }));
  EXPECT_EQ(desktop_->notified()[0].replaces, 0u) << "its numbers begin anew";
}

TEST_F(DesktopTest, TheEndOfTheSessionEndsIt) {
  StartDesktop();
  StartWatch();
  Plug("2-1", "A1");
  ASSERT_TRUE(Until([&] { return Shows("was refused"); }));
  desktop_.reset();
  bus_.reset();
  int status = 0;
  ASSERT_TRUE(Until([&] { return waitpid(watch_, &status, WNOHANG) == watch_; }));
  watch_ = -1;
  EXPECT_TRUE(WIFEXITED(status));
}

}  // namespace
}  // namespace sekisho::testing
