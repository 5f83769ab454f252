#include "console/cli/trust.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <string>

#include "console/cli/exit_code.h"

namespace sekisho::console::cli {
namespace {

std::string Sha256(const std::string& bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &length, EVP_sha256(), nullptr);
  return std::string(reinterpret_cast<char*>(digest), length);
}

std::string Anchor(const std::string& ca) {
  v1::TrustAnchor anchor;
  anchor.set_organisation_id("komae");
  anchor.set_root_public_key(std::string(32, 'k'));
  anchor.set_ca_certificate(ca);
  return anchor.SerializeAsString();
}

TEST(CheckAnchor, BelievesTheAuthorityThatTheHashStandsFor) {
  const std::string anchor = Anchor("the CA");
  EXPECT_TRUE(CheckAnchor(anchor, Sha256(anchor), "the CA", Language::kEnglish).ok());
}

TEST(CheckAnchor, RefusesAnotherAnchor) {
  const std::string hash = Sha256(Anchor("the CA"));
  EXPECT_FALSE(CheckAnchor(Anchor("the CA") + "x", hash, "the CA", Language::kEnglish).ok());
}

// Somebody in between can pass the true anchor on, but presents a certificate of his own.
TEST(CheckAnchor, RefusesATrueAnchorThatNamesAnotherAuthorityThanTheOnePresented) {
  const std::string anchor = Anchor("the CA");
  const absl::Status status =
      CheckAnchor(anchor, Sha256(anchor), "a CA in between", Language::kEnglish);
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kNotPermitted);
  EXPECT_NE(MessageOf(status).find("NOT THE CONSOLE"), std::string::npos);
}

TEST(ParseTrustHash, TakesTheDigitsAsTheyArePrintedOrRead) {
  const std::string digits(64, 'a');
  EXPECT_EQ(ParseTrustHash(digits, Language::kEnglish).value(), std::string(32, '\xaa'));
  EXPECT_EQ(ParseTrustHash("AA:" + std::string(62, 'A'), Language::kEnglish).value(),
            std::string(32, '\xaa'));
  for (const std::string& typed : {std::string(), std::string(63, 'a'), std::string(64, 'g'),
                                   "z" + std::string(64, 'a'), std::string(66, 'a')}) {
    EXPECT_EQ(ExitCodeOf(ParseTrustHash(typed, Language::kEnglish).status()), ExitCode::kUsage)
        << typed;
  }
}

TEST(ParseAddress, AddsThePortOfTheConsole) {
  EXPECT_EQ(ParseAddress("console.example.lg.jp", Language::kEnglish).value(),
            "console.example.lg.jp:7443");
  EXPECT_EQ(ParseAddress("10.0.0.1:8443", Language::kEnglish).value(), "10.0.0.1:8443");
  EXPECT_EQ(ParseAddress("[::1]:8443", Language::kEnglish).value(), "[::1]:8443");
  EXPECT_EQ(ParseAddress("[::1]", Language::kEnglish).value(), "[::1]:7443");
  EXPECT_EQ(ParseAddress("::1", Language::kEnglish).value(), "[::1]:7443");
}

TEST(ParseAddress, RefusesWhatIsNotAHost) {
  for (const char* typed : {"", "https://console", "a b", "console:", "console:99999", "console:x",
                            ":7443", "console/x", "me@console"}) {
    EXPECT_EQ(ExitCodeOf(ParseAddress(typed, Language::kEnglish).status()), ExitCode::kUsage)
        << typed;
  }
}

}  // namespace
}  // namespace sekisho::console::cli
