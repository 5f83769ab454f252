// The real module in the real libpam, over the real socket, to the real engine: only the clock, the
// disk and the people are a test's.
#include <liboath/oath.h>
#include <security/pam_appl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "agent/engine/totp.h"
#include "agent/local/login_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "platform/linux/logins/login_ways.h"
#include "platform/linux/message_socket.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::platform {
namespace {

using namespace std::chrono_literals;
using ::sekisho::testing::Terminal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// What a person sees and types.
struct Person {
  std::string types;
  enum class Presence { kThere, kGone } presence = Presence::kThere;
  std::vector<std::string> asked{};
  std::vector<std::string> told{};
};

int Converse(int count, const pam_message** messages, pam_response** responses, void* data) {
  auto& person = *static_cast<Person*>(data);
  auto* answers = static_cast<pam_response*>(
      std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
  for (int i = 0; i < count; ++i) {
    const int style = messages[i]->msg_style;
    if (style != PAM_PROMPT_ECHO_OFF && style != PAM_PROMPT_ECHO_ON) {
      person.told.emplace_back(messages[i]->msg);
      continue;
    }
    person.asked.emplace_back(messages[i]->msg);
    if (person.presence == Person::Presence::kGone) {
      std::free(answers);
      return PAM_CONV_ERR;
    }
    answers[i].resp = strdup(person.types.c_str());
  }
  *responses = answers;
  return PAM_SUCCESS;
}

// sekisho-agentd, but for its other half: on a thread of its own, as fast as it is asked.
class Agentd {
 public:
  explicit Agentd(const std::string& socket) : socket_(socket) {}
  ~Agentd() { Stop(); }
  void Start() {
    terminal.settings.logins_file = logins_file;
    terminal.disk = &files_;
    terminal.Start();
    Serve();
  }
  void Serve() {
    listener_ = std::move(*ListenAt(socket_, {.mode = 0666, .gid = {}}));
    server_ = std::make_unique<local::LoginServer>(*terminal.engine, *listener_);
    stop_ = false;
    thread_ = std::jthread([this] {
      while (!stop_) {
        terminal.Settle();
        std::this_thread::sleep_for(1ms);
      }
    });
  }
  // SIGKILL.
  void Stop() {
    if (!thread_.joinable()) return;
    stop_ = true;
    thread_.join();
    server_.reset();
    listener_.reset();
  }
  // There, and says nothing more.
  void Hang() {
    stop_ = true;
    thread_.join();
  }

  Terminal terminal;
  std::string logins_file;

 private:
  // The login file on the real disk, where the module reads it.
  class LoginFileOnDisk : public fake::MemoryFiles {
   public:
    Outcome Replace(const std::string& path, std::span<const std::byte> content,
                    FileMode mode) override {
      if (path.starts_with("/")) {
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(content.data()),
                   static_cast<std::streamsize>(content.size()));
        chmod(path.c_str(), 0644);
      }
      return MemoryFiles::Replace(path, content, mode);
    }
  };
  const std::string socket_;
  LoginFileOnDisk files_;
  std::unique_ptr<MessageListener> listener_;
  std::unique_ptr<local::LoginServer> server_;
  std::atomic<bool> stop_ = false;
  std::jthread thread_;
};

class PamSekishoTest : public ::testing::Test {
 protected:
  PamSekishoTest() {
    std::string pattern = ::testing::TempDir() + "/pamXXXXXX";
    folder_ = mkdtemp(pattern.data());
    chmod(folder_.c_str(), 0755);
    agentd = std::make_unique<Agentd>(folder_ + "/login.sock");
    agentd->logins_file = folder_ + "/logins";
    Stack("login", "");
  }
  ~PamSekishoTest() override {
    agentd.reset();
    std::filesystem::remove_all(folder_);
  }

  // pam_debug.so stands for the password: it says what `password` says.
  void Stack(const std::string& service, const std::string& options,
             const std::string& password = "success") {
    const std::string module = std::string(SEKISHO_MODULE) + " socket=" + folder_ +
                               "/login.sock logins=" + folder_ + "/logins " + options + "\n";
    std::ofstream(folder_ + "/" + service)
        << "auth requisite pam_debug.so auth=" << password << "\nauth required " << module
        << "account required pam_permit.so\naccount required " << module
        << "session required pam_permit.so\nsession required " << module;
  }

