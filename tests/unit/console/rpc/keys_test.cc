// New keys under terminals that are connected, away, and gone for long.

#include "console/program/keys.h"

#include <map>

#include "absl/strings/escaping.h"
#include "console/pki/files.h"
#include "console/pki/keyring_files.h"
#include "proto/contract/seal.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class KeysTest : public ConsoleFixture {
 protected:
  void SetUp() override {
    ConsoleFixture::SetUp();
    clock_.wall = [this] { return SystemClock().wall() + shift_; };
    Stop();
    Start();
  }
  absl::Status Rotate(const std::vector<std::string>& names,
                      program::OldAgents old = program::OldAgents::kLeaveBehind) {
    return program::RotateKeys(data_, names, old, clock_);
  }
  absl::Status Say(TerminalClient& terminal, std::uint64_t key_set_version) {
    v1::Status status = terminal.NextStatus();
    status.set_keyset_version(key_set_version);
    return terminal.WriteSealed(terminal.SealStatus(status)) ? absl::OkStatus()
                                                             : absl::UnavailableError("ended");
  }
  // The next message, whatever it is for.
  v1::Sealed Next(TerminalClient& terminal) {
    const std::optional<v1::ConnectResponse> response = terminal.Read();
    EXPECT_TRUE(response.has_value());
    return response.has_value() ? response->sealed() : v1::Sealed();
  }
  absl::StatusOr<v1::Acknowledgement> ReportOne(TerminalClient& terminal) {
    return terminal.Report({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))});
  }

  // Within what the server takes to read its file again, many times over.
  static bool Until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return true;
  }
  bool DescendsFromTheNewest(const std::string& certificate_pem) const {
    const auto newest = pki::Descent::From(console_->keyring().authority()->CertificatePem());
    return newest.ok() && newest->CheckClient(certificate_pem).ok();
  }

  std::chrono::hours shift_{0};
};

TEST_F(KeysTest, AConnectedTerminalIsToldOfNewKeysBeforeAnythingIsSignedWithThem) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_NE(Live(terminal), nullptr);
  const std::string old = console_->keyring().IdOfKey(v1::PURPOSE_ACKNOWLEDGEMENT);
  ASSERT_TRUE(Rotate({"all"}).ok());
  console_->ReadKeysAgain();
  EXPECT_NE(console_->keyring().IdOfKey(v1::PURPOSE_ACKNOWLEDGEMENT), old);
  const v1::Sealed key_set = Next(terminal);
  ASSERT_EQ(key_set.purpose(), v1::PURPOSE_KEY_SET);
  // With the set of before, the acknowledgement would be nobody's.
  EXPECT_FALSE(ReportOne(terminal).ok());
  ASSERT_TRUE(terminal.TakeKeySet(key_set).ok());
  EXPECT_TRUE(ReportOne(terminal).ok());
}

TEST_F(KeysTest, ATerminalThatWasAwayGetsTheKeySetBeforeTheBeaconThatItVerifies) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(Rotate({"beacon", "bundle"}).ok());
  ASSERT_TRUE(Rotate({"beacon"}).ok());
  console_->ReadKeysAgain();
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(Say(terminal, 1).ok());
  const v1::Sealed key_set = Next(terminal);
  ASSERT_EQ(key_set.purpose(), v1::PURPOSE_KEY_SET);
  ASSERT_TRUE(terminal.TakeKeySet(key_set).ok());
  const auto keys = contract::OpenKeySet(terminal.anchor(), terminal.key_set());
  EXPECT_EQ(keys->version, 3);
  const v1::Sealed beacon = Next(terminal);
  EXPECT_TRUE(contract::OpenAndParse<v1::Beacon>(keys->ring, beacon, v1::PURPOSE_BEACON).ok());
  // Signed before the rotation, by a key that signs no more and is still known.
  const v1::Sealed bundle = Next(terminal);
  EXPECT_TRUE(contract::OpenAndParse<v1::Bundle>(keys->ring, bundle, v1::PURPOSE_BUNDLE).ok());
}

