#include <string_view>

#include "agent/cli/texts.h"

namespace sekisho::cli {
namespace {

struct Entry {
  const char* english;
  const char* japanese;
};

struct FailureEntry {
  std::string_view code;
  Entry entry;
};

constexpr FailureEntry kFailures[] = {
    {"agent-not-running",
     {"sekisho-agentd does not answer. The kernel goes on denying new devices.\n"
      "Start it: sudo systemctl start sekisho-agentd",
      "sekisho-agentd が応答しません。新しい機器の遮断はカーネルが続けています。\n"
      "起動するには: sudo systemctl start sekisho-agentd"}},
    {"agent-no-answer",
     {"sekisho-agentd did not answer in time. Try again; if it stays so: journalctl -u "
      "sekisho-agentd",
      "sekisho-agentd から時間内に応答がありません。再試行し、続く場合は journalctl -u "
      "sekisho-agentd を確認してください"}},
    {"logins-unavailable",
     {"Factors cannot be read or written now. See: journalctl -u sekisho-agentd",
      "いまは認証要素を読み書きできません。journalctl -u sekisho-agentd を確認してください"}},
    {"factors-unreadable",
     {"What was enrolled cannot be read. Enrol anew: sudo sekisho factor add PERSON --reason WHY",
      "登録内容を読み取れません。登録し直してください: sudo sekisho factor add 職員 --reason "
      "理由"}},
    {"no-such-person",
     {"Nobody here is called {person}", "{person} という利用者はこの端末にいません"}},
    {"no-second-factor",
     {"You have no second factor yet. The first one is enrolled by whoever administers this "
      "terminal",
      "第二要素が未登録です。最初の登録はこの端末の管理者が行います"}},
    {"code-missing",
     {"A code of a factor that you have is needed: --code CODE",
      "登録済みの要素の認証コードが必要です: --code 認証コード"}},
    {"code-wrong",
     {"That is not the code. Each is good once, for half a minute; is this terminal's clock right?",
      "認証コードが違います。コードは約30秒間、1回だけ有効です。端末の時計も確認してください"}},
    {"factor-locked",
     {"Too many wrong codes: try again in {seconds} s",
      "誤りが続いたため、あと{seconds}秒は使えません"}},
    {"nothing-to-confirm",
     {"Nothing waits to be confirmed: begin anew with sekisho factor add",
      "確認待ちの登録がありません。sekisho factor add からやり直してください"}},
    {"too-many-factors",
     {"Eight factors are enough. Remove one first: sekisho factor remove",
      "登録は8個までです。先に sekisho factor remove で削除してください"}},
    {"label-too-long", {"A label has at most 64 bytes", "名前は64バイトまでです"}},
    {"no-such-factor",
     {"There is no factor {factor}. List them: sekisho factor list",
      "要素 {factor} がありません。一覧: sekisho factor list"}},
    {"last-factor",
     {"That is your last one: without it you could not log in. Add another first, or ask whoever "
      "administers this terminal",
      "最後の要素です。削除するとログインできなくなります。先に別の要素を追加するか、管理者に"
      "依頼してください"}},
    {"without-factor",
     {"These people can log in and have no second factor: {people}\n"
      "Enrol them: sudo sekisho factor add PERSON --reason WHY\n"
      "or lock them out knowingly: sudo sekisho login enforce --force {people}",
      "次の利用者は第二要素が未登録です: {people}\n"
      "登録するには: sudo sekisho factor add 職員 --reason 理由\n"
      "ログインできなくなることを承知で進めるには: sudo sekisho login enforce --force {people}"}},
    {"token-missing",
     {"No token. Type: sudo sekisho enrol TOKEN, or --token-file FILE (- reads standard input)",
      "トークンがありません。sudo sekisho enrol トークン、または --token-file ファイル"
      "(- で標準入力)を指定してください"}},
    {"token-file",
     {"Cannot read the token file {file}. Check its name and that you may read it",
      "トークンのファイル {file} を読めません。名前と権限を確認してください"}},
    {"parcel-unwritable",
     {"{file} cannot be written: {detail}", "{file} に書き込めません: {detail}"}},
    {"parcel-unreadable", {"{file} cannot be read: {detail}", "{file} を読めません: {detail}"}},
    {"not-a-parcel",
     {"{file} is not a parcel of Sekisho's. Take the file that sekishoctl parcel carry wrote",
      "{file} は Sekisho の持ち運びファイルではありません。sekishoctl parcel carry が書いた"
      "ファイルを指定してください"}},
    {"newer-parcel",
     {"{file} was written by a newer console. Update sekisho-agent on this terminal first",
      "{file} は新しい版のコンソールのファイルです。先にこの端末の sekisho-agent "
      "を更新してください"}},
    {"cut-off",
     {"{file} is cut off: it does not end with \"end\". Copy it again",
      "{file} が途中で切れています。コピーし直してください"}},
    {"damaged",
     {"{file} is damaged. Copy it again", "{file} が壊れています。コピーし直してください"}},
    {"parcel-malformed",
     {"The file holds no parcel that this agent understands. Update sekisho-agent, or copy it "
      "again",
      "ファイルの内容を処理できません。sekisho-agent を更新するか、コピーし直してください"}},
    {"parcel-for-console",
     {"This parcel is for the console: sekishoctl parcel carry FILE --out ANSWER. Import the "
      "answer",
      "これはコンソールに持ち込むファイルです。sekishoctl parcel carry ファイル --out 回答 "
      "を実行し、回答を取り込んでください"}},
    {"parcel-other-terminal",
     {"This parcel is for another terminal ({terminal}). See: sekisho status",
      "別の端末({terminal})のファイルです。sekisho status で確認してください"}},
    {"parcel-not-asked",
     {"This terminal has not asked for it: sudo sekisho export FILE --token-file TOKEN first",
      "この端末からの申請がありません。先に sudo sekisho export ファイル --token-file トークン "
      "を実行してください"}},
    {"export-not-enrolled",
     {"This terminal is not enrolled. To ask for it by file: sudo sekisho export FILE --token-file "
      "TOKEN",
      "この端末は未登録です。ファイルで登録するには: sudo sekisho export ファイル --token-file "
      "トークン"}},
    {"import-not-enrolled",
     {"This terminal is not enrolled. First: sudo sekisho export FILE --token-file TOKEN",
      "この端末は未登録です。先に sudo sekisho export ファイル --token-file トークン "
      "を実行してください"}},
    {"preflight-missing",
     {"Cannot start {program}. Install sekisho-agent again",
      "{program} を起動できません。sekisho-agent を入れ直してください"}},
    {"no-such-device",
     {"No device {device}. See what is plugged in: sekisho devices",
      "機器 {device} はありません。接続中の機器は sekisho devices で確認できます"}},
    {"no-grant",
     {"No exception is running on {device}. See: sekisho status",
      "{device} に実行中の例外はありません。sekisho status で確認してください"}},
    {"reason-empty",
     {"A request needs a reason: sekisho request DEVICE --reason \"...\"",
      "申請には理由が必要です: sekisho request 機器 --reason \"理由\""}},
    {"reason-too-long",
     {"The reason is longer than {bytes} bytes. Shorten it",
      "理由が長すぎます({bytes} バイトまで)。短くしてください"}},
    {"already-open",
     {"{device} is open already; no exception is needed",
      "{device} はすでに使えます。例外は必要ありません"}},
    {"unrecordable",
     {"It cannot be recorded now, so it cannot be done: the disk is full or cannot be written. "
      "Tell "
      "the helpdesk",
      "記録できないため実行できません(ディスクの空きがないか書き込めません)"
      "。窓口に連絡してください"}},
    {"root-only",
     {"Only root may do this. Type: sudo sekisho ...",
      "管理者だけが実行できます。sudo sekisho ... としてください"}},
    {"seat-only",
     {"Only the person in front of the terminal, or root, may do this",
      "この端末の前にいる利用者か管理者だけが実行できます"}},
    {"too-fast",
     {"Too many requests. Wait a few seconds and try again",
      "要求が多すぎます。数秒待って再試行してください"}},
    {"unknown-request",
     {"sekisho-agentd does not know this request: it is older than this command. Update the "
      "package "
      "sekisho-agent and restart sekisho-agentd",
      "sekisho-agentd がこの要求に対応していません。sekisho-agent "
      "を更新し、sekisho-agentd を再起動してください"}},
    {"already-enrolled",
     {"This terminal is enrolled already, as {terminal}. See: sekisho status",
      "この端末は {terminal} として登録済みです。sekisho status で確認してください"}},
    {"enrolment-running",
     {"An enrolment is under way. Wait for it to end",
      "登録処理が進行中です。終わるまで待ってください"}},
    {"enrolment-busy",
     {"An enrolment is under way. Wait for it to end",
      "登録処理が進行中です。終わるまで待ってください"}},
    {"token-malformed",
     {"This is not an enrolment token ({detail}). It starts with \"sekisho1.\"; copy it whole, or "
      "make a new one: sekishoctl tokens create",
      "登録トークンではありません({detail})。「sekisho1.」で始まる全体を貼り付けるか、"
      "sekishoctl tokens create で発行し直してください"}},
    {"link-absent",
     {"sekisho-link is not running. Type: sudo systemctl start sekisho-link, then try again",
      "sekisho-link が動いていません。sudo systemctl start sekisho-link の後に再試行してください"}},
    {"console-unreachable",
     {"The console {console} cannot be reached. Check the network and that the console runs; the "
      "token is not used up",
      "コンソール {console} に接続できません。ネットワークとコンソールの稼働を確認してください"
      "(トークンは未使用のままです)"}},
    {"root-of-trust-mismatch",
     {"What answers at {console} is not the console that made this token. Nothing secret was sent. "
      "Check the address, and make a new token on the right console",
      "{console} "
      "の応答は、このトークンを発行したコンソールのものではありません。秘密は送っていません。"
      "アドレスを確認し、正しいコンソールで発行し直してください"}},
    {"console-refused",
     {"The console refused the token: it is unknown, used up, expired or revoked. Make a new one: "
      "sekishoctl tokens create",
      "コンソールがトークンを拒否しました(不明・使用済み・期限切れ・失効)。"
      "sekishoctl tokens create で発行し直してください"}},
    {"answer-malformed",
     {"The console's answer could not be used. Update agent and console to matching versions",
      "コンソールの応答を処理できません。エージェントとコンソールの版を揃えてください"}},
    {"answer-not-authentic",
     {"The answer is not signed by the root of trust in the token ({detail}). The terminal stays "
      "unenrolled; tell the administrator",
      "応答がトークンの信頼の起点で署名されていません({detail})。登録せずに中止しました。"
      "管理者に連絡してください"}},
    {"state-unwritable",
     {"The state cannot be written. Free some space in /var/lib/sekisho and try again",
      "状態を保存できません。/var/lib/sekisho の空き容量を確保して再試行してください"}},
    {"stopping",
     {"sekisho-link is stopping. Try again in a moment",
      "sekisho-link が停止中です。少し待って再試行してください"}},
    {"enrolment-failed",
     {"The enrolment failed ({detail}). See: journalctl -u sekisho-link -u sekisho-agentd",
      "登録に失敗しました({detail})。journalctl -u sekisho-link -u sekisho-agentd "
      "を確認してください"}},
    {"no-trial",
     {"No trial is running, so there is nothing to confirm. See: sekisho status",
      "試行中ではないため、確認するものがありません。sekisho status で確認してください"}},
    {"mode-unwritable",
     {"The confirmation cannot be written ({detail}). Free some space and try again before the "
      "trial ends",
      "確認を保存できません({detail})。空き容量を確保し、試行が終わる前に再試行してください"}},
    {"not-adoptable",
     {"{device} is not only a keyboard, pointer or hub, so it cannot be adopted. See: sudo sekisho "
      "adopt",
      "{device} はキーボード・マウス・ハブ以外の機能を含むため承認できません。"
      "候補は sudo sekisho adopt で確認できます"}},
};

}  // namespace

std::string SayFailure(Language language, const v1::LocalFailure& failure) {
  for (const FailureEntry& each : kFailures) {
    if (each.code != failure.code()) continue;
    std::string said = language == Language::kJapanese ? each.entry.japanese : each.entry.english;
    for (const v1::Parameter& parameter : failure.parameters()) {
      said = Replace(std::move(said), parameter.key(), parameter.value());
    }
    return said;
  }
  return failure.code();
}

}  // namespace sekisho::cli
