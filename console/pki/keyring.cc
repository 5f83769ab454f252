#include "console/pki/keyring.h"

#include <sodium.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "console/pki/files.h"
#include "proto/contract/convert.h"

namespace sekisho::console::pki {
namespace {

// Signing keys are told to end with the CA; rotation is a new key set with a higher version.
constexpr std::chrono::days kSigningLifetime{3650};

struct KeyFile {
  v1::Purpose purpose;
  const char* file;
};
// The root key signs key sets and enrolments; it is not in the set.
constexpr char kRootFile[] = "root.key";
constexpr KeyFile kKeyFiles[] = {
    {v1::PURPOSE_BUNDLE, "bundle.key"},
    {v1::PURPOSE_GRANT, "grant.key"},
    {v1::PURPOSE_GRANT_REVOCATION, "grant-revocation.key"},
    {v1::PURPOSE_ACKNOWLEDGEMENT, "acknowledgement.key"},
    {v1::PURPOSE_BEACON, "beacon.key"},
};

std::string AsBytes(const contract::PublicKey& key) {
  return std::string(reinterpret_cast<const char*>(key.data()), key.size());
}

absl::StatusOr<contract::PrivateKey> MakeKeyFile(const std::string& path) {
  contract::PrivateKey key = contract::PrivateKey::Generate();
  std::string seed = key.Seed();
  const absl::Status status = WriteSecretFile(path, seed);
  sodium_memzero(seed.data(), seed.size());
  if (!status.ok()) return status;
  return key;
}

absl::StatusOr<contract::PrivateKey> LoadKeyFile(const std::string& path) {
  absl::StatusOr<std::string> seed = ReadSecretFile(path);
  if (!seed.ok()) return seed.status();
  absl::StatusOr<contract::PrivateKey> key = contract::PrivateKey::FromSeed(*seed);
  sodium_memzero(seed->data(), seed->size());
  if (!key.ok()) return absl::Status(key.status().code(), absl::StrCat(path, ": not a key"));
  return key;
}

}  // namespace

absl::StatusOr<Keyring> Keyring::Create(const std::string& folder,
                                        const std::string& organisation_id,
                                        const std::string& organisation_name,
                                        const std::vector<std::string>& server_names,
                                        WallTime now) {
  absl::StatusOr<Authority> authority = Authority::Create(organisation_name, now);
  if (!authority.ok()) return authority.status();
  absl::StatusOr<ServerCredentials> server = authority->IssueServer(server_names, now);
  if (!server.ok()) return server.status();

  absl::StatusOr<contract::PrivateKey> root = MakeKeyFile(absl::StrCat(folder, "/", kRootFile));
  if (!root.ok()) return root.status();
  v1::TrustAnchor anchor;
  anchor.set_organisation_id(organisation_id);
  anchor.set_root_public_key(AsBytes(root->public_key()));
  anchor.set_ca_certificate(authority->CertificateDer());

  v1::KeySet key_set;
  key_set.set_organisation_id(organisation_id);
  key_set.set_version(1);
  for (const KeyFile& entry : kKeyFiles) {
    absl::StatusOr<contract::PrivateKey> key = MakeKeyFile(absl::StrCat(folder, "/", entry.file));
    if (!key.ok()) return key.status();
    v1::SigningKey& signing = *key_set.add_keys();
    signing.set_purpose(entry.purpose);
    signing.set_public_key(AsBytes(key->public_key()));
    *signing.mutable_not_after() = contract::ToProto(now + kSigningLifetime);
  }
  const v1::Sealed sealed_key_set =
      contract::Seal(*root, organisation_id, v1::PURPOSE_KEY_SET, key_set.SerializeAsString());
  const std::pair<const char*, std::string> files[] = {
      {"ca.key", authority->KeyPem()},
      {"ca.pem", authority->CertificatePem()},
      {"server.key", server->private_key_pem},
      {"server.pem", server->chain_pem},
      {"trust-anchor", anchor.SerializeAsString()},
      {"keyset", sealed_key_set.SerializeAsString()},
  };
  for (const auto& [name, bytes] : files) {
    absl::Status status = WriteSecretFile(absl::StrCat(folder, "/", name), bytes);
    if (!status.ok()) return status;
  }
  return Load(folder);
}

absl::StatusOr<Keyring> Keyring::Load(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const char* name :
       {"ca.key", "ca.pem", "server.key", "server.pem", "trust-anchor", "keyset"}) {
    absl::StatusOr<std::string> bytes = ReadSecretFile(absl::StrCat(folder, "/", name));
    if (!bytes.ok()) return bytes.status();
    files[name] = *std::move(bytes);
  }
  absl::StatusOr<Authority> authority = Authority::Load(files["ca.key"], files["ca.pem"]);
  if (!authority.ok()) return authority.status();
  Keyring ring(*std::move(authority));
  ring.server_ = {files["server.key"], files["server.pem"]};
  ring.trust_anchor_ = files["trust-anchor"];
  absl::StatusOr<v1::TrustAnchor> anchor =
      contract::ParseStrictly<v1::TrustAnchor>(ring.trust_anchor_);
  if (!anchor.ok()) return anchor.status();
  ring.anchor_ = *std::move(anchor);
  if (!ring.key_set_.ParseFromString(files["keyset"])) {
    return absl::DataLossError(absl::StrCat(folder, "/keyset does not parse"));
  }
  absl::StatusOr<contract::OpenedKeySet> opened = contract::OpenKeySet(ring.anchor_, ring.key_set_);
  if (!opened.ok()) return opened.status();
  ring.key_set_version_ = opened->version;
  for (const v1::Purpose purpose : {v1::PURPOSE_KEY_SET, v1::PURPOSE_ENROLMENT}) {
    absl::StatusOr<contract::PrivateKey> root = LoadKeyFile(absl::StrCat(folder, "/", kRootFile));
    if (!root.ok()) return root.status();
    ring.keys_.emplace(purpose, *std::move(root));
  }
  for (const KeyFile& entry : kKeyFiles) {
    absl::StatusOr<contract::PrivateKey> key = LoadKeyFile(absl::StrCat(folder, "/", entry.file));
    if (!key.ok()) return key.status();
    ring.keys_.emplace(entry.purpose, *std::move(key));
  }
  return ring;
}

absl::StatusOr<v1::Sealed> Keyring::Seal(v1::Purpose purpose, std::string payload) const {
  auto found = keys_.find(purpose);
  if (found == keys_.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the console has no key for ", v1::Purpose_Name(purpose)));
  }
  return contract::Seal(found->second, organisation_id(), purpose, std::move(payload));
}

}  // namespace sekisho::console::pki