TEST_F(KeysTest, ATerminalThatMissedTwoNewRootsFollowsBothInTheirOrder) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(Rotate({"root"}).ok());
  ASSERT_TRUE(Rotate({"all", "root"}).ok());
  Stop();
  Start();
  terminal.MoveTo(server_->port());
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(Say(terminal, 1).ok());
  const v1::Sealed first = Next(terminal);
  const v1::Sealed second = Next(terminal);
  const v1::Sealed key_set = Next(terminal);
  ASSERT_EQ(key_set.purpose(), v1::PURPOSE_KEY_SET);
  EXPECT_FALSE(terminal.TakeKeySet(key_set).ok());
  EXPECT_FALSE(terminal.TakeAnchor(second).ok());
  ASSERT_TRUE(terminal.TakeAnchor(first).ok());
  ASSERT_TRUE(terminal.TakeAnchor(second).ok());
  ASSERT_TRUE(terminal.TakeKeySet(key_set).ok());
  EXPECT_TRUE(ReportOne(terminal).ok());
  // A terminal of the new root has nothing to follow.
  TerminalClient anew = Enrolled("madoguchi-2");
  ASSERT_TRUE(anew.Connect().ok());
  ASSERT_TRUE(Say(anew, console_->keyring().key_set_version()).ok());
  EXPECT_EQ(Next(anew).purpose(), v1::PURPOSE_BEACON);
}

TEST_F(KeysTest, TerminalsFollowANewAuthorityAndOneThatWasAwayConnectsWithWhatTheOldOneIssued) {
  TerminalClient here = Enrolled("madoguchi-1");
  TerminalClient away = Enrolled("madoguchi-2");
  ASSERT_TRUE(here.Connect().ok());
  ASSERT_NE(Live(here), nullptr);
  const std::string old_key = *pki::ReadSecretFile(program::KeysPath(data_) + "/ca.key");
  ASSERT_TRUE(Rotate({"ca"}).ok());
  EXPECT_NE(*pki::ReadSecretFile(program::KeysPath(data_) + "/ca.key"), old_key);
  console_->ReadKeysAgain();
  const v1::Sealed link = Next(here);
  ASSERT_EQ(link.purpose(), v1::PURPOSE_TRUST_ANCHOR);
  ASSERT_TRUE(here.TakeAnchor(link).ok());
  ASSERT_TRUE(here.TakeKeySet(Next(here)).ok());
  EXPECT_TRUE(ReportOne(here).ok());

  // The server shows the new authority's certificate within a second here: only who followed
  // knows it.
  ASSERT_TRUE(Until([&] { return !away.Connect().ok(); }));
  ASSERT_TRUE(away.TakeAnchor(link).ok());
  ASSERT_TRUE(away.Connect().ok());
  ASSERT_TRUE(away.Renew().ok());
  EXPECT_TRUE(DescendsFromTheNewest(away.renewed()));
}

TEST_F(KeysTest, ATerminalThatIsAwayIsGivenWhatLeadsToTheAuthorityWithoutHavingToTrustTheServer) {
  TerminalClient away = Enrolled("madoguchi-1");
  ASSERT_TRUE(Rotate({"ca"}).ok());
  ASSERT_TRUE(Rotate({"ca", "root"}).ok());
  ASSERT_TRUE(Rotate({"ca"}).ok());
  console_->ReadKeysAgain();
  const auto answer = console_->services().enrolment.GetTrustAnchor(v1::GetTrustAnchorRequest());
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->anchor_links_size(), 4);
  for (const v1::Sealed& link : answer->anchor_links()) {
    EXPECT_TRUE(away.TakeAnchor(link).ok());
  }
  EXPECT_EQ(away.anchor().SerializeAsString(), answer->trust_anchor());
  EXPECT_TRUE(away.TakeKeySet(console_->keyring().key_set()).ok());
}

TEST_F(KeysTest, ACertificateOfAnAuthorityThatWasNeverThisConsolesIsRefusedAfterARotationToo) {
  ASSERT_TRUE(Rotate({"ca"}).ok());
  console_->ReadKeysAgain();
  const auto stranger = pki::Authority::Create("テスト市", clock_.wall());
  const TerminalClient terminal = [&] {
    Stop();
    Start();
    ca_pem_ = console_->keyring().authority()->CertificatePem();
    return Enrolled("madoguchi-1");
  }();
  EXPECT_TRUE(console_->keyring().CheckClient(terminal.certificates()).ok());
  const auto forged = stranger->IssueTerminal(
      terminal.CertificateRequest(), {terminal.organisation_id(), terminal.terminal_id(), 1},
      clock_.wall());
  ASSERT_TRUE(forged.ok());
  EXPECT_TRUE(absl::IsUnauthenticated(console_->keyring().CheckClient(PemOf(forged->front()))));
}

TEST_F(KeysTest, NoMoreAnchorsAreMadeThanATerminalFollows) {
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(Rotate({"ca"}).ok());
  const absl::Status refused = Rotate({"ca"});
  EXPECT_TRUE(absl::IsFailedPrecondition(refused)) << refused;
  EXPECT_TRUE(pki::Keyring::Load(program::KeysPath(data_)).ok());
}

