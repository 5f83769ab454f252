#include "platform/linux/guard/file_watch.h"

#include <cerrno>
#include <utility>

#include "platform/linux/dpkg_database.h"

namespace sekisho::platform {
namespace {

char Letter(GuardedFile::Word word) {
  switch (word) {
    case GuardedFile::Word::kNobodys:
      return '?';
    case GuardedFile::Word::kAgrees:
      return '=';
    case GuardedFile::Word::kDisagrees:
      return '!';
  }
  return '?';
}

std::optional<GuardedFile::Word> WordOf(std::string_view letter) {
  if (letter == "?") return GuardedFile::Word::kNobodys;
  if (letter == "=") return GuardedFile::Word::kAgrees;
  if (letter == "!") return GuardedFile::Word::kDisagrees;
  return std::nullopt;
}

}  // namespace

std::string WriteLook(const GuardedFiles& look) {
  std::string text;
  for (const GuardedFile& file : look.files) {
    if (file.path.find('\n') != std::string::npos) continue;  // nothing of ours is called so
    text +=
        (file.hash.empty() ? "-" : file.hash) + " " + Letter(file.word) + " " + file.path + "\n";
  }
  return text + (look.taken == GuardedFiles::Taken::kAtRest ? "end at-rest\n" : "end meanwhile\n");
}

std::optional<GuardedFiles> ParseLook(std::string_view text) {
  if (!text.ends_with('\n')) return std::nullopt;
  GuardedFiles look;
  const std::vector<std::string_view> lines = Lines(text);
  if (lines.back() == "end meanwhile") {
    look.taken = GuardedFiles::Taken::kMeanwhile;
  } else if (lines.back() != "end at-rest") {
    return std::nullopt;
  }
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
    const std::size_t blank = lines[i].find(' ');
    if (blank == std::string_view::npos || lines[i].size() < blank + 4) return std::nullopt;
    const std::optional<GuardedFile::Word> word = WordOf(lines[i].substr(blank + 1, 1));
    if (!word) return std::nullopt;
    const std::string_view hash = lines[i].substr(0, blank);
    look.files.push_back(
        {std::string(lines[i].substr(blank + 3)), hash == "-" ? "" : std::string(hash), *word});
  }
  return look;
}

LinuxFileWatch::LinuxFileWatch(EventLoop& loop, GuardPaths paths, DirectoryWatch directories)
    : paths_(std::move(paths)), directories_(std::move(directories)), look_(loop) {
  directories_.Watch(GuardedDirectories(paths_));
}

Result<std::unique_ptr<LinuxFileWatch>> LinuxFileWatch::Start(EventLoop& loop, GuardPaths paths) {
  Result<DirectoryWatch> directories = DirectoryWatch::Start(paths.root);
  if (!directories.ok()) return directories.failure();
  return std::unique_ptr<LinuxFileWatch>(
      new LinuxFileWatch(loop, std::move(paths), std::move(*directories)));
}

void LinuxFileWatch::Look(std::function<void(Result<GuardedFiles>)> seen) {
  directories_.Watch(GuardedDirectories(paths_));
  look_.Start([this] { return WriteLook(LookAtGuardedFiles(paths_)); },
              [seen = std::move(seen)](const Result<std::string>& text) {
                if (!text.ok()) return seen(text.failure());
                std::optional<GuardedFiles> look = ParseLook(*text);
                if (!look) return seen(MakeFailure(EPROTO, "look at files"));
                seen(*std::move(look));
              });
}

}  // namespace sekisho::platform
