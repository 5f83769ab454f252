#include "console/history/findings.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace sekisho::console::history {
namespace {

struct Text {
  const char* en;
  const char* ja;
  const char* In(Language language) const { return language == Language::kJapanese ? ja : en; }
};

Text TextOf(v1::HistoryFault fault) {
  switch (fault) {
    case v1::HISTORY_FAULT_RECORD_EDITED:
      return {"EDITED     {rows}: {record} is not the record that was received",
              "改変   {rows}: {record} は受信したときの内容と異なります"};
    case v1::HISTORY_FAULT_LINK_BROKEN:
      return {
          "EDITED     {rows}: the chain does not hold from {other} to here; one of the two was "
          "changed",
          "改変   {rows}: {other} からの連鎖が成り立ちません。どちらかが変更されています"};
    case v1::HISTORY_FAULT_DELETED:
      return {"DELETED    {rows}: missing", "削除   {rows}: 失われています"};
    case v1::HISTORY_FAULT_REORDERED:
      return {"REORDERED  {rows}: what belongs here stands at {other}",
              "入替   {rows}: ここにあるべき記録が {other} にあります"};
    case v1::HISTORY_FAULT_DUPLICATED:
      return {"DUPLICATED {rows}: {record} is there a second time",
              "重複   {rows}: {record} が二重にあります"};
    case v1::HISTORY_FAULT_TRUNCATED:
      return {"TRUNCATED  {rows}: the end of the history is missing",
              "切捨   {rows}: 履歴の末尾が失われています"};
    case v1::HISTORY_FAULT_NOT_THE_ANCHORS:
      return {
          "REWRITTEN  {rows}: whole in itself, but not the history that the anchor was taken "
          "from",
          "書換   {rows}: "
          "整合していますが、アンカーを取得したときの履歴ではありません"};
    case v1::HISTORY_FAULT_TERMINAL_CHAIN:
      return {
          "BROKEN     {rows}: the terminal's own chain misses {record}, and did not when it "
          "came",
          "断絶   {rows}: 端末自身の連鎖で {record} が欠けています（受信時には欠けて"
          "いませんでした）"};
    case v1::HISTORY_FAULT_ERASED_UNEXPLAINED:
      return {"ERASED     {rows}: {record} is marked as erased, and no audit entry says so",
              "消去   {rows}: {record} に消去の印がありますが、監査記録がありません"};
    case v1::HISTORY_FAULT_ERASURE_DIFFERS:
      return {"ERASED     {rows}: this erasure took something else than what is erased now",
              "消去   {rows}: この消去の対象と、現在消去されている内容が一致しません"};
    case v1::HISTORY_FAULT_OTHER_ORGANISATION:
      return {"OTHER      the anchor at {rows} is another organisation's",
              "別組織 {rows} のアンカーは別の組織のものです"};
    case v1::HISTORY_FAULT_UNSPECIFIED:
    case v1::HistoryFault_INT_MIN_SENTINEL_DO_NOT_USE_:
    case v1::HistoryFault_INT_MAX_SENTINEL_DO_NOT_USE_:
      break;
  }
  return {"?          {rows}", "？     {rows}"};
}

std::string Numbers(const v1::HistoryFinding& finding, std::uint64_t first, std::uint64_t last,
                    Language language) {
  const Text what =
      finding.in_audit() ? Text{"audit entry ", "監査記録 "} : Text{"event ", "記録 "};
  return last > first ? absl::StrCat(what.In(language), first, "–", last)
                      : absl::StrCat(what.In(language), first);
}

std::string Record(const v1::HistoryFinding& finding, const NameOfTerminal& name,
                   Language language) {
  const std::string numbers =
      finding.last_sequence() > finding.first_sequence()
          ? absl::StrCat(finding.first_sequence(), "–", finding.last_sequence())
          : absl::StrCat(finding.first_sequence());
  const Text text{"{terminal}'s number {numbers} of boot {boot}",
                  "{terminal} の起動 {boot} の {numbers} 番"};
  return absl::StrReplaceAll(text.In(language), {{"{terminal}", name(finding.terminal_id())},
                                                 {"{numbers}", numbers},
                                                 {"{boot}", finding.boot_id()}});
}

constexpr Text kLookedAt{
    "{events} events and {audits} audit entries computed again; {erased} events have had personal "
    "data erased, {known} breaks were reported by the console when they came.\n",
    "記録 {events} 件と監査記録 {audits} 件を再計算しました（個人情報を消去した記録 {erased} "
    "件、受信時に検知済みの欠落 {known} 件）。\n"};
constexpr Text kOneTerminal{
    "One terminal's own chain only: what the store's chain says was not asked.\n",
    "1台の端末自身の連鎖のみを確認しました（全体の連鎖は確認していません）。\n"};
constexpr Text kWhole{"The chains are whole.\n", "連鎖に異常はありません。\n"};
constexpr Text kWholeWithAnchors{"The chains are whole, and are those of {anchors} anchor(s).\n",
                                 "連鎖に異常はなく、アンカー {anchors} 件と一致しました。\n"};
constexpr Text kNoAnchor{
    "Without an anchor nobody can tell a history that was rewritten as a whole, or cut off at its "
    "end: print one regularly (sekishoctl anchor print) and verify against it.\n",
    "アンカーがないと、全体の書き換えや末尾の切り捨ては検知できません。定期的に印刷し（sekishoctl "
    "anchor print）、照合してください。\n"};
constexpr Text kTampered{"{count} finding(s): this history was altered.\n",
                         "異常 {count} 件: この履歴は改変されています。\n"};
constexpr Text kAnchor{
    "{organisation}, {at}\n"
    "up to event {cursor} ({events} events) and audit entry {audit} ({audits} entries)\n",
    "{organisation}　{at}\n"
    "記録 {cursor} まで（{events} 件）、監査記録 {audit} まで（{audits} 件）\n"};

}  // namespace

