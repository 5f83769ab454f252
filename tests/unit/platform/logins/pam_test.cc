// Beside the real libpam, with its pam_debug.so, which answers what its arguments say.
#include <security/pam_appl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <regex>
#include <sstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/linux/logins/pam_stack.h"
#include "platform/linux/logins/pam_ways.h"

namespace sekisho::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What libpam opens: services by name, what they include at "/pam/NAME".
struct Files : PamFiles, std::map<std::string, std::string> {
  using std::map<std::string, std::string>::map;
  std::optional<std::string> Service(const std::string& name) const override {
    const auto found = find(name);
    if (found == end()) return std::nullopt;
    return found->second;
  }
  std::optional<std::string> Included(const std::string& name) const override {
    return Service(name.substr(name.rfind('/') + 1));
  }
};

constexpr std::array<const char*, kPamReturns> kCodes = {"success",
                                                         "open_err",
                                                         "symbol_err",
                                                         "service_err",
                                                         "system_err",
                                                         "buf_err",
                                                         "perm_denied",
                                                         "auth_err",
                                                         "cred_insufficient",
                                                         "authinfo_unavail",
                                                         "user_unknown",
                                                         "maxtries",
                                                         "new_authtok_reqd",
                                                         "acct_expired",
                                                         "session_err",
                                                         "cred_unavail",
                                                         "cred_expired",
                                                         "cred_err",
                                                         "no_module_data",
                                                         "conv_err",
                                                         "authtok_err",
                                                         "authtok_recover_err",
                                                         "authtok_lock_busy",
                                                         "authtok_disable_aging",
                                                         "try_again",
                                                         "ignore",
                                                         "abort",
                                                         "authtok_expired",
                                                         "module_unknown",
                                                         "bad_item",
                                                         "conv_again",
                                                         "incomplete"};

// What pam_debug.so answers to a login; any other module cannot be loaded.
PamAnswers AsPamDebug(const PamModule& module) {
  PamAnswers answers;
  if (module.path != "pam_debug.so") return answers.set(kPamModuleUnknown);
  int code = kPamSuccess;
  for (const std::string& argument : module.arguments) {
    for (int each = 0; each < kPamReturns; ++each) {
      if (argument == std::string("auth=") + kCodes[static_cast<std::size_t>(each)]) code = each;
    }
  }
  return answers.set(static_cast<std::size_t>(code));
}

class Libpam {
 public:
  Libpam() {
    std::string name = ::testing::TempDir() + "/pamXXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~Libpam() { std::filesystem::remove_all(folder_); }
  Libpam(const Libpam&) = delete;
  Libpam& operator=(const Libpam&) = delete;

  bool LetsIn(const Files& files, const char* service = "login") {
    for (const auto& each : std::filesystem::directory_iterator(folder_)) {
      std::filesystem::remove(each);
    }
    for (const auto& [name, text] : files) {
      std::ofstream(folder_ + "/" + name, std::ios::binary)
          << std::regex_replace(text, std::regex("/pam/"), folder_ + "/");
    }
    const pam_conv silent{
        [](int, const pam_message**, pam_response**, void*) { return PAM_CONV_ERR; }, nullptr};
    pam_handle_t* handle = nullptr;
    if (pam_start_confdir(service, "hanako", &silent, folder_.c_str(), &handle) != PAM_SUCCESS) {
      return false;
    }
    const int answer = pam_authenticate(handle, PAM_SILENT);
    pam_end(handle, answer);
    return answer == PAM_SUCCESS;
  }

 private:
  std::string folder_;
};

bool WeSay(const Files& files, const std::string& service = "login") {
  const std::optional<PamService> read = ReadPamService(service, files);
  return read && FindPamWay((*read)[PamGroup::kAuth], AsPamDebug).has_value();
}

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  Files Any() {
    Files files;
    files["login"] = File(0);
    if (Chance(2)) files["other"] = File(1);
    for (const char* name : {"common-auth", "second"}) files[name] = File(1);
    files["third"] = File(2);
    return files;
  }

