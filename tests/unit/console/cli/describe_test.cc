#include "console/cli/render/describe.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/unit/console/cli/samples.h"

namespace sekisho::console::cli {
namespace {

using samples::Blocked;
using samples::Event;
using samples::Stored;
using samples::With;

absl::TimeZone Tokyo() { return absl::FixedTimeZone(9 * 60 * 60); }

std::string English(const v1::Event& event) { return DescribeEvent(event, Language::kEnglish); }
std::string Japanese(const v1::Event& event) { return DescribeEvent(event, Language::kJapanese); }

v1::Event Block() {
  v1::Event event = Event(v1::EVENT_KIND_DEVICE_BLOCKED);
  *event.mutable_verdict() = Blocked();
  event.set_reference("482913");
  return event;
}

TEST(ABlock, SaysWhoWhatAndWhyInOneLine) {
  EXPECT_EQ(English(Block()),
            "hanako: SanDisk Ultra 0781:5581 (storage), serial 4C530001, at port 2-1.4 was "
            "blocked: no rule allows it (policy 3); nearest: rule \"registered-sticks\", not "
            "matched on the serial number. Reference 482913");
  EXPECT_EQ(Japanese(Block()),
            "hanako: SanDisk Ultra 0781:5581（記憶装置）、シリアル 4C530001、ポート 2-1.4 "
            "を遮断しました。許可する規則がありません（ポリシー第3版）。最も近い規則「"
            "registered-sticks」（シリアル番号が不一致）。受付番号 482913");
}

TEST(AnAllowInPart, SaysWhichInterfacesAreKeptShut) {
  v1::Event event = Event(v1::EVENT_KIND_DEVICE_ALLOWED);
  v1::UsbInterface& storage = *event.mutable_device()->add_interfaces();
  storage.set_number(1);
  storage.set_class_code(8);
  storage.set_subclass_code(6);
  storage.set_protocol_code(0x50);
  event.mutable_verdict()->set_action(v1::ACTION_ALLOW);
  event.mutable_verdict()->set_reason(v1::VERDICT_REASON_RULE);
  event.mutable_verdict()->set_rule_id("headsets");
  event.mutable_verdict()->add_shut_interfaces(1);
  EXPECT_TRUE(English(event).ends_with("; kept shut: interface 1 (storage)")) << English(event);
  EXPECT_TRUE(Japanese(event).ends_with("。閉じたまま: インターフェース 1（記憶装置）"))
      << Japanese(event);
}

TEST(ALoosenedInterface, IsNamedWithItsDevice) {
  const v1::Event event = With(
      With(Event(v1::EVENT_KIND_BARRIER_LOOSE), "what", "interface authorised by another program"),
      "interface", "1");
  EXPECT_TRUE(English(event).starts_with(
      "a protection had come loose: interface authorised by another program, interface 1, "))
      << English(event);
}

TEST(ABlock, SaysWhenNobodyWasSignedIn) {
  v1::Event event = Block();
  event.clear_person();
  EXPECT_TRUE(English(event).starts_with("nobody signed in: SanDisk Ultra"));
  EXPECT_TRUE(Japanese(event).starts_with("未ログイン: SanDisk Ultra"));
}

TEST(ABlock, ShowsNoMoreThanTheDeviceTold) {
  v1::Event event = Block();
  event.mutable_device()->Clear();
  event.mutable_device()->set_vendor_id(0x1234);
  event.clear_reference();
  event.mutable_verdict()->Clear();
  event.mutable_verdict()->set_reason(v1::VERDICT_REASON_UNREADABLE);
  EXPECT_EQ(English(event), "hanako: 1234:0000 was blocked: its descriptors cannot be read");
}

TEST(ABlock, NamesTheRuleThatBlocked) {
  v1::Event event = Block();
  event.mutable_verdict()->Clear();
  event.mutable_verdict()->set_reason(v1::VERDICT_REASON_RULE);
  event.mutable_verdict()->set_rule_id("no-phones");
  event.mutable_verdict()->set_policy_version(12);
  EXPECT_NE(English(event).find("blocked: rule \"no-phones\" (policy 12). Reference"),
            std::string::npos)
      << English(event);
  EXPECT_NE(Japanese(event).find("規則「no-phones」によります（ポリシー第12版）"),
            std::string::npos);
}

// A stick may call itself anything; the line that reports it must stay that line.
TEST(ABlock, ShowsAHostileNameWithoutObeyingIt) {
  v1::Event event = Block();
  event.mutable_device()->set_product("x\n2026-04-01 ALLOWED\x1b[8m");
  EXPECT_EQ(English(event).find('\n'), std::string::npos);
  EXPECT_EQ(English(event).find('\x1b'), std::string::npos);
}

TEST(ARequest, CarriesThePersonsWords) {
  const v1::Event event =
      With(Event(v1::EVENT_KIND_EXCEPTION_REQUESTED), "reason", "税務署への提出");
  EXPECT_NE(English(event).find("hanako: asks for SanDisk Ultra"), std::string::npos);
  EXPECT_NE(English(event).find(": \"税務署への提出\""), std::string::npos);
  EXPECT_NE(Japanese(event).find("理由「税務署への提出」"), std::string::npos);
}

TEST(AGrantsEnd, SaysWhyInTheReadersLanguage) {
  v1::Event event = With(Event(v1::EVENT_KIND_GRANT_ENDED), "cause", "expired");
  event.set_grant_id("4f7a19c2-1111-4222-8333-444444444444");
  EXPECT_EQ(English(event), "grant 4f7a19c2 ended: its time was over");
  EXPECT_EQ(Japanese(event), "例外許可 4f7a19c2 が終了しました。期限が来ました");
}

TEST(AModesChange, IsInTheReadersLanguage) {
  v1::Event event;
  event.set_kind(v1::EVENT_KIND_MODE_CHANGED);
  event = samples::With(event, "before", "trial");
  event = samples::With(event, "after", "observe");
  event = samples::With(event, "cause", "undone");
  EXPECT_EQ(DescribeEvent(event, Language::kEnglish), "from trial to observe: nobody confirmed");
  EXPECT_EQ(DescribeEvent(event, Language::kJapanese),
            "動作モードが変わりました（試行 → 監視のみ）: 未確定のため取り消し");
}

TEST(AnOrder, SaysWhatWasDoneAndForWhom) {
  v1::Event event;
  event.set_kind(v1::EVENT_KIND_ORDER_APPLIED);
  event = samples::With(event, "version", "3");
  event = samples::With(event, "what", "enforce-confirmed");
  event = samples::With(event, "ordered_by", "hanako");
  event = samples::With(event, "reason", "Rollout");
  EXPECT_EQ(DescribeEvent(event, Language::kEnglish),
            "order 3 from hanako was carried out: enforce, without a trial, \"Rollout\"");
  EXPECT_EQ(DescribeEvent(event, Language::kJapanese),
            "hanako の指示第3号を実行しました: 遮断（試行なし）。理由「Rollout」");
}

TEST(AnOrder, SaysWhomItIsAbout) {
  v1::Event event;
  event.set_kind(v1::EVENT_KIND_ORDER_APPLIED);
  event = With(With(With(event, "version", "4"), "what", "remove-factors"), "person", "jiro");
  EXPECT_EQ(English(event), "order 4 was carried out: remove the second factors, of jiro");
  EXPECT_EQ(Japanese(event), "指示第4号を実行しました: 第二要素の登録解除（jiro）");
}

TEST(ARefusedOrder, AboutLoginsSaysWhyInWords) {
  v1::Event event = With(Event(v1::EVENT_KIND_ORDER_REFUSED), "version", "4");
  EXPECT_EQ(English(With(event, "cause", "without-factor")),
            "order 4 was refused: somebody there has no second factor");
  EXPECT_EQ(Japanese(With(event, "cause", "no-such-person")),
            "指示第4号を拒否しました: 該当する利用者がいません");
}

TEST(ARemovedFactor, SaysWhoRemovedIt) {
  const v1::Event event =
      With(With(With(Event(v1::EVENT_KIND_FACTOR_REMOVED), "factor", "totp-1"), "by", "office"),
           "reason", "紛失");
  EXPECT_EQ(English(event), "hanako: totp-1 was removed by the office: \"紛失\"");
  EXPECT_EQ(Japanese(event),
            "hanako: 認証要素 totp-1を削除しました。操作: コンソールの担当者。理由「紛失」");
}

TEST(AHoldersEnd, NamesTheProgram) {
  v1::Event event = Event(v1::EVENT_KIND_HOLDER_ENDED);
  event = With(With(With(With(event, "program", "cp"), "pid", "812"), "uid", "1000"), "signal",
               "SIGTERM");
  EXPECT_EQ(English(event),
            "program cp (pid 812) of uid 1000 held the medium and was ended with SIGTERM");
  EXPECT_EQ(Japanese(event),
            "媒体を使用中のuid 1000 のプログラム cp（pid 812）を終了しました（SIGTERM）");
}

TEST(AClosedMedium, SaysHowFarItGotInTheReadersLanguage) {
  const v1::Event event =
      With(With(Event(v1::EVENT_KIND_MEDIUM_CLOSED), "flushed", "yes"), "unmounted", "no");
  EXPECT_TRUE(English(event).ends_with("was shut; flushed: yes, unmounted: NO")) << English(event);
  EXPECT_TRUE(Japanese(event).ends_with("を閉じました。書き込み完了: 済、取り外し: 未了"))
      << Japanese(event);
}

TEST(AnAcceptedGrant, NamesWhoIssuedItAndWhy) {
  v1::Event event = With(With(Event(v1::EVENT_KIND_GRANT_ACCEPTED), "requested_by", "taro"),
                         "reason", "hand-over");
  event.set_grant_id("4f7a19c2-1111");
  EXPECT_EQ(English(event), "grant 4f7a19c2 arrived from taro: \"hand-over\"");
  EXPECT_EQ(Japanese(event), "例外許可 4f7a19c2 を受理しました。担当 taro。理由「hand-over」");
}

TEST(ARefusedGrant, SaysWhyInWords) {
  v1::Event event = With(Event(v1::EVENT_KIND_GRANT_REFUSED), "cause", "bad_signature");
  EXPECT_EQ(English(event), "a grant was refused: the signature is not the console's");
}

TEST(AnEventOfAKindThatThisProgramDoesNotKnow, ShowsWhatItCarries) {
  v1::Event event = With(Event(static_cast<v1::EventKind>(4711)), "lock", "open");
  EXPECT_NE(English(event).find("lock=open"), std::string::npos) << English(event);
}

TEST(AnEventLine, SaysWhenAndWhereInTheLocalZone) {
  const EventLine line = DescribeStoredEvent(Stored(Block()), Language::kEnglish, Tokyo());
  EXPECT_EQ(line.when, "2026-04-01 09:30:00");
  EXPECT_EQ(line.where, "zeimu-012");
  EXPECT_EQ(line.kind, "BLOCKED");
  const std::string written = WriteEventLine(line, 12);
  EXPECT_TRUE(
      written.starts_with("2026-04-01 09:30:00  zeimu-012     BLOCKED               "
                          "hanako: SanDisk"))
      << written;
  EXPECT_EQ(written.find('\n'), written.size() - 1);
}

TEST(AnEventLine, LinesUpWithJapaneseKindsToo) {
  const EventLine english = DescribeStoredEvent(Stored(Block()), Language::kEnglish, Tokyo());
  const EventLine japanese = DescribeStoredEvent(Stored(Block()), Language::kJapanese, Tokyo());
  const auto column = [](const std::string& line) {
    return DisplayWidth(line.substr(0, line.find("hanako")));
  };
  EXPECT_EQ(column(WriteEventLine(english, 12)), column(WriteEventLine(japanese, 12)));
}

TEST(AnEventLine, ShowsTheArrivalWhenTheTerminalsClockSaysSomethingElse) {
  v1::StoredEvent late = Stored(Block());
  late.mutable_received_at()->set_seconds(samples::kNow + 3600);
  EXPECT_EQ(DescribeStoredEvent(late, Language::kEnglish, Tokyo()).when,
            "2026-04-01 09:30:00 (arrived 2026-04-01 10:30:00)");
}

TEST(AnEventLine, UsesTheConsolesTimeForTheConsolesOwnEvents) {
  v1::StoredEvent silent = Stored(v1::Event());
  silent.mutable_event()->set_kind(v1::EVENT_KIND_TERMINAL_SILENT);
  const EventLine line = DescribeStoredEvent(silent, Language::kEnglish, Tokyo());
  EXPECT_EQ(line.when, "2026-04-01 09:30:01");
  EXPECT_EQ(line.what, "nothing was heard from it");
}

}  // namespace
}  // namespace sekisho::console::cli