std::string Describe(const v1::HistoryFinding& finding, const NameOfTerminal& name,
                     Language language) {
  return absl::StrReplaceAll(
      absl::StrCat(TextOf(finding.fault()).In(language), "\n"),
      {{"{rows}", Numbers(finding, finding.first(), finding.last(), language)},
       {"{other}", Numbers(finding, finding.other(), finding.other(), language)},
       {"{record}", Record(finding, name, language)}});
}

std::string Describe(const v1::HistoryReport& report, const NameOfTerminal& name,
                     Language language) {
  std::string text = absl::StrReplaceAll(kLookedAt.In(language),
                                         {{"{events}", absl::StrCat(report.events())},
                                          {"{audits}", absl::StrCat(report.audits())},
                                          {"{erased}", absl::StrCat(report.erased())},
                                          {"{known}", absl::StrCat(report.known_breaks())}});
  if (report.one_terminal()) text += kOneTerminal.In(language);
  for (const v1::HistoryFinding& finding : report.findings()) {
    text += Describe(finding, name, language);
  }
  const std::uint64_t count = report.findings_size() + report.more_findings();
  if (count > 0) {
    return text + absl::StrReplaceAll(kTampered.In(language), {{"{count}", absl::StrCat(count)}});
  }
  if (report.anchors() > 0) {
    return text + absl::StrReplaceAll(kWholeWithAnchors.In(language),
                                      {{"{anchors}", absl::StrCat(report.anchors())}});
  }
  return absl::StrCat(text, kWhole.In(language), kNoAnchor.In(language));
}

std::string DescribeAnchor(const Anchor& anchor, const std::string& organisation,
                           const std::string& at, Language language) {
  return absl::StrCat(
      absl::StrReplaceAll(kAnchor.In(language), {{"{organisation}", organisation},
                                                 {"{at}", at},
                                                 {"{cursor}", absl::StrCat(anchor.cursor)},
                                                 {"{events}", absl::StrCat(anchor.events)},
                                                 {"{audit}", absl::StrCat(anchor.audit_id)},
                                                 {"{audits}", absl::StrCat(anchor.audits)}}),
      WriteAnchor(anchor));
}

}  // namespace sekisho::console::history
