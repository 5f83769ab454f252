#include "platform/linux/logins/login_ways.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sekisho::platform {
namespace {

using Factors = LoginWay::Factors;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Files : PamFiles, std::map<std::string, std::string> {
  using std::map<std::string, std::string>::map;
  std::optional<std::string> Service(const std::string& name) const override {
    const auto found = find(name);
    if (found == end()) return std::nullopt;
    return found->second;
  }
  std::optional<std::string> Included(const std::string& name) const override {
    return Service(name);
  }
  bool SekishoEnforces() const override { return enforces; }
  bool enforces = true;
};

// As Debian 12 installs it (pam-auth-update, with pam_unix alone).
const std::string kCommonAuth =
    "auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
    "auth\trequisite\t\t\tpam_deny.so\n"
    "auth\trequired\t\t\tpam_permit.so\n";
const std::string kSshd =
    "@include common-auth\n"
    "account required pam_nologin.so\n";

Files With(const std::string& auth) {
  return {{"common-auth", auth}, {"sshd", kSshd}, {"other", "@include common-auth\n"}};
}

LoginWay Sshd(const std::string& auth) { return LookAtService("sshd", With(auth)); }

TEST(LoginWaysTest, DebiansOwnIsOneFactor) {
  EXPECT_EQ(Sshd(kCommonAuth), (LoginWay{Factors::kOne, "sshd", {"pam_unix.so"}}));
}

TEST(LoginWaysTest, APasswordAndACodeAreTwo) {
  EXPECT_EQ(Sshd(kCommonAuth + "auth required pam_oath.so usersfile=/etc/users.oath\n").factors,
            Factors::kTwo);
}

TEST(LoginWaysTest, SekishosOwnIsASecondFactorOnceItEnforces) {
  Files files = With(kCommonAuth + "auth required pam_sekisho.so\n");
  EXPECT_EQ(LookAtService("sshd", files).factors, Factors::kTwo);
  files.enforces = false;
  EXPECT_EQ(LookAtService("sshd", files), (LoginWay{Factors::kOne, "sshd", {"pam_unix.so"}}));
}

TEST(LoginWaysTest, APasswordIsProvenWhereNoWayGoesRoundIt) {
  const std::string ours = "auth required pam_sekisho.so\n";
  EXPECT_TRUE(AsksForPassword("sshd", With(kCommonAuth + ours)));
  EXPECT_FALSE(AsksForPassword("sshd", With(ours)));
  EXPECT_FALSE(
      AsksForPassword("sshd", With("auth sufficient pam_fprintd.so\n" + kCommonAuth + ours)))
      << "a finger instead";
  EXPECT_FALSE(AsksForPassword("sshd", With("auth optional pam_unix.so\n" + ours)));
  EXPECT_FALSE(AsksForPassword("sshd", With("auth requisite pam_deny.so\n" + kCommonAuth)))
      << "nobody gets through";
  EXPECT_FALSE(AsksForPassword("none", Files{}));
}

TEST(LoginWaysTest, ACodeThatIsNotRequiredIsNone) {
  EXPECT_THAT(Sshd(kCommonAuth + "auth optional pam_oath.so\n").enough, ElementsAre("pam_unix.so"));
  EXPECT_EQ(Sshd(kCommonAuth + "auth required pam_u2f.so nouserok\n").factors, Factors::kOne)
      << "whoever has no key is let by";
  EXPECT_EQ(Sshd(kCommonAuth + "auth required pam_u2f.so\n").factors, Factors::kTwo);
}

TEST(LoginWaysTest, AKeyAloneIsOneFactor) {
  EXPECT_EQ(Sshd("auth required pam_u2f.so\n"), (LoginWay{Factors::kOne, "sshd", {"pam_u2f.so"}}));
  EXPECT_EQ(Sshd("auth sufficient pam_u2f.so\n" + kCommonAuth).factors, Factors::kOne);
}

TEST(LoginWaysTest, NothingAtAllIsSaidAsThat) {
  EXPECT_EQ(Sshd("auth required pam_permit.so\n"),
            (LoginWay{Factors::kOne, "sshd", {"pam_permit.so"}}));
}

TEST(LoginWaysTest, OnlyRootMayPassAsRoot) {
  EXPECT_THAT(Sshd("auth sufficient pam_rootok.so\n" + kCommonAuth).enough,
              ElementsAre("pam_unix.so"));
}

TEST(LoginWaysTest, AServiceWithoutAFileIsAskedAsOther) {
  EXPECT_EQ(LookAtService("vsftpd", With(kCommonAuth)).factors, Factors::kOne);
  EXPECT_EQ(LookAtService("vsftpd", Files{{"other", "auth required pam_deny.so\n"}}).factors,
            Factors::kRefuses);
  EXPECT_EQ(LookAtService("vsftpd", Files{}).factors, Factors::kRefuses);
}

TEST(LoginWaysTest, CronIsNoLogin) {
  EXPECT_EQ(LookAtService("cron", With(kCommonAuth)).factors, Factors::kNoLogin);
}

constexpr char kDebianSshd[] =
    "usepam yes\npubkeyauthentication yes\npasswordauthentication yes\n"
    "kbdinteractiveauthentication no\ngssapiauthentication no\nhostbasedauthentication no\n"
    "authenticationmethods any\n";

std::string WithMethods(const std::string& methods) {
  std::string text = kDebianSshd;
  return text.replace(text.find("any"), 3, methods);
}

TEST(LoginWaysTest, AnSshKeyAloneIsOneFactor) {
  EXPECT_THAT(LookAtSshd(kDebianSshd, With(kCommonAuth)),
              ElementsAre(LoginWay{Factors::kOne, "sshd publickey", {"publickey"}}));
}

TEST(LoginWaysTest, AnSshKeyAndWhatPamAsksAreTwo) {
  const std::string methods = "publickey,keyboard-interactive:pam";
  EXPECT_THAT(LookAtSshd(WithMethods(methods), With(kCommonAuth)),
              ElementsAre(LoginWay{Factors::kTwo, "sshd " + methods, {}}));
  EXPECT_THAT(LookAtSshd(WithMethods(methods), With("auth required pam_permit.so\n")),
              ElementsAre(LoginWay{Factors::kOne, "sshd " + methods, {"publickey"}}));
}

TEST(LoginWaysTest, EachListOfMethodsIsAWay) {
  EXPECT_THAT(LookAtSshd(WithMethods("publickey,password publickey,publickey"), With(kCommonAuth)),
              Contains(LoginWay{Factors::kOne, "sshd publickey,publickey", {"publickey"}}));
  EXPECT_THAT(LookAtSshd(WithMethods("password"), With(kCommonAuth)), IsEmpty())
      << "that is the service itself";
}

TEST(LoginWaysTest, AutologinIsSeenInItsSectionAlone) {
  EXPECT_THAT(LookAtGdm("[daemon]\n# AutomaticLoginEnable = true\n"), IsEmpty());
  EXPECT_THAT(LookAtGdm("[security]\nAutomaticLoginEnable=true\n"), IsEmpty());
  EXPECT_THAT(LookAtGdm("[daemon]\nAutomaticLoginEnable = true\nAutomaticLogin = hanako\n"),
              ElementsAre(LoginWay{Factors::kOne, "gdm autologin", {"AutomaticLoginEnable"}}));
}

TEST(LoginWaysTest, AFolderIsReadAsPamDoes) {
  std::string root = ::testing::TempDir() + "/loginsXXXXXX";
  ASSERT_NE(mkdtemp(root.data()), nullptr);
  std::filesystem::create_directories(root + "/etc/pam.d");
  std::filesystem::create_directories(root + "/usr/lib/pam.d");
  const auto write = [&](const std::string& path, const std::string& text) {
    std::ofstream(root + path) << text;
  };
  write("/etc/pam.d/common-auth", kCommonAuth);
  write("/etc/pam.d/other", "auth required pam_deny.so\n");
  write("/etc/pam.d/login", "auth requisite pam_deny.so\n");
  write("/etc/pam.d/login.dpkg-old", kSshd);
  write("/usr/lib/pam.d/login", kSshd);
  write("/usr/lib/pam.d/polkit-1", kSshd);
  EXPECT_THAT(LookAtLogins(root),
              ElementsAre(LoginWay{Factors::kRefuses, "login", {}},
                          LoginWay{Factors::kRefuses, "other", {}},
                          LoginWay{Factors::kOne, "polkit-1", {"pam_unix.so"}}));
  std::filesystem::remove_all(root);
}

}  // namespace
}  // namespace sekisho::platform
