#include "console/program/doctor.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "console/program/console.h"
#include "console/program/keys.h"
#include "console/service/terminal_service.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "proto/contract/bounds.h"

namespace sekisho::console::program {
namespace {

constexpr std::chrono::days kKeyWarning{60};
constexpr std::chrono::days kCertificateWarning{30};
constexpr std::chrono::hours kBackupWarning{48};
constexpr std::uintmax_t kDiskBad = 256ull << 20;
constexpr std::uintmax_t kDiskWarning = 2ull << 30;
// This program was made after it: a clock that says an earlier time is wrong.
constexpr WallTime kEarliest{std::chrono::seconds(1'792'000'000)};
constexpr std::uint32_t kPage = 500;

long long DaysUntil(WallTime then, WallTime now) {
  return std::chrono::duration_cast<std::chrono::days>(then - now).count();
}

Finding Unseen(const char* check, const absl::Status& why) {
  const std::string message(why.message());
  return {check, Grade::kBad, absl::StrCat("could not be looked at: ", message),
          absl::StrCat("確認できません: ", message)};
}

Finding CheckKeys(const std::string& data, WallTime now) {
  const absl::StatusOr<std::vector<KeyInfo>> keys = ListKeys(data);
  if (!keys.ok()) return Unseen("keys", keys.status());
  const KeyInfo* first = nullptr;
  for (const KeyInfo& key : *keys) {
    if (key.ends && !key.id.empty() && (first == nullptr || key.not_after < first->not_after)) {
      first = &key;
    }
  }
  const long long days = DaysUntil(first->not_after, now);
  if (days < 0) {
    return {
        "keys", Grade::kBad,
        absl::StrCat("the key \"", first->name,
                     "\" is over and signs nothing more: sekisho-console keys rotate ",
                     first->name),
        absl::StrCat("鍵「", first->name,
                     "」の期限が切れ、署名できません: sekisho-console keys rotate ", first->name)};
  }
  if (first->not_after - now < kKeyWarning) {
    return {"keys", Grade::kWarning,
            absl::StrCat("the key \"", first->name, "\" is over in ", days,
                         " days: sekisho-console keys rotate ", first->name),
            absl::StrCat("鍵「", first->name, "」の期限まで ", days,
                         " 日です: sekisho-console keys rotate ", first->name)};
  }
  return {"keys", Grade::kGood, absl::StrCat("the first is over in ", days, " days"),
          absl::StrCat("最も早い期限まで ", days, " 日")};
}

Finding CheckCertificates(const std::string& data, WallTime now) {
  const absl::StatusOr<std::vector<KeyInfo>> keys = ListKeys(data);
  if (!keys.ok()) return Unseen("certificates", keys.status());
  Finding finding{"certificates", Grade::kGood, "", ""};
  for (const KeyInfo& key : *keys) {
    if (!key.ends || !key.id.empty()) continue;
    const long long days = DaysUntil(key.not_after, now);
    absl::StrAppend(&finding.en, finding.en.empty() ? "" : ", ", key.name, ": ", days, " days");
    absl::StrAppend(&finding.ja, finding.ja.empty() ? "" : "、", key.name, ": ", days, " 日");
    if (days < 0) {
      finding.grade = Grade::kBad;
    } else if (key.not_after - now < kCertificateWarning) {
      finding.grade = std::max(finding.grade, Grade::kWarning);
    }
  }
  if (finding.grade != Grade::kGood) {
    absl::StrAppend(&finding.en, "; `serve` renews the server's: is it running?");
    absl::StrAppend(&finding.ja,
                    "。サーバ証明書は serve が自動更新します。稼働中か確認してください");
  }
  return finding;
}

Finding CheckDisk(const std::string& data) {
  std::error_code error;
  const std::filesystem::space_info space = std::filesystem::space(data, error);
  if (error) return Unseen("disk", absl::InternalError(error.message()));
  const std::uintmax_t free = space.available >> 20;
  const Grade grade = space.available < kDiskBad       ? Grade::kBad
                      : space.available < kDiskWarning ? Grade::kWarning
                                                       : Grade::kGood;
  return {"disk", grade, absl::StrCat(free, " MiB free"), absl::StrCat("空き ", free, " MiB")};
}

struct CloseDatabase {
  void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
};

// SQLite's own quick look at every page; read-only.
Finding CheckStore(const std::string& data) {
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(StorePath(data).c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, CloseDatabase> db(raw);
  if (opened != SQLITE_OK) return Unseen("store", absl::InternalError(sqlite3_errstr(opened)));
  sqlite3_busy_timeout(db.get(), 5000);
  std::string answer;
  const auto take = [](void* to, int, char** columns, char**) {
    std::string& text = *static_cast<std::string*>(to);
    if (text.empty() && columns[0] != nullptr) text = columns[0];
    return 0;
  };
  const int code = sqlite3_exec(db.get(), "PRAGMA quick_check(1)", take, &answer, nullptr);
  if (code == SQLITE_OK && answer == "ok") {
    return {"store", Grade::kGood,
            "its pages are whole; sekisho-console verify looks at the history",
            "ページ構造は正常です。履歴の検証は sekisho-console verify"};
  }
  if (answer.empty()) answer = sqlite3_errmsg(db.get());
  return {"store", Grade::kBad, absl::StrCat("damaged: ", answer, ": restore a backup"),
          absl::StrCat("破損しています: ", answer, "。バックアップから復元してください")};
}

Finding CheckClock(WallTime now, const absl::StatusOr<WallTime>& newest) {
  if (now < kEarliest) {
    return {"clock", Grade::kBad, "it says a time before this program was made",
            "時計がこのプログラムの作成時より前を示しています"};
  }
  if (newest.ok() && *newest > now + std::chrono::minutes(5)) {
    return {"clock", Grade::kWarning, "the newest event was stored in its future",
            "最新の記録の時刻より時計が遅れています"};
  }
  return {"clock", Grade::kGood, "plausible; is it synchronised? timedatectl",
          "妥当です。同期状態は timedatectl で確認できます"};
}

Finding CheckPermissions(const std::string& data) {
  struct stat folder{};
  if (::stat(data.c_str(), &folder) != 0) {
    return Unseen("permissions", absl::NotFoundError(data));
  }
  std::vector<std::string> paths{data, KeysPath(data), StorePath(data)};
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(KeysPath(data), error)) {
    paths.push_back(entry.path().string());
  }
  for (const std::string& path : paths) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0) continue;
    if ((info.st_mode & 077) != 0) {
      return {"permissions", Grade::kBad,
              absl::StrCat(path, " can be reached by others: chmod go= ", path),
              absl::StrCat(path, " に他の利用者が触れられます: chmod go= ", path)};
    }
    if (info.st_uid != folder.st_uid) {
      return {"permissions", Grade::kBad,
              absl::StrCat(path, " belongs to another user than ", data),
              absl::StrCat(path, " の所有者が ", data, " と異なります")};
    }
  }
  return {"permissions", Grade::kGood, "only their owner reaches store and keys",
          "データと鍵に触れられるのは所有者のみです"};
}

Finding CheckBackup(const std::string& data, WallTime now) {
  std::ifstream file(LastBackupPath(data));
  long long milliseconds = 0;
  if (!(file >> milliseconds)) {
    return {"backup", Grade::kWarning, "none was ever made: sekisho-console backup FILE",
            "バックアップがありません: sekisho-console backup FILE"};
  }
  const WallTime made{std::chrono::milliseconds(milliseconds)};
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(now - made).count();
  struct stat keys{};
  if (::stat((KeysPath(data) + "/keyset").c_str(), &keys) == 0 &&
      WallTime(std::chrono::seconds(keys.st_mtim.tv_sec)) > made) {
    return {"backup", Grade::kBad, "keys were rotated since the last one: make one now",
            "最後のバックアップ以後に鍵が更新されました。すぐに作成してください"};
  }
  return {"backup", now - made > kBackupWarning ? Grade::kWarning : Grade::kGood,
          absl::StrCat("the last was made ", hours, " hours ago"),
          absl::StrCat("最後の作成から ", hours, " 時間")};
}

Finding CheckAlarms(store::Backend& backend, WallTime now) {
  const absl::StatusOr<std::vector<store::AlarmPosition>> positions =
      backend.alarms().ListPositions();
  if (!positions.ok()) return Unseen("alarms", positions.status());
  if (positions->empty()) {
    return {"alarms", Grade::kWarning, "no way out is configured: alarm-* in console.conf",
            "通知先が設定されていません: console.conf の alarm-*"};
  }
  for (const store::AlarmPosition& each : *positions) {
    if (!each.failed_at) continue;
    return {"alarms", Grade::kBad, absl::StrCat(each.channel, " fails: ", each.error),
            absl::StrCat(each.channel, " で送信できません: ", each.error)};
  }
  std::string en;
  std::string ja;
  for (const store::AlarmPosition& each : *positions) {
    const std::string hours =
        each.delivered_at
            ? absl::StrCat(
                  std::chrono::duration_cast<std::chrono::hours>(now - *each.delivered_at).count())
            : "-";
    absl::StrAppend(&en, en.empty() ? "" : ", ", each.channel, ": last ", hours, " hours ago");
    absl::StrAppend(&ja, ja.empty() ? "" : "、", each.channel, ": 最後の送信から ", hours, " 時間");
  }
  return {"alarms", Grade::kGood, en, ja};
}

// From what the store has: a running console knows it a few seconds newer.
Finding CheckTerminals(store::Backend& backend, const std::string& organisation_id, WallTime now) {
  std::uint64_t enrolled = 0;
  std::uint64_t silent = 0;
  std::string after;
  for (;;) {
    const absl::StatusOr<std::vector<store::TerminalRecord>> page =
        backend.terminals().ListTerminals({organisation_id, ""}, after, kPage);
    if (!page.ok()) return Unseen("terminals", page.status());
    for (const store::TerminalRecord& terminal : *page) {
      after = terminal.name;
      if (terminal.state != v1::TERMINAL_STATE_ENROLLED) continue;
      ++enrolled;
      const bool heard =
          terminal.last_status_at && now - *terminal.last_status_at < 3 * contract::kStatusPeriod;
      if (!heard || terminal.chain_broken) ++silent;
    }
    if (page->size() < kPage) break;
  }
  return {"terminals", silent == 0 ? Grade::kGood : Grade::kWarning,
          absl::StrCat(silent, " of ", enrolled,
                       " silent or with broken history; all reasons: sekishoctl terminals "
                       "--unprotected"),
          absl::StrCat(enrolled, " 台のうち ", silent,
                       " 台が応答なし、または履歴の断絶。全理由: sekishoctl terminals "
                       "--unprotected")};
}

}  // namespace

std::string LastBackupPath(const std::string& data) { return data + "/last-backup"; }

Language LanguageFromEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string(value).rfind("ja", 0) == 0 ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

std::vector<Finding> Examine(const std::string& data, const Clock& clock) {
  const WallTime now = clock.wall();
  std::vector<Finding> findings{CheckKeys(data, now),   CheckCertificates(data, now),
                                CheckDisk(data),        CheckStore(data),
                                CheckPermissions(data), CheckBackup(data, now)};
  const absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(KeysPath(data));
  std::error_code error;
  absl::StatusOr<std::unique_ptr<store::Backend>> backend =
      absl::NotFoundError(absl::StrCat("there is no console in ", data));
  if (std::filesystem::exists(StorePath(data), error)) {
    backend = store::sqlite::OpenBackend(StorePath(data));
  }
  if (!backend.ok() || !keyring.ok()) {
    const absl::Status& why = backend.ok() ? keyring.status() : backend.status();
    for (const char* check : {"clock", "alarms", "terminals"})
      findings.push_back(Unseen(check, why));
    return findings;
  }
  store::EventQuery query;
  query.scope.organisation_id = keyring->organisation_id();
  query.order = store::EventQuery::Order::kNewestFirst;
  query.limit = 1;
  const absl::StatusOr<std::vector<store::StoredEventRecord>> events =
      (*backend)->events().ListEvents(query);
  absl::StatusOr<WallTime> newest = absl::NotFoundError("no events");
  if (events.ok() && !events->empty()) newest = events->front().received_at;
  findings.push_back(CheckClock(now, newest));
  findings.push_back(CheckAlarms(**backend, now));
  findings.push_back(CheckTerminals(**backend, keyring->organisation_id(), now));
  return findings;
}

Grade WorstOf(const std::vector<Finding>& findings) {
  Grade worst = Grade::kGood;
  for (const Finding& finding : findings) worst = std::max(worst, finding.grade);
  return worst;
}

std::string WriteFindings(const std::vector<Finding>& findings, Language language) {
  std::string text;
  for (const Finding& finding : findings) {
    const bool ja = language == Language::kJapanese;
    const char* mark = "";
    switch (finding.grade) {
      case Grade::kGood:
        mark = ja ? "正常" : "ok      ";
        break;
      case Grade::kWarning:
        mark = ja ? "注意" : "warning ";
        break;
      case Grade::kBad:
        mark = ja ? "異常" : "BAD     ";
        break;
    }
    absl::StrAppend(&text, mark, " ", finding.check,
                    std::string(finding.check.size() < 13 ? 13 - finding.check.size() : 1, ' '),
                    ja ? finding.ja : finding.en, "\n");
  }
  return text;
}

}  // namespace sekisho::console::program
