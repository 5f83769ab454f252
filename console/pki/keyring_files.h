#ifndef SEKISHO_CONSOLE_PKI_KEYRING_FILES_H_
#define SEKISHO_CONSOLE_PKI_KEYRING_FILES_H_

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "console/pki/files.h"
#include "console/pki/keyring.h"

// What a keyring's folder holds, file by file.
namespace sekisho::console::pki {

struct KeyFile {
  v1::Purpose purpose;
  const char* file;
};
// The root key signs key sets and enrolments; it is not in the set.
inline constexpr char kRootFile[] = "root.key";
inline constexpr char kAuthorityKeyFile[] = "ca.key";
inline constexpr char kAuthorityFile[] = "ca.pem";
inline constexpr char kServerFile[] = "server-identity.pem";
inline constexpr char kAnchorFile[] = "trust-anchor";
inline constexpr char kKeySetFile[] = "keyset";
inline constexpr char kLinksFile[] = "anchor-links";
inline constexpr char kTogetherFile[] = "together";
inline constexpr KeyFile kKeyFiles[] = {
    {v1::PURPOSE_BUNDLE, "bundle.key"},
    {v1::PURPOSE_GRANT, "grant.key"},
    {v1::PURPOSE_GRANT_REVOCATION, "grant-revocation.key"},
    {v1::PURPOSE_ACKNOWLEDGEMENT, "acknowledgement.key"},
    {v1::PURPOSE_BEACON, "beacon.key"},
};
// Of signing keys: as long as the authority. The set lists it; the console keeps to it.
inline constexpr std::chrono::days kSigningLifetime{3650};

std::string AsBytes(const contract::PublicKey& key);
absl::Status WriteKeyFile(const std::string& path, const contract::PrivateKey& key,
                          Existing existing);
absl::StatusOr<contract::PrivateKey> LoadKeyFile(const std::string& path);

// Replaces several files as one: they are first written into one file beside them, and whoever
// finds that file finishes the work.
absl::Status WriteTogether(const std::string& folder,
                           const std::vector<std::pair<std::string, std::string>>& files);
absl::Status FinishTogether(const std::string& folder);

// One line a link: version, the anchor before and the sealed next one, both in hex.
std::string WriteLinks(const std::vector<AnchorLink>& links);
absl::StatusOr<std::vector<AnchorLink>> ReadLinks(const std::string& text);

// Changes with any file of the folder.
std::string FingerprintOf(const std::string& folder);

}  // namespace sekisho::console::pki

#endif  // SEKISHO_CONSOLE_PKI_KEYRING_FILES_H_
