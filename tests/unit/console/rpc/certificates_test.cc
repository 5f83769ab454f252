// Certificates that renew themselves, and terminals that were away for longer than theirs held.

#include <fstream>
#include <sstream>

#include "console/pki/files.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class CertificatesTest : public ConsoleFixture {
 protected:
  void SetUp() override {
    ConsoleFixture::SetUp();
    clock_.wall = [this] { return SystemClock().wall() + shift_; };
    Stop();
    Start();
  }
  // A certificate for that terminal's key, as an authority issues it at that time.
  std::string Issued(const pki::Authority& authority, const TerminalClient& terminal,
                     std::int64_t enrolment, WallTime at) {
    const auto chain = authority.IssueTerminal(
        terminal.CertificateRequest(),
        {terminal.organisation_id(), terminal.terminal_id(), enrolment}, at);
    EXPECT_TRUE(chain.ok()) << chain.status();
    std::string pem;
    for (const std::string& der : *chain) pem += PemOf(der);
    return pem;
  }
  WallTime Now() const { return SystemClock().wall(); }
  // Who answers there, and with what; waits until it is not `other_than` any more.
  absl::StatusOr<pki::CertificateFacts> Served() const {
    std::ifstream file(console_->keyring().server_file());
    std::stringstream text;
    text << file.rdbuf();
    const std::string pem = text.str();
    return pki::Authority::FactsOf(pem.substr(pem.find("-----BEGIN CERTIFICATE")));
  }

  std::chrono::hours shift_{0};
};

TEST_F(CertificatesTest, ATerminalThatWasOffForAYearComesBackAndRenewsWithoutAVisit) {
  shift_ = -std::chrono::days(400);
  TerminalClient terminal = Enrolled("madoguchi-1");
  shift_ = std::chrono::hours(0);
  const auto facts = pki::Authority::FactsOf(terminal.certificates());
  ASSERT_TRUE(facts.ok());
  ASSERT_LT(facts->not_after, Now());
  ASSERT_TRUE(terminal.Connect().ok());
  EXPECT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  EXPECT_TRUE(terminal.Renew().ok());
}

TEST_F(CertificatesTest, ATerminalWhoseCertificateIsOfTheFutureIsServedToo) {
  shift_ = std::chrono::days(400);
  TerminalClient terminal = Enrolled("madoguchi-1");
  shift_ = std::chrono::hours(0);
  EXPECT_TRUE(terminal.Connect().ok());
}

TEST_F(CertificatesTest, AnOverdueCertificateOfARevokedTerminalOpensNothing) {
  shift_ = -std::chrono::days(400);
  TerminalClient terminal = Enrolled("madoguchi-1");
  shift_ = std::chrono::hours(0);
  v1::RevokeTerminalRequest request;
  request.set_terminal("madoguchi-1");
  request.set_reason("lost");
  ASSERT_TRUE(console_->services().terminals.RevokeTerminal(Admin(), request).ok());
  EXPECT_EQ(terminal.Connect().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_EQ(terminal.Renew().error_code(), grpc::StatusCode::PERMISSION_DENIED);
}

TEST_F(CertificatesTest, ACertificateOfAnotherAuthorityOpensNothingWhateverItSays) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  terminal.Cut();
  const auto other = pki::Authority::Create("テスト市", Now());
  ASSERT_TRUE(other.ok());
  terminal.UseCertificates(Issued(*other, terminal, 1, Now()));
  EXPECT_FALSE(terminal.Connect().ok());
  EXPECT_FALSE(terminal.Renew().ok());
  // What it would take: the console's own.
  terminal.UseCertificates(Issued(*console_->keyring().authority(), terminal, 1, Now()));
  EXPECT_TRUE(terminal.Connect().ok());
}

TEST_F(CertificatesTest, TheServersOwnIsRenewedInTimeAndStreamsStand) {
  // Two thirds of its lifetime are over.
  const auto old = console_->keyring().authority()->IssueServer({"localhost", "127.0.0.1"},
                                                                Now() - std::chrono::days(600));
  ASSERT_TRUE(old.ok());
  ASSERT_TRUE(pki::WriteSecretFile(console_->keyring().server_file(),
                                   old->private_key_pem + old->chain_pem, pki::Existing::kReplace)
                  .ok());
  Stop();
  Start();
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  const auto before = Served();
  ASSERT_TRUE(before.ok());
  console_->Tick();
  const auto after = Served();
  ASSERT_TRUE(after.ok());
  EXPECT_GT(after->not_after, before->not_after + std::chrono::days(500));
  EXPECT_EQ(after->names, before->names);
  console_->Tick();
  EXPECT_EQ(Served()->not_after, after->not_after);  // once is enough
  EXPECT_TRUE(terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))}).ok());
  TerminalClient another = Enrolled("madoguchi-2");
  EXPECT_TRUE(another.Connect().ok());
}

TEST_F(CertificatesTest, ARenewalIsServedToWhoeverConnectsNextWithoutARestart) {
  // One that nobody who looks at the clock takes, until it is renewed.
  const auto expired = console_->keyring().authority()->IssueServer({"localhost", "127.0.0.1"},
                                                                    Now() - std::chrono::days(900));
  ASSERT_TRUE(expired.ok());
  ASSERT_TRUE(pki::WriteSecretFile(console_->keyring().server_file(),
                                   expired->private_key_pem + expired->chain_pem,
                                   pki::Existing::kReplace)
                  .ok());
  Stop();
  Start();
  const std::string token = NewToken(100);
  EXPECT_FALSE(TerminalClient::Enrol(server_->port(), ca_pem_, token, "early").ok());
  console_->Tick();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  bool served = false;
  while (!served && std::chrono::steady_clock::now() < until) {
    served = TerminalClient::Enrol(server_->port(), ca_pem_, token, "late").ok();
  }
  EXPECT_TRUE(served);
}

}  // namespace
}  // namespace sekisho::console::testing
