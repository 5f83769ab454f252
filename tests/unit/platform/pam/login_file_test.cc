#include "platform/linux/pam/login_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agent/core/login.h"
#include "gtest/gtest.h"
#include "platform/api/login_envelope.h"
#include "platform/linux/logins/linux_logins.h"

namespace sekisho::platform {
namespace {

// Written by agentd's code, read by the module's: they share none.
TEST(LoginFileTest, WhatAgentdWritesTheHookReads) {
  for (const core::LoginMode mode : {core::LoginMode::kObserve, core::LoginMode::kEnforce}) {
    const auto file = ParseLoginFile(core::WriteLoginFile(mode, {}));
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(file->mode == LoginFile::Mode::kObserve, mode == core::LoginMode::kObserve);
    EXPECT_EQ(file->exempt, core::ExemptServices());
  }
}

TEST(LoginFileTest, AbsentOrNotWholeIsNo) {
  EXPECT_FALSE(PassesUnasked(std::nullopt, "cron"));
  const std::string whole = core::WriteLoginFile(core::LoginMode::kObserve, {});
  ASSERT_TRUE(PassesUnasked(ParseLoginFile(whole), "login"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(PassesUnasked(ParseLoginFile(whole.substr(0, size)), "cron")) << size;
  }
  EXPECT_FALSE(ParseLoginFile(whole + "more\n").has_value());
  EXPECT_FALSE(ParseLoginFile("sekisho-logins 2\nmode observe\nend\n").has_value());
  EXPECT_FALSE(ParseLoginFile("sekisho-logins 1\nmode off\nend\n").has_value());
  EXPECT_FALSE(ParseLoginFile("sekisho-logins 1\nmode enforce\nallow login\nend\n").has_value());
}

TEST(LoginFileTest, EnforcedOnlyWhatIsExemptPasses) {
  const auto file = ParseLoginFile(core::WriteLoginFile(core::LoginMode::kEnforce, {}));
  EXPECT_TRUE(PassesUnasked(file, "cron"));
  EXPECT_FALSE(PassesUnasked(file, "login"));
  EXPECT_FALSE(PassesUnasked(file, "cro"));
  EXPECT_FALSE(PassesUnasked(file, ""));
}

TEST(LoginFileTest, WhatPolicyLetsThroughWithoutAnAnswerPassesAndNothingElseOfIt) {
  using core::LoginTrouble;
  const core::LoginPolicy policy{
      .exempt = {"backup"},
      .fallbacks = {{"login", {LoginTrouble::kNoAnswer}}, {"sshd", {LoginTrouble::kClock}}}};
  const auto file = ParseLoginFile(core::WriteLoginFile(core::LoginMode::kEnforce, policy));
  EXPECT_TRUE(PassesUnasked(file, "login"));
  EXPECT_TRUE(PassesUnasked(file, "backup"));
  EXPECT_FALSE(PassesUnasked(file, "sshd"));
  EXPECT_FALSE(PassesUnasked(file, "su"));
}

class LoginFileOnDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder.data()), nullptr);
    path = folder + "/logins";
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::string folder = ::testing::TempDir() + "/loginsXXXXXX";
  std::string path;
};

TEST_F(LoginFileOnDiskTest, TheLargestThatPolicyMayMakeIsRead) {
  core::LoginPolicy policy;
  for (int i = 0; i < 32; ++i) {
    const std::string name = std::string(62, 's') + std::to_string(10 + i);
    policy.exempt.insert(name);
    policy.fallbacks[name] = {core::LoginTrouble::kNoAnswer};
  }
  std::ofstream(path) << core::WriteLoginFile(core::LoginMode::kEnforce, policy);
  chmod(path.c_str(), 0644);
  EXPECT_EQ(PassesUnasked(ReadLoginFile(path), std::string(62, 's') + "41"), geteuid() == 0);
}

