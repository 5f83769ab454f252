#include "agent/engine/integrity.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/log.h"

namespace sekisho::engine {
namespace {

using platform::GuardedFile;
using Word = platform::GuardedFile::Word;

// Files are written one after the other, and what vouches for them last: looked at once it has been
// quiet for so long, or at the latest after so long.
constexpr LookTimer::Pace kPace{.quiet = std::chrono::seconds(10),
                                .latest = std::chrono::minutes(5)};
// While packages or boot images are being changed.
constexpr std::chrono::seconds kMeanwhile{20};
constexpr char kHeader[] = "sekisho-seen-files 1\n";

char Letter(Word word) {
  switch (word) {
    case Word::kNobodys:
      return '?';
    case Word::kAgrees:
      return '=';
    case Word::kDisagrees:
      return '!';
  }
  return '?';
}

}  // namespace

const char* Name(FileChange::What what) {
  switch (what) {
    case FileChange::What::kEdited:
      return "edited";
    case FileChange::What::kGone:
      return "gone";
    case FileChange::What::kNew:
      return "new";
  }
  return "edited";
}

std::vector<FileChange> Compare(const std::optional<SeenFiles>& before, const SeenFiles& now) {
  using What = FileChange::What;
  std::vector<FileChange> changes;
  for (const auto& [path, file] : now) {
    if (file.word == Word::kAgrees) continue;
    const auto known = before ? before->find(path) : SeenFiles::const_iterator();
    const bool is_known = before && known != before->end();
    if (is_known ? known->second.hash == file.hash : !before && file.word != Word::kDisagrees) {
      continue;
    }
    const std::string hash_before = is_known ? known->second.hash : "";
    What what = What::kEdited;
    if (file.hash.empty()) {
      what = What::kGone;
    } else if (hash_before.empty() && file.word == Word::kNobodys) {
      what = What::kNew;
    }
    changes.push_back({path, what, hash_before, file.hash});
  }
  if (!before) return changes;
  for (const auto& [path, file] : *before) {
    // What somebody had claimed is claimed by nobody: its package, or its kernel, went.
    if (now.contains(path) || file.word != Word::kNobodys || file.hash.empty()) continue;
    changes.push_back({path, What::kGone, file.hash, ""});
  }
  return changes;
}

std::string WriteSeenFiles(const SeenFiles& seen) {
  std::string payload = kHeader;
  for (const auto& [path, file] : seen) {
    absl::StrAppend(&payload, file.hash.empty() ? "-" : file.hash, " ",
                    std::string(1, Letter(file.word)), " ", path, "\n");
  }
  return payload;
}

std::optional<SeenFiles> ParseSeenFiles(std::string_view payload) {
  if (!payload.starts_with(kHeader)) return std::nullopt;
  payload.remove_prefix(sizeof kHeader - 1);
  SeenFiles seen;
  while (!payload.empty()) {
    const std::size_t end = payload.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = payload.substr(0, end);
    payload.remove_prefix(end + 1);
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos || line.size() < blank + 4) return std::nullopt;
    GuardedFile file;
    file.path = line.substr(blank + 3);
    if (line.substr(0, blank) != "-") file.hash = line.substr(0, blank);
    const char letter = line[blank + 1];
    if (letter != '?' && letter != '=' && letter != '!') return std::nullopt;
    file.word = letter == '=' ? Word::kAgrees : letter == '!' ? Word::kDisagrees : Word::kNobodys;
    std::string path = file.path;
    seen.emplace(std::move(path), std::move(file));
  }
  return seen;
}

void Integrity::Start() {
  if (watch_ == nullptr) return;
  if (std::optional<std::string> payload = store_.Load(StateFile::kSeenFiles)) {
    seen_ = ParseSeenFiles(*payload);
    if (!seen_) store_.SetAside(StateFile::kSeenFiles, "garbage");
  }
  timer_.emplace(loop_, clock_, *watch_, kPace, [this] { Look(); });
  timer_->Start();
}

void Integrity::Look() {
  watch_->Look([this](platform::Result<platform::GuardedFiles> look) {
    const LookTimer::Meanwhile meanwhile = timer_->Ended();
    if (!look.ok()) {
      Log(Severity::kWarning, look.failure().ToString());
      return;  // with the next write, or the next start
    }
    if (look->taken == platform::GuardedFiles::Taken::kMeanwhile) return timer_->Again(kMeanwhile);
    // Half of a change may have been seen: all of it will be.
    if (meanwhile == LookTimer::Meanwhile::kTouched) return timer_->Again(kPace.quiet);
    Seen(*look);
  });
}

void Integrity::Seen(const platform::GuardedFiles& look) {
  SeenFiles now;
  for (const GuardedFile& file : look.files) now.emplace(file.path, file);
  for (const FileChange& change : Compare(seen_, now)) {
    v1::Event event = EventOf(v1::EVENT_KIND_FILE_CHANGED);
    AddParameter(event, "file", change.path);
    AddParameter(event, "change", Name(change.what));
    if (!change.before.empty()) AddParameter(event, "before", change.before);
    if (!change.after.empty()) AddParameter(event, "after", change.after);
    (void)reporter_.Record(std::move(event));
  }
  if (seen_ == now) return;
  seen_ = std::move(now);
  // After its events: told twice rather than never.
  if (absl::Status saved = store_.Save(StateFile::kSeenFiles, WriteSeenFiles(*seen_));
      !saved.ok()) {
    Log(Severity::kWarning, absl::StrCat("keep what files were: ", saved.message()));
  }
}

}  // namespace sekisho::engine
