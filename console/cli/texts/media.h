#ifndef SEKISHO_CONSOLE_CLI_TEXTS_MEDIA_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_MEDIA_H_

#include "console/cli/texts/help.h"
#include "console/cli/texts/text.h"

// Help, headings and messages of media: the site's media register.
namespace sekisho::console::cli::help {

inline constexpr Command kMedia{
    "media",
    {"The media register: which media there are, whose they are, and where",
     "媒体台帳（どの媒体が、誰の管理で、今どこにあるか）"},
    {"sekishoctl media\nsekishoctl media list --state issued\nsekishoctl media show K-0012",
     "sekishoctl media\nsekishoctl media list --state issued\nsekishoctl media show K-0012"}};
inline constexpr Command kMediaList{
    "list",
    {"The same as `media` alone", "`media` だけの場合と同じ"},
    {"sekishoctl media list --state lost\nsekishoctl media list --find 税務課",
     "sekishoctl media list --state lost\nsekishoctl media list --find 税務課"}};
inline constexpr Command kMediaShow{
    "show",
    {"One medium, and everything that became of it", "媒体1件の内容と履歴を表示する"},
    {"sekishoctl media show K-0012", "sekishoctl media show K-0012"}};
inline constexpr Command kMediaAdd{
    "add",
    {"Put a medium into the register", "媒体を台帳に登録する"},
    {"sekishoctl media add K-0012 --kind stick --vendor 0781 --product 5583 "
     "--serial 4C530001230101 --owner 税務課 --encrypted --reason \"Bought in May\"",
     "sekishoctl media add K-0012 --kind stick --vendor 0781 --product 5583 "
     "--serial 4C530001230101 --owner 税務課 --encrypted --reason \"5月購入\""}};
inline constexpr Command kMediaIssue{
    "issue",
    {"Hand a medium out", "媒体を貸し出す"},
    {"sekishoctl media issue K-0012 --to 山田 --reason \"Tax office hand-over\"",
     "sekishoctl media issue K-0012 --to 山田 --reason \"税務署への提出\""}};
inline constexpr Command kMediaReturn{"return",
                                      {"Take a medium back; also one that was lost and is found",
                                       "媒体の返却を記録する（紛失した媒体が見つかった場合も）"},
                                      {"sekishoctl media return K-0012 --reason \"Handed in\"",
                                       "sekishoctl media return K-0012 --reason \"返却\""}};
inline constexpr Command kMediaLost{
    "lost",
    {"A medium is lost: every terminal refuses it within seconds",
     "媒体の紛失を記録する（全端末が数秒以内に拒否する）"},
    {"sekishoctl media lost K-0012 --reason \"Missing since the stock-take\"",
     "sekishoctl media lost K-0012 --reason \"棚卸で所在不明\""}};
inline constexpr Command kMediaRetire{
    "retire",
    {"A medium was destroyed: every terminal refuses it, for good",
     "媒体の廃棄を記録する（全端末が以後ずっと拒否する）"},
    {"sekishoctl media retire K-0012 --certificate D-2026-031 --reason \"Shredded\"",
     "sekishoctl media retire K-0012 --certificate D-2026-031 --reason \"物理破壊\""}};
inline constexpr Command kMediaImport{
    "import",
    {"Take a CSV file into the register: all of it, or nothing",
     "CSVファイルを台帳に取り込む（全件、または0件）"},
    {"sekishoctl media import media.csv --dry-run\n"
     "sekishoctl media import media.csv --reason \"Stock-take 2026\"",
     "sekishoctl media import media.csv --dry-run\n"
     "sekishoctl media import media.csv --reason \"2026年度棚卸\""}};
inline constexpr Command kMediaExport{
    "export",
    {"The register as a CSV file that Excel opens and `import` takes",
     "台帳をCSVで出力する（Excelで開け、importで取り込める）"},
    {"sekishoctl media export media.csv", "sekishoctl media export media.csv"}};

inline constexpr Text kMedium{"A medium by its label, serial or id",
                              "媒体（管理番号、シリアル番号、またはID）"};
inline constexpr Text kMediumLabel{"What is written on it", "媒体に貼られた管理番号"};
inline constexpr Text kMediumKind{"stick, disk, sd-card, optical-disc, tape, phone or other",
                                  "種別（stick、disk、sd-card、optical-disc、tape、phone、other）"};
inline constexpr Text kMediumOwner{"Who answers for it", "管理者（部署または氏名）"};
inline constexpr Text kMediumVendor{"Four hexadecimal digits", "ベンダーID（16進4桁）"};
inline constexpr Text kMediumProduct{"Four hexadecimal digits", "製品ID（16進4桁）"};
inline constexpr Text kMediumSerial{"As `events` shows it when it was plugged in",
                                    "シリアル番号（接続時に `events` に表示されるもの）"};
inline constexpr Text kMediumEncrypted{"It is encrypted", "暗号化されている"};
inline constexpr Text kMediumNote{"Anything else worth knowing", "備考"};
inline constexpr Text kMediaState{"Only in-stock, issued, returned, lost or retired",
                                  "状態で絞り込む（in-stock、issued、returned、lost、retired）"};
inline constexpr Text kMediaFind{"Only with these words in label, owner, serial, note or borrower",
                                 "管理番号・管理者・シリアル番号・備考・貸出先に含む語"};
inline constexpr Text kMediaGroup{"Whose terminals take it for registered (with all below)",
                                  "登録済みとして扱う端末のグループ（配下を含む）"};
inline constexpr Text kIssuedTo{"Who gets it", "貸出先"};
inline constexpr Text kCertificate{"The number of the certificate of destruction",
                                   "廃棄証明書の番号"};
inline constexpr Text kImportFile{"A CSV file in UTF-8; its first line names the columns",
                                  "UTF-8のCSVファイル（1行目は列の見出し）"};
inline constexpr Text kDryRun{"Say what is wrong and what would be taken, and take nothing",
                              "検査だけ行い、取り込まない"};
inline constexpr Text kExportFile{"Where to write it; standard output when not given",
                                  "出力先（省略時は標準出力）"};

}  // namespace sekisho::console::cli::help