  struct Outcome {
    int authenticated = -1;
    int account = -1;
    int session = -1;
  };
  Outcome LogIn(Person& person, const char* service = "login", const char* user = "hanako") {
    const pam_conv conversation{Converse, &person};
    pam_handle_t* pam = nullptr;
    EXPECT_EQ(pam_start_confdir(service, user, &conversation, folder_.c_str(), &pam), PAM_SUCCESS);
    pam_set_item(pam, PAM_TTY, "/dev/tty2");
    pam_fail_delay(pam, 0);
    Outcome outcome;
    outcome.authenticated = pam_authenticate(pam, 0);
    outcome.account = pam_acct_mgmt(pam, 0);
    outcome.session = pam_open_session(pam, 0);
    pam_close_session(pam, 0);
    pam_end(pam, outcome.session);
    return outcome;
  }

  void Enrol() {
    engine::FactorOffice& office = agentd->terminal.engine->factors();
    v1::LocalAddFactorRequest add;
    add.set_person("hanako");
    add.set_reason("new");
    const auto added = std::get<v1::LocalAddFactorReply>(office.Add(0, add));
    char* bytes = nullptr;
    std::size_t length = 0;
    oath_base32_decode(added.secret().data(), added.secret().size(), &bytes, &length);
    secret_.assign(bytes, length);
    std::free(bytes);
    v1::LocalConfirmFactorRequest confirm;
    confirm.set_person("hanako");
    confirm.set_factor_id(added.factor_id());
    confirm.set_code(Code());
    ASSERT_TRUE(std::holds_alternative<v1::LocalConfirmFactorReply>(office.Confirm(0, confirm)));
    agentd->terminal.clock.Advance(60s);
  }
  void Mode(v1::LoginsMode mode) {
    v1::LocalLoginsRequest request;
    request.set_mode(mode);
    for (const char* name : {"root", "hanako", "jiro"}) request.add_without_factor(name);
    ASSERT_TRUE(std::holds_alternative<v1::LocalLoginsReply>(
        agentd->terminal.engine->factors().Logins(request)));
  }
  // Enrolled, enforcing, and listening.
  void Begin() {
    agentd->terminal.settings.logins_file = agentd->logins_file;
    agentd->Start();
    agentd->Stop();
    Enrol();
    Mode(v1::LOGINS_MODE_ENFORCE);
    agentd->Serve();
  }
  std::string Code() const {
    return engine::TotpCode(secret_, engine::TotpStep(agentd->terminal.clock.WallNow()));
  }

  std::unique_ptr<Agentd> agentd;
  std::string folder_;
  std::string secret_;
};

TEST_F(PamSekishoTest, PasswordAndCodeLetInAndTheAccountAndTheSessionGoThrough) {
  Begin();
  Person hanako{.types = Code()};
  const Outcome outcome = LogIn(hanako);
  EXPECT_EQ(outcome.authenticated, PAM_SUCCESS);
  EXPECT_EQ(outcome.account, PAM_SUCCESS);
  EXPECT_EQ(outcome.session, PAM_SUCCESS);
  EXPECT_THAT(hanako.asked, ElementsAre("Code (6 digits): "));
  agentd->Stop();
  EXPECT_THAT(agentd->terminal.Events(v1::EVENT_KIND_LOGIN_GRANTED), ::testing::SizeIs(1));
  EXPECT_THAT(agentd->terminal.Events(v1::EVENT_KIND_SESSION_OPENED), ::testing::SizeIs(1));
  EXPECT_THAT(agentd->terminal.Events(v1::EVENT_KIND_SESSION_CLOSED), ::testing::SizeIs(1));
}

TEST_F(PamSekishoTest, PasswordAloneOrAReplayedCodeDoesNotNorDoesTheAccountThen) {
  Begin();
  Person wrong{.types = "000000"};
  Outcome outcome = LogIn(wrong);
  EXPECT_EQ(outcome.authenticated, PAM_AUTH_ERR);
  EXPECT_EQ(outcome.account, PAM_PERM_DENIED);
  EXPECT_EQ(outcome.session, PAM_SESSION_ERR);
  Person hanako{.types = Code()};
  ASSERT_EQ(LogIn(hanako).authenticated, PAM_SUCCESS);
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR);
}

TEST_F(PamSekishoTest, AWrongPasswordIsAskedForNoCode) {
  Begin();
  Stack("login", "", "auth_err");
  Person hanako{.types = Code()};
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR);
  EXPECT_THAT(hanako.asked, IsEmpty());
}

