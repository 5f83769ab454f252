#include "agent/link/console_verifier.h"

#include <gtest/gtest.h>

#include "tests/unit/agent/link/test_pki.h"

namespace sekisho::link::test {
namespace {

class ConsoleVerifierTest : public ::testing::Test {
 protected:
  absl::Status Check(const std::string& host) const {
    return CheckServer(authority.IssueServer().chain_pem, authority.pem(), host);
  }
  TestAuthority authority;
};

TEST_F(ConsoleVerifierTest, TheConsoleIsTakenByNameAndByAddressAtAnyTime) {
  EXPECT_TRUE(Check("localhost").ok());
  EXPECT_TRUE(Check("127.0.0.1").ok());
  authority.server_until = -std::chrono::hours{1};
  EXPECT_TRUE(Check("localhost").ok());
  authority.server_from = std::chrono::hours{24};
  authority.server_until = std::chrono::hours{48};
  EXPECT_TRUE(Check("localhost").ok());
}

TEST_F(ConsoleVerifierTest, ACertificateForAnotherNameOrPurposeIsNotTheConsoles) {
  EXPECT_FALSE(Check("elsewhere.example.jp").ok());
  EXPECT_FALSE(Check("127.0.0.2").ok());
  EXPECT_FALSE(Check("").ok());
  authority.server_usage = "clientAuth";
  EXPECT_FALSE(Check("localhost").ok());
}

TEST_F(ConsoleVerifierTest, AnotherAuthorityOfTheSameNameIsNotTheConsoles) {
  const TestAuthority other;
  EXPECT_FALSE(CheckServer(other.IssueServer().chain_pem, authority.pem(), "localhost").ok());
  EXPECT_FALSE(CheckServer("", authority.pem(), "localhost").ok());
  EXPECT_FALSE(CheckServer("rubbish", authority.pem(), "localhost").ok());
}

}  // namespace
}  // namespace sekisho::link::test
