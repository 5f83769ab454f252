#ifndef SEKISHO_AGENT_ENGINE_INTEGRITY_H_
#define SEKISHO_AGENT_ENGINE_INTEGRITY_H_

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/engine/look_timer.h"
#include "agent/engine/reporter.h"
#include "agent/engine/state_store.h"
#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/file_watch.h"

namespace sekisho::engine {

// What was seen last, by path.
using SeenFiles = std::map<std::string, platform::GuardedFile>;

struct FileChange {
  std::string path;
  enum class What { kEdited, kGone, kNew } what = What::kEdited;
  std::string before;  // SHA-256 in hexadecimal; empty when there was none
  std::string after;
  friend bool operator==(const FileChange&, const FileChange&) = default;
};
// "edited", "gone", "new".
const char* Name(FileChange::What what);

// Pure: what is to be told. Quiet are files whose content somebody vouches for, however new it is
// (a package's upgrade), and those that nobody claims any more after somebody had. `before`: none
// at the very first look, when all but what is disputed is taken as it is.
std::vector<FileChange> Compare(const std::optional<SeenFiles>& before, const SeenFiles& now);

// Tells of each change to the files on which the protection depends, once. Looks at the start, and
// a while after something was written; never by the clock.
class Integrity {
 public:
  // All outlive this. Without a watch there is nothing to tell.
  Integrity(platform::EventLoop& loop, const platform::Clock& clock, platform::FileWatch* watch,
            StateStore& store, Reporter& reporter)
      : loop_(loop), clock_(clock), watch_(watch), store_(store), reporter_(reporter) {}
  void Start();

 private:
  void Look();
  void Seen(const platform::GuardedFiles& look);

  platform::EventLoop& loop_;
  const platform::Clock& clock_;
  platform::FileWatch* const watch_;
  StateStore& store_;
  Reporter& reporter_;
  std::optional<SeenFiles> seen_;
  std::optional<LookTimer> timer_;
};

// The baseline as a state file's payload, and back; nothing for what is not one.
std::string WriteSeenFiles(const SeenFiles& seen);
std::optional<SeenFiles> ParseSeenFiles(std::string_view payload);

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_INTEGRITY_H_
