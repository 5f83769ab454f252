// Two machines with one identity, and one machine with two installations.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "absl/strings/str_cat.h"
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

constexpr char kOne[] = "5f0c6f0e-3f3e-4b0f-9d5a-000000000001";
constexpr char kTwo[] = "5f0c6f0e-3f3e-4b0f-9d5a-000000000002";

class IdentityTest : public ConsoleFixture {
 protected:
  void SetUp() override {
    const Clock real = SystemClock();
    ConsoleFixture::SetUp();
    Stop();
    clock_.wall = [this, real] { return real.wall() + std::chrono::seconds(later_); };
    clock_.steady = [this, real] { return real.steady() + std::chrono::seconds(later_); };
    Start();
  }

  // A machine that starts, connects with the terminal's keys, and has been up for so long when it
  // says how it is.
  void Speak(TerminalClient& terminal, const std::string& boot_id, std::chrono::seconds up,
             const std::string& hardware = "") {
    ASSERT_TRUE(terminal.Connect().ok());
    Say(terminal, boot_id, up, hardware);
  }
  void Say(TerminalClient& terminal, const std::string& boot_id, std::chrono::seconds up,
           const std::string& hardware = "") {
    v1::Status status = terminal.NextStatus();
    status.set_boot_id(boot_id);
    status.set_boottime_ns(static_cast<std::uint64_t>(std::chrono::nanoseconds(up).count()));
    status.set_hardware(hardware);
    ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
    ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BEACON).has_value());
  }
  std::vector<std::string> Signs() {
    std::vector<std::string> signs;
    for (const v1::StoredEvent& event : Events(v1::EVENT_KIND_TERMINAL_DUPLICATED)) {
      signs.push_back(event.event().parameters(0).value());
    }
    return signs;
  }
  bool SaidToBeDuplicated(const TerminalClient& terminal) {
    v1::GetTerminalRequest request;
    request.set_terminal(terminal.terminal_id());
    const auto response = console_->services().terminals.GetTerminal(Admin(), request);
    EXPECT_TRUE(response.ok()) << response.status();
    const auto& reasons = response->terminal().unprotected();
    return std::find(reasons.begin(), reasons.end(), v1::UNPROTECTED_DUPLICATED) != reasons.end();
  }
  std::string TokenFor(const std::string& name) {
    v1::CreateEnrolmentTokenRequest request;
    request.set_uses(1);
    request.set_lifetime_seconds(360000);
    request.set_terminal_name(name);
    const auto token = console_->services().terminals.CreateEnrolmentToken(Admin(), request);
    EXPECT_TRUE(token.ok()) << token.status();
    return token->token();
  }
  // The machine that the terminal's serial number names, installed anew.
  absl::StatusOr<TerminalClient> Install(const std::string& token, const std::string& serial,
                                         const std::string& hostname = "installed-anew") {
    return TerminalClient::Enrol(server_->port(), ca_pem_, token, hostname, serial);
  }

  std::atomic<int> later_ = 0;
};

TEST_F(IdentityTest, AMachineThatRestartsIsNoTwin) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(600), std::string(32, 'h'));
  later_ = 90;
  Speak(terminal, kTwo, std::chrono::seconds(40), std::string(32, 'h'));
  later_ = 150;
  Say(terminal, kTwo, std::chrono::seconds(100), std::string(32, 'h'));
  EXPECT_TRUE(Signs().empty());
  EXPECT_FALSE(SaidToBeDuplicated(terminal));
}

TEST_F(IdentityTest, AMachineThatRunsWhileAnotherStillSpeaksIsATwinAtItsFirstWord) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(600));
  later_ = 60;
  Speak(terminal, kTwo, std::chrono::seconds(300));
  EXPECT_EQ(Signs(), std::vector<std::string>{"stream"});
  EXPECT_TRUE(SaidToBeDuplicated(terminal));
}