TEST_F(PamSekishoTest, SomebodyWhoDoesNotExistIsAskedTheSameAndToldTheSame) {
  Begin();
  Person hanako{.types = "000000"}, nobody{.types = "000000"};
  EXPECT_EQ(LogIn(hanako).authenticated, LogIn(nobody, "login", "nobody-here").authenticated);
  EXPECT_EQ(hanako.asked, nobody.asked);
  EXPECT_EQ(hanako.told, nobody.told);
}

TEST_F(PamSekishoTest, NoHugeEmptyOrStrangeAnswerLetsAnybodyIn) {
  Begin();
  for (const std::string& typed : {std::string(), std::string(500, '1'),
                                   std::string("\xff\xfe\x80"), std::string("\x01\x03")}) {
    Person hanako{.types = typed};
    EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR) << typed;
  }
  Person gone{.types = "", .presence = Person::Presence::kGone};
  EXPECT_EQ(LogIn(gone).authenticated, PAM_AUTH_ERR);
}

TEST_F(PamSekishoTest, TooManyWrongCodesAreToldUntilWhen) {
  Begin();
  Person hanako{.types = "000000"};
  for (int i = 0; i < 6; ++i) (void)LogIn(hanako);
  hanako.types = Code();
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_MAXTRIES);
  EXPECT_THAT(hanako.told, ::testing::Contains("Too many wrong answers: try again in 30 s."));
}

TEST_F(PamSekishoTest, WithoutAgentdNobodyGetsInButWhatLogsNobodyIn) {
  Begin();
  agentd->Stop();
  Person hanako{.types = Code()};
  const Outcome outcome = LogIn(hanako);
  EXPECT_EQ(outcome.authenticated, PAM_AUTHINFO_UNAVAIL);
  EXPECT_EQ(outcome.account, PAM_PERM_DENIED);
  EXPECT_EQ(outcome.session, PAM_SESSION_ERR);
  EXPECT_THAT(hanako.asked, IsEmpty());
  EXPECT_THAT(hanako.told, ::testing::Contains(::testing::HasSubstr("does not answer")));
  Stack("cron", "");
  EXPECT_EQ(LogIn(hanako, "cron").account, PAM_SUCCESS);
  // Whatever agentd wrote down: gone, it lets nobody pass.
  std::filesystem::remove(folder_ + "/logins");
  EXPECT_EQ(LogIn(hanako, "cron").account, PAM_PERM_DENIED);
}

TEST_F(PamSekishoTest, WhereSignedPolicySaysSoThePasswordIsEnoughWithoutAgentd) {
  Begin();
  core::LoginPolicy policy;
  policy.fallbacks["login"] = {core::LoginTrouble::kNoAnswer};
  std::ofstream(folder_ + "/logins") << core::WriteLoginFile(core::LoginMode::kEnforce, policy);
  Person hanako{.types = ""};
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR) << "agentd answers, and asks";
  agentd->Stop();
  const Outcome outcome = LogIn(hanako);
  EXPECT_EQ(outcome.authenticated, PAM_SUCCESS);
  EXPECT_EQ(outcome.account, PAM_SUCCESS);
  EXPECT_EQ(outcome.session, PAM_SUCCESS);
  Stack("sshd", "");
  EXPECT_EQ(LogIn(hanako, "sshd").authenticated, PAM_AUTHINFO_UNAVAIL);
  Stack("login", "", "auth_err");
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR) << "it is the password that is enough";
}

TEST_F(PamSekishoTest, ObservingLetsInWithAndWithoutAgentd) {
  agentd->Start();
  Person hanako;
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_SUCCESS);
  agentd->Stop();
  const Outcome outcome = LogIn(hanako);
  EXPECT_EQ(outcome.authenticated, PAM_SUCCESS);
  EXPECT_EQ(outcome.account, PAM_SUCCESS);
  EXPECT_EQ(outcome.session, PAM_SUCCESS);
  EXPECT_THAT(hanako.asked, IsEmpty());
}

TEST_F(PamSekishoTest, ObservingLetsNobodyInWhomTheOthersRefuse) {
  agentd->Start();
  Stack("login", "", "auth_err");
  Person hanako;
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTH_ERR);
}

