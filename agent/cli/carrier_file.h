#ifndef SEKISHO_AGENT_CLI_CARRIER_FILE_H_
#define SEKISHO_AGENT_CLI_CARRIER_FILE_H_

#include <optional>
#include <string>
#include <string_view>

// Files on a medium that somebody carries. Each returns what the operating system said when it
// failed.
namespace sekisho::cli {

// Whole, or not there at all: written beside it (0600), synced, renamed over whatever has the name.
// nullopt when it is done.
std::optional<std::string> WriteCarrierFile(const std::string& path, std::string_view content);

struct CarrierFile {
  std::string content;
  std::optional<std::string> error;
};
// At most `limit` bytes; only a regular file is read.
CarrierFile ReadCarrierFile(const std::string& path, std::size_t limit);

}  // namespace sekisho::cli

#endif  // SEKISHO_AGENT_CLI_CARRIER_FILE_H_
