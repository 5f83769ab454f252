// The link's key in a TPM: a real one in software (swtpm), over the same bytes as a chip takes.
#include "agent/link/tpm.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/link/tpm_key.h"
#include "platform/linux/tpm_device.h"
#include "tests/unit/agent/link/link_fixture.h"

extern char** environ;

namespace sekisho::link::test {
namespace {

// One swtpm process, its state in a folder that outlives it.
class SoftTpm {
 public:
  explicit SoftTpm(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
    Start();
  }
  ~SoftTpm() { PullThePlug(); }

  std::string path() const { return (folder_ / "sock").string(); }
  std::unique_ptr<const platform::TpmDevice> device() const {
    return std::make_unique<platform::LinuxTpmDevice>(path());
  }
  // As a power cut does: nothing is said to it.
  void PullThePlug() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(std::exchange(pid_, 0), nullptr, 0);
  }
  void Start() {
    std::filesystem::remove(path());
    const std::string state = "dir=" + folder_.string();
    const std::string server = "type=unixio,path=" + path();
    const char* arguments[] = {"swtpm",        "socket",      "--tpm2",
                               "--tpmstate",   state.c_str(), "--server",
                               server.c_str(), "--flags",     "not-need-init,startup-clear",
                               nullptr};
    ASSERT_EQ(
        posix_spawnp(&pid_, "swtpm", nullptr, nullptr, const_cast<char**>(arguments), environ), 0);
    const auto until = std::chrono::steady_clock::now() + kDeadline;
    while (!Listens() && std::chrono::steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

 private:
  // Its socket has a name before anybody may connect to it.
  bool Listens() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path().copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool listens =
        connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(fd);
    return listens;
  }

  std::filesystem::path folder_;
  pid_t pid_ = 0;
};

class TpmTest : public LinkFixture {
 protected:
  TpmTest() { SetTpm(tpm_.device()); }
  ~TpmTest() override {
    StopLink();
    SetTpm(nullptr);
  }
  bool ConnectsAs(const std::string& identity) {
    files_.Put("/link/identity.pem", identity);
    StartLink();
    if (!agentd_.Accept() || !agentd_.Send(Configuration())) return false;
    const bool connected = agentd_.ReceiveState(v1::LINK_STATE_CONNECTED);
    StopLink();
    return connected;
  }
  std::string OnDisk() {
    const auto content = files_.Get("/link/identity.pem");
    return content.has_value()
               ? std::string(reinterpret_cast<const char*>(content->data()), content->size())
               : std::string();
  }

  SoftTpm tpm_{directory_ / "tpm"};
};

TEST_F(TpmTest, SignsWithAKeyThatItMadeAndGivesNobody) {
  const Tpm tpm(tpm_.device());
  const absl::StatusOr<TpmKey> key = tpm.MakeKey();
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_TRUE(tpm.Check(*key).ok());
  const absl::StatusOr<TlsKey> tls = TlsKey::FromPem(WriteTpmPem(*key));
  ASSERT_TRUE(tls.ok()) << tls.status();
  EXPECT_EQ(tls->protection(), v1::KEY_PROTECTION_TPM);
  // A request is signed by its own key, and the console looks.
  EXPECT_TRUE(tls->CertificateRequest().ok());
}

TEST_F(TpmTest, OpensAStreamWithAKeyThatIsInTheTpm) {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  EXPECT_NE(OnDisk().find("SEKISHO TPM KEY"), std::string::npos);
  EXPECT_EQ(OnDisk().find("BEGIN PRIVATE KEY"), std::string::npos);
  StartLink();
  ASSERT_TRUE(agentd_.Accept());
  ASSERT_TRUE(agentd_.Send(Configuration()));
  const std::optional<v1::LinkUp> welcome =
      agentd_.ReceiveUntil([](const v1::LinkUp& up) { return up.has_welcome(); });
  ASSERT_TRUE(welcome.has_value());
  EXPECT_EQ(welcome->welcome().key_protection(), v1::KEY_PROTECTION_TPM);
  EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_CONNECTED));
  EXPECT_TRUE(console_->Await([this] { return console_->last_peer() == kTerminal; }));
}

TEST_F(TpmTest, ACopyOfTheDiskDoesNotConnectWithAnotherTpmAndIsKeptForItsOwn) {
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  const std::string disk = OnDisk();
  {
    SoftTpm other(directory_ / "other");
    SetTpm(other.device());
    StartLink();
    ASSERT_TRUE(agentd_.Accept());
    ASSERT_TRUE(agentd_.Send(Configuration()));
    EXPECT_TRUE(agentd_.ReceiveState(v1::LINK_STATE_NO_IDENTITY));
    StopLink();
    EXPECT_EQ(console_->streams(), 0);
  }
  EXPECT_EQ(OnDisk(), disk) << "not set aside: it is good where it was made";
  SetTpm(tpm_.device());
  EXPECT_TRUE(ConnectsAs(disk));
}

TEST_F(TpmTest, WithoutATpmTheKeyIsInAFileAndSaysSo) {
  SetTpm(std::make_unique<platform::LinuxTpmDevice>((directory_ / "none").string()));
  const absl::StatusOr<TlsKey> key = TlsKey::GenerateBest();
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->protection(), v1::KEY_PROTECTION_FILE);
  EXPECT_NE(key->Pem()->find("BEGIN PRIVATE KEY"), std::string::npos);
}

TEST_F(TpmTest, AKeyThatIsInAFileGoesOnBesideATpm) {
  SetTpm(nullptr);
  GiveIdentity(std::chrono::seconds{-60}, std::chrono::hours{24 * 90});
  const std::string disk = OnDisk();
  SetTpm(tpm_.device());
  ASSERT_TRUE(TlsKey::GenerateBest().ok());
  EXPECT_TRUE(ConnectsAs(disk));
}

// A maintainer pulls plugs; wrong passwords are what a lock-out is against.
TEST_F(TpmTest, FiftyPowerCutsInUseLockNobodyOut) {
  const Tpm tpm(tpm_.device());
  const absl::StatusOr<TpmKey> key = tpm.MakeKey();
  ASSERT_TRUE(key.ok()) << key.status();
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(tpm.Sign(*key, P256Number{1}).ok()) << "after " << i << " power cuts";
    tpm_.PullThePlug();
    tpm_.Start();
  }
}

TEST_F(TpmTest, ManyHandshakesAtOnceShareTheTpm) {
  const Tpm tpm(tpm_.device());
  const absl::StatusOr<TpmKey> key = tpm.MakeKey();
  ASSERT_TRUE(key.ok()) << key.status();
  // More than a TPM has slots for: nothing is left behind in them.
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(tpm.Sign(*key, P256Number{1}).ok()) << i;
}

TEST_F(TpmTest, WhatIsNoTpmsKeyIsRefused) {
  const absl::StatusOr<TpmKey> key = Tpm(tpm_.device()).MakeKey();
  ASSERT_TRUE(key.ok()) << key.status();
  const std::string good = key->Bytes();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(TpmKey::FromBytes(good.substr(0, size)).ok()) << size;
  }
  EXPECT_FALSE(TpmKey::FromBytes(good + "x").ok());
  // A point that is not on the curve.
  std::string bent = good;
  bent[key->public_area.size() - 1] ^= 1;
  const absl::StatusOr<TpmKey> parsed = TpmKey::FromBytes(bent);
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(ToOpenSsl(*parsed).ok());
}

}  // namespace
}  // namespace sekisho::link::test