TEST_F(IdentityTest, ABootThatComesBackIsATwin) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(600));
  later_ = 120;
  // Started in between: could be a restart.
  Speak(terminal, kTwo, std::chrono::seconds(30));
  EXPECT_TRUE(Signs().empty());
  later_ = 125;
  Speak(terminal, kOne, std::chrono::seconds(725));
  EXPECT_EQ(Signs(), std::vector<std::string>{"boot"});
  EXPECT_TRUE(SaidToBeDuplicated(terminal));
}

TEST_F(IdentityTest, OtherHardwareThanTheIdentityWasMadeOnIsATwinAlsoAfterARestartOfTheConsole) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(600), std::string(32, 'h'));
  terminal.Cut();
  Stop();
  Start();
  terminal.MoveTo(server_->port());
  later_ = 900;
  Speak(terminal, kTwo, std::chrono::seconds(30), std::string(32, 'x'));
  EXPECT_EQ(Signs(), std::vector<std::string>{"hardware"});
  EXPECT_TRUE(SaidToBeDuplicated(terminal));
}

TEST_F(IdentityTest, AnAgentThatDoesNotSayItsHardwareIsNoTwin) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(600), std::string(32, 'h'));
  later_ = 60;
  Say(terminal, kOne, std::chrono::seconds(660));
  EXPECT_TRUE(Signs().empty());
}

TEST_F(IdentityTest, TwoHistoriesUnderOneNumberAreATwin) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  v1::Event event = terminal.NextEvent(v1::EVENT_KIND_RESCAN);
  ASSERT_TRUE(terminal.Report({terminal.Record(event)}).ok());
  event.set_kind(v1::EVENT_KIND_DEVICE_ALLOWED);
  ASSERT_TRUE(terminal.Report({terminal.Record(event)}).ok());
  EXPECT_EQ(Signs(), std::vector<std::string>{"record"});
  EXPECT_TRUE(SaidToBeDuplicated(terminal));
}

TEST_F(IdentityTest, ASignIsToldOnceAnHour) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  Speak(terminal, kOne, std::chrono::seconds(100000));
  Speak(terminal, kTwo, std::chrono::seconds(100000));
  for (int i = 1; i <= 6; ++i) {
    later_ = i * 10;
    Speak(terminal, i % 2 == 1 ? kOne : kTwo, std::chrono::seconds(100000 + later_));
  }
  EXPECT_EQ(Signs(), (std::vector<std::string>{"stream", "boot"}));
  later_ = 3700;
  Speak(terminal, kOne, std::chrono::seconds(103700));
  EXPECT_EQ(Signs(), (std::vector<std::string>{"stream", "boot", "boot"}));
}

TEST_F(IdentityTest, AMachineThatIsInstalledAnewKeepsItsEntryAndItsHistoryAndEndsItsTwin) {
  TerminalClient first = Enrolled("madoguchi-1");
  Speak(first, kOne, std::chrono::seconds(600));
  ASSERT_TRUE(first.Report({first.Record(first.NextEvent(v1::EVENT_KIND_DEVICE_BLOCKED))}).ok());
  Speak(first, kTwo, std::chrono::seconds(600));
  ASSERT_TRUE(SaidToBeDuplicated(first));
  first.Cut();
  later_ = 3600;
  absl::StatusOr<TerminalClient> again = Install(NewToken(1, 36000), "SN-madoguchi-1");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->terminal_id(), first.terminal_id());
  EXPECT_FALSE(SaidToBeDuplicated(*again));
  const std::vector<v1::StoredEvent> told = Events(v1::EVENT_KIND_TERMINAL_REINSTALLED);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].terminal_name(), "madoguchi-1");
  EXPECT_EQ(told[0].event().parameters(0).value(), "2");
  ASSERT_EQ(Events(v1::EVENT_KIND_DEVICE_BLOCKED).size(), 1u);
  EXPECT_EQ(Events(v1::EVENT_KIND_DEVICE_BLOCKED)[0].terminal_id(), again->terminal_id());
  // The installation before is refused, and that it tries is an alarm; the new one is well.
  EXPECT_EQ(first.Connect().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(Signs().back(), "key");
  Speak(*again, kTwo, std::chrono::seconds(30));
  EXPECT_FALSE(SaidToBeDuplicated(*again));
}

