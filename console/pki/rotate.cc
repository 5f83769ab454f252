// Keyring's new keys. Each step leaves files that belong together: a power cut between two leaves a
// console that starts and signs with what its key set lists.
#include <sodium.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/pki/files.h"
#include "console/pki/keyring.h"
#include "console/pki/keyring_files.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "proto/contract/seal.h"

namespace sekisho::console::pki {
namespace {

// A key set has room for 32. What a key signed that is not among its purpose's newest is believed
// no more: the bundle that a terminal holds is that old only if nothing was published through as
// many rotations.
constexpr std::size_t kKeptOfEach = 6;
static_assert(std::size(kKeyFiles) * kKeptOfEach <= 32);

v1::KeySet WithNew(const v1::KeySet& before,
                   const std::map<v1::Purpose, contract::PrivateKey>& added, WallTime now) {
  v1::KeySet after;
  after.set_organisation_id(before.organisation_id());
  for (const KeyFile& entry : kKeyFiles) {
    std::vector<v1::SigningKey> keys;  // oldest first
    for (const v1::SigningKey& each : before.keys()) {
      if (each.purpose() == entry.purpose) keys.push_back(each);
    }
    if (const auto found = added.find(entry.purpose); found != added.end()) {
      v1::SigningKey& key = keys.emplace_back();
      key.set_purpose(entry.purpose);
      key.set_public_key(AsBytes(found->second.public_key()));
      *key.mutable_not_after() = contract::ToProto(now + kSigningLifetime);
    }
    const std::size_t left_out = keys.size() - std::min(keys.size(), kKeptOfEach);
    for (std::size_t i = left_out; i < keys.size(); ++i) *after.add_keys() = keys[i];
  }
  return after;
}

}  // namespace

absl::Status Keyring::Rotate(const std::vector<v1::Purpose>& purposes, WallTime now,
                             std::uint64_t leap) const {
  std::map<v1::Purpose, contract::PrivateKey> added;
  for (const v1::Purpose purpose : purposes) {
    const bool known = std::ranges::any_of(
        kKeyFiles, [&](const KeyFile& entry) { return entry.purpose == purpose; });
    if (!known) {
      return absl::InvalidArgumentError(
          absl::StrCat(v1::Purpose_Name(purpose), " has no key of its own to rotate"));
    }
    added.emplace(purpose, contract::PrivateKey::Generate());
  }
  v1::KeySet before;
  before.ParseFromString(key_set().payload());
  v1::KeySet after = WithNew(before, added, now);
  after.set_version(before.version() + leap);
  absl::StatusOr<v1::Sealed> sealed = Seal(v1::PURPOSE_KEY_SET, after.SerializeAsString());
  if (!sealed.ok()) return sealed.status();
  // The set lists the old key and the new one: whichever file is there, it is known.
  absl::Status status = WriteSecretFile(absl::StrCat(folder_, "/", kKeySetFile),
                                        sealed->SerializeAsString(), Existing::kReplace);
  for (const KeyFile& entry : kKeyFiles) {
    const auto found = added.find(entry.purpose);
    if (!status.ok() || found == added.end()) continue;
    status =
        WriteKeyFile(absl::StrCat(folder_, "/", entry.file), found->second, Existing::kReplace);
  }
  return status;
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> Keyring::FilesOfNext(
    const v1::TrustAnchor& next, const contract::PrivateKey* root) const {
  std::vector<AnchorLink> links = anchor_links();
  if (links.size() >= contract::kMaxAnchorLinks) {
    return absl::FailedPreconditionError(
        absl::StrCat("the root key and the authority were changed ", links.size(),
                     " times, which is as far as terminals follow"));
  }
  const std::string after = next.SerializeAsString();
  absl::StatusOr<v1::Sealed> sealed = Seal(v1::PURPOSE_TRUST_ANCHOR, after);
  if (!sealed.ok()) return sealed.status();
  v1::KeySet keys;
  keys.ParseFromString(key_set().payload());
  keys.set_version(keys.version() + 1);
  const std::string set = keys.SerializeAsString();
  absl::StatusOr<v1::Sealed> sealed_set =
      root != nullptr ? contract::Seal(*root, organisation_id_, v1::PURPOSE_KEY_SET, set)
                      : Seal(v1::PURPOSE_KEY_SET, set);
  if (!sealed_set.ok()) return sealed_set.status();
  links.push_back({trust_anchor(), *std::move(sealed), keys.version()});
  return std::vector<std::pair<std::string, std::string>>{
      {kAnchorFile, after},
      {kKeySetFile, sealed_set->SerializeAsString()},
      {kLinksFile, WriteLinks(links)}};
}

absl::Status Keyring::RotateRoot() const {
  const contract::PrivateKey root = contract::PrivateKey::Generate();
  absl::StatusOr<v1::TrustAnchor> next = contract::ParseStrictly<v1::TrustAnchor>(trust_anchor());
  if (!next.ok()) return next.status();
  next->set_root_public_key(AsBytes(root.public_key()));
  auto files = FilesOfNext(*next, &root);
  if (!files.ok()) return files.status();
  files->emplace_back(kRootFile, root.Seed());
  const absl::Status written = WriteTogether(folder_, *files);
  sodium_memzero(files->back().second.data(), files->back().second.size());
  return written;
}

absl::Status Keyring::RotateAuthority(WallTime now) const {
  absl::StatusOr<CertificateFacts> facts = Authority::FactsOf(server().chain_pem);
  if (!facts.ok()) return facts.status();
  absl::StatusOr<Authority> made = Authority::Create(authority()->organisation(), now);
  if (!made.ok()) return made.status();
  absl::StatusOr<ServerCredentials> server = made->IssueServer(facts->names, now);
  if (!server.ok()) return server.status();
  absl::StatusOr<v1::TrustAnchor> next = contract::ParseStrictly<v1::TrustAnchor>(trust_anchor());
  if (!next.ok()) return next.status();
  next->set_ca_certificate(made->CertificateDer());
  auto files = FilesOfNext(*next, nullptr);
  if (!files.ok()) return files.status();
  files->emplace_back(kAuthorityKeyFile, made->KeyPem());
  files->emplace_back(kAuthorityFile, made->CertificatePem());
  files->emplace_back(kServerFile, server->private_key_pem + server->chain_pem);
  return WriteTogether(folder_, *files);
}

absl::Status Keyring::RenewServer(WallTime now) const {
  absl::StatusOr<CertificateFacts> facts = Authority::FactsOf(server().chain_pem);
  if (!facts.ok()) return facts.status();
  absl::StatusOr<ServerCredentials> renewed = authority()->IssueServer(facts->names, now);
  if (!renewed.ok()) return renewed.status();
  return WriteSecretFile(server_file(), renewed->private_key_pem + renewed->chain_pem,
                         Existing::kReplace);
}

}  // namespace sekisho::console::pki
