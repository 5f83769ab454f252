#ifndef SEKISHO_CONSOLE_CLI_TEXTS_HEADINGS_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_HEADINGS_H_

#include "console/cli/texts/text.h"

// What columns and fields are called, and the few words that stand in them.
namespace sekisho::console::cli::headings {

inline constexpr Text kTerminal{"TERMINAL", "端末"};
inline constexpr Text kGroup{"GROUP", "グループ"};
inline constexpr Text kState{"STATE", "状態"};
inline constexpr Text kLastHeard{"LAST HEARD", "最終受信"};
inline constexpr Text kPolicy{"POLICY", "ポリシー"};
inline constexpr Text kProtection{"PROTECTION", "保護"};
inline constexpr Text kId{"ID", "ID"};
inline constexpr Text kAgent{"AGENT", "エージェント"};
inline constexpr Text kConnected{"CONNECTED", "接続"};
inline constexpr Text kEnrolled{"ENROLLED", "登録日時"};
inline constexpr Text kBoot{"BOOT", "起動ID"};
inline constexpr Text kWaiting{"EVENTS WAITING", "未送信の記録"};
inline constexpr Text kGrants{"RUNNING GRANTS", "実行中の例外許可"};
inline constexpr Text kProbe{"PROTECTION TRIED", "防護の試行"};
inline constexpr Text kResult{"RESULT", "結果"};
inline constexpr Text kDetail{"DETAIL", "詳細"};
inline constexpr Text kReference{"REFERENCE", "受付番号"};
inline constexpr Text kPerson{"PERSON", "利用者"};
inline constexpr Text kDevice{"DEVICE", "機器"};
inline constexpr Text kFingerprint{"FINGERPRINT", "指紋"};
inline constexpr Text kWhy{"WHY BLOCKED", "遮断理由"};
inline constexpr Text kReason{"REASON", "申請理由"};
inline constexpr Text kGrantReason{"REASON", "理由"};
inline constexpr Text kAsked{"SINCE", "受信日時"};
inline constexpr Text kAnswer{"ANSWER", "対応"};
inline constexpr Text kGrant{"GRANT", "例外許可"};
inline constexpr Text kMode{"MODE", "操作"};
inline constexpr Text kFor{"FOR", "期間"};
inline constexpr Text kMaxVolume{"AT MOST", "書き込み上限"};
inline constexpr Text kUntil{"UNTIL", "期限"};
inline constexpr Text kTicket{"TICKET", "問い合わせ番号"};
inline constexpr Text kRequestedBy{"BY", "担当者"};
inline constexpr Text kApprovedBy{"APPROVED BY", "承認者"};
inline constexpr Text kIssued{"ISSUED", "発行日時"};
inline constexpr Text kOpened{"OPENED", "開始日時"};
inline constexpr Text kEnded{"ENDED", "終了日時"};
inline constexpr Text kCause{"CAUSE", "終了理由"};
inline constexpr Text kToken{"TOKEN", "トークン"};
inline constexpr Text kUsesLeft{"USES LEFT", "残り回数"};
inline constexpr Text kCreatedBy{"CREATED BY", "作成者"};
inline constexpr Text kName{"NAME", "名前"};
inline constexpr Text kRole{"ROLE", "役割"};
inline constexpr Text kVersion{"VERSION", "版"};
inline constexpr Text kPublished{"PUBLISHED", "公開日時"};
inline constexpr Text kComment{"COMMENT", "コメント"};
inline constexpr Text kOrganisation{"ORGANISATION", "組織"};

inline constexpr Text kTerminalMode{"MODE", "動作モード"};
inline constexpr Text kOrdersWaiting{"ORDERS WAITING", "未実行の指示"};
inline constexpr Text kEnrolments{"INSTALLED", "導入回数"};
inline constexpr Text kKey{"TLS KEY", "通信の鍵"};
inline constexpr Text kWhatHappens{"WHAT HAPPENS", "実行"};
inline constexpr Text kHowMany{"HOW MANY", "台数"};
inline constexpr Text kTerminals{"TERMINALS", "端末"};
inline constexpr Text kOrder{"ORDER", "指示"};
inline constexpr Text kWhat{"WHAT", "内容"};
inline constexpr Text kSent{"SENT", "送信日時"};
inline constexpr Text kSerial{"SERIAL", "シリアル"};
inline constexpr Text kTimes{"TIMES", "回数"};
inline constexpr Text kLastSeen{"LAST SEEN", "最終検出"};
inline constexpr Text kWhyNot{"WHY", "遮断理由"};
inline constexpr Text kTurn{"CHANGE", "変化"};
inline constexpr Text kHowManyDevices{"DEVICES", "件数"};
inline constexpr Text kNow{"NOW", "現在"};
inline constexpr Text kThen{"THEN", "変更後"};

inline constexpr Text kModeOrdered{"{mode} ({ordered} is ordered)",
                                   "{mode}（{ordered}を指示済み）"};
inline constexpr Text kModeAtRestart{"{mode} ({ordered}: waits for its restart)",
                                     "{mode}（{ordered}は再起動待ち）"};
inline constexpr Text kEnforceAtOnce{"enforce, without a trial", "遮断（試行なし）"};
inline constexpr Text kEnforceAfterTrial{"enforce, after a trial of {span}", "遮断（試行 {span}）"};
inline constexpr Text kStateBecause{"{state}: {cause}", "{state}: {cause}"};
inline constexpr Text kAdopted{"adopted", "端末に登録"};
inline constexpr Text kProtected{"protected", "保護中"};
inline constexpr Text kNotProtected{"NOT PROTECTED: {reasons}", "未保護: {reasons}"};
inline constexpr Text kNoMediumGuard{
    "The second layer is not in force: the kernel itself does not refuse disks here. What is on "
    "USB "
    "stays shut by the first. Left open: memory cards, NVMe, SATA, optical and FireWire disks are "
    "held "
    "by sekisho-agentd alone, so not before it runs and not while it is dead, and root opens any "
    "disk.\n",
    "第2層（媒体の防護）が無効です。この端末のカーネルはディスクを遮断しません。USB機器は第1層が遮"
    "断"
    "しています。残る穴: メモリーカード、NVMe、SATA、光学ドライブ、FireWireのディスクを止めるのは "
    "sekisho-agentd だけです。起動前と停止中は止まらず、root はどのディスクも開けます。\n"};
inline constexpr Text kYes{"yes", "あり"};
inline constexpr Text kNo{"no", "なし"};
inline constexpr Text kOpen{"open", "未対応"};
inline constexpr Text kDenied{"denied", "却下"};
inline constexpr Text kGranted{"grant {grant}", "例外許可 {grant}"};
inline constexpr Text kNotAsked{"(not asked)", "（申請なし）"};
inline constexpr Text kPolicyOf{"{applied} of {newest}", "第{applied}版（最新 第{newest}版）"};
inline constexpr Text kActive{"active", "有効"};
inline constexpr Text kDisabled{"disabled", "無効"};
inline constexpr Text kRobot{"robot", "自動処理"};
inline constexpr Text kOperator{"person", "担当者"};
inline constexpr Text kRevoked{"revoked", "失効"};
inline constexpr Text kUsedUp{"used up", "使用済み"};
inline constexpr Text kExpired{"expired", "期限切れ"};
inline constexpr Text kKind{"KIND", "種別"};
inline constexpr Text kWholeOrganisation{"(all)", "（全体）"};
inline constexpr Text kContentOf{"content of {version}", "第{version}版の内容"};

}  // namespace sekisho::console::cli::headings

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_HEADINGS_H_
