#include "agent/cli/qr_code.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace sekisho::cli {
namespace {

constexpr char kUri[] =
    "otpauth://totp/Sekisho:hanako%40desk-12?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    "&issuer=Sekisho";

// ISO/IEC 18004: a finder pattern in three corners, and a light line around each.
TEST(QrCodeTest, HoldsAUriAndHasItsFinderPatterns) {
  const std::optional<QrCode> code = EncodeQr(kUri);
  ASSERT_TRUE(code.has_value()) << "libqrencode4 is in [test] of the list";
  const int end = code->width - 1;
  for (const auto& [x, y] : {std::pair{0, 0}, {end - 6, 0}, {0, end - 6}}) {
    for (int i = 0; i < 7; ++i) {
      EXPECT_TRUE(code->At(x + i, y) && code->At(x + i, y + 6) && code->At(x, y + i) &&
                  code->At(x + 6, y + i));
    }
    EXPECT_FALSE(code->At(x + 1, y + 1));
    EXPECT_TRUE(code->At(x + 3, y + 3));
  }
}

TEST(QrCodeTest, FitsAScreenOfEightyByTwentyFive) {
  const std::string drawn = DrawQr(*EncodeQr(kUri));
  EXPECT_LE(std::ranges::count(drawn, '\n'), 25);
  EXPECT_LE(EncodeQr(kUri)->width + 4, 80);
}

TEST(QrCodeTest, TwoRowsOfModulesAreOneOfCharactersDarkOnLightWithAQuietZone) {
  const QrCode code{.width = 1, .dark = {true}};
  EXPECT_EQ(DrawQr(code),
            "\x1b[30;47m     \x1b[0m\n\x1b[30;47m  \u2580  \x1b[0m\n\x1b[30;47m     \x1b[0m\n");
}

}  // namespace
}  // namespace sekisho::cli
