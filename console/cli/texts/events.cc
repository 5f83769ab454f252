#include "console/cli/texts/events.h"

#include <map>

namespace sekisho::console::cli {
namespace {

const std::map<v1::EventKind, Text>& Sentences() {
  static const auto* const sentences = new std::map<v1::EventKind, Text>{
      {v1::EVENT_KIND_AGENT_STARTED,
       {"the agent[[ {version}]] started", "エージェント[[ {version}]]が起動しました"}},
      {v1::EVENT_KIND_AGENT_STOPPED,
       {"the agent stopped; the kernel goes on denying",
        "エージェントが停止しました（遮断はカーネルが継続）"}},
      {v1::EVENT_KIND_DEVICE_REMOVED,
       {"{who}: {device} was removed", "{who}: {device} が取り外されました"}},
      {v1::EVENT_KIND_BUNDLE_APPLIED,
       {"policy[[ {version}]] is in force", "ポリシー[[第{version}版]]を適用しました"}},
      {v1::EVENT_KIND_RESCAN,
       {"all devices were looked at again[[: {cause}]]", "全機器を再走査しました[[: {cause}]]"}},
      {v1::EVENT_KIND_SESSION_OPENED,
       {"{who}: a session was opened[[ by {service}]][[ on {tty}]][[ from {host}]]",
        "{who}: セッションを開始しました[[（{service}）]][[、{tty}]][[、接続元 {host}]]"}},
      {v1::EVENT_KIND_SESSION_CLOSED,
       {"{who}: a session was closed[[ by {service}]][[ on {tty}]]",
        "{who}: セッションを終了しました[[（{service}）]][[、{tty}]]"}},
      {v1::EVENT_KIND_LOGIN_REFUSED,
       {"{who}: was not let in[[ by {service}]][[ as {target}]][[ on {tty}]][[ from {host}]][[: "
        "{cause}]]",
        "{who}: ログインを拒否しました[[（{service}）]][[、{target} として]][[、{tty}]][[、接続元 "
        "{host}]][[: {cause}]]"}},
      {v1::EVENT_KIND_LOGIN_WOULD_BE_REFUSED,
       {"{who}: would not have been let in[[ by {service}]][[ as {target}]][[ on {tty}]][[ from "
        "{host}]][[: {cause}]]",
        "{who}: "
        "ログイン拒否の対象です（監視のみのため拒否していません）[[（{service}）]][[、{target} "
        "として]][[、{tty}]][[、接続元 {host}]][[: {cause}]]"}},
      {v1::EVENT_KIND_LOGIN_GRANTED,
       {"{who}: logged in with two factors[[ by {service}]][[ as {target}]][[ ({factor})]][[ on "
        "{tty}]][[ from {host}]]",
        "{who}: 二要素でログインしました[[（{service}）]][[、{target} として]][[、{factor}]][[、"
        "{tty}]][[、接続元 {host}]]"}},
      {v1::EVENT_KIND_FACTOR_ADDED,
       {"{who}: {factor}[[ ({type})]] was enrolled[[ by {by}]][[: \"{reason}\"]]",
        "{who}: 認証要素 {factor}[[（{type}）]]を登録しました[[。操作: "
        "{by}]][[。理由「{reason}」]]"}},
      {v1::EVENT_KIND_FACTOR_REMOVED,
       {"{who}: {factor}[[ ({type})]] was removed[[ by {by}]][[: \"{reason}\"]]",
        "{who}: 認証要素 {factor}[[（{type}）]]を削除しました[[。操作: "
        "{by}]][[。理由「{reason}」]]"}},
      {v1::EVENT_KIND_LOGINS_MODE_CHANGED,
       {"logins: from {before} to {after}[[; without a second factor: {without_factor}]]",
        "ログイン認証の設定が変わりました（{before} → {after}）[[。第二要素未登録: "
        "{without_factor}]]"}},
      {v1::EVENT_KIND_LOGIN_LOCKED,
       {"{who}: too many wrong answers[[ ({what})]]: locked[[ for {seconds} s]][[, {wrong} wrong]]",
        "{who}: 認証の誤りが続いたため[[ {seconds} 秒間]]停止します[[（{what}）]][[、誤り {wrong} "
        "回]]"}},
      {v1::EVENT_KIND_LOGIN_WITHOUT_TICKET,
       {"{who}: got as far as the {what}[[ by {service}]][[ as {target}]][[ on {tty}]][[ from "
        "{host}]] without two factors[[, and was {outcome}]][[ (session {session})]]",
        "{who}: 二要素を示さずに {what} の段階に達しました[[。結果: {outcome}]][[（{service}）]]"
        "[[、{target} として]][[、{tty}]][[、接続元 {host}]][[、セッション {session}]]"}},
      {v1::EVENT_KIND_LOGIN_WAY_OPENED,
       {"one factor is enough to log in by {way}[[: {enough}]]. On that terminal: sudo sekisho "
        "doctor logins",
        "{way} は一要素でログインできる状態です[[（{enough}）]]。端末で sudo sekisho doctor logins "
        "を実行してください"}},
      {v1::EVENT_KIND_LOGIN_WAY_CLOSED,
       {"one factor is no longer enough to log in by {way}",
        "{way} は一要素ではログインできなくなりました"}},
      {v1::EVENT_KIND_DEVICE_BLOCKED,
       {"{who}: {device} was blocked: {why}[[. Reference {reference}]]",
        "{who}: {device} を遮断しました。{why}[[。受付番号 {reference}]]"}},
      {v1::EVENT_KIND_EXCEPTION_REQUESTED,
       {"{who}: asks for {device}[[: \"{reason}\"]][[. Reference {reference}]]",
        "{who}: {device} の利用を申請しました[[。理由「{reason}」]][[。受付番号 {reference}]]"}},
      {v1::EVENT_KIND_DEVICE_WOULD_BE_BLOCKED,
       {"{who}: {device} would have been blocked: {why}",
        "{who}: {device} は遮断の対象です（監視のみのため遮断していません）。{why}"}},
      {v1::EVENT_KIND_MEDIUM_REFUSED,
       {"{program}[[ (pid {pid})]][[ of uid {uid}]] was refused[[ {operation}]][[ of {node}]][[, "
        "{count} times]]",
        "[[uid {uid} の]]プログラム {program}[[（pid {pid}）]]による[[ {node} の]][[ {operation} "
        "]]を拒否しました[[（{count} 回）]]"}},
      {v1::EVENT_KIND_DEVICE_ALLOWED,
       {"{who}: {device} was allowed, {action}: {why}",
        "{who}: {device} を許可しました（{action}）。{why}"}},
      {v1::EVENT_KIND_GRANT_ACCEPTED,
       {"grant {grant} arrived[[ from {requested_by}]][[, approved by {approved_by}]][[: "
        "\"{reason}\"]]",
        "例外許可 {grant} を受理しました[[。担当 {requested_by}]][[、承認 {approved_by}]][[。理由「"
        "{reason}」]]"}},
      {v1::EVENT_KIND_GRANT_OPENED,
       {"{who}: grant {grant} opened[[ {device}]]",
        "{who}: 例外許可 {grant} により[[ {device} を]]開きました"}},
      {v1::EVENT_KIND_GRANT_ENDED,
       {"grant {grant} ended[[: {cause}]]", "例外許可 {grant} が終了しました[[。{cause}]]"}},
      {v1::EVENT_KIND_HOLDER_ENDED,
       {"program {program}[[ (pid {pid})]][[ of uid {uid}]] held the medium and was ended[[ with "
        "{signal}]]",
        "媒体を使用中の[[uid {uid} の]]プログラム {program}[[（pid {pid}）]]を終了しました"
        "[[（{signal}）]]"}},
      {v1::EVENT_KIND_MEDIUM_CLOSED,
       {"[[{device} ]]was shut[[; flushed: {flushed}]][[, unmounted: {unmounted}]][[, "
        "deauthorised: "
        "{deauthorised}]][[, in {milliseconds} ms]]",
        "[[{device} を]]閉じました[[。書き込み完了: {flushed}]][[、取り外し: "
        "{unmounted}]][[、接続遮断: "
        "{deauthorised}]][[（{milliseconds} ms）]]"}},
      {v1::EVENT_KIND_DEVICE_ADOPTED,
       {"{device} belongs to the terminal from now on",
        "{device} を端末の備え付け機器に登録しました"}},
      {v1::EVENT_KIND_ENROLLED, {"enrolled with this console", "コンソールに登録されました"}},
      {v1::EVENT_KIND_ORDER_APPLIED,
       {"order[[ {version}]][[ from {ordered_by}]] was carried out[[: {what}]][[, of "
        "{person}]][[, \"{reason}\"]]",
        "[[{ordered_by} の]]指示[[第{version}号]]を実行しました[[: "
        "{what}]][[（{person}）]][[。理由「{reason}」]]"}},
      {v1::EVENT_KIND_MODE_CHANGED,
       {"[[from {before} ]][[to {after}]][[: {cause}]]",
        "動作モードが変わりました[[（{before} → {after}）]][[: {cause}]]"}},
      {v1::EVENT_KIND_DEVICE_ABANDONED,
       {"{device} no longer belongs to the terminal",
        "{device} の備え付け機器としての登録を解除しました"}},
      {v1::EVENT_KIND_KEYBOARD_ADMITTED,
       {"{device} was admitted until the next start, by the code on the screen",
        "{device} を画面の確認番号により次の起動まで許可しました"}},
      {v1::EVENT_KIND_TERMINAL_LEFT,
       {"Sekisho was removed from it, as released", "指示に従い Sekisho が取り除かれました"}},
      {v1::EVENT_KIND_FILE_RECORDED,
       {"{who}: {path} was {operation}[[ to {to}]][[, {size} bytes]][[, SHA-256 {sha256}]]",
        "{who}: {path}[[ → {to}]]（{operation}）[[、{size} バイト]][[、SHA-256 {sha256}]]"}},
      {v1::EVENT_KIND_MEDIUM_OPENED,
       {"{node}[[ of {device}]] can be used[[, {action}]][[; {proof}]]",
        "[[{device} の]] {node} を使用可能にしました[[（{action}）]][[。{proof}]]"}},
      {v1::EVENT_KIND_GRANT_REFUSED,
       {"a grant[[ {grant}]] was refused[[: {cause}]]",
        "例外許可[[ {grant}]]を拒否しました[[: {cause}]]"}},
      {v1::EVENT_KIND_BUNDLE_REFUSED,
       {"policy[[ {version}]] was refused, the one before stays[[: {cause}]]",
        "ポリシー[[第{version}版]]を拒否し、以前の版を継続します[[: {cause}]]"}},
      {v1::EVENT_KIND_ACKNOWLEDGEMENT_REFUSED,
       {"somebody sent a receipt that the console did not sign; nothing was deleted[[: {cause}]]",
        "コンソールの署名のない受領応答が届きました。記録は削除していません[[: {cause}]]"}},
      {v1::EVENT_KIND_BUNDLE_WITHHELD,
       {"policy[[ {newest}]] exists but does not arrive[[; in force: {applied}]]",
        "ポリシー[[第{newest}版]]が届いていません[[（適用中: 第{applied}版）]]"}},
      {v1::EVENT_KIND_STATE_SET_ASIDE,
       {"a stored file was unusable and set aside[[: {file}]][[, {cause}]]",
        "保存ファイルが使えないため退避しました[[: {file}]][[、{cause}]]"}},
      {v1::EVENT_KIND_SPOOL_EVICTED,
       {"[[{count} ]][[{class} ]]events had to be dropped for want of room[[, {first} to {last}]]",
        "空き容量不足のため[[{class} の]]記録[[ {count} "
        "件]]を間引きました[[（{first}～{last}）]]"}},
      {v1::EVENT_KIND_SPOOL_UNWRITABLE,
       {"events cannot be recorded, so nothing new is allowed[[: {cause}]]",
        "記録できないため、新たな許可を停止しています[[: {cause}]]"}},
      {v1::EVENT_KIND_DEVICE_CHANGED,
       {"{device} is not what it was when it was decided on[[ (before: {before})]]",
        "{device} が判定時と異なる機器に変わりました[[（以前: {before}）]]"}},
      {v1::EVENT_KIND_ENFORCEMENT_FAILED,
       {"could not enforce[[ on {device}]][[: {step}]][[, {error}]]",
        "遮断処理に失敗しました[[: {device}]][[、{step}]][[、{error}]]"}},
      {v1::EVENT_KIND_CLIENT_REFUSED,
       {"a program misused a local socket[[: {socket}]][[, {cause}]][[, {count} times]]",
        "ローカルソケットへの不正な接続を拒否しました[[: {socket}]][[、{cause}]][[、{count} 回]]"}},
      {v1::EVENT_KIND_CLOCK_MOVED,
       {"the clock was moved[[ by {seconds} s]]; grants end when they should",
        "時計が変更されました[[（{seconds} 秒）]]。例外許可の期限には影響しません"}},
      {v1::EVENT_KIND_BEACON_STALE,
       {"nothing signed by the console was heard[[ for {seconds} s]]",
        "コンソールの署名付き応答が届いていません[[（{seconds} 秒間）]]"}},
      {v1::EVENT_KIND_BARRIER_LOOSE,
       {"a protection had come loose[[: {what}]][[, interface {interface}]][[, {device}]]",
        "保護が外れていました[[: {what}]][[、インターフェース {interface}]][[、{device}]]"}},
      {v1::EVENT_KIND_TRIAL_UNDONE,
       {"nobody confirmed the trial[[ in {seconds} s]]: it only observes again[[ ({where})]]",
        "試行が[[ {seconds} 秒以内に]]確認されなかったため、監視のみに戻りました[[（{where}）]]"}},
      {v1::EVENT_KIND_ORDER_REFUSED,
       {"order[[ {version}]] was refused[[: {cause}]]",
        "指示[[第{version}号]]を拒否しました[[: {cause}]]"}},
      {v1::EVENT_KIND_RESCUE_BOOTED,
       {"it was started through the rescue entry", "救済用の起動項目から起動されました"}},
      {v1::EVENT_KIND_FILE_CHANGED,
       {"{file} is not what it was[[: {change}]]", "{file} が変わっています[[: {change}]]"}},
      {v1::EVENT_KIND_BOOT_IMAGE_STALE,
       {"the next start would not hold[[: {image}]][[ lacks {lacks}]]",
        "次回の起動では遮断が保てません[[: {image}]][[ に {lacks} がありません]]"}},
      {v1::EVENT_KIND_REMOVED_UNRELEASED,
       {"Sekisho is being removed without a release[[ ({how})]]",
        "許可なく Sekisho が取り除かれようとしています[[（{how}）]]"}},
      {v1::EVENT_KIND_IDENTITY_MOVED,
       {"its disk is in other hardware than it was enrolled on[[: {what}]]",
        "登録時と異なる機器でディスクが使われています[[: {what}]]"}},
      {v1::EVENT_KIND_KEYBOARD_CODE_FAILED,
       {"{device} typed the wrong code and stays shut[[, {attempts} times]]",
        "{device} の確認番号が誤っているため遮断を続けます[[（{attempts} 回）]]"}},
      {v1::EVENT_KIND_FILES_UNRECORDED,
       {"[[{count} ]]file operations could not be recorded[[: {cause}]]",
        "ファイル操作[[ {count} 件]]を記録できませんでした[[: {cause}]]"}},
      {v1::EVENT_KIND_READ_ONLY_BROKEN,
       {"{device} was to be read only and could be written; it was shut[[: {node}]][[, {how}]]",
        "{device} が読み取り専用のはずなのに書き込めたため閉じました[[: {node}]][[、{how}]]"}},
      {v1::EVENT_KIND_MEDIUM_GUARD_LOST,
       {"disks are not guarded in the kernel[[: {what}]][[, {detail}]]",
        "カーネルでの媒体の遮断が効いていません[[: {what}]][[、{detail}]]"}},
      {v1::EVENT_KIND_BUNDLE_ROLLED_BACK,
       {"policy[[ {version}]] would have left no keyboard or pointer[[ ({left})]]; the one before "
        "is in force",
        "ポリシー[[第{version}版]]ではキーボードまたはポインターが使えなくなるため[[（{left}）]]、"
        "以前の版に戻しました"}},
      {v1::EVENT_KIND_TERMINAL_REVOKED,
       {"[[{operator}: ]]revoked; its connection was ended[[: {reason}]]",
        "[[{operator}: ]]端末を失効させ、接続を切断しました[[: {reason}]]"}},
      {v1::EVENT_KIND_REPORT_REFUSED,
       {"a report that this terminal did not sign, or malformed, was refused[[: {cause}]]",
        "署名または形式が不正な報告を拒否しました[[: {cause}]]"}},
      {v1::EVENT_KIND_CHAIN_BROKEN,
       {"the terminal's history does not fit together[[ at {sequence}]]",
        "端末の履歴がつながりません[[（番号 {sequence}）]]"}},
      {v1::EVENT_KIND_TERMINAL_SILENT,
       {"nothing was heard from it[[ for {seconds} s]]", "応答がありません[[（{seconds} 秒間）]]"}},
      {v1::EVENT_KIND_TERMINAL_DUPLICATED,
       {"another machine uses its identity[[: {what}]][[, {detail}]]",
        "別の機器が同じ識別情報を使っています[[: {what}]][[、{detail}]]"}},
      {v1::EVENT_KIND_TERMINAL_REINSTALLED,
       {"it was installed anew[[ for the {enrolment}. time]], its history goes on",
        "再導入されました[[（{enrolment} 回目）]]。履歴は引き継がれます"}},
      {v1::EVENT_KIND_DEVICE_DUPLICATED,
       {"{device}: the same serial is also at {terminal}[[, port {port}]]",
        "{device}: 同じ製造番号の機器が {terminal} にもあります[[（ポート {port}）]]"}},
      {v1::EVENT_KIND_INTERVAL_LOST,
       {"the console was restored: its records[[ from {from}]][[ until {until}]] are gone"
        "[[ (numbers {first} to {last})]][[; enrolled in between and taken in again: "
        "{readmitted}]]",
        "コンソールの復元により[[ {from} から]][[ {until} まで]]の記録が失われました"
        "[[（番号 {first}〜{last}）]][[。この間に登録された端末として再び受け入れました: "
        "{readmitted}]]"}},
  };
  return *sentences;
}

}  // namespace

Text EventSentence(v1::EventKind kind) {
  const auto found = Sentences().find(kind);
  if (found != Sentences().end()) return found->second;
  return {"[[{device} ]][[{parameters}]]", "[[{device} ]][[{parameters}]]"};
}

bool HasSentence(v1::EventKind kind) { return Sentences().contains(kind); }

}  // namespace sekisho::console::cli