TEST_F(IdentityTest, AConnectedTerminalIsNotPushedAsideByWhoeverKnowsItsSerialNumber) {
  TerminalClient first = Enrolled("madoguchi-1");
  Speak(first, kOne, std::chrono::seconds(600));
  later_ = 3600;
  absl::StatusOr<TerminalClient> thief = Install(NewToken(1, 36000), "SN-madoguchi-1");
  ASSERT_TRUE(thief.ok()) << thief.status();
  EXPECT_NE(thief->terminal_id(), first.terminal_id());
  Say(first, kOne, std::chrono::seconds(4200));
  EXPECT_TRUE(Events(v1::EVENT_KIND_TERMINAL_REINSTALLED).empty());
}

TEST_F(IdentityTest, ATerminalThatSpokeAMomentAgoIsNotAway) {
  TerminalClient first = Enrolled("madoguchi-1");
  Speak(first, kOne, std::chrono::seconds(600));
  first.Cut();
  Stop();  // what it said is in the store now
  Start();
  later_ = 120;
  absl::StatusOr<TerminalClient> other = Install(NewToken(), "SN-madoguchi-1");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_NE(other->terminal_id(), first.terminal_id());
}

TEST_F(IdentityTest, ATokenThatNamesTheTerminalTakesItOverAlsoWhileItIsConnected) {
  TerminalClient first = Enrolled("madoguchi-1");
  Speak(first, kOne, std::chrono::seconds(600));
  absl::StatusOr<TerminalClient> again = Install(TokenFor("madoguchi-1"), "another mainboard");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->terminal_id(), first.terminal_id());
  EXPECT_EQ(first.Finish().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(IdentityTest, ASerialNumberThatNamesNothingOrSeveralMachinesMatchesNone) {
  for (const char* serial : {"", "To be filled by O.E.M.", "None", "00000000"}) {
    absl::StatusOr<TerminalClient> one = Install(NewToken(1, 36000), serial, "one");
    ASSERT_TRUE(one.ok()) << one.status();
    later_ += 3600;
    absl::StatusOr<TerminalClient> two = Install(NewToken(1, 36000), serial, "one");
    ASSERT_TRUE(two.ok()) << two.status();
    EXPECT_NE(one->terminal_id(), two->terminal_id()) << serial;
  }
  // Two that say the same of themselves, at once.
  absl::StatusOr<TerminalClient> one = Install(NewToken(1, 36000), "VM-7", "one");
  absl::StatusOr<TerminalClient> two = Install(NewToken(1, 36000), "VM-7", "two");
  ASSERT_NE(one->terminal_id(), two->terminal_id());
  later_ += 3600;
  absl::StatusOr<TerminalClient> three = Install(NewToken(1, 36000), "VM-7", "one");
  EXPECT_NE(three->terminal_id(), one->terminal_id());
  EXPECT_NE(three->terminal_id(), two->terminal_id());
  EXPECT_TRUE(Events(v1::EVENT_KIND_TERMINAL_REINSTALLED).empty());
}

// A golden image: the same hostname, the same machine id, one token.
TEST_F(IdentityTest, ThreeHundredClonesOfAnImageThatWasNotEnrolledAreThreeHundredTerminals) {
  constexpr int kClones = 300;
  const std::string token = NewToken(kClones);
  std::set<std::string> identities;
  std::mutex mutex;
  {
    std::atomic<int> next = 0;
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        while (next++ < kClones) {
          absl::StatusOr<TerminalClient> clone = Install(token, "Default string", "golden");
          EXPECT_TRUE(clone.ok()) << clone.status();
          if (!clone.ok()) continue;
          std::lock_guard lock(mutex);
          identities.insert(clone->terminal_id());
        }
      });
    }
  }
  EXPECT_EQ(identities.size(), static_cast<std::size_t>(kClones));
}

}  // namespace
}  // namespace sekisho::console::testing
