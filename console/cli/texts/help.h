#ifndef SEKISHO_CONSOLE_CLI_TEXTS_HELP_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_HELP_H_

#include "console/cli/texts/text.h"

// What --help says, and sekishoctl(1) at more length.
namespace sekisho::console::cli::help {

struct Command {
  const char* name;
  Text summary;
  // One command line a line, ready to paste; the first is also shown after an error.
  Text examples;
};

inline constexpr Text kUsage{"Usage", "使い方"};
inline constexpr Text kOptions{"OPTIONS", "オプション"};
inline constexpr Text kSubcommand{"COMMAND", "コマンド"};
inline constexpr Text kOptionGroup{"Options", "オプション"};
inline constexpr Text kCommandGroup{"Commands", "コマンド"};
inline constexpr Text kPositionals{"Arguments", "引数"};
inline constexpr Text kRequired{"(needed)", "（必須）"};
inline constexpr Text kExampleHeading{"Example", "例"};
inline constexpr Text kGlobalGroup{"Everywhere", "共通オプション"};
inline constexpr Text kHelpOption{"Show this and stop", "この説明を表示する"};
inline constexpr Text kVersionOption{"Show the version and stop", "バージョンを表示する"};

inline constexpr Text kEverywhere{
    "Also --output json, --console HOST[:PORT], --ca FILE: see sekishoctl --help",
    "共通: --output json、--console ホスト[:ポート]、--ca ファイル（sekishoctl --help を参照）"};
inline constexpr Text kConsole{
    "The console (port 7443 when not given); else SEKISHO_CONSOLE, else "
    "the last sign-in's",
    "コンソール（ポート省略時 7443）。省略時は SEKISHO_CONSOLE、"
    "次に前回のサインイン先"};
inline constexpr Text kCa{
    "PEM file with the console's authority; else SEKISHO_CA, else the last "
    "sign-in's",
    "コンソールのCA証明書（PEM）。省略時は SEKISHO_CA、次に前回のもの"};
inline constexpr Text kOutput{"table for people (default), json for scripts",
                              "表（table、既定）またはスクリプト用の json"};

inline constexpr Command kRoot{
    "sekishoctl",
    {"Watch and steer the terminals that a Sekisho console protects.",
     "関所（Sekisho）コンソールが保護する端末を監視・操作します。"},
    {"sekishoctl sign-in hanako --console console.example.lg.jp --ca ca.pem\n"
     "sekishoctl terminals --unprotected\n"
     "sekishoctl grants create 482913 --for 15m --mode read-write --reason \"Tax office "
     "hand-over\" "
     "--ticket HD-1042",
     "sekishoctl sign-in hanako --console console.example.lg.jp --ca ca.pem\n"
     "sekishoctl terminals --unprotected\n"
     "sekishoctl grants create 482913 --for 15m --mode read-write --reason \"税務署への提出\" "
     "--ticket HD-1042"}};
inline constexpr Text kExitCodes{
    "Exit codes: 0 done, 1 other, 2 wrong command line, 3 sign in first, 4 not permitted,\n"
    "5 not found, 6 refused by the console, 7 console unreachable, 8 history altered (verify).",
    "終了コード: 0 成功、1 その他、2 コマンドの誤り、3 要サインイン、4 権限なし、\n"
    "5 該当なし、6 コンソールが拒否、7 コンソールに接続不可、8 履歴の改変あり（verify）"};

// ---- session
inline constexpr Command kSignIn{
    "sign-in",
    {"Sign in with password and authenticator code", "パスワードと認証コードでサインインする"},
    {"sekishoctl sign-in hanako --console console.example.lg.jp --ca ca.pem",
     "sekishoctl sign-in hanako --console console.example.lg.jp --ca ca.pem"}};
inline constexpr Command kSignOut{"sign-out",
                                  {"End the session, here and on the console", "サインアウトする"},
                                  {"sekishoctl sign-out", "sekishoctl sign-out"}};
inline constexpr Command kWhoAmI{
    "whoami",
    {"Show who is signed in, as what, until when", "サインイン中の担当者と役割、期限を表示する"},
    {"sekishoctl whoami", "sekishoctl whoami"}};
inline constexpr Text kOperatorName{"Operator's name (asked for when not given)",
                                    "担当者名（省略時は入力を求める）"};
inline constexpr Text kTrustHash{
    "Instead of --ca: the hash of the root of trust that `sekisho-console init` printed",
    "--ca の代わり: `sekisho-console init` が表示したトラストハッシュ"};
inline constexpr Text kPasswordFile{"Read the password from the file's first line",
                                    "パスワードをファイルの1行目から読む"};
inline constexpr Text kTotp{"The six digits, instead of being asked for them", "6桁の認証コード"};
inline constexpr Text kTotpSecretFile{
    "Make the code from this otpauth:// URI or base32 secret (labs only: it defeats the second "
    "factor)",
    "otpauth:// のURIまたはBase32の秘密鍵からコードを作る（試験環境専用: "
    "二要素認証の意味がなくなる）"};

// ---- terminals
inline constexpr Command kTerminals{
    "terminals",
    {"The terminals, and which are not protected and why", "端末の一覧と、保護されていない理由"},
    {"sekishoctl terminals --unprotected\nsekishoctl terminals --group 税務課 --output json",
     "sekishoctl terminals --unprotected\nsekishoctl terminals --group 税務課 --output json"}};
inline constexpr Command kTerminalsList{
    "list",
    {"The same as `terminals` alone", "`terminals` だけの場合と同じ"},
    {"sekishoctl terminals list --unprotected", "sekishoctl terminals list --unprotected"}};
inline constexpr Command kTerminalsShow{
    "show",
    {"One terminal with each protection that was tried", "端末1台の詳細と防護の試行結果"},
    {"sekishoctl terminals show zeimu-012", "sekishoctl terminals show zeimu-012"}};
inline constexpr Command kTerminalsRevoke{
    "revoke",
    {"End a terminal's connection and refuse it from now on", "端末を失効させる"},
    {"sekishoctl terminals revoke zeimu-012 --reason \"Stolen\"",
     "sekishoctl terminals revoke zeimu-012 --reason \"盗難\""}};
inline constexpr Command kTerminalsExpect{
    "expect",
    {"Enter a terminal that will be installed; until then it counts as unprotected",
     "導入予定の端末を登録する（導入までは未保護として数える）"},
    {"sekishoctl terminals expect zeimu-013 --group 税務課",
     "sekishoctl terminals expect zeimu-013 --group 税務課"}};
inline constexpr Text kUnprotected{
    "Only those not known to be protected: also the silent, the outdated and the never enrolled",
    "保護を確認できない端末だけ（応答なし・旧版・未登録を含む）"};
inline constexpr Text kGroup{"Group, by name, path (本庁/税務課) or id, with all below it",
                             "グループ（名前、パス（本庁/税務課）、またはID。下位を含む）"};
inline constexpr Text kTerminal{"Terminal, by name or id", "端末（名前またはID）"};
inline constexpr Text kReason{"Why, for the record", "理由（記録に残る）"};
inline constexpr Text kYes{"Do not ask first", "確認せずに実行する"};
inline constexpr Text kTerminalName{"Its inventory number or hostname", "備品番号またはホスト名"};

// ---- tokens
inline constexpr Command kTokens{
    "tokens",
    {"Enrolment tokens: what puts a new terminal under the console", "端末登録用トークン"},
    {"sekishoctl tokens create --group 税務課 --for 24h",
     "sekishoctl tokens create --group 税務課 --for 24h"}};
inline constexpr Command kTokensCreate{"create",
                                       {"Make a token; only the token goes to standard output",
                                        "トークンを作る（標準出力にはトークンだけを書く）"},
                                       {"sekishoctl tokens create --group 税務課 --for 24h\n"
                                        "sekishoctl tokens create --terminal zeimu-013",
                                        "sekishoctl tokens create --group 税務課 --for 24h\n"
                                        "sekishoctl tokens create --terminal zeimu-013"}};
inline constexpr Command kTokensList{"list",
                                     {"The tokens, without their secrets", "トークンの一覧"},
                                     {"sekishoctl tokens list", "sekishoctl tokens list"}};
inline constexpr Command kTokensRevoke{
    "revoke",
    {"Make a token useless", "トークンを失効させる"},
    {"sekishoctl tokens revoke 7c1e44b0", "sekishoctl tokens revoke 7c1e44b0"}};
inline constexpr Text kUses{"How many terminals may use it (1 to 10000)",
                            "使用できる端末数（1～10000）"};
inline constexpr Text kTokenFor{"How long it is good (1m to 30d)", "有効期間（1m～30d）"};
inline constexpr Text kTokenTerminal{"The expected terminal that it enrols",
                                     "登録する導入予定の端末"};
inline constexpr Text kTokenId{"Token id, as `tokens list` shows it", "トークンID"};

// ---- requests
inline constexpr Command kRequests{
    "requests",
    {"Blocked devices that somebody wants opened", "遮断された機器と例外申請"},
    {"sekishoctl requests\nsekishoctl requests --blocks",
     "sekishoctl requests\nsekishoctl requests --blocks"}};
inline constexpr Command kRequestsList{
    "list",
    {"The same as `requests` alone", "`requests` だけの場合と同じ"},
    {"sekishoctl requests list --all", "sekishoctl requests list --all"}};
inline constexpr Command kRequestsShow{
    "show",
    {"Find what the person on the phone reads out", "受付番号から申請を表示する"},
    {"sekishoctl requests show 482913", "sekishoctl requests show 482913"}};
inline constexpr Command kRequestsDeny{
    "deny",
    {"Say no, with a reason", "申請を却下する"},
    {"sekishoctl requests deny 482913 --reason \"Use the file server\"",
     "sekishoctl requests deny 482913 --reason \"ファイルサーバーを利用してください\""}};
inline constexpr Text kBlocks{"Also blocks that nobody asked about", "申請のない遮断も含める"};
inline constexpr Text kAllRequests{"Everything, the answered too", "対応済みを含むすべて"};
inline constexpr Text kReference{"The six digits that the terminal shows",
                                 "端末に表示される6桁の受付番号"};
inline constexpr Text kReferenceTerminal{"Which terminal, should two show the same digits",
                                         "同じ番号が複数ある場合の端末"};

// ---- grants
inline constexpr Command kGrants{
    "grants",
    {"Exceptions: one device, on one terminal, for a while",
     "例外許可（1台の端末・1つの機器・期限付き）"},
    {"sekishoctl grants\nsekishoctl grants create 482913 --for 15m --mode read-write --reason "
     "\"Tax office hand-over\" --ticket HD-1042",
     "sekishoctl grants\nsekishoctl grants create 482913 --for 15m --mode read-write --reason "
     "\"税務署への提出\" --ticket HD-1042"}};
inline constexpr Command kGrantsCreate{
    "create",
    {"Open exactly one device on one terminal for as long as it takes",
     "1つの機器を1台の端末で期限付きで開く"},
    {"sekishoctl grants create 482913 --for 15m --mode read-write --reason \"Tax office "
     "hand-over\" "
     "--ticket HD-1042\n"
     "sekishoctl grants create --terminal zeimu-012 --device 9f2c01d4 --for 1h --mode read-write "
     "--reason \"Survey data\" --ticket HD-1043",
     "sekishoctl grants create 482913 --for 15m --mode read-write --reason \"税務署への提出\" "
     "--ticket HD-1042\n"
     "sekishoctl grants create --terminal zeimu-012 --device 9f2c01d4 --for 1h --mode read-write "
     "--reason \"測量データ\" --ticket HD-1043"}};
inline constexpr Command kGrantsApprove{
    "approve",
    {"Be the second operator that policy asks for", "別の担当者として承認する"},
    {"sekishoctl grants approve 4f7a19c2", "sekishoctl grants approve 4f7a19c2"}};
inline constexpr Command kGrantsRevoke{
    "revoke",
    {"End a grant now: the medium is flushed, unmounted and shut",
     "例外許可を直ちに終了する（媒体は書き込み完了後に取り外される）"},
    {"sekishoctl grants revoke 4f7a19c2 --reason \"Wrong stick\"",
     "sekishoctl grants revoke 4f7a19c2 --reason \"媒体の間違い\""}};
inline constexpr Command kGrantsList{
    "list",
    {"The live grants, or --all", "有効な例外許可の一覧（--all ですべて）"},
    {"sekishoctl grants list --all --terminal zeimu-012",
     "sekishoctl grants list --all --terminal zeimu-012"}};
inline constexpr Command kGrantsShow{
    "show",
    {"Everything about one grant", "例外許可の詳細"},
    {"sekishoctl grants show 4f7a19c2", "sekishoctl grants show 4f7a19c2"}};
inline constexpr Text kDevice{"The device's fingerprint, or its first 6 or more digits",
                              "機器の指紋（先頭6桁以上）"};
inline constexpr Text kGrantTerminal{"With --device instead of a reference: the terminal",
                                     "受付番号の代わりに --device と共に指定する端末"};
inline constexpr Text kGrantFor{"How long, like 15m; policy sets the longest",
                                "期間（例 15m）。上限はポリシーで決まる"};
inline constexpr Text kMaxVolume{"How much may be written, like 100MB; then it ends",
                                 "書き込める容量（例 100MB）。使い切ると終了する"};
inline constexpr Text kMode{"What may be done with it", "許可する操作"};
inline constexpr Text kTicket{"Ticket number, for the record", "問い合わせ番号（記録に残る）"};
inline constexpr Text kThisPort{"Only in the port that it is in now", "現在のポートに限る"};
inline constexpr Text kWait{"Wait up to this long until the terminal says that it is open",
                            "端末で開くまで待つ最長時間"};
inline constexpr Text kGrant{"Grant id, or how it begins", "例外許可のID（先頭だけでもよい）"};
inline constexpr Text kAllGrants{"The ended too", "終了したものも含める"};

// ---- orders
inline constexpr Command kModes{
    "mode",
    {"From observing to enforcing: what would be refused, trial, confirmation",
     "監視のみから遮断へ（遮断対象の確認・試行・確定）"},
    {"sekishoctl mode preview --group 税務課\n"
     "sekishoctl mode enforce --group 税務課 --reason \"Rollout, second week\"\n"
     "sekishoctl mode confirm --group 税務課",
     "sekishoctl mode preview --group 税務課\n"
     "sekishoctl mode enforce --group 税務課 --reason \"展開2週目\"\n"
     "sekishoctl mode confirm --group 税務課"}};
inline constexpr Command kModePreview{
    "preview",
    {"What enforcing would refuse, from what the observing terminals have seen",
     "遮断を始めた場合に使えなくなる機器（監視中の端末の報告による）"},
    {"sekishoctl mode preview --group 税務課 --since 30d",
     "sekishoctl mode preview --group 税務課 --since 30d"}};
inline constexpr Command kModeEnforce{
    "enforce",
    {"Refuse from the next start on: as a trial that undoes itself unless it is confirmed",
     "次回の起動から遮断する（確定しなければ自動で元に戻る試行から始まる）"},
    {"sekishoctl mode enforce --group 税務課 --reason \"Rollout, second week\"\n"
     "sekishoctl mode enforce --terminal zeimu-012 --trial 30m --reason \"First of its kind\"",
     "sekishoctl mode enforce --group 税務課 --reason \"展開2週目\"\n"
     "sekishoctl mode enforce --terminal zeimu-012 --trial 30m --reason \"最初の1台\""}};
inline constexpr Command kModeConfirm{
    "confirm",
    {"The trials that run now hold from now on", "実行中の試行を確定する"},
    {"sekishoctl mode confirm --group 税務課", "sekishoctl mode confirm --group 税務課"}};
inline constexpr Command kModeObserve{
    "observe",
    {"Stop refusing at once; record what would be refused",
     "直ちに遮断をやめ、遮断の対象を記録するだけにする"},
    {"sekishoctl mode observe --group 税務課 --reason \"New plotters do not work\"",
     "sekishoctl mode observe --group 税務課 --reason \"新しいプロッターが使えない\""}};
inline constexpr Text kTrial{
    "How long a trial waits for its confirmation after the start (1m to 1d; default 15m)",
    "試行が起動後に確定を待つ時間（1m～1d、既定15m）"};
inline constexpr Text kConfirmed{"Without a trial; a trial that runs is confirmed",
                                 "試行なし（実行中の試行は確定する）"};
inline constexpr Command kDevices{
    "devices",
    {"What belongs to a terminal and comes up at every start, such as its keyboard",
     "端末の備え付け機器（起動のたびに使えるキーボードなど）"},
    {"sekishoctl devices adopt 482913 --reason \"Keyboard replaced\"",
     "sekishoctl devices adopt 482913 --reason \"キーボード交換\""}};
inline constexpr Command kDevicesAdopt{
    "adopt",
    {"A device that the terminal has reported belongs to it from now on, in that port",
     "端末が報告した機器を、そのポートの備え付け機器に登録する"},
    {"sekishoctl devices adopt 482913 --reason \"Keyboard replaced\"\n"
     "sekishoctl devices adopt --terminal zeimu-012 --device 9f2c01d4 --reason \"New mouse\"",
     "sekishoctl devices adopt 482913 --reason \"キーボード交換\"\n"
     "sekishoctl devices adopt --terminal zeimu-012 --device 9f2c01d4 --reason "
     "\"新しいマウス\""}};
inline constexpr Command kDevicesAbandon{
    "abandon",
    {"It does not belong to the terminal any more", "備え付け機器の登録を解除する"},
    {"sekishoctl devices abandon --terminal zeimu-012 --device 9f2c01d4 --reason \"Taken away\"",
     "sekishoctl devices abandon --terminal zeimu-012 --device 9f2c01d4 --reason \"撤去\""}};
inline constexpr Text kPort{
    "The port that it was adopted in, like 1-2.3 (default: where it was last)",
    "登録時のポート（例 1-2.3。省略時は最後に報告されたポート）"};
inline constexpr Text kEvenTheLast{
    "Also when no keyboard would be left there, and nobody could log in",
    "最後のキーボードでも解除する（その端末には誰もログインできなくなる）"};
inline constexpr Command kTerminalsRelease{
    "release",
    {"Let Sekisho be removed from a terminal", "端末から Sekisho を取り除くことを許可する"},
    {"sekishoctl terminals release zeimu-012 --reason \"Taken out of service\"",
     "sekishoctl terminals release zeimu-012 --reason \"廃棄\""}};
inline constexpr Command kOrders{
    "orders",
    {"What terminals were ordered, and have not done yet", "端末への指示と実行状況"},
    {"sekishoctl orders\nsekishoctl orders list --all --terminal zeimu-012",
     "sekishoctl orders\nsekishoctl orders list --all --terminal zeimu-012"}};
inline constexpr Command kOrdersList{
    "list",
    {"The same as `orders` alone", "`orders` だけの場合と同じ"},
    {"sekishoctl orders list --all", "sekishoctl orders list --all"}};
inline constexpr Command kOrdersCancel{
    "cancel",
    {"Take back an order that was not sent yet", "未送信の指示を取り消す"},
    {"sekishoctl orders cancel zeimu-012 3 --reason \"Wrong terminal\"",
     "sekishoctl orders cancel zeimu-012 3 --reason \"端末の誤り\""}};
inline constexpr Text kAllOrders{"Also those that are over", "実行済み・取り消し済みも含める"};
inline constexpr Text kOrderVersion{"The order's number, as `orders list` shows it",
                                    "指示の番号（`orders list` の表示）"};

// ---- events
inline constexpr Command kEvents{
    "events",
    {"Who did what, where, when and why, as the terminals signed it",
     "端末が署名した記録（誰が・何を・どこで・いつ・なぜ）"},
    {"sekishoctl events --follow\n"
     "sekishoctl events --terminal zeimu-012 --kind device-blocked --since 1h",
     "sekishoctl events --follow\n"
     "sekishoctl events --terminal zeimu-012 --kind device-blocked --since 1h"}};
inline constexpr Text kEventTerminal{"Only this terminal's", "この端末だけ"};
inline constexpr Text kKind{"Only this kind, like device-blocked; may be repeated",
                            "この種類だけ（例 device-blocked）。複数指定可"};
inline constexpr Text kSince{"Not before: 1h ago, or a local time",
                             "この時刻以降（1h、または日時）"};
inline constexpr Text kUntil{"Before: 1h ago, or a local time", "この時刻より前（1h、または日時）"};
inline constexpr Text kFollow{"Go on with what comes; after a lost connection nothing is missed",
                              "新しい記録を表示し続ける（切断しても取りこぼさない）"};
inline constexpr Text kAfter{"Oldest first, after this cursor (the JSON's nextCursor)",
                             "このカーソルより後を古い順に（JSONの nextCursor）"};
inline constexpr Text kLast{"The newest so many (1 to 1000)", "新しいものからの件数（1～1000）"};

// ---- policy
inline constexpr Command kPolicy{
    "policy",
    {"Check, compare, publish and take back policies", "ポリシーの検査・比較・公開・巻き戻し"},
    {"sekishoctl policy check policy.yaml\nsekishoctl policy publish policy.yaml --comment \"...\"",
     "sekishoctl policy check policy.yaml\nsekishoctl policy publish policy.yaml --comment "
     "\"...\""}};
inline constexpr Command kPolicyCheck{
    "check",
    {"Say what is wrong with a file; change nothing", "ファイルを検査する（何も変更しない）"},
    {"sekishoctl policy check policy.yaml", "sekishoctl policy check policy.yaml"}};
inline constexpr Command kPolicyDiff{
    "diff",
    {"What publishing the file would change", "公開した場合の変更点を表示する"},
    {"sekishoctl policy diff policy.yaml --group 税務課",
     "sekishoctl policy diff policy.yaml --group 税務課"}};
inline constexpr Command kPolicySimulate{
    "simulate",
    {"What the file would have changed for the devices that terminals have reported",
     "報告済みの機器について、ファイルを公開した場合に扱いが変わるものを表示する"},
    {"sekishoctl policy simulate policy.yaml --group 税務課 --since 30d",
     "sekishoctl policy simulate policy.yaml --group 税務課 --since 30d"}};
inline constexpr Text kSimulateLimit{"Show so many kinds of change (default 20)",
                                     "表示する変化の件数（省略時 20）"};
inline constexpr Command kPolicyPublish{
    "publish",
    {"Publish the file as the next version", "ファイルを次の版として公開する"},
    {"sekishoctl policy publish policy.yaml --comment \"Allow the new card readers\"",
     "sekishoctl policy publish policy.yaml --comment \"新しいカードリーダーを許可\""}};
inline constexpr Command kPolicyRollback{
    "rollback",
    {"Publish an older version's content again, as a newer version",
     "以前の版の内容を新しい版として公開し直す"},
    {"sekishoctl policy rollback --to 12 --comment \"Locked out the plotters\"",
     "sekishoctl policy rollback --to 12 --comment \"プロッターが使えないため\""}};
inline constexpr Command kPolicyShow{
    "show",
    {"The author's text of a version (the newest when not said)",
     "版の原文を表示する（省略時は最新）"},
    {"sekishoctl policy show 12 > policy.yaml", "sekishoctl policy show 12 > policy.yaml"}};
inline constexpr Command kPolicyList{"list",
                                     {"What was published, when and by whom", "公開履歴"},
                                     {"sekishoctl policy list", "sekishoctl policy list"}};
inline constexpr Command kPolicyProfile{
    "profile",
    {"Print a policy to start from, made for one zone; without a name, list them",
     "領域ごとのひな形ポリシーを表示する（名前を省略すると一覧）"},
    {"sekishoctl policy profile lgwan > policy.yaml",
     "sekishoctl policy profile lgwan > policy.yaml"}};
inline constexpr Text kProfileName{"mynumber, lgwan or internet",
                                   "mynumber、lgwan、internet のいずれか"};
inline constexpr Command kPolicyImport{
    "import",
    {"Make a policy of another program's rules; change nothing",
     "他の製品の規則からポリシーを作る（何も変更しない）"},
    {"sekishoctl policy import usbguard rules.conf > policy.yaml",
     "sekishoctl policy import usbguard rules.conf > policy.yaml"}};
inline constexpr Command kPolicyImportUsbguard{
    "usbguard",
    {"USBGuard's rules.conf; says what could not be carried over",
     "USBGuard の rules.conf（引き継げなかったものを示す）"},
    {"sekishoctl policy import usbguard rules.conf > policy.yaml",
     "sekishoctl policy import usbguard rules.conf > policy.yaml"}};
inline constexpr Text kUsbguardFile{"USBGuard's rules; - reads standard input",
                                    "USBGuard の規則ファイル。- は標準入力"};
inline constexpr Text kPolicyOut{"Write the policy there (default: standard output)",
                                 "ポリシーの書き込み先（省略時は標準出力）"};
inline constexpr Text kZone{"The policy's zone (default: 個人番号利用事務系)",
                            "ポリシーの領域（省略時は個人番号利用事務系）"};
inline constexpr Text kWithout{
    "Carry rules over although this is lost of them: they then allow MORE than they did",
    "これらの条件を失っても規則を引き継ぐ（許可の範囲が広がります）"};
inline constexpr Command kPolicySchema{
    "schema",
    {"The policy format's JSON schema, for editors", "ポリシー形式のJSONスキーマ（エディター用）"},
    {"sekishoctl policy schema > policy.schema.json",
     "sekishoctl policy schema > policy.schema.json"}};
inline constexpr Text kPolicyFile{"The policy, YAML; - reads standard input",
                                  "ポリシー（YAML）。- は標準入力"};
inline constexpr Text kPolicyGroup{"The group that it is for (default: the organisation)",
                                   "対象グループ（省略時は組織全体）"};
inline constexpr Text kComment{"Why, for the list of versions", "公開の理由（履歴に残る）"};
inline constexpr Text kToVersion{"The version whose content comes back", "内容を戻す版"};
inline constexpr Text kVersion{"Version", "版"};

// ---- operators, robots, groups
inline constexpr Command kOperators{"operators",
                                    {"The people who may use the console", "担当者"},
                                    {"sekishoctl operators list", "sekishoctl operators list"}};
inline constexpr Command kOperatorsCreate{
    "create",
    {"Add a person; the authenticator's secret is shown once",
     "担当者を登録する（認証アプリの秘密鍵は1回だけ表示）"},
    {"sekishoctl operators create taro --role helpdesk --group 税務課",
     "sekishoctl operators create taro --role helpdesk --group 税務課"}};
inline constexpr Command kOperatorsList{"list",
                                        {"People and robots", "担当者と自動処理の一覧"},
                                        {"sekishoctl operators list", "sekishoctl operators list"}};
inline constexpr Command kOperatorsDisable{
    "disable",
    {"Keep somebody out, from now on", "担当者を無効にする"},
    {"sekishoctl operators disable taro", "sekishoctl operators disable taro"}};
inline constexpr Command kRobots{
    "robots",
    {"Tokens for scripts: scoped, and they expire", "スクリプト用トークン（範囲・期限付き）"},
    {"sekishoctl robots create nightly-report --role auditor --for 90d",
     "sekishoctl robots create nightly-report --role auditor --for 90d"}};
inline constexpr Command kRobotsCreate{
    "create",
    {"Make a robot; only its token goes to standard output",
     "自動処理用トークンを作る（標準出力にはトークンだけを書く）"},
    {"sekishoctl robots create nightly-report --role auditor --for 90d",
     "sekishoctl robots create nightly-report --role auditor --for 90d"}};
inline constexpr Command kRobotsRevoke{
    "revoke",
    {"Make a robot's token useless", "自動処理用トークンを失効させる"},
    {"sekishoctl robots revoke nightly-report", "sekishoctl robots revoke nightly-report"}};
inline constexpr Command kGroups{
    "groups",
    {"The tree of groups that terminals and roles belong to", "端末と役割が属するグループの木"},
    {"sekishoctl groups list", "sekishoctl groups list"}};
inline constexpr Command kGroupsCreate{"create",
                                       {"Add a group", "グループを作る"},
                                       {"sekishoctl groups create 税務課 --parent 本庁",
                                        "sekishoctl groups create 税務課 --parent 本庁"}};
inline constexpr Command kGroupsList{"list",
                                     {"The groups as paths", "グループの一覧（パス表示）"},
                                     {"sekishoctl groups list", "sekishoctl groups list"}};
inline constexpr Text kNewName{"Name", "名前"};
inline constexpr Text kRole{"What may be done", "役割"};
inline constexpr Text kRoleGroup{"Where: this group and below (default: everywhere)",
                                 "役割の及ぶグループ（省略時は組織全体）"};
inline constexpr Text kRobotFor{"How long it is good (1m to 365d)", "有効期間（1m～365d）"};
inline constexpr Text kParent{"The group above it (default: the top)",
                              "上位グループ（省略時は最上位）"};
inline constexpr Text kGroupName{"Group's name", "グループ名"};

// ---- completion
inline constexpr Command kCompletion{
    "completion",
    {"Print a shell's completion script", "シェル補完スクリプトを出力する"},
    {"source <(sekishoctl completion bash)\n"
     "sekishoctl completion zsh > ~/.zfunc/_sekishoctl\n"
     "sekishoctl completion fish > ~/.config/fish/completions/sekishoctl.fish",
     "source <(sekishoctl completion bash)\n"
     "sekishoctl completion zsh > ~/.zfunc/_sekishoctl\n"
     "sekishoctl completion fish > ~/.config/fish/completions/sekishoctl.fish"}};
inline constexpr Text kShell{"bash, zsh or fish", "bash、zsh、fish"};

}  // namespace sekisho::console::cli::help

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_HELP_H_
