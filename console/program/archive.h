#ifndef SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_
#define SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_

#include <string>

#include "absl/status/status.h"

namespace sekisho::console::program {

// Writes store and keys of a console, running or not, as one tar file (0600; it holds every secret
// of the console). ALREADY_EXISTS when `file` is there.
absl::Status Backup(const std::string& data, const std::string& file);

// Unpacks such a file into `data`, which must hold no console yet. The next publication is above
// any version that the fleet then reports, and events that were acknowledged after the backup show
// as gaps in their terminals' chains.
absl::Status Restore(const std::string& file, const std::string& data);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_ARCHIVE_H_
