#include "agent/cli/texts.h"

#include <cstdlib>

namespace sekisho::cli {
namespace {

Entry EntryOf(Text text) {
  switch (text) {
    case Text::kNotEnrolled:
      return {
          "Not enrolled. Only adopted keyboards, pointers and hubs work.\n"
          "To enrol: sudo sekisho enrol TOKEN (the token comes from the console)",
          "この端末は未登録です。導入時に承認したキーボード・マウス・ハブだけが使えます。\n"
          "登録するには: sudo sekisho enrol トークン(トークンはコンソールで発行します)"};
    case Text::kTokenRefused:
      return {"The enrolment token that lies here was refused: {why}",
              "この端末に置かれた登録トークンは拒否されました: {why}"};
    case Text::kMoved:
      return {
          "This identity was made on other hardware. If this is another machine, or has another\n"
          "mainboard, enrol it anew: sudo sekisho enrol TOKEN",
          "この識別情報は別の機器で作られたものです。別の機器である場合や、マザーボードを交換した\n"
          "場合は、登録し直してください: sudo sekisho enrol TOKEN"};
    case Text::kEnrolled:
      return {"Terminal {terminal} of {organisation}, group {group}",
              "端末 {terminal}({organisation}、グループ {group})"};
    case Text::kConsole:
      return {"Console {console}: {link}; {heard}", "コンソール {console}: {link}、{heard}"};
    case Text::kKeyInFile:
      return {"  The key of the connection is kept in a file", "  接続用の鍵: ファイルに保存"};
    case Text::kKeyInTpm:
      return {"  The key of the connection is kept in the TPM", "  接続用の鍵: TPMに保存"};
    case Text::kObserving:
      return {"Only observing: nothing is refused; what would be is recorded",
              "監視のみ: 機器は遮断せず、遮断の対象となるものを記録しています"};
    case Text::kTrial:
      return {
          "Trial: it refuses, and will stop in {left} unless somebody confirms\n"
          "  If keyboard, mouse and network work: sekisho confirm",
          "試行中: 遮断しています。あと {left} のうちに確認しないと監視のみに戻ります\n"
          "  キーボード・マウス・ネットワークが使えるなら: sekisho confirm"};
    case Text::kEnforcing:
      return {"Enforcing: what the policy does not allow is refused",
              "遮断中: ポリシーで許可していない機器を遮断しています"};
    case Text::kRescue:
      return {
          "Rescue: until the next start every keyboard, mouse and hub works; the rest is refused. "
          "The console is told",
          "救済起動: 次の起動までキーボード・マウス・ハブがすべて使えます。ほかは遮断します。"
          "この起動はコンソールに報告されます"};
    case Text::kNextMode:
      return {"  From the next start on: {mode}", "  次回の起動から: {mode}"};
    case Text::kMayLeave:
      return {"Sekisho may be removed from this terminal: the console has released it",
              "この端末から Sekisho を削除できます(コンソールで許可済み)"};
    case Text::kLinkAbsent:
      return {"no link process (sudo systemctl status sekisho-link)",
              "接続プロセスがありません(sudo systemctl status sekisho-link で確認)"};
    case Text::kLinkConnecting:
      return {"connecting", "接続しています"};
    case Text::kLinkConnected:
      return {"connected", "接続済み"};
    case Text::kNeverHeard:
      return {"nothing signed heard in this boot", "起動後まだ署名付きの応答がありません"};
    case Text::kLastHeard:
      return {"last signed word {seconds} s ago", "最後の署名付き応答は {seconds} 秒前"};
    case Text::kNoPolicy:
      return {"No policy: everything but adopted devices is blocked",
              "ポリシーがありません: 承認済みの機器以外はすべて遮断します"};
    case Text::kPolicy:
      return {"Policy version {version}, {zone}", "ポリシー 第{version}版({zone})"};
    case Text::kPolicyOld:
      return {"  The console has version {newest}; it has not arrived",
              "  コンソールの最新は第{newest}版ですが、まだ届いていません"};
    case Text::kWaiting:
      return {"Events waiting for the console: {count}",
              "コンソールへの送信待ちの記録: {count} 件"};
    case Text::kNoGrants:
      return {"No exception is running", "実行中の例外はありません"};
    case Text::kGrant:
      return {"Exception on {port}: {device}, {action}, {left} left (granted to {by}: {reason})",
              "例外 {port}: {device}、{action}、残り {left}(申請 {by}: {reason})"};
    case Text::kGrantNotPlugged:
      return {"Exception waiting for its device: {action}, {left} left (granted to {by}: {reason})",
              "例外(機器は接続されていません): {action}、残り {left}(申請 {by}: {reason})"};
    case Text::kProbes:
      return {"Protections tried: {holds} of {all} held",
              "保護の試行: {all} 件中 {holds} 件が有効"};
    case Text::kProbesNone:
      return {"No protection has been tried yet", "保護の試行はまだ行われていません"};
    case Text::kContact:
      return {"Contact: {contact}", "連絡先: {contact}"};
    case Text::kNoDevices:
      return {"No device is plugged in", "機器は接続されていません"};
    case Text::kDeviceLine:
      return {"{port}  {state}  {device} ({id}), {classes}",
              "{port}  {state}  {device}({id})、{classes}"};
    case Text::kReference:
      return {"  reference {reference}", "  参照番号 {reference}"};
    case Text::kBlocked:
      return {"blocked", "遮断"};
    case Text::kReadOnly:
      return {"read-only", "読み取り専用"};
    case Text::kAllowed:
      return {"allowed", "許可"};
    case Text::kInPart:
      return {" in part", "(一部)"};
    case Text::kWouldBeBlocked:
      return {"would be blocked", "遮断の対象(監視のみ)"};
    case Text::kStateDiffers:
      return {" (changing)", "(変更中)"};
    case Text::kWhyPolicyVersion:
      return {"  Decided under policy version {version}", "  判定に用いたポリシー: 第{version}版"};
    case Text::kWhyRunnerUp:
      return {"  The nearest rule was \"{rule}\"; it did not match because of {condition}",
              "  最も近い規則は「{rule}」ですが、条件 {condition} が合いませんでした"};
    case Text::kWhyAudited:
      return {"  Rule \"{rule}\" only audits; it would have decided: {action}",
              "  規則「{rule}」は試行のみです。適用していれば「{action}」でした"};
    case Text::kWhyRule:
      return {"  Rule \"{rule}\": {description}", "  規則「{rule}」: {description}"};
    case Text::kWhyShutInterface:
      return {"  Its interface {number} stays shut: {classes}",
              "  インターフェース {number} は閉じたままです: {classes}"};
    case Text::kWhyNext:
      return {
          "  To ask for an exception: sekisho request {port} --reason \"...\", then tell the "
          "helpdesk the reference",
          "  例外を申請するには: sekisho request {port} --reason \"理由\" "
          "を実行し、参照番号を窓口に伝えてください"};
    case Text::kRequested:
      return {"Requested. Tell the helpdesk this reference: {reference}",
              "申請しました。窓口に参照番号を伝えてください: {reference}"};
    case Text::kReturned:
      return {"Returned. The device is being closed.", "返却しました。機器を閉じています。"};
    case Text::kEnrolDone:
      return {"Enrolled as {terminal} ({organisation}, group {group})",
              "登録しました: 端末 {terminal}({organisation}、グループ {group})"};
    case Text::kExported:
      return {
          "Written to {file}. Carry it to the console: sekishoctl parcel carry FILE --out ANSWER, "
          "and bring the answer back: sudo sekisho import ANSWER",
          "{file} に書き出しました。コンソールで sekishoctl parcel carry ファイル --out 回答 "
          "を実行し、回答を持ち帰って sudo sekisho import 回答 としてください"};
    case Text::kExportedRequest:
      return {
          "Written to {file}, with the token in it: nobody else must get it. Carry it to the "
          "console: sekishoctl parcel carry FILE --out ANSWER",
          "{file} に書き出しました(トークンを含みます。他人に渡さないでください)。"
          "コンソールで sekishoctl parcel carry ファイル --out 回答 を実行してください"};
    case Text::kExportLeftOut:
      return {
          "{count} more events did not fit: export again once the answer was imported",
          "記録 {count} 件が入りきりませんでした。回答を取り込んだ後、もう一度書き出してください"};
    case Text::kImported:
      return {"Believed: {taken}, known already: {known}, refused: {refused}",
              "反映 {taken} 件、反映済み {known} 件、拒否 {refused} 件"};
    case Text::kConfirmed:
      return {"Confirmed. This terminal goes on refusing, at every start.",
              "確認しました。この端末は今後も起動のたびに遮断します。"};
    case Text::kReleased:
      return {"The console has released this terminal: Sekisho may be removed.",
              "コンソールで許可されています。この端末から Sekisho を削除できます。"};
    case Text::kUnreleased:
      return {
          "The console has not released this terminal. Ask for it there: sekishoctl terminals "
          "release TERMINAL --reason \"...\"\n"
          "A removal without it is reported.",
          "この端末の削除はコンソールで許可されていません。sekishoctl terminals release 端末 "
          "--reason \"理由\" を依頼してください。\n"
          "許可なく削除すると報告されます。"};
    case Text::kLeavingReported:
      return {"The console has recorded the removal.", "削除をコンソールに報告しました。"};
    case Text::kLeavingUnreported:
      return {"The console could not be told of the removal in time.",
              "削除をコンソールに報告できませんでした(時間切れ)。"};
    case Text::kProposal:
      return {"{port}  {device}, {classes}", "{port}  {device}、{classes}"};
    case Text::kProposalAlready:
      return {"  adopted already", "  承認済み"};
    case Text::kProposalHubs:
      return {"  with the hubs above it: {hubs}", "  経由するハブも承認します: {hubs}"};
    case Text::kProposalWhy:
      return {"  because: {reason}", "  理由: {reason}"};
    case Text::kProposalNot:
      return {"  cannot be adopted: {reason}", "  承認できません: {reason}"};
    case Text::kNoProposals:
      return {"Nothing is plugged in that could be adopted", "承認できる機器は接続されていません"};
    case Text::kAdoptQuestion:
      return {
          "Adopt these? They will work at every boot, without policy or console. [y/N] ",
          "これらを承認しますか? 起動時からポリシーやコンソールなしで使えるようになります。[y/N] "};
    case Text::kAdoptHint:
      return {"To adopt them: sudo sekisho adopt --yes, or name some: sudo sekisho adopt {port}",
              "承認するには: sudo sekisho adopt --yes(一部だけなら sudo sekisho adopt {port})"};
    case Text::kAdopted:
      return {"Adopted: {ports}", "承認しました: {ports}"};
    case Text::kNothingAdopted:
      return {"Nothing new was adopted", "新しく承認した機器はありません"};
    case Text::kProbeHolds:
      return {"held     {name}: tried, and refused  {detail}",
              "有効    {name}: 試行し、拒否されました  {detail}"};
    case Text::kProbeOpen:
      return {"OPEN     {name}: tried, and it went through  {detail}",
              "突破    {name}: 試行したところ、通りました  {detail}"};
    case Text::kProbeUntried:
      return {"untried  {name}: could not be tried  {detail}",
              "未試行  {name}: 試行できませんでした  {detail}"};
    case Text::kDoctorAllHold:
      return {"Every protection was tried and held.", "すべての保護を試行し、有効でした。"};
    case Text::kDoctorOpen:
      return {"This terminal is NOT protected. Call the helpdesk and unplug what you do not need.",
              "この端末は保護されていません。窓口に連絡し、不要な機器を外してください。"};
    case Text::kDoctorUntried:
      return {"Some protections could not be tried: they are not claimed.",
              "試行できなかった保護があります。その保護は確認できていません。"};
    case Text::kDoctorObserving:
      return {"This terminal only observes: it is not protected, and is not meant to be yet.",
              "この端末は監視のみです。保護はまだ始まっていません。"};
    case Text::kLoginRefuses:
      return {"refuses      {name}", "拒否       {name}"};
    case Text::kLoginTwo:
      return {"two factors  {name}", "二要素     {name}"};
    case Text::kLoginOne:
      return {"ONE FACTOR   {name}: {enough}", "一要素のみ {name}: {enough}"};
    case Text::kLoginNone:
      return {"no login     {name}", "ログイン外 {name}"};
    case Text::kLoginUnknown:
      return {"not known    {name}: {enough}", "不明       {name}: {enough}"};
    case Text::kLoginsTwo:
      return {"No way in was found that asks for less than two factors.",
              "二要素未満でログインできる経路は見つかりませんでした。"};
    case Text::kLoginsOne:
      return {
          "Ways in that ask for one factor or none: {count}. What stands beside each is enough.\n"
          "What PAM's files and sshd say was read and followed; nothing was changed or tried. A\n"
          "sudo rule with NOPASSWD and a Match block of sshd are not looked into.",
          "{count} 件の経路は一要素以下でログインできます(右に示すものだけで足ります)。\n"
          "PAM の設定と sshd の実効設定を読み取った結果です(変更や試行はしていません)。\n"
          "sudo の NOPASSWD と sshd の Match ブロックは調べていません。"};
    case Text::kLoginsUnknown:
      return {"Some could not be looked into: run it as root.",
              "調べられなかったものがあります。管理者(root)で実行してください。"};
    case Text::kFactorScan:
      return {"Scan this with an authenticator app:",
              "認証アプリで次のコードを読み取ってください:"};
    case Text::kFactorNoQr:
      return {"  (no QR code can be drawn here: libqrencode4, and a terminal with UTF-8)",
              "  (ここではQRコードを表示できません。libqrencode4 と UTF-8 の端末が必要です)"};
    case Text::kFactorByHand:
      return {"or type this key into it: {secret}\n  {uri}",
              "または次の鍵を入力してください: {secret}\n  {uri}"};
    case Text::kFactorToConfirm:
      return {
          "It counts once it is confirmed, within ten minutes:\n"
          "  sekisho factor confirm {person} {factor} --code CODE",
          "10分以内に確認すると有効になります:\n"
          "  sekisho factor confirm {person} {factor} --code 認証コード"};
    case Text::kFactorConfirm:
      return {"The code that the app shows now (6 digits): ",
              "アプリに表示された認証コード(6桁): "};
    case Text::kFactorOwnCode:
      return {"A code of a factor that you have: ", "登録済みの要素の認証コード: "};
    case Text::kFactorAdded:
      return {"{person} can log in with {factor} from now on.",
              "{person} は {factor} でログインできるようになりました。"};
    case Text::kFactorRemoved:
      return {"{factor} of {person} is no longer taken.",
              "{person} の {factor} を無効にしました。"};
    case Text::kFactorPerson:
      return {"{person}: {factors}", "{person} の要素: {factors}"};
    case Text::kFactorNone:
      return {"NO SECOND FACTOR", "第二要素なし"};
    case Text::kFactorLocked:
      return {" (locked for {left})", "(あと {left} は使えません)"};
    case Text::kFactorUnreadable:
      return {"what was enrolled cannot be read: enrol anew",
              "登録内容を読み取れません。登録し直してください"};
    case Text::kLoginsObserving:
      return {"Logins are only observed: nobody is asked for a second factor",
              "ログインは監視のみ: 第二要素は求めていません"};
    case Text::kLoginsEnforcing:
      return {
          "Enforcing: where pam_sekisho.so is asked, nobody logs in on one factor\n"
          "  Where that is: sudo sekisho doctor logins",
          "適用中: pam_sekisho.so を使う経路では、一つの要素だけではログインできません\n"
          "  経路の一覧: sudo sekisho doctor logins"};
    case Text::kNoticeBlocked:
      return {"{device} was refused", "{device} を遮断しました"};
    case Text::kNoticeBlockedBody:
      return {"Reference {reference}. {why} {contact}", "参照番号 {reference}。{why} {contact}"};
    case Text::kNoticeAllowed:
      return {"{device} may be used", "{device} を使えます"};
    case Text::kNoticeReadable:
      return {"{device} may be read; nothing can be written to it",
              "{device} を読み取れます(書き込みはできません)"};
    case Text::kNoticeAllowedBody:
      return {"Rule \"{rule}\"", "規則「{rule}」"};
    case Text::kNoticeOpened:
      return {"{device} is open for {left}", "{device} を使えます(残り {left})"};
    case Text::kNoticeRunning:
      return {"To end early: sekisho return {port}", "早く終えるには: sekisho return {port}"};
    case Text::kNoticeLeft:
      return {"{device}: {left} left", "{device}: 残り {left}"};
    case Text::kNoticeEnded:
      return {"The exception has ended", "例外の期限が終わりました"};
    case Text::kNoticeUsedUp:
      return {"The exception has ended: as much was written as it allowed",
              "例外を終了しました: 書き込める容量を使い切りました"};
    case Text::kNoticeUsedUpBody:
      return {"What was written last is not complete on the device. For more, ask the helpdesk.",
              "最後に書き込んだファイルは不完全です。追加が必要な場合は窓口に連絡してください。"};
    case Text::kNoticeHolder:
      return {"{program} (process {pid}) was ended: it still had the device open",
              "{program}(プロセス {pid})を終了しました: 機器を使用中でした"};
    case Text::kNoticeClosed:
      return {"{device} is closed and may be unplugged", "{device} を閉じました。取り外せます"};
    case Text::kNoticeClosedUnflushed:
      return {"{device} is closed; what was written last may be missing on it",
              "{device} を閉じました。最後に書き込んだ内容が残っていない可能性があります"};
    case Text::kNoticeStillOpen:
      return {"{device} could not be closed: unplug it, and call the helpdesk",
              "{device} を閉じられませんでした。取り外して、窓口に連絡してください"};
    case Text::kWatching:
      return {"Watching; Ctrl-C ends it", "監視しています(Ctrl-C で終了)"};
    case Text::kAgentBack:
      return {"Connected to sekisho-agentd again", "sekisho-agentd に再接続しました"};
    case Text::kMinutesSeconds:
      return {"{minutes} min {seconds} s", "{minutes}分{seconds}秒"};
    case Text::kSeconds:
      return {"{seconds} s", "{seconds}秒"};
    case Text::kHoursMinutes:
      return {"{hours} h {minutes} min", "{hours}時間{minutes}分"};
  }
  return {"", ""};
}

}  // namespace

std::string Replace(std::string text, std::string_view name, std::string_view value) {
  const std::string mark = "{" + std::string(name) + "}";
  for (std::size_t at = text.find(mark); at != std::string::npos;
       at = text.find(mark, at + value.size())) {
    text.replace(at, mark.size(), value);
  }
  return text;
}

Language LanguageOfEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("ja") ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::string Say(Language language, Text text,
                std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string said = Choose(language, EntryOf(text));
  for (const auto& [name, value] : values) said = Replace(std::move(said), name, value);
  return said;
}

std::string SayDuration(Language language, std::uint64_t nanoseconds) {
  const std::uint64_t seconds = nanoseconds / 1'000'000'000;
  if (seconds < 60) return Say(language, Text::kSeconds, {{"seconds", std::to_string(seconds)}});
  if (seconds < 3600) {
    return Say(
        language, Text::kMinutesSeconds,
        {{"minutes", std::to_string(seconds / 60)}, {"seconds", std::to_string(seconds % 60)}});
  }
  return Say(
      language, Text::kHoursMinutes,
      {{"hours", std::to_string(seconds / 3600)}, {"minutes", std::to_string(seconds / 60 % 60)}});
}

}  // namespace sekisho::cli
