#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "proto/contract/token.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class EnrolmentTest : public ConsoleFixture {
 protected:
  // Refused for the token itself, and in these words.
  static bool SaysToken(const absl::Status& status, const std::string& why) {
    return absl::IsFailedPrecondition(status) &&
           status.message().find(absl::StrCat("the enrolment token is ", why, ":")) !=
               std::string_view::npos;
  }
  absl::Status EnrolWith(const std::string& token, const std::string& hostname = "madoguchi-1") {
    return TerminalClient::Enrol(server_->port(), ca_pem_, token, hostname).status();
  }
};

TEST_F(EnrolmentTest, ATokenEnrolsATerminalWhichThenConnects) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_TRUE(terminal.Connect().ok());
}

TEST_F(EnrolmentTest, ATokenThatWasUsedIsRefused) {
  const std::string token = NewToken();
  ASSERT_TRUE(EnrolWith(token).ok());
  EXPECT_TRUE(SaysToken(EnrolWith(token, "madoguchi-2"), "used up"));
}

TEST_F(EnrolmentTest, ATokenWithTwoUsesEnrolsTwoTerminals) {
  const std::string token = NewToken(2);
  EXPECT_TRUE(EnrolWith(token, "a").ok());
  EXPECT_TRUE(EnrolWith(token, "b").ok());
  EXPECT_FALSE(EnrolWith(token, "c").ok());
}

TEST_F(EnrolmentTest, AWrongSecretIsRefusedAndCostsNoUse) {
  const std::string token = NewToken();
  v1::EnrolmentToken forged = *contract::ReadToken(token);
  forged.set_secret(std::string(16, 'x'));
  EXPECT_TRUE(absl::IsPermissionDenied(EnrolWith(contract::WriteToken(forged))));
  EXPECT_TRUE(EnrolWith(token).ok());
}

TEST_F(EnrolmentTest, ClaimsThatWereMadeForAnotherTokenAreRefusedAndCostNoUse) {
  const std::string stolen = NewToken();
  const v1::EnrolmentToken read = *contract::ReadToken(stolen);
  EXPECT_TRUE(absl::IsInvalidArgument(
      TerminalClient::Enrol(server_->port(), ca_pem_, NewToken(), "madoguchi-1",
                            [&](v1::EnrolRequest& request) {
                              request.set_token_id(read.token_id());
                              request.set_token_secret(read.secret());
                            })
          .status()));
  EXPECT_TRUE(EnrolWith(stolen).ok());
}

TEST_F(EnrolmentTest, ARevokedTokenIsRefused) {
  const std::string token = NewToken();
  v1::RevokeEnrolmentTokenRequest request;
  request.set_token_id(contract::ReadToken(token)->token_id());
  ASSERT_TRUE(console_->services().terminals.RevokeEnrolmentToken(Admin(), request).ok());
  EXPECT_TRUE(SaysToken(EnrolWith(token), "revoked"));
}

TEST_F(EnrolmentTest, OfManyWhoUseATokenAtOnceOneEnrols) {
  const std::string token = NewToken();
  std::atomic<int> enrolled = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&, i] {
        if (EnrolWith(token, "madoguchi-" + std::to_string(i)).ok()) ++enrolled;
      });
    }
  }
  EXPECT_EQ(enrolled, 1);
}

TEST_F(EnrolmentTest, AnExpiredTokenIsRefused) {
  const std::string token = NewToken();
  const Clock real = clock_;
  Stop();
  clock_.wall = [real] { return real.wall() + std::chrono::hours(2); };
  Start();
  EXPECT_TRUE(SaysToken(EnrolWith(token), "expired"));
}

TEST_F(EnrolmentTest, AnotherMachineOfTheSameNameGetsAnEntryOfItsOwn) {
  TerminalClient first = Enrolled("madoguchi-1");
  v1::ExpectTerminalRequest expected;
  expected.set_name("kaikei-1");
  const std::string expected_id =
      console_->services().terminals.ExpectTerminal(Admin(), expected)->terminal().terminal_id();
  EXPECT_EQ(Enrolled("kaikei-1").terminal_id(), expected_id);
  EXPECT_NE(Enrolled("madoguchi-1").terminal_id(), first.terminal_id());
}

}  // namespace
}  // namespace sekisho::console::testing
