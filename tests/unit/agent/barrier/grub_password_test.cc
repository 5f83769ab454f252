#include "agent/barrier/grub_password.h"

#include <gtest/gtest.h>

namespace sekisho::barrier {
namespace {

const std::string kHash =
    "grub.pbkdf2.sha512.10000." + std::string(128, 'A') + "." + std::string(128, '0');

TEST(GrubHash, IsFoundInWhatTheHasherWrote) {
  EXPECT_EQ(FindGrubHash("Enter password: \nReenter password: \nPBKDF2 hash of your password is " +
                         kHash + "\n"),
            kHash);
  EXPECT_EQ(FindGrubHash(kHash), kHash);
}

TEST(GrubHash, IsNothingElse) {
  EXPECT_FALSE(FindGrubHash(""));
  EXPECT_FALSE(FindGrubHash("secret"));
  EXPECT_FALSE(FindGrubHash(kHash.substr(0, 40)));
  EXPECT_FALSE(FindGrubHash(kHash + "'\nset superusers=\"\""));
  EXPECT_FALSE(FindGrubHash(kHash + " " + kHash)) << "which one?";
  EXPECT_FALSE(FindGrubHash("grub.pbkdf2.sha512.x." + std::string(16, 'A') + ".00"));
  EXPECT_FALSE(FindGrubHash("grub.pbkdf2.sha512.10000")) << "neither salt nor hash";
  EXPECT_FALSE(FindGrubHash("grub.pbkdf2.sha512.10000." + std::string(128, 'A'))) << "no hash";
}

TEST(GrubPassword, TheScriptSaysItAndLeavesTheOtherEntriesFree) {
  const std::string script = GrubPasswordScript(kHash);
  EXPECT_NE(script.find("\npassword_pbkdf2 sekisho " + kHash + "\n"), std::string::npos);
  EXPECT_NE(script.find("--unrestricted $menuentry_id_option"), std::string::npos);
}

}  // namespace
}  // namespace sekisho::barrier
