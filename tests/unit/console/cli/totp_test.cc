#include "console/cli/totp.h"

#include <gtest/gtest.h>

namespace sekisho::console::cli {
namespace {

// RFC 6238, appendix B: the SHA-1 secret, and the last six of its eight digits.
constexpr char kRfcSecret[] = "12345678901234567890";

TEST(TotpAt, GivesTheCodesOfTheRfc) {
  EXPECT_EQ(TotpAt(kRfcSecret, absl::FromUnixSeconds(59)).value(), "287082");
  EXPECT_EQ(TotpAt(kRfcSecret, absl::FromUnixSeconds(1111111109)).value(), "081804");
  EXPECT_EQ(TotpAt(kRfcSecret, absl::FromUnixSeconds(2000000000)).value(), "279037");
}

TEST(ReadTotpSecret, ReadsBase32AndUris) {
  for (const char* text :
       {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\n", "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        "otpauth://totp/Sekisho:hanako?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Sekisho&digits=6\n",
        "otpauth://totp/x?issuer=y&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}) {
    const auto secret = ReadTotpSecret(text);
    ASSERT_TRUE(secret.ok()) << text << secret.status();
    EXPECT_EQ(*secret, kRfcSecret) << text;
  }
}

TEST(ReadTotpSecret, RefusesWhatHoldsNone) {
  EXPECT_FALSE(ReadTotpSecret("").ok());
  EXPECT_FALSE(ReadTotpSecret("otpauth://totp/x?issuer=y").ok());
  EXPECT_FALSE(ReadTotpSecret("0189!").ok());
}

}  // namespace
}  // namespace sekisho::console::cli