TEST_F(PamSekishoTest, AnAgentdThatHangsIsWaitedForTenSecondsAndNoLonger) {
  Begin();
  agentd->Hang();
  Stack("login", "");
  const pam_conv silent{
      [](int, const pam_message**, pam_response**, void*) { return PAM_CONV_ERR; }, nullptr};
  pam_handle_t* pam = nullptr;
  ASSERT_EQ(pam_start_confdir("login", "hanako", &silent, folder_.c_str(), &pam), PAM_SUCCESS);
  const auto begun = std::chrono::steady_clock::now();
  const int code = pam_authenticate(pam, PAM_SILENT);
  const auto took = std::chrono::steady_clock::now() - begun;
  pam_end(pam, code);
  EXPECT_EQ(code, PAM_AUTHINFO_UNAVAIL);
  EXPECT_GE(took, 9s);
  EXPECT_LT(took, 15s);
}

TEST_F(PamSekishoTest, AnAgentdThatIsRestartedInMidConversationEndsIt) {
  Begin();
  struct Restarting {
    Agentd* agentd;
    std::string types;
  } restarting{agentd.get(), Code()};
  const pam_conv conversation{
      [](int count, const pam_message** messages, pam_response** responses, void* data) {
        auto* answers = static_cast<pam_response*>(
            std::calloc(static_cast<std::size_t>(count), sizeof(pam_response)));
        auto* self = static_cast<Restarting*>(data);
        if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF) {
          self->agentd->Stop();
          self->agentd->Serve();
          answers[0].resp = strdup(self->types.c_str());
        }
        *responses = answers;
        return static_cast<int>(PAM_SUCCESS);
      },
      &restarting};
  pam_handle_t* pam = nullptr;
  ASSERT_EQ(pam_start_confdir("login", "hanako", &conversation, folder_.c_str(), &pam),
            PAM_SUCCESS);
  const int code = pam_authenticate(pam, 0);
  pam_end(pam, code);
  EXPECT_EQ(code, PAM_AUTHINFO_UNAVAIL);
}

TEST_F(PamSekishoTest, SomebodyElsesSocketInAgentdsPlaceIsNotSpokenTo) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  chmod(folder_.c_str(), 0777);
  const pid_t other = fork();
  if (other == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(1);
    auto listener = ListenAt(folder_ + "/login.sock", {.mode = 0666, .gid = {}});
    if (!listener.ok()) _exit(1);
    // Would grant anything.
    for (int i = 0; i < 3000; ++i) {
      auto accepted = (*listener)->Accept();
      if (accepted.ok() && *accepted != nullptr) {
        LoginEnvelope yes;
        yes.kind = LoginEnvelope::Kind::kVerdict;
        yes.verdict = LoginEnvelope::Verdict::kGranted;
        const std::string packet = *WriteLoginEnvelope(yes);
        (void)(*accepted)->Send(std::as_bytes(std::span(packet.data(), packet.size())));
      }
      usleep(1000);
    }
    _exit(0);
  }
  while (!std::filesystem::exists(folder_ + "/login.sock")) usleep(1000);
  usleep(20000);
  Person hanako;
  EXPECT_EQ(LogIn(hanako).authenticated, PAM_AUTHINFO_UNAVAIL);
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

TEST_F(PamSekishoTest, AnOptionThatItDoesNotKnowIsAnError) {
  Begin();
  for (const char* option : {"nullok", "alwaysok", "socket=relative", "debug"}) {
    Stack("login", option);
    Person hanako{.types = Code()};
    EXPECT_EQ(LogIn(hanako).authenticated, PAM_SERVICE_ERR) << option;
    EXPECT_THAT(hanako.asked, IsEmpty());
  }
}

TEST_F(PamSekishoTest, AHundredLoginsAtOnceAllGetTheirAnswer) {
  Begin();
  std::vector<std::jthread> threads;
  std::atomic<int> refused = 0;
  std::atomic<int> granted = 0;
  const std::string code = Code();
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      Person hanako{.types = code};
      const pam_conv conversation{Converse, &hanako};
      pam_handle_t* pam = nullptr;
      pam_start_confdir("login", "hanako", &conversation, folder_.c_str(), &pam);
      const int answer = pam_authenticate(pam, PAM_SILENT);
      pam_end(pam, answer);
      granted += answer == PAM_SUCCESS ? 1 : 0;
      refused += answer == PAM_AUTH_ERR || answer == PAM_MAXTRIES ? 1 : 0;
    });
  }
  threads.clear();
  EXPECT_EQ(granted, 1) << "one code, once";
  EXPECT_EQ(refused, 99);
}

}  // namespace
}  // namespace sekisho::platform
