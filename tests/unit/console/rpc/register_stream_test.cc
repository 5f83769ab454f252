// The media register over the real wire: to the terminals that it concerns, within seconds.
#include "absl/strings/str_cat.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/register.pb.h"
#include "tests/unit/console/rpc/console_fixture.h"

namespace sekisho::console::testing {
namespace {

class RegisterStreamTest : public ConsoleFixture {
 protected:
  static v1::Hello HelloWithRegister() {
    v1::Hello hello = TerminalClient::DefaultHello();
    hello.add_features("orders");
    hello.add_features("register");
    return hello;
  }
  void Says(TerminalClient& terminal, std::uint64_t register_version) {
    v1::Status status = terminal.NextStatus();
    status.set_mode(v1::MODE_OBSERVE);
    status.set_register_version(register_version);
    ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(status)));
  }
  absl::StatusOr<v1::RegisterUpdate> ReadUpdate(TerminalClient& terminal) {
    const std::optional<v1::Sealed> sealed = terminal.ReadSealed(v1::PURPOSE_REGISTER);
    if (!sealed.has_value()) return absl::UnavailableError("the stream ended");
    const absl::StatusOr<contract::OpenedKeySet> keys =
        contract::OpenKeySet(terminal.anchor(), terminal.key_set());
    if (!keys.ok()) return keys.status();
    return contract::OpenAndParse<v1::RegisterUpdate>(keys->ring, *sealed, v1::PURPOSE_REGISTER);
  }
  void Add(const std::string& label) {
    v1::PutMediumRequest request;
    v1::Medium& medium = *request.mutable_medium();
    medium.set_label_number(label);
    medium.set_kind(v1::MEDIUM_KIND_STICK);
    medium.set_vendor_id(0x0781);
    medium.set_product_id(0x5583);
    medium.set_serial("4C53-" + label);
    request.set_reason("購入");
    ASSERT_TRUE(console_->services().media.PutMedium(Admin(), request).ok());
  }
  void Lose(const std::string& label) {
    v1::LoseMediumRequest request;
    request.set_medium(label);
    request.set_reason("所在不明");
    ASSERT_TRUE(console_->services().media.LoseMedium(Admin(), request).ok());
  }
  void ImportMany(int count) {
    v1::ImportStart start;
    start.set_reason("棚卸");
    std::string text = "label_number,kind,serial\n";
    for (int i = 0; i < count; ++i) absl::StrAppend(&text, "M-", i, ",stick,SN", 100'000 + i, "\n");
    absl::StatusOr<v1::ImportMediaResponse> answer =
        console_->services().media.ImportMedia(Admin(), start, text);
    ASSERT_TRUE(answer.ok()) << answer.status();
    ASSERT_EQ(answer->added(), static_cast<std::uint64_t>(count));
  }
};

TEST_F(RegisterStreamTest, ALostMediumReachesAConnectedTerminalAsOneChange) {
  Add("K-1");
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect(HelloWithRegister()).ok());
  Says(terminal, 0);
  absl::StatusOr<v1::RegisterUpdate> whole = ReadUpdate(terminal);
  ASSERT_TRUE(whole.ok()) << whole.status();
  EXPECT_TRUE(whole->whole());
  ASSERT_EQ(whole->upserts_size(), 1);
  EXPECT_EQ(whole->upserts(0).state(), v1::MEDIUM_STATE_IN_STOCK);
  EXPECT_EQ(whole->group_id(), terminal.group_id());
  Says(terminal, whole->version());
  const auto lost = std::chrono::steady_clock::now();
  Lose("K-1");
  absl::StatusOr<v1::RegisterUpdate> change = ReadUpdate(terminal);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_LT(std::chrono::steady_clock::now() - lost, std::chrono::seconds(2));
  EXPECT_FALSE(change->whole());
  EXPECT_EQ(change->from_version(), whole->version());
  ASSERT_EQ(change->upserts_size(), 1);
  EXPECT_EQ(change->upserts(0).state(), v1::MEDIUM_STATE_LOST);
}

TEST_F(RegisterStreamTest, WhatHappenedWhileATerminalWasOffComesWhenItIsBack) {
  Add("K-1");
  Add("K-2");
  Lose("K-2");
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect(HelloWithRegister()).ok());
  Says(terminal, 2);
  absl::StatusOr<v1::RegisterUpdate> change = ReadUpdate(terminal);
  ASSERT_TRUE(change.ok()) << change.status();
  EXPECT_EQ(change->from_version(), 2u);
  EXPECT_EQ(change->version(), 3u);
  ASSERT_EQ(change->upserts_size(), 1);
}

TEST_F(RegisterStreamTest, ALargeRegisterComesInPartsThatJoinOnAndWaitForTheTerminal) {
  ImportMany(12'000);
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect(HelloWithRegister()).ok());
  Says(terminal, 0);
  std::uint64_t held = 0;
  int entries = 0;
  int parts = 0;
  while (entries < 12'000) {
    absl::StatusOr<v1::RegisterUpdate> part = ReadUpdate(terminal);
    ASSERT_TRUE(part.ok()) << part.status();
    EXPECT_EQ(part->whole(), held == 0);
    EXPECT_EQ(part->from_version(), held);
    EXPECT_LE(part->ByteSizeLong(), 64u * 1024);
    held = part->version();
    entries += part->upserts_size();
    ++parts;
    Says(terminal, held);
  }
  EXPECT_EQ(entries, 12'000);
  EXPECT_GT(parts, 8);
}

TEST_F(RegisterStreamTest, AnAgentOfBeforeTheRegisterIsSentNone) {
  Add("K-1");
  TerminalClient terminal = Enrolled("madoguchi-1");
  ASSERT_TRUE(terminal.Connect().ok());
  ASSERT_TRUE(terminal.WriteSealed(terminal.SealStatus(terminal.NextStatus())));
  ASSERT_TRUE(terminal.ReadSealed(v1::PURPOSE_BUNDLE).has_value());
  Lose("K-1");
  ASSERT_TRUE(terminal.WriteSealed(
      terminal.SealReport({terminal.Record(terminal.NextEvent(v1::EVENT_KIND_RESCAN))})));
  for (;;) {
    const std::optional<v1::ConnectResponse> message = terminal.Read();
    ASSERT_TRUE(message.has_value());
    ASSERT_NE(message->sealed().purpose(), v1::PURPOSE_REGISTER);
    if (message->sealed().purpose() == v1::PURPOSE_ACKNOWLEDGEMENT) break;
  }
}

}  // namespace
}  // namespace sekisho::console::testing