TEST_F(KeysTest, ANewRootOrAuthorityIsRefusedWithTheNamesOfThoseWhoCouldNotFollowIt) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  EXPECT_TRUE(absl::IsFailedPrecondition(Rotate({"ca"}, program::OldAgents::kRefuse)));
  const absl::Status refused = Rotate({"root"}, program::OldAgents::kRefuse);
  EXPECT_TRUE(absl::IsFailedPrecondition(refused));
  EXPECT_NE(refused.message().find("madoguchi-1"), std::string::npos) << refused;
  ASSERT_TRUE(terminal.Connect().ok());
  v1::Status status = terminal.NextStatus();
  status.set_agent_version("0.2.0");
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BEACON).has_value());
  Stop();  // stores the status that waits
  EXPECT_TRUE(Rotate({"root"}, program::OldAgents::kRefuse).ok());
  Start();
}

TEST_F(KeysTest, AKeyThatIsOverSignsNothingMore) {
  ASSERT_TRUE(console_->keyring().Seal(v1::PURPOSE_BUNDLE, "bytes").ok());
  shift_ = std::chrono::days(3651);
  const auto refused = console_->keyring().Seal(v1::PURPOSE_BUNDLE, "bytes");
  EXPECT_TRUE(absl::IsFailedPrecondition(refused.status())) << refused.status();
  ASSERT_TRUE(Rotate({"bundle"}).ok());
  console_->ReadKeysAgain();
  EXPECT_TRUE(console_->keyring().Seal(v1::PURPOSE_BUNDLE, "bytes").ok());
}

TEST_F(KeysTest, WhatIsNotAKeyIsRefusedAndChangesNothing) {
  EXPECT_TRUE(absl::IsInvalidArgument(Rotate({"bundle", "ledger"})));
  EXPECT_EQ(console_->keyring().key_set_version(), 1);
  console_->ReadKeysAgain();
  EXPECT_EQ(console_->keyring().key_set_version(), 1);
}

TEST_F(KeysTest, ManyRotationsLeaveAKeySetThatEveryTerminalTakes) {
  TerminalClient terminal = Enrolled("madoguchi-1");
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(Rotate({"all"}).ok());
  console_->ReadKeysAgain();
  EXPECT_TRUE(terminal.TakeKeySet(console_->keyring().key_set()).ok());
}

TEST_F(KeysTest, APowerCutInTheMiddleOfANewRootIsFinishedAtTheNextStart) {
  const std::string folder = program::KeysPath(data_);
  const auto read = [&](const char* name) { return *pki::ReadSecretFile(folder + "/" + name); };
  const char* const kFiles[] = {"root.key", "trust-anchor", "keyset"};
  std::map<std::string, std::string> before;
  for (const char* name : kFiles) before[name] = read(name);
  ASSERT_TRUE(Rotate({"root"}).ok());
  std::vector<std::pair<std::string, std::string>> after;
  for (const char* name : kFiles) after.emplace_back(name, read(name));
  after.emplace_back("anchor-links", read("anchor-links"));
  // As it is when only the first file has been replaced.
  std::string together;
  for (const auto& [name, bytes] : after) {
    together += name + " " + absl::BytesToHexString(bytes) + "\n";
  }
  for (const char* name : {"trust-anchor", "keyset"}) {
    ASSERT_TRUE(
        pki::WriteSecretFile(folder + "/" + name, before[name], pki::Existing::kReplace).ok());
  }
  std::filesystem::remove(folder + "/anchor-links");
  EXPECT_FALSE(pki::Keyring::Load(folder).ok());
  ASSERT_TRUE(pki::WriteSecretFile(folder + "/together", together, pki::Existing::kReplace).ok());
  const auto finished = pki::Keyring::Load(folder);
  ASSERT_TRUE(finished.ok()) << finished.status();
  EXPECT_EQ(finished->key_set_version(), 2);
  EXPECT_EQ(finished->anchor_links().size(), 1);
  EXPECT_FALSE(std::filesystem::exists(folder + "/together"));
}

TEST_F(KeysTest, TheListSaysUntilWhenEachHolds) {
  const auto keys = program::ListKeys(data_);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->size(), 8);
  for (const program::KeyInfo& key : *keys) {
    if (!key.ends) continue;
    EXPECT_GT(key.not_after, SystemClock().wall() + std::chrono::days(800)) << key.name;
  }
}

}  // namespace
}  // namespace sekisho::console::testing
