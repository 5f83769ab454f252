#ifndef SEKISHO_CONSOLE_PKI_FILES_H_
#define SEKISHO_CONSOLE_PKI_FILES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace sekisho::console::pki {

enum class Existing { kRefuse, kReplace };

// Writes a whole file durably (temporary, fsync, rename, fsync of the folder), mode 0600.
// ALREADY_EXISTS when it is there and `existing` refuses.
absl::Status WriteSecretFile(const std::string& path, const std::string& bytes,
                             Existing existing = Existing::kRefuse);
// NOT_FOUND; FAILED_PRECONDITION when group or others may read a file of secrets.
absl::StatusOr<std::string> ReadSecretFile(const std::string& path);

}  // namespace sekisho::console::pki

#endif  // SEKISHO_CONSOLE_PKI_FILES_H_
