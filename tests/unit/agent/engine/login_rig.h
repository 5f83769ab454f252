#ifndef SEKISHO_TESTS_UNIT_AGENT_ENGINE_LOGIN_RIG_H_
#define SEKISHO_TESTS_UNIT_AGENT_ENGINE_LOGIN_RIG_H_

#include <liboath/oath.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "agent/engine/totp.h"
#include "gtest/gtest.h"
#include "tests/unit/agent/engine/rig.h"

namespace sekisho::testing {

inline constexpr platform::Peer kLogin{.uid = 0, .gid = 0, .pid = 500};

inline platform::LoginEnvelope Entry(platform::LoginEnvelope::Kind kind,
                                     std::string user = "hanako", std::string service = "login") {
  platform::LoginEnvelope entry;
  entry.kind = kind;
  entry.user = std::move(user);
  entry.service = std::move(service);
  entry.tty = "/dev/tty2";
  return entry;
}

inline std::string Decoded(const std::string& base32) {
  char* bytes = nullptr;
  std::size_t length = 0;
  EXPECT_EQ(oath_base32_decode(base32.data(), base32.size(), &bytes, &length), OATH_OK);
  std::string secret(bytes, length);
  std::free(bytes);
  return secret;
}

// A disk on which people's files cannot be written, while everything else can.
class Disk : public platform::fake::MemoryFiles {
 public:
  platform::Outcome Replace(const std::string& path, std::span<const std::byte> content,
                            platform::FileMode mode) override {
    if (keeps_people_out && path.find("/factors-") != std::string::npos) {
      return platform::Failure{std::make_error_code(std::errc::no_space_on_device), path};
    }
    return MemoryFiles::Replace(path, content, mode);
  }
  bool keeps_people_out = false;
};

// A terminal on which people are asked, or not yet.
class LoginTest : public ::testing::Test {
 protected:
  LoginTest() {
    terminal.disk = &disk;
    terminal.Start();
  }

  engine::LoginDesk& desk() { return terminal.engine->logins(); }
  engine::FactorOffice& office() { return terminal.engine->factors(); }

  std::string CodeNow(int steps = 0) const {
    return engine::TotpCode(
        secret, engine::TotpStep(terminal.clock.WallNow()) + static_cast<std::uint64_t>(steps));
  }
  // Both clocks go on, as they do.
  void Wait(std::chrono::seconds time) { terminal.Advance(time); }
  v1::LocalAddFactorReply Add(const std::string& person) {
    v1::LocalAddFactorRequest request;
    request.set_person(person);
    request.set_reason("starts on Monday");
    auto answer = office().Add(0, request);
    EXPECT_TRUE(std::holds_alternative<v1::LocalAddFactorReply>(answer));
    return std::get<v1::LocalAddFactorReply>(answer);
  }
  void Enrol(const std::string& person = "hanako") {
    const v1::LocalAddFactorReply added = Add(person);
    secret = Decoded(added.secret());
    v1::LocalConfirmFactorRequest confirm;
    confirm.set_person(person);
    confirm.set_factor_id(added.factor_id());
    confirm.set_code(CodeNow());
    EXPECT_TRUE(std::holds_alternative<v1::LocalConfirmFactorReply>(office().Confirm(0, confirm)));
    Wait(std::chrono::seconds(60));
  }
  void Enforce() {
    v1::LocalLoginsRequest request;
    request.set_mode(v1::LOGINS_MODE_ENFORCE);
    for (const auto& each : terminal.logins.people) request.add_without_factor(each.name);
    EXPECT_TRUE(std::holds_alternative<v1::LocalLoginsReply>(office().Logins(request)));
  }
  // What a login with this code comes to.
  platform::LoginEnvelope LogIn(const std::string& code, const std::string& user = "hanako",
                                const std::string& service = "login",
                                platform::Peer peer = kLogin) {
    using Kind = platform::LoginEnvelope::Kind;
    auto begun = desk().Begin(peer, Entry(Kind::kAuthenticate, user, service));
    if (begun.talk == nullptr) return begun.said;
    EXPECT_EQ(begun.said.kind, Kind::kHiddenQuestion);
    return desk().Answer(*begun.talk, code);
  }
  std::vector<std::string> CausesOf(v1::EventKind kind) {
    std::vector<std::string> causes;
    for (const v1::Event& event : terminal.Events(kind)) {
      causes.push_back(ParameterOf(event, "cause"));
    }
    return causes;
  }

  Disk disk;
  Terminal terminal;
  std::string secret;
};

}  // namespace sekisho::testing

#endif  // SEKISHO_TESTS_UNIT_AGENT_ENGINE_LOGIN_RIG_H_
