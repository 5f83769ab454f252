#ifndef SEKISHO_CONSOLE_CLI_TEXTS_HISTORY_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_HISTORY_H_

#include "console/cli/texts/help.h"
#include "console/cli/texts/text.h"

// Help and messages of anchor, verify, erase and parcel. What was found is worded in
// console/history/findings.h, for both programs that verify.
namespace sekisho::console::cli::help {

inline constexpr Command kAnchor{
    "anchor",
    {"Where the history stands now, to be kept on paper",
     "現在の履歴のアンカー（紙に保管する照合値）を表示する"},
    {"sekishoctl anchor print >> anchors.txt", "sekishoctl anchor print >> anchors.txt"}};
inline constexpr Command kAnchorPrint{
    "print",
    {"Print the anchor: a few groups of characters that can be typed again from paper",
     "アンカーを表示する（紙から入力し直せる文字列）"},
    {"sekishoctl anchor print | lp", "sekishoctl anchor print | lp"}};
inline constexpr Command kVerify{
    "verify",
    {"Compute the history again and say where it was altered",
     "履歴を再計算し、改変された箇所を示す"},
    {"sekishoctl verify --anchor-file anchors.txt\nsekishoctl verify --terminal desk-12",
     "sekishoctl verify --anchor-file anchors.txt\nsekishoctl verify --terminal desk-12"}};
inline constexpr Command kErase{"erase",
                                {"Take a person's data out of the history; the chains stay whole",
                                 "個人情報を履歴から消去する（連鎖は維持される）"},
                                {"sekishoctl erase person hanako --reason \"request 2026-14\"",
                                 "sekishoctl erase person hanako --reason \"請求 2026-14\""}};
inline constexpr Command kErasePerson{
    "person",
    {"Erase who it was and what they wrote, from every event and request of theirs",
     "該当者のすべての記録と申請から、氏名と記入内容を消去する"},
    {"sekishoctl erase person hanako --reason \"request 2026-14\"",
     "sekishoctl erase person hanako --reason \"請求 2026-14\""}};
inline constexpr Command kParcel{"parcel",
                                 {"Terminals that no network reaches, by file",
                                  "ネットワークのない端末とファイルでやり取りする"},
                                 {"sekishoctl parcel carry desk-12.parcel --out desk-12.answer",
                                  "sekishoctl parcel carry desk-12.parcel --out desk-12.answer"}};
inline constexpr Command kParcelCarry{
    "carry",
    {"Hand in what a terminal exported, and fetch the answer for it",
     "端末が書き出したファイルを取り込み、回答を受け取る"},
    {"sekishoctl parcel carry desk-12.parcel --out desk-12.answer",
     "sekishoctl parcel carry desk-12.parcel --out desk-12.answer"}};

inline constexpr Text kAnchorText{"An anchor, as it was printed; may be given several times",
                                  "印刷したアンカー（複数指定可）"};
inline constexpr Text kAnchorFile{"File with anchors, among whatever else",
                                  "アンカーを含むファイル"};
inline constexpr Text kVerifyTerminal{"Only this terminal's own chain", "この端末自身の連鎖だけ"};
inline constexpr Text kPerson{"Login name or staff id, as the events have it",
                              "記録にあるログイン名または職員番号"};
inline constexpr Text kEraseReason{"Why it may be erased; kept, so it must not name the person",
                                   "消去の根拠（保存されるため、氏名を含めない）"};
inline constexpr Text kConfirmName{"The name again, instead of being asked for it",
                                   "確認のための氏名（入力を求められる代わりに指定）"};
inline constexpr Text kParcelIn{"What `sekisho export` wrote", "sekisho export が書いたファイル"};
inline constexpr Text kParcelOut{"File for the answer", "回答を書くファイル"};

}  // namespace sekisho::console::cli::help

namespace sekisho::console::cli::messages {

inline constexpr Text kVerifying{"verifying: {done} of {all} events\r",
                                 "確認中: {all} 件中 {done} 件\r"};
inline constexpr Text kAltered{"this history was altered; see above",
                               "履歴が改変されています（上記参照）"};
inline constexpr Text kBadAnchor{"{message}; compare it with the paper",
                                 "アンカーが読めません（{message}）。紙と照合してください"};
inline constexpr Text kAskPersonAgain{
    "{events} events, {requests} requests and {grants} exceptions of {person} will lose the name "
    "for ever. Type the name again: ",
    "{person} の記録 {events} 件、申請 {requests} 件、例外 {grants} 件から氏名を消去します（元に"
    "戻せません）。確認のため氏名を入力してください: "};
inline constexpr Text kNamesDiffer{"the two names differ; nothing was erased",
                                   "氏名が一致しません。何も消去していません"};
inline constexpr Text kErased{
    "Erased from {events} events, {requests} requests and {grants} exceptions (audit entry {id}).\n"
    "Receipt {receipt}: file it with the request; it is kept nowhere else. Backups of before still "
    "hold the data.\n",
    "記録 {events} 件、申請 {requests} 件、例外 {grants} 件から消去しました（監査記録 {id}）。\n"
    "受領番号 {receipt} を請求書類とともに保管してください（再表示できません）。以前のバックアップ"
    "には残っています。\n"};
inline constexpr Text kNotAParcel{
    "{file} is not what `sekisho export` wrote ({message})",
    "{file} は sekisho export が書いたファイルではありません（{message}）"};
inline constexpr Text kParcelCarried{
    "{terminal}: {events} events stored, {refused} messages refused. The answer is in {file}; on "
    "the "
    "terminal: sudo sekisho import FILE\n",
    "{terminal}: 記録 {events} 件を保存、拒否 {refused} 件。回答は {file} です。端末で sudo "
    "sekisho "
    "import ファイル を実行してください。\n"};
inline constexpr Text kParcelEnrolled{
    "{terminal} is enrolled. The answer is in {file}; on the terminal: sudo sekisho import FILE\n",
    "{terminal} を登録しました。回答は {file} です。端末で sudo sekisho import ファイル "
    "を実行してください。\n"};
inline constexpr Text kParcelLeftOut{
    "{count} answers did not fit: carry the terminal's next parcel.\n",
    "回答 {count} 件が入りきりませんでした。端末の次のファイルで受け取ってください。\n"};

}  // namespace sekisho::console::cli::messages

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_HISTORY_H_