namespace sekisho::console::cli::headings {

inline constexpr Text kLabel{"LABEL", "管理番号"};
inline constexpr Text kMediumKind{"KIND", "種別"};
inline constexpr Text kOwner{"OWNER", "管理者"};
inline constexpr Text kIssuedTo{"ISSUED TO", "貸出先"};
inline constexpr Text kIds{"IDS", "USB ID"};
inline constexpr Text kEncrypted{"ENCRYPTED", "暗号化"};
inline constexpr Text kCertificate{"CERTIFICATE", "廃棄証明書"};
inline constexpr Text kNote{"NOTE", "備考"};
inline constexpr Text kKnownBy{"KNOWN BY", "識別"};
inline constexpr Text kKnownBySerial{"its serial", "シリアル番号（個体）"};
inline constexpr Text kKnownByMake{"its make only: another of the same make passes for it",
                                   "機種のみ（同一機種の別個体も一致）"};
inline constexpr Text kKnownByNothing{"nothing: for the stock-take only", "なし（棚卸専用）"};
inline constexpr Text kWhen{"WHEN", "日時"};
inline constexpr Text kWho{"WHO", "担当者"};
inline constexpr Text kHistory{"HISTORY", "履歴"};

}  // namespace sekisho::console::cli::headings

namespace sekisho::console::cli::messages {

inline constexpr Text kMediumNow{"{medium}: {state}[[, {who}]].\n",
                                 "{medium}: {state}[[（{who}）]]\n"};
inline constexpr Text kImporting{"\rsending {percent} %", "\r送信中 {percent} %"};
inline constexpr Text kMediaImported{
    "{added} added, {changed} changed, {unchanged} as they were.\n",
    "追加 {added} 件、変更 {changed} 件、変更なし {unchanged} 件\n"};
inline constexpr Text kWouldImport{
    "Nothing taken yet: {added} would be added, {changed} changed, {unchanged} are as they were.\n",
    "未取込（検査のみ）: 追加 {added} 件、変更 {changed} 件、変更なし {unchanged} 件\n"};
inline constexpr Text kWeakSerials{
    "{count} have no serial of their own: any other of the same make passes for them.\n",
    "{count} 件はシリアル番号が個体を識別しません（同一機種の別個体も一致します）。\n"};
inline constexpr Text kImportProblem{"{file}:{line}[[:{column}]]: [[{field}: ]]{message}\n",
                                     "{file}:{line}[[:{column}]]: [[{field}: ]]{message}\n"};
inline constexpr Text kImportRefused{
    "the file has {count} problems; nothing was taken. Correct it, and try --dry-run",
    "ファイルに {count} 件の誤りがあるため、何も取り込みませんでした。修正後、--dry-run "
    "で確認してください"};
inline constexpr Text kNotFourDigits{
    "\"{typed}\" is not an id of four hexadecimal digits, like 0781",
    "「{typed}」は16進4桁のIDではありません（例: 0781）"};
inline constexpr Text kExported{"{count} bytes written to {file}.\n",
                                "{file} に {count} バイトを書き込みました。\n"};

}  // namespace sekisho::console::cli::messages

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_MEDIA_H_
