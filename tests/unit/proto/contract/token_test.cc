#include "proto/contract/token.h"

#include <gtest/gtest.h>

namespace sekisho::contract {
namespace {

v1::EnrolmentToken MakeToken() {
  v1::EnrolmentToken token;
  token.set_console_address("console.example.lg.jp:7443");
  token.set_token_id("0f9a7a2e-5b1d-4a53-9f3e-0a3c9b3f2d10");
  token.set_secret(std::string(16, '\xfb'));
  token.set_trust_anchor_hash(std::string(32, '\xef'));
  return token;
}

TEST(Token, IsReadBackAsItWasWritten) {
  const std::string text = WriteToken(MakeToken());
  EXPECT_EQ(text.find("sekisho1."), 0u);
  EXPECT_EQ(text.find_first_of("+/= "), std::string::npos) << text;
  const auto token = ReadToken(text);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->SerializeAsString(), MakeToken().SerializeAsString());
}

TEST(Token, MayBePastedWithSpaceAroundIt) {
  EXPECT_TRUE(ReadToken("  " + WriteToken(MakeToken()) + "\r\n").ok());
}

TEST(Token, CutShortAnywhereIsRefusedWithAdvice) {
  const std::string text = WriteToken(MakeToken());
  for (std::size_t length = 0; length < text.size(); ++length) {
    const auto token = ReadToken(text.substr(0, length));
    ASSERT_TRUE(absl::IsInvalidArgument(token.status())) << length;
    EXPECT_NE(token.status().message().find("copy the whole line"), std::string::npos);
  }
}

TEST(Token, WithAStrayCharacterIsRefused) {
  std::string text = WriteToken(MakeToken());
  text[20] = '*';
  EXPECT_TRUE(absl::IsInvalidArgument(ReadToken(text).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadToken(WriteToken(MakeToken()) + " x").status()));
}

TEST(Token, OfAnotherKindOrHugeIsRefused) {
  EXPECT_TRUE(absl::IsInvalidArgument(ReadToken("").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadToken("sekisho2.AAAA").status()));
  EXPECT_TRUE(absl::IsInvalidArgument(ReadToken("sekisho1.").status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(ReadToken("sekisho1." + std::string(1'000'000, 'A')).status()));
}

TEST(Token, WithoutAnAddressAnIdASecretOrAHashIsRefused) {
  v1::EnrolmentToken token = MakeToken();
  token.set_console_address("console");
  EXPECT_FALSE(ReadToken(WriteToken(token)).ok());
  token.set_console_address("console:0");
  EXPECT_FALSE(ReadToken(WriteToken(token)).ok());
  token.set_console_address("[2001:db8::1]:7443");
  EXPECT_TRUE(ReadToken(WriteToken(token)).ok());
  token.clear_token_id();
  EXPECT_FALSE(ReadToken(WriteToken(token)).ok());
  token = MakeToken();
  token.set_secret("short");
  EXPECT_FALSE(ReadToken(WriteToken(token)).ok());
  token = MakeToken();
  token.clear_trust_anchor_hash();
  EXPECT_FALSE(ReadToken(WriteToken(token)).ok());
}

TEST(Token, NeverShowsItsSecretInAnError) {
  v1::EnrolmentToken token = MakeToken();
  token.set_secret("hunter2");
  const auto read = ReadToken(WriteToken(token));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.status().message().find("hunter2"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::contract