 private:
  bool Chance(int of) { return Below(of) == 0; }
  int Below(int most) { return static_cast<int>(random_() % static_cast<unsigned>(most)); }
  std::string Code() {
    if (Chance(3)) return "success";
    return kCodes[static_cast<std::size_t>(Below(kPamReturns - 1))];
  }
  std::string Blank() { return Chance(12) ? " \\\n\t" : Chance(4) ? "\t  " : " "; }
  std::string Action() {
    constexpr std::array<const char*, 6> kActions = {"ok", "done", "bad", "die", "ignore", "reset"};
    if (Chance(3)) return std::to_string(1 + Below(3));
    if (Chance(40)) return "0";
    return kActions[static_cast<std::size_t>(Below(6))];
  }
  std::string Control() {
    constexpr std::array<const char*, 4> kWords = {"required", "requisite", "sufficient",
                                                   "optional"};
    if (Chance(2)) return kWords[static_cast<std::size_t>(Below(4))];
    if (Chance(40)) return Chance(2) ? "[nonsense]" : "REQUIRED";
    std::string text = "[";
    for (int i = Below(4); i >= 0; --i) {
      text += (Chance(3) ? "default" : Code()) + (Chance(8) ? " = " : "=") + Action() + " ";
    }
    return text + "]";
  }
  std::string Type() {
    if (Chance(30)) return "account";
    if (Chance(60)) return "nonsense";
    return Chance(10) ? "-AUTH" : "auth";
  }
  std::string File(int depth) {
    std::string text;
    for (int i = Below(6); i >= 0; --i) text += Line(depth);
    if (Chance(50)) text += "auth required \\";
    return text;
  }
  std::string Line(int depth) {
    constexpr std::array<const char*, 4> kNames = {"common-auth", "second", "third", "missing"};
    if (Chance(20)) return "# auth required pam_deny.so\n";
    if (Chance(30)) return "\n";
    if (Chance(60)) return "auth\n";
    if (Chance(60)) return "auth required\n";
    if (depth < 2 && Chance(4)) {
      const std::string name = depth == 1
                                   ? (Chance(9) ? "missing" : "third")
                                   : kNames[static_cast<std::size_t>(Below(Chance(6) ? 4 : 3))];
      if (Chance(3)) return (Chance(9) ? "@INCLUDE" : "@include") + Blank() + "/pam/" + name + "\n";
      return Type() + Blank() + (Chance(2) ? "include" : "substack") + Blank() + "/pam/" + name +
             "\n";
    }
    std::string line = Type() + Blank() + Control() + Blank();
    line += Chance(25) ? "pam_no_such.so" : "pam_debug.so";
    line += Blank() + "auth=" + Code();
    if (Chance(8)) line += " # comment";
    if (Chance(15)) line += " [a b\\] c]";
    if (Chance(200)) line += " " + std::string(1100, 'x');
    return line + "\n";
  }

  std::mt19937 random_;
};

std::string Told(const Files& files) {
  std::ostringstream text;
  for (const auto& [name, content] : files) text << "--- " << name << "\n" << content << "\n";
  return text.str();
}

TEST(PamStackTest, AgreesWithLibpamOnWhateverIsWritten) {
  Libpam libpam;
  int let_in = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    const Files files = Writer(seed).Any();
    const bool really = libpam.LetsIn(files);
    let_in += really ? 1 : 0;
    ASSERT_EQ(WeSay(files), really) << "seed " << seed << "\n" << Told(files);
  }
  EXPECT_GT(let_in, 500) << "a comparison needs both";
  EXPECT_LT(let_in, 4500);
}

TEST(PamStackTest, ANameThatHasNoFileIsAskedAsOther) {
  Libpam libpam;
  const Files files = {{"other", "auth required pam_debug.so auth=success\n"}};
  EXPECT_TRUE(libpam.LetsIn(files, "unheard-of"));
  EXPECT_TRUE(WeSay(files, "unheard-of"));
  EXPECT_FALSE(libpam.LetsIn({}, "unheard-of"));
  EXPECT_FALSE(WeSay({}, "unheard-of"));
}

