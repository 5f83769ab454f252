// Enrolment without a person, and an identity that came with a disk from another machine.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/linux/files.h"
#include "proto/contract/seal.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kTokenFile[] = "/etc/sekisho/enrol.token";

class UnattendedTest : public ::testing::Test {
 protected:
  platform::fake::MemoryFiles& Disk() {
    return static_cast<platform::fake::MemoryFiles&>(*terminal.disk);
  }
  void PutToken() { Disk().Put(kTokenFile, terminal.console.Token() + "\n"); }
  void StartWithLink() {
    terminal.Start();
    terminal.engine->AttachLink(&terminal.link);
  }
  std::size_t Asked() const {
    std::size_t asked = 0;
    for (const v1::LinkDown& down : terminal.link.sent) asked += down.has_enrol() ? 1 : 0;
    return asked;
  }
  void Answer(const v1::LinkEnrolment& answer) {
    v1::LinkUp up;
    *up.mutable_enrolment() = answer;
    terminal.engine->FromLink(up);
    terminal.Settle();
  }
  void Enrol() { Answer(terminal.console.Enrol(LastOrder())); }
  const v1::LinkEnrolOrder& LastOrder() {
    for (auto each = terminal.link.sent.rbegin(); each != terminal.link.sent.rend(); ++each) {
      if (each->has_enrol()) return each->enrol();
    }
    ADD_FAILURE() << "nobody was asked";
    return v1::LinkEnrolOrder::default_instance();
  }
  void Refuse(const std::string& code, std::uint32_t grpc_status = 0) {
    v1::LinkEnrolment answer;
    answer.set_failure(code);
    answer.set_grpc_status(grpc_status);
    Answer(answer);
  }
  // How many times it asks in so long, when each time is answered so.
  std::size_t AsksIn(std::chrono::seconds span, const std::string& code, std::uint32_t status = 0) {
    std::size_t asks = 0;
    for (std::chrono::seconds passed{0}; passed < span; passed += std::chrono::seconds(1)) {
      const std::size_t before = Asked();
      terminal.Advance(std::chrono::seconds(1));
      if (Asked() > before) {
        ++asks;
        Refuse(code, status);
      }
    }
    return asks;
  }

  Terminal terminal;
};

TEST_F(UnattendedTest, ATokenInTheFileEnrolsAndIsGoneAfterwards) {
  PutToken();
  StartWithLink();
  terminal.Advance(std::chrono::seconds(3));
  ASSERT_EQ(Asked(), 1u);
  EXPECT_TRUE(terminal.files.Get(kTokenFile).has_value()) << "until it was of use";
  Enrol();
  EXPECT_TRUE(terminal.engine->Status().enrolled());
  EXPECT_FALSE(terminal.files.Get(kTokenFile).has_value());
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENROLLED), SizeIs(1));
}

TEST_F(UnattendedTest, ATokenOnTheKernelsCommandLineEnrols) {
  terminal.settings.kernel_token = terminal.console.Token();
  StartWithLink();
  terminal.Advance(std::chrono::seconds(3));
  Enrol();
  EXPECT_TRUE(terminal.engine->Status().enrolled());
}

TEST_F(UnattendedTest, TheFileComesBeforeTheCommandLine) {
  PutToken();
  terminal.settings.kernel_token = "sekisho1.another";
  StartWithLink();
  terminal.Advance(std::chrono::seconds(3));
  ASSERT_EQ(Asked(), 1u);
  EXPECT_EQ(LastOrder().token(), terminal.console.Token());
}

TEST_F(UnattendedTest, WhoeverHasNoTokenAsksNobody) {
  StartWithLink();
  terminal.Advance(std::chrono::hours(2));
  EXPECT_EQ(Asked(), 0u);
}

TEST_F(UnattendedTest, WhoeverIsEnrolledAsksNobody) {
  terminal.StartEnrolled();
  PutToken();
  terminal.Connect();
  const std::size_t before = Asked();
  terminal.Advance(std::chrono::hours(2));
  EXPECT_EQ(Asked(), before);
}

