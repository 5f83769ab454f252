#ifndef SEKISHO_CONSOLE_CLI_TEXTS_POLICIES_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_POLICIES_H_

#include "console/cli/texts/text.h"

// What is said of a policy: its problems, what a draft changes, and what it would have changed.
namespace sekisho::console::cli::policy_texts {

inline constexpr Text kRuleAdded{"+ rule {after}[[ ({turn})]]", "+ 規則 {after}[[（{turn}）]]"};
inline constexpr Text kRuleRemoved{"- rule {before}[[ ({turn})]]", "- 規則 {before}[[（{turn}）]]"};
inline constexpr Text kRuleChanged{"~ rule {rule}: {key} {before} → {after}[[ ({turn})]]",
                                   "~ 規則 {rule}: {key} {before} → {after}[[（{turn}）]]"};
inline constexpr Text kRulesReordered{
    "~ order of rules (the first that matches wins): {rules}[[ ({turn})]]",
    "~ 規則の順序（最初に一致したものが適用される）: {rules}[[（{turn}）]]"};
inline constexpr Text kSettingChanged{"~ {key} {before} → {after}[[ ({turn})]]",
                                      "~ {key} {before} → {after}[[（{turn}）]]"};
inline constexpr Text kNotGiven{"(not given)", "（指定なし）"};

inline constexpr Text kSuggestion{"    write: {suggestion}\n", "    修正例: {suggestion}\n"};
inline constexpr Text kLockOut{
    "LOCKED OUT: terminal \"{terminal}\" would have no {input} left; this one would be shut: "
    "{device}\n",
    "操作不能: 端末「{terminal}」で使える{input}がなくなります。遮断される機器: {device}\n"};
inline constexpr Text kMoreLockOuts{"and {count} more like these\n", "ほか {count} 件\n"};
inline constexpr Text kAgainstLockOut{
    "    keep a rule that allows it, or make it the terminal's own: sekishoctl devices adopt\n",
    "    許可する規則を残すか、端末固有の機器として登録してください: sekishoctl devices adopt\n"};

inline constexpr Text kSimulated{"Against version {version}: {count} recorded devices.\n",
                                 "第{version}版との比較: 記録済みの機器 {count} 件\n"};
inline constexpr Text kSimulating{"\r  {done} of {count} devices", "\r  {count} 件中 {done} 件"};
inline constexpr Text kNothingFelt{"None would be treated otherwise.\n",
                                   "扱いが変わる機器はありません。\n"};
inline constexpr Text kLooserCount{
    "  looser:   {devices} devices at {terminals} terminals, {people} people\n",
    "  緩和: 機器 {devices} 件、端末 {terminals} 台、利用者 {people} 人\n"};
inline constexpr Text kStricterCount{
    "  stricter: {devices} devices at {terminals} terminals, {people} people\n",
    "  厳格化: 機器 {devices} 件、端末 {terminals} 台、利用者 {people} 人\n"};
inline constexpr Text kDecision{"{action}: {why}", "{action}: {why}"};
inline constexpr Text kMoreChanges{"and {count} more (--limit, or --output json for all)\n",
                                   "ほか {count} 件（--limit、またはすべては --output json）\n"};
inline constexpr Text kUnlikeReported{
    "{count} of the recorded decisions are not what the console makes of them under the same "
    "policy: what is said of these devices may be wrong.\n",
    "記録された判定のうち {count} "
    "件は、同じポリシーでもコンソールの判定と異なります。これらの結果は正しくない場合があります。"
    "\n"};
inline constexpr Text kUnknownCondition{
    "Rules ask for {condition}, which only the terminal knows: taken as not met.\n",
    "規則の条件「{condition}」は端末でしか判定できないため、満たさないものとして扱いました。\n"};
inline constexpr Text kWouldLockOut{"Publishing it would be refused:\n",
                                    "このままでは公開できません:\n"};

}  // namespace sekisho::console::cli::policy_texts

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_POLICIES_H_