TEST(PamStackTest, AFileThatIncludesItselfIsRefused) {
  EXPECT_FALSE(WeSay({{"login", "auth include login\nauth sufficient pam_debug.so\n"}}));
}

TEST(PamStackTest, TellsTheModulesWithTheirArguments) {
  const Files files = {{"login", "auth [success=1 default=ignore] pam_unix.so nullok [a b]\n"}};
  const std::optional<PamService> read = ReadPamService("login", files);
  ASSERT_TRUE(read);
  const std::vector<PamModule>& stack = (*read)[PamGroup::kAuth];
  ASSERT_EQ(stack.size(), 1u);
  EXPECT_EQ(stack[0].path, "pam_unix.so");
  EXPECT_THAT(stack[0].arguments, ElementsAre("nullok", "a b"));
  EXPECT_EQ(stack[0].actions[kPamSuccess], 1);
  EXPECT_EQ(stack[0].actions[kPamAuthenticationError], kPamActionIgnore);
  EXPECT_THAT((*read)[PamGroup::kSession], IsEmpty());
}

// Everything that is not named may answer anything.
PamAnswers Anything(const PamModule& module) {
  PamAnswers answers;
  if (module.path == "pam_deny.so") return answers.set(kPamAuthenticationError);
  if (module.path == "pam_permit.so") return answers.set(kPamSuccess);
  answers.set();
  if (module.path == "pam_second.so") answers.reset(kPamSuccess).reset(kPamIgnore);
  return answers;
}

std::optional<std::vector<std::size_t>> WayInto(const Files& files) {
  const std::optional<PamService> read = ReadPamService("login", files);
  return read ? FindPamWay((*read)[PamGroup::kAuth], Anything) : std::nullopt;
}

constexpr char kDebian[] =
    "auth [success=1 default=ignore] pam_unix.so nullok\n"
    "auth requisite pam_deny.so\n"
    "auth required pam_permit.so\n";

TEST(PamWaysTest, ThePasswordAloneIsAWayInto) {
  EXPECT_THAT(WayInto({{"login", kDebian}}), ::testing::Optional(ElementsAre(0, 2)));
}

TEST(PamWaysTest, ARequiredSecondModuleLeavesNone) {
  EXPECT_EQ(WayInto({{"login", std::string(kDebian) + "auth required pam_second.so\n"}}),
            std::nullopt);
  EXPECT_EQ(WayInto({{"login", std::string("auth requisite pam_second.so\n") + kDebian}}),
            std::nullopt);
}

TEST(PamWaysTest, OneThatSomethingGoesRoundLeavesAWay) {
  const std::string second = "auth required pam_second.so\n";
  EXPECT_TRUE(WayInto({{"login", "auth sufficient pam_rootok.so\n" + (kDebian + second)}}));
  EXPECT_TRUE(WayInto({{"login", std::string(kDebian) + "auth optional pam_second.so\n"}}));
  EXPECT_TRUE(WayInto({{"login", "auth [success=done default=ignore] pam_x.so\n" + second}}));
  EXPECT_TRUE(WayInto({{"login", "auth [success=1 default=ignore] pam_x.so\n" + second +
                                     "auth required pam_permit.so\n"}}));
}

TEST(PamWaysTest, WhatASubstackDecidesIsDecidedThereAlone) {
  Files files = {{"login", "auth substack inner\nauth required pam_second.so\n"},
                 {"inner", "auth sufficient pam_x.so\nauth requisite pam_deny.so\n"}};
  EXPECT_EQ(WayInto(files), std::nullopt);
  files["login"] = "auth include inner\nauth required pam_second.so\n";
  EXPECT_TRUE(WayInto(files));
}

}  // namespace
}  // namespace sekisho::platform
