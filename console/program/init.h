#ifndef SEKISHO_CONSOLE_PROGRAM_INIT_H_
#define SEKISHO_CONSOLE_PROGRAM_INIT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "console/clock.h"

namespace sekisho::console::program {

struct InitOptions {
  std::string data;
  std::string organisation;
  std::string address;             // host:port that terminals are told
  std::vector<std::string> names;  // of the server certificate
  std::string admin;
  std::string password;
};

struct InitResult {
  std::string organisation_id;
  std::string trust_hash_hex;  // SHA-256 of the trust anchor
  std::string ca_pem;
  std::string totp_secret_base32;
  std::string totp_uri;
};

// ALREADY_EXISTS when `data` holds a console, or half of one.
absl::Status CheckNothingThere(const std::string& data);

// Makes keys, CA, store, the root group, the first admin and the default policy below
// `options.data`. ALREADY_EXISTS when anything is there: it never overwrites.
absl::StatusOr<InitResult> Init(const InitOptions& options, const Clock& clock);

// "host", "host:port", "[v6]:port" or a bare IPv6 address into host and port (7443 without one).
struct HostAndPort {
  std::string host;
  int port = 0;
  std::string text() const;  // host:port, an IPv6 address in brackets
};
absl::StatusOr<HostAndPort> ParseAddress(const std::string& text, int default_port);

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_INIT_H_