TEST_F(UnattendedTest, ATokenThatIsPutThereLaterIsTriedWithinAMinute) {
  StartWithLink();
  terminal.Advance(std::chrono::minutes(10));
  PutToken();
  terminal.Advance(std::chrono::seconds(61));
  EXPECT_EQ(Asked(), 1u);
}

TEST_F(UnattendedTest, AnUnreachableConsoleIsTriedForEverAndEverMoreSeldomAndTheTerminalDenies) {
  PutToken();
  StartWithLink();
  terminal.bus.Plug("2-1", Stick("A1"));
  terminal.Settle();
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  const std::size_t first = AsksIn(std::chrono::minutes(5), "console-unreachable");
  EXPECT_GE(first, 4u);
  EXPECT_LE(first, 12u);
  (void)AsksIn(std::chrono::minutes(30), "console-unreachable");
  const std::size_t hour = AsksIn(std::chrono::hours(1), "console-unreachable");
  EXPECT_GE(hour, 11u);
  EXPECT_LE(hour, 25u);
  EXPECT_TRUE(terminal.files.Get(kTokenFile).has_value());
  const std::size_t before = Asked();
  while (Asked() == before) terminal.Advance(std::chrono::seconds(1));
  Enrol();
  EXPECT_TRUE(terminal.engine->Status().enrolled());
}

TEST_F(UnattendedTest, ABusyConsoleIsNotARefusal) {
  PutToken();
  StartWithLink();
  EXPECT_GE(AsksIn(std::chrono::minutes(5), "console-refused", 8), 4u);
  EXPECT_THAT(terminal.engine->Status().probes(),
              ::testing::Not(
                  ::testing::Contains(::testing::Property(&v1::Probe::name, "enrolment.token"))));
}

TEST_F(UnattendedTest, ARefusedTokenIsSaidInStatusAndTriedOnceAnHour) {
  PutToken();
  StartWithLink();
  EXPECT_EQ(AsksIn(std::chrono::minutes(40), "console-refused", 9), 1u);
  bool said = false;
  const v1::LocalStatusReply status = terminal.engine->Status();
  for (const v1::Probe& probe : status.probes()) {
    said |= probe.name() == "enrolment.token" && probe.detail() == "console-refused";
  }
  EXPECT_TRUE(said);
  const std::size_t later = AsksIn(std::chrono::hours(5), "console-refused", 9);
  EXPECT_GE(later, 4u);
  EXPECT_LE(later, 7u);
  // Another one does not wait for the hour.
  terminal.files.Put(kTokenFile, terminal.console.Token() + " ");
  terminal.settings.kernel_token.clear();
  v1::EnrolmentToken other;
  terminal.files.Put(kTokenFile, "sekisho1.AAAA");
  terminal.Advance(std::chrono::seconds(61));
  const v1::LocalStatusReply later_status = terminal.engine->Status();
  EXPECT_EQ(later_status.probes(later_status.probes_size() - 1).detail(), "token-malformed");
}

// The rig's files in memory, and its history, which SQLite keeps on the real disk.
class DiskWithHistory : public platform::fake::MemoryFiles {
 public:
  platform::Result<std::string> SetAside(const std::string& path,
                                         const std::string& cause) override {
    if (path.find("spool.db") == std::string::npos) return MemoryFiles::SetAside(path, cause);
    return real_.SetAside(path, cause);
  }

 private:
  platform::LinuxFiles real_;
};

class MovedTest : public UnattendedTest {
 protected:
  MovedTest() { terminal.disk = &disk_; }
  DiskWithHistory disk_;
  // Enrolled, with a policy and a history, on one machine; its disk then starts in another.
  void Move() {
    terminal.settings.host.hardware = std::string(32, 'a');
    terminal.StartEnrolled();
    terminal.bus.Plug("2-1", Stick("A1"));
    terminal.Settle();
    terminal.Reboot();
    terminal.settings.host.hardware = std::string(32, 'b');
  }
};

