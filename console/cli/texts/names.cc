#include "console/cli/texts/names.h"

#include <algorithm>
#include <map>
#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "console/cli/suggest.h"
#include "console/cli/texts/messages.h"

namespace sekisho::console::cli {
namespace {

using google::protobuf::EnumDescriptor;
using google::protobuf::EnumValueDescriptor;

// By the proto's own name, which is unique in the package.
const std::map<std::string_view, Text>& Catalogue() {
  static const auto* const catalogue = new std::map<std::string_view, Text>{
      {"BUS_USB", {"USB", "USB"}},
      {"BUS_PCI", {"PCI", "PCI"}},
      {"BUS_ATA", {"SATA", "SATA"}},
      {"BUS_SCSI", {"SCSI", "SCSI"}},
      {"BUS_MMC", {"SD/MMC", "SD/MMC"}},
      {"BUS_NVME", {"NVMe", "NVMe"}},
      {"BUS_THUNDERBOLT", {"Thunderbolt", "Thunderbolt"}},
      {"BUS_FIREWIRE", {"FireWire", "FireWire"}},
      {"BUS_BLUETOOTH", {"Bluetooth", "Bluetooth"}},
      {"BUS_VIRTUAL", {"made by software", "ソフトウェアによる仮想機器"}},
      {"BUS_OTHER", {"another bus", "その他の接続"}},
      {"DEVICE_CLASS_STORAGE", {"storage", "記憶装置"}},
      {"DEVICE_CLASS_OPTICAL", {"optical drive", "光学ドライブ"}},
      {"DEVICE_CLASS_TAPE", {"tape drive", "テープ装置"}},
      {"DEVICE_CLASS_CARD_READER", {"memory card reader", "メモリーカードリーダー"}},
      {"DEVICE_CLASS_PHONE", {"phone", "スマートフォン"}},
      {"DEVICE_CLASS_CAMERA", {"camera", "カメラ"}},
      {"DEVICE_CLASS_PRINTER", {"printer", "プリンター"}},
      {"DEVICE_CLASS_NETWORK_ADAPTER", {"network adapter", "ネットワークアダプター"}},
      {"DEVICE_CLASS_WIFI", {"Wi-Fi adapter", "無線LANアダプター"}},
      {"DEVICE_CLASS_BLUETOOTH", {"Bluetooth adapter", "Bluetoothアダプター"}},
      {"DEVICE_CLASS_SERIAL", {"serial port", "シリアルポート"}},
      {"DEVICE_CLASS_KEYBOARD", {"keyboard", "キーボード"}},
      {"DEVICE_CLASS_POINTER", {"pointer", "マウス等"}},
      {"DEVICE_CLASS_AUDIO", {"audio", "音声機器"}},
      {"DEVICE_CLASS_VIDEO", {"video", "映像機器"}},
      {"DEVICE_CLASS_SMART_CARD_READER", {"smart card reader", "ICカードリーダー"}},
      {"DEVICE_CLASS_SECURITY_KEY", {"security key", "セキュリティキー"}},
      {"DEVICE_CLASS_HUB", {"hub", "ハブ"}},
      {"DEVICE_CLASS_UNKNOWN", {"unknown kind", "種別不明"}},

      {"ACTION_BLOCK", {"block", "遮断"}},
      {"ACTION_READ_ONLY", {"read-only", "読み取り専用"}},
      {"ACTION_ALLOW", {"read-write", "読み書き可"}},

      {"POLICY_TURN_LOOSER", {"looser", "緩和"}},
      {"POLICY_TURN_STRICTER", {"stricter", "厳格化"}},
      {"POLICY_TURN_MAY_BE_LOOSER", {"may be looser", "緩和の可能性"}},

      {"EVENT_KIND_AGENT_STARTED", {"agent started", "エージェント起動"}},
      {"EVENT_KIND_AGENT_STOPPED", {"agent stopped", "エージェント停止"}},
      {"EVENT_KIND_DEVICE_REMOVED", {"removed", "取り外し"}},
      {"EVENT_KIND_BUNDLE_APPLIED", {"policy applied", "ポリシー適用"}},
      {"EVENT_KIND_RESCAN", {"rescan", "再走査"}},
      {"EVENT_KIND_SESSION_OPENED", {"session opened", "セッション開始"}},
      {"EVENT_KIND_SESSION_CLOSED", {"session closed", "セッション終了"}},
      {"EVENT_KIND_LOGIN_REFUSED", {"LOGIN REFUSED", "ログイン拒否"}},
      {"EVENT_KIND_LOGIN_WOULD_BE_REFUSED", {"login would be refused", "ログイン拒否予定"}},
      {"EVENT_KIND_LOGIN_GRANTED", {"logged in", "ログイン"}},
      {"EVENT_KIND_FACTOR_ADDED", {"factor added", "認証要素の登録"}},
      {"EVENT_KIND_FACTOR_REMOVED", {"factor removed", "認証要素の削除"}},
      {"EVENT_KIND_LOGINS_MODE_CHANGED", {"logins: mode changed", "ログイン認証の設定変更"}},
      {"EVENT_KIND_LOGIN_WAY_CLOSED", {"way in closed", "ログイン経路の閉鎖"}},
      {"EVENT_KIND_LOGIN_WAY_OPENED", {"ONE FACTOR IS ENOUGH", "一要素で可"}},
      {"EVENT_KIND_LOGIN_LOCKED", {"LOGIN LOCKED", "ログイン一時停止"}},
      {"EVENT_KIND_LOGIN_WITHOUT_TICKET", {"ROUND THE SECOND FACTOR", "第二要素の迂回"}},
      {"EVENT_KIND_DEVICE_BLOCKED", {"BLOCKED", "遮断"}},
      {"EVENT_KIND_EXCEPTION_REQUESTED", {"requested", "例外申請"}},
      {"EVENT_KIND_DEVICE_WOULD_BE_BLOCKED", {"would be blocked", "遮断予定"}},
      {"EVENT_KIND_MEDIUM_REFUSED", {"disk refused", "媒体拒否"}},
      {"EVENT_KIND_DEVICE_ALLOWED", {"allowed", "許可"}},
      {"EVENT_KIND_GRANT_ACCEPTED", {"grant accepted", "例外受理"}},
      {"EVENT_KIND_GRANT_OPENED", {"GRANT OPENED", "例外開始"}},
      {"EVENT_KIND_GRANT_ENDED", {"grant ended", "例外終了"}},
      {"EVENT_KIND_HOLDER_ENDED", {"program ended", "使用中プログラム終了"}},
      {"EVENT_KIND_MEDIUM_CLOSED", {"medium closed", "媒体閉鎖"}},
      {"EVENT_KIND_DEVICE_ADOPTED", {"adopted", "機器登録"}},
      {"EVENT_KIND_ENROLLED", {"enrolled", "端末登録"}},
      {"EVENT_KIND_ORDER_APPLIED", {"order applied", "指示の適用"}},
      {"EVENT_KIND_MODE_CHANGED", {"mode changed", "動作モード変更"}},
      {"EVENT_KIND_DEVICE_ABANDONED", {"no longer adopted", "機器登録解除"}},
      {"EVENT_KIND_KEYBOARD_ADMITTED", {"keyboard admitted", "キーボード許可"}},
      {"EVENT_KIND_TERMINAL_LEFT", {"left", "管理終了"}},
      {"EVENT_KIND_FILE_RECORDED", {"file", "ファイル"}},
      {"EVENT_KIND_MEDIUM_OPENED", {"disk opened", "媒体使用"}},
      {"EVENT_KIND_GRANT_REFUSED", {"GRANT REFUSED", "例外拒否"}},
      {"EVENT_KIND_BUNDLE_REFUSED", {"POLICY REFUSED", "ポリシー拒否"}},
      {"EVENT_KIND_ACKNOWLEDGEMENT_REFUSED", {"FORGED RECEIPT", "偽の受領応答"}},
      {"EVENT_KIND_BUNDLE_WITHHELD", {"POLICY WITHHELD", "ポリシー不達"}},
      {"EVENT_KIND_STATE_SET_ASIDE", {"STATE DAMAGED", "保存データ破損"}},
      {"EVENT_KIND_SPOOL_EVICTED", {"EVENTS DROPPED", "記録の間引き"}},
      {"EVENT_KIND_SPOOL_UNWRITABLE", {"CANNOT RECORD", "記録不能"}},
      {"EVENT_KIND_DEVICE_CHANGED", {"DEVICE CHANGED", "機器変化"}},
      {"EVENT_KIND_ENFORCEMENT_FAILED", {"ENFORCEMENT FAILED", "遮断処理失敗"}},
      {"EVENT_KIND_CLIENT_REFUSED", {"CLIENT REFUSED", "不正な接続"}},
      {"EVENT_KIND_CLOCK_MOVED", {"CLOCK MOVED", "時計変更"}},
      {"EVENT_KIND_BEACON_STALE", {"CONSOLE UNHEARD", "コンソール不通"}},
      {"EVENT_KIND_BARRIER_LOOSE", {"BARRIER LOOSE", "遮断の緩み"}},
      {"EVENT_KIND_TRIAL_UNDONE", {"TRIAL UNDONE", "試行の取り消し"}},
      {"EVENT_KIND_ORDER_REFUSED", {"ORDER REFUSED", "指示の拒否"}},
      {"EVENT_KIND_RESCUE_BOOTED", {"RESCUE BOOT", "救済起動"}},
      {"EVENT_KIND_FILE_CHANGED", {"FILE CHANGED", "ファイル変化"}},
      {"EVENT_KIND_BOOT_IMAGE_STALE", {"NEXT BOOT OPEN", "次回起動の不備"}},
      {"EVENT_KIND_REMOVED_UNRELEASED", {"REMOVED", "無断の削除"}},
      {"EVENT_KIND_IDENTITY_MOVED", {"IDENTITY MOVED", "識別情報の移動"}},
      {"EVENT_KIND_KEYBOARD_CODE_FAILED", {"WRONG CODE", "確認番号の誤り"}},
      {"EVENT_KIND_FILES_UNRECORDED", {"FILES UNRECORDED", "ファイル記録漏れ"}},
      {"EVENT_KIND_READ_ONLY_BROKEN", {"READ-ONLY BROKEN", "読取専用の破れ"}},
      {"EVENT_KIND_MEDIUM_GUARD_LOST", {"DISKS UNGUARDED", "媒体遮断の喪失"}},
      {"EVENT_KIND_BUNDLE_ROLLED_BACK", {"POLICY ROLLED BACK", "ポリシー差し戻し"}},
      {"EVENT_KIND_TERMINAL_REVOKED", {"TERMINAL REVOKED", "端末失効"}},
      {"EVENT_KIND_REPORT_REFUSED", {"REPORT REFUSED", "報告拒否"}},
      {"EVENT_KIND_CHAIN_BROKEN", {"HISTORY BROKEN", "履歴の断絶"}},
      {"EVENT_KIND_TERMINAL_SILENT", {"SILENT", "応答なし"}},

      {"EVENT_KIND_TERMINAL_DUPLICATED", {"DUPLICATED", "端末の重複"}},
      {"EVENT_KIND_TERMINAL_REINSTALLED", {"reinstalled", "再導入"}},
      {"EVENT_KIND_DEVICE_DUPLICATED", {"DEVICE DUPLICATED", "機器の重複"}},
      {"EVENT_KIND_INTERVAL_LOST", {"RECORDS LOST", "記録の喪失"}},

      {"GRANT_STATE_AWAITING_APPROVAL", {"awaiting approval", "承認待ち"}},
      {"GRANT_STATE_ISSUED", {"issued", "発行済み"}},
      {"GRANT_STATE_RUNNING", {"running", "実行中"}},
      {"GRANT_STATE_EXPIRED", {"expired", "期限終了"}},
      {"GRANT_STATE_RETURNED", {"returned early", "早期返却"}},
      {"GRANT_STATE_REVOKED", {"revoked", "取り消し"}},
      {"GRANT_STATE_REFUSED", {"refused by terminal", "端末が拒否"}},

      {"TERMINAL_STATE_EXPECTED", {"expected", "導入予定"}},
      {"TERMINAL_STATE_ENROLLED", {"enrolled", "登録済み"}},
      {"TERMINAL_STATE_REVOKED", {"revoked", "失効"}},

      {"UNPROTECTED_NEVER_ENROLLED", {"never enrolled", "未登録"}},
      {"UNPROTECTED_SILENT", {"silent", "応答なし"}},
      {"UNPROTECTED_OUTDATED_BUNDLE", {"old policy", "古いポリシー"}},
      {"UNPROTECTED_PROBE_FAILED", {"a protection gave way", "防護の試行が突破された"}},
      {"UNPROTECTED_PROBE_UNTRIED", {"a protection is untried", "未試行の防護あり"}},
      {"UNPROTECTED_OUTDATED_AGENT", {"old agent", "古いエージェント"}},
      {"UNPROTECTED_CHAIN_BROKEN", {"history broken", "履歴の断絶"}},
      {"UNPROTECTED_REVOKED", {"revoked", "失効"}},
      {"UNPROTECTED_NO_BUNDLE", {"no policy", "ポリシーなし"}},
      {"UNPROTECTED_OBSERVING", {"only observes", "監視のみ"}},
      {"UNPROTECTED_TRIAL", {"trial unconfirmed", "試行中（未確認）"}},
      {"UNPROTECTED_RESCUE", {"rescue boot", "救済起動中"}},
      {"UNPROTECTED_NO_MEDIUM_GUARD", {"second layer not in force", "第2層（媒体の防護）が無効"}},
      {"UNPROTECTED_DUPLICATED", {"identity used twice", "識別情報の重複"}},

      {"MODE_OBSERVE", {"observe", "監視のみ"}},
      {"MODE_TRIAL", {"trial", "試行"}},
      {"MODE_ENFORCE", {"enforce", "遮断"}},
      {"MODE_RESCUE", {"rescue", "救済"}},

      {"LOGINS_MODE_OBSERVE", {"observe", "監視のみ"}},
      {"LOGINS_MODE_ENFORCE", {"enforce", "適用"}},
      {"FACTOR_TYPE_TOTP", {"TOTP", "認証アプリ（TOTP）"}},

      {"KEY_PROTECTION_FILE", {"key in a file", "鍵はファイル"}},
      {"KEY_PROTECTION_TPM", {"key in the TPM", "鍵はTPM"}},

      {"ORDER_KIND_SET_MODE", {"mode", "動作モード"}},
      {"ORDER_KIND_CONFIRM_TRIAL", {"confirm the trial", "試行を確定"}},
      {"ORDER_KIND_ADOPT_DEVICE", {"adopt", "機器を登録"}},
      {"ORDER_KIND_ABANDON_DEVICE", {"no longer adopt", "機器の登録を解除"}},
      {"ORDER_KIND_RELEASE", {"may leave", "管理の終了を許可"}},
      {"ORDER_KIND_SET_LOGINS_MODE", {"logins", "ログイン認証"}},
      {"ORDER_KIND_LIFT_LOGIN_LOCK", {"lift the login lock", "ログイン一時停止の解除"}},
      {"ORDER_KIND_REMOVE_FACTORS", {"remove the second factors", "第二要素の登録解除"}},

      {"ORDER_STATE_WAITING", {"waiting", "待機中"}},
      {"ORDER_STATE_APPLIED", {"applied", "実行済み"}},
      {"ORDER_STATE_REFUSED", {"refused by terminal", "端末が拒否"}},
      {"ORDER_STATE_CANCELLED", {"cancelled", "取り消し"}},
      {"ORDER_STATE_PASSED", {"passed, outcome not known", "通過（結果は不明）"}},

      {"ORDER_OUTCOME_AT_ONCE", {"at once, or when it connects", "直ちに（未接続なら接続時に）"}},
      {"ORDER_OUTCOME_AT_NEXT_START", {"at its next start", "次回の起動から"}},
      {"ORDER_OUTCOME_ALREADY", {"already so, or ordered", "変更なし（指示済みを含む）"}},
      {"ORDER_OUTCOME_AGENT_TOO_OLD",
       {"NOT ORDERED: agent too old", "指示できません: エージェントが古い"}},
      {"ORDER_OUTCOME_NEVER_ENROLLED", {"not ordered: never enrolled", "対象外: 未登録"}},
      {"ORDER_OUTCOME_REVOKED", {"not ordered: revoked", "対象外: 失効"}},
      {"ORDER_OUTCOME_NOT_ON_TRIAL", {"not ordered: not on trial", "対象外: 試行中ではない"}},
      {"ORDER_OUTCOME_NOT_CONNECTED",
       {"NOT ORDERED: not connected now", "指示できません: 現在接続していない"}},
      {"ORDER_OUTCOME_WITHOUT_FACTOR",
       {"NOT ORDERED: somebody has no second factor",
        "指示できません: 第二要素が未登録の利用者がいる"}},
      {"ORDER_OUTCOME_PEOPLE_UNKNOWN",
       {"NOT ORDERED: has not said who can log in", "指示できません: 利用者の情報が届いていない"}},

      {"PROBE_RESULT_HOLDS", {"holds", "有効"}},
      {"PROBE_RESULT_OPEN", {"OPEN", "突破"}},
      {"PROBE_RESULT_UNTRIED", {"untried", "未試行"}},

      {"ROLE_ADMIN", {"admin", "管理者"}},
      {"ROLE_HELPDESK", {"helpdesk", "ヘルプデスク"}},
      {"ROLE_AUDITOR", {"auditor", "監査"}},
      {"ROLE_INSTALLER", {"installer", "導入担当"}},

      {"VERDICT_REASON_DEFAULT", {"no rule allows it", "許可する規則がありません"}},
      {"VERDICT_REASON_RULE", {"rule \"{rule}\"", "規則「{rule}」によります"}},
      {"VERDICT_REASON_GRANT", {"grant {grant}", "例外許可 {grant} によります"}},
      {"VERDICT_REASON_ADOPTED", {"adopted at installation", "導入時に登録された機器です"}},
      {"VERDICT_REASON_UNREADABLE", {"its descriptors cannot be read", "機器情報が読み取れません"}},
      {"VERDICT_REASON_ANOTHER_INSTANCE",
       {"another device is already open under grant {grant}",
        "例外許可 {grant} では既に別の機器が開いています"}},
      {"VERDICT_REASON_UNRECORDABLE",
       {"allowing it could not be recorded", "許可の記録ができないため許可できません"}},
      {"VERDICT_REASON_READ_ONLY_UNAVAILABLE",
       {"read-only cannot be held for it", "読み取り専用を保証できません"}},
      {"VERDICT_REASON_NO_POLICY",
       {"the terminal has no valid policy", "有効なポリシーがありません"}},
      {"MEDIUM_KIND_STICK", {"stick", "USBメモリ"}},
      {"MEDIUM_KIND_DISK", {"disk", "外付けディスク"}},
      {"MEDIUM_KIND_SD_CARD", {"SD card", "SDカード"}},
      {"MEDIUM_KIND_OPTICAL_DISC", {"optical disc", "光ディスク"}},
      {"MEDIUM_KIND_TAPE", {"tape", "テープ"}},
      {"MEDIUM_KIND_PHONE", {"phone", "スマートフォン"}},
      {"MEDIUM_KIND_OTHER", {"other", "その他"}},
      {"MEDIUM_STATE_IN_STOCK", {"in stock", "在庫"}},
      {"MEDIUM_STATE_ISSUED", {"issued", "貸出中"}},
      {"MEDIUM_STATE_RETURNED", {"returned", "返却済"}},
      {"MEDIUM_STATE_LOST", {"LOST", "紛失"}},
      {"MEDIUM_STATE_RETIRED", {"retired", "廃棄済"}},
      {"VERDICT_REASON_RETIRED",
       {"the media register says that it is lost or retired", "媒体台帳で紛失または廃棄済みです"}},
  };
  return *catalogue;
}

const std::map<std::string_view, Text>& Causes() {
  static const auto* const causes = new std::map<std::string_view, Text>{
      {"wrong", {"the answer was wrong", "認証コードの誤り"}},
      {"clock", {"the terminal's clock is wrong", "端末の時計のずれ"}},
      {"gave-up", {"nothing was answered", "入力なし"}},
      {"unknown-person", {"there is no such person", "存在しない利用者名"}},
      {"no-factor", {"no second factor is enrolled", "第二要素が未登録"}},
      {"one-kind", {"two kinds of factors cannot be shown there", "二種類の要素を示せない経路"}},
      {"locked", {"too many wrong answers before", "誤りの繰り返しによる停止中"}},
      {"no-ticket", {"two factors were not shown just before", "直前に二要素が示されていない"}},
      {"others-account", {"asked about somebody else", "他人についての問い合わせ"}},
      {"nobody-to-ask", {"the terminal cannot tell who asks", "問い合わせ元を確認できない"}},
      {"expired", {"its time was over", "期限が来ました"}},
      {"returned", {"returned early", "早期に返却されました"}},
      {"revoked", {"revoked by an operator", "担当者が取り消しました"}},
      {"rebooted", {"the terminal restarted", "端末が再起動しました"}},
      {"volume", {"as much was written as it allowed", "書き込める容量を使い切りました"}},
      {"replayed", {"it was used before", "使用済みです"}},
      {"other_organisation", {"it is another organisation's", "別の組織のものです"}},
      {"other_terminal", {"it is for another terminal", "別の端末のものです"}},
      {"other-terminal", {"it is for another terminal", "別の端末のものです"}},
      {"other_boot", {"it is for another start of the terminal", "再起動前のものです"}},
      {"too_long", {"it would run too long", "期間が長すぎます"}},
      {"too_many", {"too many run already", "実行中の例外許可が多すぎます"}},
      {"action_unavailable",
       {"the terminal cannot hold that mode", "その操作の制限を端末が保証できません"}},
      {"unrecordable", {"it could not be recorded", "記録できません"}},
      {"state-unwritable", {"it could not be stored", "保存できません"}},
      {"grants-lost",
       {"the terminal lost its list of grants", "端末が例外許可の一覧を失っています"}},
      {"bad_signature",
       {"the signature is not the console's", "署名がコンソールのものではありません"}},
      {"unknown_key", {"signed with an unknown key", "不明な鍵で署名されています"}},
      {"wrong_purpose", {"signed for another purpose", "別の目的の署名です"}},
      {"key_of_another_purpose",
       {"signed with a key for another purpose", "別の目的の鍵で署名されています"}},
      // Orders and modes, as agents write them.
      {"other-organisation", {"it is another organisation's", "別の組織のものです"}},
      {"other-installation", {"it is for an installation of before", "以前の導入に対するものです"}},
      {"older-version", {"a newer one was carried out before", "新しい指示を実行済みです"}},
      {"malformed", {"it is malformed", "形式が正しくありません"}},
      {"device-malformed", {"it does not name a device", "機器の指定が正しくありません"}},
      {"not-adoptable", {"a device of that kind is never adopted", "登録できない種類の機器です"}},
      {"last-keyboard",
       {"no keyboard would be left there (--even-the-last)",
        "最後のキーボードです（--even-the-last）"}},
      {"too-many-devices", {"too many devices belong to it", "備え付け機器が多すぎます"}},
      {"orders-lost",
       {"the terminal lost its list of orders: order it again",
        "端末が指示の一覧を失っています。もう一度指示してください"}},
      {"observe", {"observe", "監視のみ"}},
      {"trial", {"trial", "試行"}},
      {"enforce", {"enforce", "遮断"}},
      {"enforce-confirmed", {"enforce, without a trial", "遮断（試行なし）"}},
      {"adopt-device", {"adopt a device", "機器の登録"}},
      {"abandon-device", {"no longer adopt a device", "機器の登録解除"}},
      {"leave", {"may leave", "管理の終了を許可"}},
      {"observe-logins", {"logins: observe", "ログイン認証: 監視のみ"}},
      {"enforce-logins", {"logins: enforce", "ログイン認証: 適用"}},
      {"lift-login-lock", {"lift the login lock", "ログイン一時停止の解除"}},
      {"remove-factors", {"remove the second factors", "第二要素の登録解除"}},
      {"ordered", {"ordered", "指示"}},
      {"confirmed", {"confirmed", "確定"}},
      {"undone", {"nobody confirmed", "未確定のため取り消し"}},
      {"installed", {"by root at the terminal", "端末の管理者による"}},
      {"rescue", {"rescue", "救済"}},
      {"initramfs", {"before the disk was unlocked", "ディスク解除前"}},
      {"running", {"while it ran", "稼働中"}},
      {"superseded", {"a newer one took its place", "新しい指示に置き換えられました"}},
      {"reinstalled", {"the terminal was installed anew", "端末が再導入されました"}},
      {"restored", {"the console was restored", "コンソールが復元されました"}},
      {"trial-over", {"the trial was over before", "試行が先に終わりました"}},
      {"without-factor",
       {"somebody there has no second factor", "第二要素が未登録の利用者がいます"}},
      {"no-such-person", {"there is no such person there", "該当する利用者がいません"}},
      {"factors-unreadable",
       {"what was enrolled cannot be read: reset it",
        "登録内容を読み取れません。登録の解除が必要です"}},
      {"logins-unavailable",
       {"the terminal cannot tell who can log in", "端末が利用者を確認できません"}},
      {"agent-too-old",
       {"the agent there does not know such orders", "端末のエージェントが対応していません"}},
      // By whom a factor was enrolled or removed.
      {"root", {"root at the terminal", "端末の管理者"}},
      {"self", {"the person", "本人"}},
      {"office", {"the office", "コンソールの担当者"}},
      {"yes", {"yes", "済"}},
      {"no", {"NO", "未了"}},
  };
  return *causes;
}

// What all of an enum's values begin with: the zero value's name without "UNSPECIFIED".
std::string_view PrefixOf(const EnumDescriptor& type) {
  std::string_view zero = type.value(0)->name();
  constexpr std::string_view kZero = "UNSPECIFIED";
  if (zero.ends_with(kZero)) zero.remove_suffix(kZero.size());
  return zero;
}

std::string WordOf(const EnumValueDescriptor& value) {
  std::string_view name = value.name();
  name.remove_prefix(PrefixOf(*value.type()).size());
  return absl::StrReplaceAll(absl::AsciiStrToLower(std::string(name)), {{"_", "-"}});
}

}  // namespace

std::string NameOf(const EnumDescriptor& type, int value, Language language) {
  const EnumValueDescriptor* descriptor = type.FindValueByNumber(value);
  if (descriptor == nullptr) return absl::StrCat("#", value);
  const auto found = Catalogue().find(descriptor->name());
  if (found == Catalogue().end()) return value == 0 ? "-" : WordOf(*descriptor);
  return std::string(found->second.In(language));
}

bool HasName(const EnumValueDescriptor& value) { return Catalogue().contains(value.name()); }

std::vector<std::string> WordsOf(const EnumDescriptor& type) {
  std::vector<std::string> words;
  for (int i = 1; i < type.value_count(); ++i) words.push_back(WordOf(*type.value(i)));
  return words;
}

absl::StatusOr<int> ParseWord(const EnumDescriptor& type, std::string_view word,
                              Language language) {
  const std::string upper =
      absl::StrReplaceAll(absl::AsciiStrToUpper(std::string(word)), {{"-", "_"}});
  for (const std::string& name : {upper, absl::StrCat(std::string(PrefixOf(type)), upper)}) {
    const EnumValueDescriptor* value = type.FindValueByName(name);
    if (value != nullptr && value->number() != 0) return value->number();
  }
  const std::vector<std::string> words = WordsOf(type);
  const std::string nearest =
      Nearest(absl::StrReplaceAll(absl::AsciiStrToLower(std::string(word)), {{"_", "-"}}), words)
          .value_or("");
  return absl::InvalidArgumentError(
      Fill(messages::kNotOneOf.In(language),
           {{"typed", word}, {"nearest", nearest}, {"choices", absl::StrJoin(words, ", ")}}));
}

std::string CauseName(std::string_view code, Language language) {
  const auto found = Causes().find(code);
  return found == Causes().end() ? std::string(code) : std::string(found->second.In(language));
}

}  // namespace sekisho::console::cli
