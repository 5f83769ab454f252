#ifndef SEKISHO_PLATFORM_API_FILE_WATCH_H_
#define SEKISHO_PLATFORM_API_FILE_WATCH_H_

#include <functional>
#include <string>
#include <vector>

#include "platform/api/result.h"
#include "platform/api/touch_watch.h"

namespace sekisho::platform {

// A file on which it depends whether this terminal is protected: ours, the logins', the boot's.
struct GuardedFile {
  std::string path;
  std::string hash;  // SHA-256 in hexadecimal; empty: it should be there and is not
  // What is said of this very content by whoever brought it (Linux: dpkg's sums, and what the
  // boot's files were when we made them).
  enum class Word {
    kNobodys,    // nobody says what it should be
    kAgrees,     // it is what it should be
    kDisagrees,  // it is not
  } word = Word::kNobodys;
  friend bool operator==(const GuardedFile&, const GuardedFile&) = default;
};

struct GuardedFiles {
  std::vector<GuardedFile> files;
  // kMeanwhile: packages or boot images are being changed just now; look again when that is over.
  enum class Taken { kAtRest, kMeanwhile } taken = Taken::kAtRest;
};

// Looks at the guarded files, and tells when one may have changed.
class FileWatch : public TouchWatch {
 public:
  // Hashes all of them outside of the loop, which takes seconds; calls back once, on the loop's
  // thread, and not at all once this is destroyed. EALREADY while a look is under way.
  virtual void Look(std::function<void(Result<GuardedFiles>)> seen) = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_FILE_WATCH_H_