TEST_F(MovedTest, AnIdentityThatWasMadeHereIsNotMoved) {
  terminal.settings.host.hardware = std::string(32, 'a');
  terminal.StartEnrolled();
  terminal.Reboot();
  terminal.Start();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), IsEmpty());
}

TEST_F(MovedTest, HardwareThatSaysNothingIsNoOther) {
  Move();
  terminal.settings.host.hardware.clear();
  terminal.Start();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), IsEmpty());
}

TEST_F(MovedTest, OnOtherHardwareItSaysSoOnceABootAndGoesOn) {
  Move();
  terminal.Start();
  terminal.Restart();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), SizeIs(1));
  EXPECT_EQ(terminal.engine->Status().terminal_id(), "terminal-1");
  terminal.Reboot();
  terminal.Start();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), SizeIs(2));
  terminal.ExpectWholeChain();
}

TEST_F(MovedTest, WithATokenItBecomesATerminalOfItsOwnWithAHistoryOfItsOwn) {
  Move();
  PutToken();
  StartWithLink();
  terminal.Advance(std::chrono::seconds(3));
  terminal.console.terminal_id = "terminal-2";
  Enrol();
  EXPECT_TRUE(terminal.loop.stopped());
  EXPECT_FALSE(Disk().Get(kTokenFile).has_value());
  terminal.Restart();
  EXPECT_EQ(terminal.engine->Status().terminal_id(), "terminal-2");
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 0u) << "the other's policy is the other's";
  EXPECT_FALSE(terminal.bus.Authorised("2-1"));
  const std::vector<v1::Event> history = terminal.Events();
  ASSERT_FALSE(history.empty());
  EXPECT_EQ(history[0].sequence(), 1u);
  EXPECT_EQ(history[0].previous_hash(), std::string(32, '\0'));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_ENROLLED), SizeIs(1));
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), IsEmpty());
  bool kept = false;
  for (const std::string& path : Disk().Paths()) {
    kept |=
        path.find("/identity.moved") != std::string::npos ||
        (path.find("/identity") != std::string::npos && path.find("moved") != std::string::npos);
  }
  EXPECT_TRUE(kept) << "for whoever looks";
  terminal.Reboot();
  terminal.Start();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), IsEmpty());
}

TEST_F(MovedTest, ATokenThatIsRefusedLeavesTheIdentityAsItWas) {
  Move();
  PutToken();
  StartWithLink();
  terminal.Advance(std::chrono::seconds(3));
  Refuse("console-refused", 9);
  terminal.Restart();
  EXPECT_EQ(terminal.engine->Status().terminal_id(), "terminal-1");
  EXPECT_EQ(terminal.engine->Status().bundle_version(), 1u);
}

// The mainboard was replaced, and the token names the terminal: its history goes on.
TEST_F(MovedTest, EnrolledAnewUnderItsOwnEntryItGoesOnWithoutARestart) {
  Move();
  StartWithLink();
  const std::size_t before = terminal.Events().size();
  std::string code;
  terminal.engine->Enrol(
      terminal.console.Token(), [&](const engine::Answer<v1::LocalEnrolReply>& answer) {
        code = std::holds_alternative<v1::LocalEnrolReply>(answer) ? "enrolled" : "failed";
      });
  Enrol();
  EXPECT_EQ(code, "enrolled");
  EXPECT_FALSE(terminal.loop.stopped());
  EXPECT_GT(terminal.Events().size(), before);
  terminal.ExpectWholeChain();
  terminal.Reboot();
  terminal.Start();
  EXPECT_THAT(terminal.Events(v1::EVENT_KIND_IDENTITY_MOVED), SizeIs(1)) << "of before";
}

}  // namespace
}  // namespace sekisho::testing
