#ifndef SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_
#define SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/clock.h"
#include "console/store/restore_store.h"

namespace sekisho::console::program {

// Writes store and keys of a console, running or not, as one tar file (0600; it holds every secret
// of the console). ALREADY_EXISTS when `file` is there.
absl::Status Backup(const std::string& data, const std::string& file, const Clock& clock);

struct Restored {
  WallTime backed_up_at{};
  WallTime restored_at{};
  store::RestoreOutcome outcome;
};

// Unpacks such a file into `data`, which must hold no console yet, and makes it a console that
// knows what it does not know (store::RestoreStore::Begin). ALREADY_EXISTS, DATA_LOSS for a damaged
// file; an error leaves nothing behind.
absl::StatusOr<Restored> Restore(const std::string& file, const std::string& data,
                                 const Clock& clock);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_
