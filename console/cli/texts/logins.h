#ifndef SEKISHO_CONSOLE_CLI_TEXTS_LOGINS_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_LOGINS_H_

#include "console/cli/texts/help.h"
#include "console/cli/texts/text.h"

// Help, headings and messages of logins: who is asked for a second factor, and who is helped.
namespace sekisho::console::cli::help {

inline constexpr Command kLogins{
    "logins",
    {"The second factor at login: who has one, enforcing, and help",
     "ログインの二要素認証（登録状況・適用・利用者の支援）"},
    {"sekishoctl logins\nsekishoctl logins list --group 税務課 --missing\n"
     "sekishoctl logins enforce --group 税務課 --reason \"Everybody is enrolled\"",
     "sekishoctl logins\nsekishoctl logins list --group 税務課 --missing\n"
     "sekishoctl logins enforce --group 税務課 --reason \"全員の登録が完了\""}};
inline constexpr Command kLoginsList{"list",
                                     {"Who can log in where, with which factors, and who is locked",
                                      "端末ごとの利用者、登録済みの要素、一時停止の一覧"},
                                     {"sekishoctl logins list --group 税務課 --missing\n"
                                      "sekishoctl logins list --terminal zeimu-012",
                                      "sekishoctl logins list --group 税務課 --missing\n"
                                      "sekishoctl logins list --terminal zeimu-012"}};
inline constexpr Text kMissing{
    "Only who has no second factor: what keeps a group from being enforced",
    "第二要素が未登録の利用者だけ（適用できない原因）"};
inline constexpr Command kLoginsEnforce{
    "enforce",
    {"Nobody logs in on one factor from now on, wherever everybody has a second one",
     "第二要素を必須にする（利用者全員が登録済みの端末に限る）"},
    {"sekishoctl logins enforce --group 税務課 --reason \"Everybody is enrolled\"\n"
     "sekishoctl logins enforce --terminal zeimu-012 --without kensyu,yobi --reason \"Unused "
     "accounts\"",
     "sekishoctl logins enforce --group 税務課 --reason \"全員の登録が完了\"\n"
     "sekishoctl logins enforce --terminal zeimu-012 --without kensyu,yobi --reason "
     "\"未使用のアカウント\""}};
inline constexpr Text kWithoutFactor{"Who may be locked out by it, by name, separated by commas",
                                     "ログインできなくなってもよい利用者の名前（コンマ区切り）"};
inline constexpr Command kLoginsObserve{
    "observe",
    {"Nobody is asked from now on; what would have been refused is recorded",
     "第二要素を求めるのをやめ、拒否の対象だったログインを記録するだけにする"},
    {"sekishoctl logins observe --group 税務課 --reason \"The clocks are wrong\"",
     "sekishoctl logins observe --group 税務課 --reason \"端末の時計のずれ\""}};
inline constexpr Command kLoginsLift{
    "lift",
    {"Somebody who typed the wrong thing too often is asked again at once",
     "認証の誤りによる一時停止を直ちに解除する"},
    {"sekishoctl logins lift zeimu-012 hanako --reason \"Called, and answered the callback\"",
     "sekishoctl logins lift zeimu-012 hanako --reason \"本人確認済み（折り返し電話）\""}};
inline constexpr Command kLoginsReset{
    "reset",
    {"For a lost phone: none of the person's factors is taken there any more",
     "スマートフォンの紛失時など、その端末での第二要素の登録をすべて解除する"},
    {"sekishoctl logins reset zeimu-012 hanako --reason \"Phone lost\"",
     "sekishoctl logins reset zeimu-012 hanako --reason \"スマートフォンの紛失\""}};
inline constexpr Text kLoginName{"The name that the person logs in with",
                                 "利用者（ログインに使う名前）"};

}  // namespace sekisho::console::cli::help

namespace sekisho::console::cli::headings {

inline constexpr Text kFactors{"SECOND FACTOR", "第二要素"};
inline constexpr Text kLockedFor{"LOCKED FOR", "停止の残り"};
inline constexpr Text kNote{"NOTE", "備考"};
inline constexpr Text kOneFactorBy{"ONE FACTOR IS ENOUGH BY", "一要素でログインできる経路"};
inline constexpr Text kWithoutFactor{"WITHOUT A SECOND FACTOR", "第二要素が未登録の利用者"};

inline constexpr Text kNoFactor{"NONE", "未登録"};
inline constexpr Text kUnreadable{"what is stored cannot be read: reset, and enrol anew",
                                  "登録内容を読み取れません。登録を解除し、登録し直してください"};
inline constexpr Text kLeftOff{"and {count} more that it does not list", "ほか{count}人（一覧外）"};
inline constexpr Text kNotListed{"somebody whom it does not list", "一覧外の利用者"};
inline constexpr Text kNobodyLogsIn{"nobody can log in", "ログインできる利用者なし"};
inline constexpr Text kNotHeard{"has not been heard yet", "まだ応答がありません"};
inline constexpr Text kSaysNothing{"does not say who can log in: old agent?",
                                   "利用者の情報がありません（古いエージェントの可能性）"};

inline constexpr Text kLoginsOrder{"logins: {mode}[[, locking out {people}]]",
                                   "ログイン認証: {mode}[[（未登録でも適用: {people}）]]"};

}  // namespace sekisho::console::cli::headings

namespace sekisho::console::cli::messages {

inline constexpr Text kGroupAndTerminal{"give either --group or --terminal, not both",
                                        "--group か --terminal のどちらか一方だけを指定して"
                                        "ください"};
inline constexpr Text kNobodyMissing{"Everybody who can log in there has a second factor.\n",
                                     "対象の端末の利用者は全員、第二要素を登録済みです。\n"};
inline constexpr Text kLockedOutKnowingly{
    "Cannot log in until they are enrolled at the terminal: {people}\n",
    "端末で登録するまでログインできなくなる利用者: {people}\n"};
inline constexpr Text kAskEnforceLogins{
    "Let nobody log in on one factor on {count} terminal(s) from now on? [y/N] ",
    "{count} 台で、ログインに第二要素を必須にしますか？ [y/N] "};
inline constexpr Text kAskObserveLogins{
    "STOP asking for a second factor on {count} terminal(s)? [y/N] ",
    "{count} 台で、第二要素を求めるのをやめますか？ [y/N] "};
inline constexpr Text kAskReset{
    "{person} cannot log in to {terminal}, once logins are enforced there, until root enrols anew: "
    "sudo sekisho factor add {person} --reason WHY\n"
    "Remove all second factors of {person} there? [y/N] ",
    "{terminal} で二要素認証を適用中の場合、{person} は登録し直すまでログインできません。"
    "端末の管理者による登録: sudo sekisho factor add {person} --reason 理由\n"
    "{person} の第二要素の登録をすべて解除しますか？ [y/N] "};
inline constexpr Text kEnrolAnew{
    "Then, at {terminal}, with {person} there: sudo sekisho factor add {person} --reason WHY\n",
    "その後、{terminal} で {person} 本人の立ち会いのもと: sudo sekisho factor add {person} "
    "--reason 理由\n"};

}  // namespace sekisho::console::cli::messages

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_LOGINS_H_
