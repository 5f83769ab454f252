#ifndef SEKISHO_CONSOLE_STORE_SQLITE_SQLITE_BACKEND_H_
#define SEKISHO_CONSOLE_STORE_SQLITE_SQLITE_BACKEND_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "console/store/backend.h"

namespace sekisho::console::store::sqlite {

// The embedded store: one file, WAL, synchronous=FULL. Makes the file (0600) when it is not there.
absl::StatusOr<std::unique_ptr<Backend>> OpenBackend(const std::string& path);

// Copies a store that may be in use into a new file at `to` (0600), by SQLite's online backup.
// ALREADY_EXISTS when something is there.
absl::Status CopyStore(const std::string& from, const std::string& to);

}  // namespace sekisho::console::store::sqlite

#endif  // SEKISHO_CONSOLE_STORE_SQLITE_SQLITE_BACKEND_H_