TEST_F(LoginFileOnDiskTest, WhatIsNotRootsAloneIsNotBelieved) {
  std::ofstream(path) << core::WriteLoginFile(core::LoginMode::kObserve, {});
  chmod(path.c_str(), 0644);
  EXPECT_EQ(ReadLoginFile(path).has_value(), geteuid() == 0);
  chmod(path.c_str(), 0666);
  EXPECT_FALSE(ReadLoginFile(path).has_value()) << "anybody can write it";
  chmod(path.c_str(), 0644);
  std::filesystem::create_symlink(path, folder + "/link");
  EXPECT_FALSE(ReadLoginFile(folder + "/link").has_value());
  EXPECT_FALSE(ReadLoginFile(folder).has_value());
  EXPECT_FALSE(ReadLoginFile(folder + "/none").has_value());
  if (geteuid() == 0) {
    ASSERT_EQ(chown(path.c_str(), 65534, 0), 0);
    EXPECT_FALSE(ReadLoginFile(path).has_value()) << "somebody else's";
  }
}

TEST(LoginEnvelopeTest, ComesBackAsItWentAndNothingElseIsTaken) {
  LoginEnvelope envelope;
  envelope.kind = LoginEnvelope::Kind::kAuthenticate;
  envelope.service = "login";
  envelope.user = "hanako";
  envelope.text = std::string("\0\xff\n", 3);
  const std::string packet = WriteLoginEnvelope(envelope).value();
  EXPECT_EQ(ReadLoginEnvelope(packet), envelope);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    const auto cut = ReadLoginEnvelope(packet.substr(0, size));
    EXPECT_TRUE(!cut || WriteLoginEnvelope(*cut) == packet.substr(0, size)) << size;
  }
  EXPECT_EQ(ReadLoginEnvelope(packet + "x"), std::nullopt);
  EXPECT_EQ(ReadLoginEnvelope("\x02" + packet.substr(1)), std::nullopt) << "another version";
  envelope.text = std::string(kMaxLoginField + 1, 'x');
  EXPECT_EQ(WriteLoginEnvelope(envelope), std::nullopt);
}

TEST(LoginEnvelopeTest, AVerdictSaysOneAndNothingElseDoes) {
  LoginEnvelope verdict;
  verdict.kind = LoginEnvelope::Kind::kVerdict;
  EXPECT_EQ(ReadLoginEnvelope(WriteLoginEnvelope(verdict).value()), std::nullopt);
  verdict.verdict = LoginEnvelope::Verdict::kGranted;
  std::string packet = WriteLoginEnvelope(verdict).value();
  EXPECT_EQ(ReadLoginEnvelope(packet), verdict);
  packet.back() = 6;
  EXPECT_EQ(ReadLoginEnvelope(packet), std::nullopt) << "none that there is";
  packet.back() = 0;
  EXPECT_EQ(ReadLoginEnvelope(packet), std::nullopt);
  verdict.kind = LoginEnvelope::Kind::kAnswer;
  EXPECT_EQ(ReadLoginEnvelope(WriteLoginEnvelope(verdict).value()), std::nullopt);
}

TEST(LinuxLoginsTest, AProcessIsNamedByItsStartWhateverItCallsItself) {
  const auto stat = ParseStatLine(
      "42 (x) S 9 (y)) R 7 42 42 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 12345 100 200");
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->parent, 7);
  EXPECT_EQ(stat->started, 12345u);
  EXPECT_FALSE(ParseStatLine("42 (x) S 9").has_value());
  EXPECT_FALSE(ParseStatLine("").has_value());
  LinuxLogins logins;
  const auto line = logins.LineOf(getpid());
  ASSERT_TRUE(line.ok());
  EXPECT_EQ(line->front().pid, getpid());
  EXPECT_GT(line->front().started, 0u);
  EXPECT_EQ((*line)[1].pid, getppid());
  EXPECT_FALSE(logins.LineOf(0x3fffffff).ok());
}

}  // namespace
}  // namespace sekisho::platform
