#include "console/cli/session.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "console/cli/command_line.h"
#include "console/cli/exit_code.h"
#include "console/cli/files.h"

namespace sekisho::console::cli {
namespace {

// A home of its own for each test, so that nobody's real session is touched.
class SessionFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "sekishoctl-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    home_ = pattern;
    setenv("XDG_CONFIG_HOME", home_.c_str(), 1);
    for (const char* name : {"SEKISHO_TOKEN", "SEKISHO_CONSOLE", "SEKISHO_CA"}) unsetenv(name);
  }
  void TearDown() override { std::filesystem::remove_all(home_); }

  std::string path() const { return home_ + "/sekisho/session.json"; }
  mode_t ModeOf(const std::string& file) const {
    struct stat info{};
    stat(file.c_str(), &info);
    return info.st_mode & 07777;
  }
  // What a run of the program writes to standard error, and how it ends.
  std::pair<ExitCode, std::string> Type(std::vector<std::string> arguments) {
    std::ostringstream out;
    std::ostringstream err;
    Context context(Language::kEnglish, absl::UTCTimeZone(), out, err);
    const ExitCode code = RunCommandLine(context, std::move(arguments));
    return {code, err.str()};
  }

  std::string home_;
};

const Session kSession{"console:7443", "-----BEGIN CERTIFICATE-----\nx\n", "token", "花子"};

TEST_F(SessionFile, IsReplacedWholeAndForNobodyElseOrLeftAsItWas) {
  const std::string file = home_ + "/answer";
  std::ofstream(file) << "of before";
  std::filesystem::permissions(file, std::filesystem::perms::all);
  ASSERT_TRUE(ReplaceFile(file, "new", Language::kEnglish).ok());
  EXPECT_EQ(*ReadTextFile(file, Language::kEnglish), "new");
  EXPECT_EQ(ModeOf(file), 0600u);
  // A folder that is not empty is in the way of the last step.
  const std::string folder = home_ + "/folder";
  std::filesystem::create_directories(folder + "/in-the-way");
  const absl::Status failed = ReplaceFile(folder, "new", Language::kEnglish);
  EXPECT_NE(failed.message().find(folder), std::string::npos) << failed;
  EXPECT_TRUE(std::filesystem::is_directory(folder));
  int entries = 0;
  for ([[maybe_unused]] const auto& each : std::filesystem::directory_iterator(home_)) ++entries;
  EXPECT_EQ(entries, 2) << "nothing is left beside";
}

TEST_F(SessionFile, ComesBackAsItWasSaved) {
  ASSERT_EQ(SessionPath(), path());
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  const auto loaded = LoadSession(path(), Language::kEnglish);
  ASSERT_TRUE(loaded.ok() && loaded->has_value()) << loaded.status();
  EXPECT_EQ((*loaded)->console, kSession.console);
  EXPECT_EQ((*loaded)->ca_pem, kSession.ca_pem);
  EXPECT_EQ((*loaded)->token, kSession.token);
  EXPECT_EQ((*loaded)->name, kSession.name);
}

TEST_F(SessionFile, IsReadableByItsOwnerOnly) {
  umask(0);
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  EXPECT_EQ(ModeOf(path()), 0600);
  EXPECT_EQ(ModeOf(home_ + "/sekisho"), 0700);
}

TEST_F(SessionFile, IsRefusedWhenOthersCanReadIt) {
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  chmod(path().c_str(), 0640);
  const auto [code, error] = Type({"whoami"});
  EXPECT_EQ(code, ExitCode::kNotPermitted);
  EXPECT_NE(error.find("chmod 600"), std::string::npos) << error;
}

TEST_F(SessionFile, SaysToSignInAgainWhenItIsDamaged) {
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  std::ofstream(path()) << "{\"console\": ";
  const auto [code, error] = Type({"whoami"});
  EXPECT_EQ(code, ExitCode::kRefused);
  EXPECT_NE(error.find("sekishoctl sign-in"), std::string::npos) << error;
}

TEST_F(SessionFile, IsNeededByEveryCommandThatAsksTheConsole) {
  const auto [code, error] = Type({"terminals"});
  EXPECT_EQ(code, ExitCode::kSignInNeeded);
  EXPECT_NE(error.find("sekishoctl sign-in NAME --console HOST"), std::string::npos) << error;
}

// A token handed to whatever --console names would be a token given away.
TEST_F(SessionFile, IsNotUsedForAnotherConsole) {
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  const auto [code, error] = Type({"whoami", "--console", "elsewhere"});
  EXPECT_EQ(code, ExitCode::kSignInNeeded);
  EXPECT_NE(error.find("not signed in to elsewhere:7443"), std::string::npos) << error;
}

TEST_F(SessionFile, IsGoneAfterRemovalAndRemovingTwiceIsFine) {
  ASSERT_TRUE(SaveSession(path(), kSession, Language::kEnglish).ok());
  EXPECT_TRUE(RemoveSession(path(), Language::kEnglish).ok());
  EXPECT_TRUE(RemoveSession(path(), Language::kEnglish).ok());
  EXPECT_FALSE(LoadSession(path(), Language::kEnglish)->has_value());
}

TEST_F(SessionFile, RobotsNeedNoFileButAnAuthority) {
  setenv("SEKISHO_TOKEN", "robot", 1);
  setenv("SEKISHO_CONSOLE", "localhost:1", 1);
  const auto [code, error] = Type({"whoami"});
  EXPECT_EQ(code, ExitCode::kUsage);
  EXPECT_NE(error.find("SEKISHO_CA"), std::string::npos) << error;
}

}  // namespace
}  // namespace sekisho::console::cli
