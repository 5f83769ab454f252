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
#include "proto/contract/convert.h"

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

absl::Status Keyring::RotateRoot() const {
  contract::PrivateKey root = contract::PrivateKey::Generate();
  AnchorLink link;
  link.before = trust_anchor();
  absl::StatusOr<v1::TrustAnchor> anchor = contract::ParseStrictly<v1::TrustAnchor>(link.before);
  if (!anchor.ok()) return anchor.status();
  anchor->set_root_public_key(AsBytes(root.public_key()));
  const std::string after = anchor->SerializeAsString();
  absl::StatusOr<v1::Sealed> sealed = Seal(v1::PURPOSE_TRUST_ANCHOR, after);
  if (!sealed.ok()) return sealed.status();
  link.sealed = *std::move(sealed);
  v1::KeySet keys;
  keys.ParseFromString(key_set().payload());
  keys.set_version(keys.version() + 1);
  link.key_set_version = keys.version();
  std::vector<AnchorLink> links = anchor_links();
  links.push_back(std::move(link));
  std::string seed = root.Seed();
  const absl::Status written = WriteTogether(
      folder_, {{kRootFile, seed},
                {kAnchorFile, after},
                {kKeySetFile, contract::Seal(root, organisation_id_, v1::PURPOSE_KEY_SET,
                                             keys.SerializeAsString())
                                  .SerializeAsString()},
                {kLinksFile, WriteLinks(links)}});
  sodium_memzero(seed.data(), seed.size());
  return written;
}

absl::Status Keyring::RenewServer(WallTime now) const {
  absl::StatusOr<CertificateFacts> facts = Authority::FactsOf(server().chain_pem);
  if (!facts.ok()) return facts.status();
  absl::StatusOr<ServerCredentials> renewed = authority_->IssueServer(facts->names, now);
  if (!renewed.ok()) return renewed.status();
  return WriteSecretFile(server_file(), renewed->private_key_pem + renewed->chain_pem,
                         Existing::kReplace);
}

}  // namespace sekisho::console::pki
