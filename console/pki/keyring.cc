#include "console/pki/keyring.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/pki/files.h"
#include "console/pki/keyring_files.h"
#include "proto/contract/convert.h"

namespace sekisho::console::pki {

// What the files held when they were read.
struct Keyring::State {
  std::string fingerprint;
  std::shared_ptr<const Authority> authority;
  std::optional<Descent> descent;
  ServerCredentials server;
  std::string trust_anchor;
  v1::TrustAnchor anchor;
  v1::Sealed key_set;
  std::uint64_t key_set_version = 0;
  std::vector<AnchorLink> links;
  struct Key {
    contract::PrivateKey key;
    WallTime not_after = WallTime::max();
  };
  std::map<v1::Purpose, Key> keys;
};

namespace {

// The file of the key and certificates; a console of 0.1.0 had one for each.
absl::StatusOr<std::string> ReadServerIdentity(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/", kServerFile);
  absl::StatusOr<std::string> both = ReadSecretFile(path);
  if (both.ok() || !absl::IsNotFound(both.status())) return both;
  absl::StatusOr<std::string> key = ReadSecretFile(absl::StrCat(folder, "/server.key"));
  if (!key.ok()) return key.status();
  absl::StatusOr<std::string> chain = ReadSecretFile(absl::StrCat(folder, "/server.pem"));
  if (!chain.ok()) return chain.status();
  const std::string joined = *key + *chain;
  // Two that begin at once both write the same.
  if (absl::Status status = WriteSecretFile(path, joined, Existing::kReplace); !status.ok()) {
    return status;
  }
  return joined;
}

absl::StatusOr<ServerCredentials> SplitIdentity(const std::string& both) {
  const std::size_t chain = both.find("-----BEGIN CERTIFICATE-----");
  if (chain == std::string::npos || chain == 0) {
    return absl::DataLossError(absl::StrCat(kServerFile, " does not hold a key and a certificate"));
  }
  return ServerCredentials{both.substr(0, chain), both.substr(chain)};
}

// Whose key signs it: whoever may open any device may order what orders can, and whoever says what
// the rules are says what is registered.
v1::Purpose KeyFor(v1::Purpose purpose) {
  if (purpose == v1::PURPOSE_ORDER) return v1::PURPOSE_GRANT;
  return purpose == v1::PURPOSE_REGISTER ? v1::PURPOSE_BUNDLE : purpose;
}

}  // namespace

Keyring::Keyring(std::string folder, std::function<WallTime()> wall)
    : folder_(std::move(folder)),
      wall_(wall ? std::move(wall) : SystemClock().wall),
      shared_(std::make_unique<Shared>()) {}

absl::StatusOr<Keyring> Keyring::Create(const std::string& folder,
                                        const std::string& organisation_id,
                                        const std::string& organisation_name,
                                        const std::vector<std::string>& server_names,
                                        WallTime now) {
  absl::StatusOr<Authority> authority = Authority::Create(organisation_name, now);
  if (!authority.ok()) return authority.status();
  absl::StatusOr<ServerCredentials> server = authority->IssueServer(server_names, now);
  if (!server.ok()) return server.status();

  const auto make = [&](const char* file) -> absl::StatusOr<contract::PrivateKey> {
    contract::PrivateKey key = contract::PrivateKey::Generate();
    absl::Status status = WriteKeyFile(absl::StrCat(folder, "/", file), key, Existing::kRefuse);
    if (!status.ok()) return status;
    return key;
  };
  absl::StatusOr<contract::PrivateKey> root = make(kRootFile);
  if (!root.ok()) return root.status();
  v1::TrustAnchor anchor;
  anchor.set_organisation_id(organisation_id);
  anchor.set_root_public_key(AsBytes(root->public_key()));
  anchor.set_ca_certificate(authority->CertificateDer());

  v1::KeySet key_set;
  key_set.set_organisation_id(organisation_id);
  key_set.set_version(1);
  for (const KeyFile& entry : kKeyFiles) {
    absl::StatusOr<contract::PrivateKey> key = make(entry.file);
    if (!key.ok()) return key.status();
    v1::SigningKey& signing = *key_set.add_keys();
    signing.set_purpose(entry.purpose);
    signing.set_public_key(AsBytes(key->public_key()));
    *signing.mutable_not_after() = contract::ToProto(now + kSigningLifetime);
  }
  const v1::Sealed sealed_key_set =
      contract::Seal(*root, organisation_id, v1::PURPOSE_KEY_SET, key_set.SerializeAsString());
  const std::pair<const char*, std::string> files[] = {
      {kAuthorityKeyFile, authority->KeyPem()},
      {kAuthorityFile, authority->CertificatePem()},
      {kServerFile, server->private_key_pem + server->chain_pem},
      {kAnchorFile, anchor.SerializeAsString()},
      {kKeySetFile, sealed_key_set.SerializeAsString()},
  };
  for (const auto& [name, bytes] : files) {
    absl::Status status = WriteSecretFile(absl::StrCat(folder, "/", name), bytes);
    if (!status.ok()) return status;
  }
  return Load(folder);
}

absl::StatusOr<std::shared_ptr<const Keyring::State>> Keyring::ReadFiles(
    const std::string& folder) {
  auto state = std::make_shared<State>();
  if (absl::Status status = FinishTogether(folder); !status.ok()) return status;
  absl::StatusOr<std::string> server = ReadServerIdentity(folder);
  if (!server.ok()) return server.status();
  // Before the rest: a change while it is read is seen the next time.
  state->fingerprint = FingerprintOf(folder);
  absl::StatusOr<ServerCredentials> credentials = SplitIdentity(*server);
  if (!credentials.ok()) return credentials.status();
  state->server = *std::move(credentials);
  std::map<std::string, std::string> files;
  for (const char* name :
       {kAuthorityKeyFile, kAuthorityFile, kAnchorFile, kKeySetFile, kLinksFile}) {
    absl::StatusOr<std::string> bytes = ReadSecretFile(absl::StrCat(folder, "/", name));
    if (absl::IsNotFound(bytes.status()) && name == kLinksFile) continue;
    if (!bytes.ok()) return bytes.status();
    files[name] = *std::move(bytes);
  }
  absl::StatusOr<Authority> authority =
      Authority::Load(files[kAuthorityKeyFile], files[kAuthorityFile]);
  if (!authority.ok()) return authority.status();
  state->authority = std::make_shared<Authority>(*std::move(authority));
  state->trust_anchor = files[kAnchorFile];
  absl::StatusOr<v1::TrustAnchor> anchor =
      contract::ParseStrictly<v1::TrustAnchor>(state->trust_anchor);
  if (!anchor.ok()) return anchor.status();
  state->anchor = *std::move(anchor);
  absl::StatusOr<std::vector<AnchorLink>> links = ReadLinks(files[kLinksFile]);
  if (!links.ok()) return links.status();
  state->links = *std::move(links);
  std::string authorities = state->authority->CertificatePem();
  for (const AnchorLink& link : state->links) {
    absl::StatusOr<v1::TrustAnchor> before = contract::ParseStrictly<v1::TrustAnchor>(link.before);
    if (!before.ok()) return before.status();
    absl::StatusOr<std::string> pem = Authority::PemOfDer(before->ca_certificate());
    if (!pem.ok()) return pem.status();
    authorities += *pem;
  }
  absl::StatusOr<Descent> descent = Descent::From(authorities);
  if (!descent.ok()) return descent.status();
  state->descent = *std::move(descent);
  if (!state->key_set.ParseFromString(files[kKeySetFile])) {
    return absl::DataLossError(absl::StrCat(folder, "/keyset does not parse"));
  }
  absl::StatusOr<contract::OpenedKeySet> opened =
      contract::OpenKeySet(state->anchor, state->key_set);
  if (!opened.ok()) return opened.status();
  state->key_set_version = opened->version;
  v1::KeySet listed;
  listed.ParseFromString(state->key_set.payload());
  for (const v1::Purpose purpose :
       {v1::PURPOSE_KEY_SET, v1::PURPOSE_ENROLMENT, v1::PURPOSE_TRUST_ANCHOR}) {
    absl::StatusOr<contract::PrivateKey> root = LoadKeyFile(absl::StrCat(folder, "/", kRootFile));
    if (!root.ok()) return root.status();
    if (AsBytes(root->public_key()) != state->anchor.root_public_key()) {
      return absl::FailedPreconditionError(
          absl::StrCat(folder, "/", kRootFile, " is not the trust anchor's"));
    }
    state->keys.emplace(purpose, State::Key{*std::move(root)});
  }
  for (const KeyFile& entry : kKeyFiles) {
    absl::StatusOr<contract::PrivateKey> key = LoadKeyFile(absl::StrCat(folder, "/", entry.file));
    if (!key.ok()) return key.status();
    const std::string public_key = AsBytes(key->public_key());
    const auto found = std::ranges::find_if(listed.keys(), [&](const v1::SigningKey& each) {
      return each.purpose() == entry.purpose && each.public_key() == public_key;
    });
    if (found == listed.keys().end()) {
      return absl::FailedPreconditionError(
          absl::StrCat(folder, "/", entry.file, " is not in the key set: no terminal knows it"));
    }
    state->keys.emplace(entry.purpose,
                        State::Key{*std::move(key), contract::ToCore(found->not_after())});
  }
  return state;
}

absl::StatusOr<Keyring> Keyring::Load(const std::string& folder, std::function<WallTime()> wall) {
  absl::StatusOr<std::shared_ptr<const State>> state = ReadFiles(folder);
  if (!state.ok()) return state.status();
  Keyring ring(folder, std::move(wall));
  ring.organisation_id_ = (*state)->anchor.organisation_id();
  ring.shared_->state = *std::move(state);
  return ring;
}

std::shared_ptr<const Keyring::State> Keyring::Now() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->state;
}

std::shared_ptr<const Authority> Keyring::authority() const { return Now()->authority; }
absl::Status Keyring::CheckClient(const std::string& certificate_pem) const {
  return Now()->descent->CheckClient(certificate_pem);
}
ServerCredentials Keyring::server() const { return Now()->server; }
std::string Keyring::server_file() const { return absl::StrCat(folder_, "/", kServerFile); }
std::string Keyring::trust_anchor() const { return Now()->trust_anchor; }
v1::Sealed Keyring::key_set() const { return Now()->key_set; }
std::uint64_t Keyring::key_set_version() const { return Now()->key_set_version; }
std::vector<AnchorLink> Keyring::anchor_links() const { return Now()->links; }

absl::StatusOr<v1::Sealed> Keyring::Seal(v1::Purpose purpose, std::string payload) const {
  const std::shared_ptr<const State> state = Now();
  const auto found = state->keys.find(KeyFor(purpose));
  if (found == state->keys.end()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the console has no key for ", v1::Purpose_Name(purpose)));
  }
  if (wall_() >= found->second.not_after) {
    return absl::FailedPreconditionError(
        absl::StrCat("the console's key for ", v1::Purpose_Name(purpose),
                     " is too old to sign with: sekisho-console keys rotate"));
  }
  return contract::Seal(found->second.key, organisation_id_, purpose, std::move(payload));
}

absl::StatusOr<contract::KeyRing> Keyring::Roots() const {
  const std::shared_ptr<const State> state = Now();
  contract::KeyRing ring(organisation_id_);
  std::vector<std::string> anchors{state->trust_anchor};
  for (const AnchorLink& link : state->links) anchors.push_back(link.before);
  for (const std::string& bytes : anchors) {
    absl::StatusOr<v1::TrustAnchor> anchor = contract::ParseStrictly<v1::TrustAnchor>(bytes);
    if (!anchor.ok()) return anchor.status();
    absl::StatusOr<contract::PublicKey> root = contract::ParsePublicKey(anchor->root_public_key());
    if (!root.ok()) return root.status();
    ring.Add(v1::PURPOSE_ENROLMENT, *root);
  }
  return ring;
}

WallTime Keyring::NotAfter(v1::Purpose purpose) const {
  const std::shared_ptr<const State> state = Now();
  const auto found = state->keys.find(purpose);
  return found == state->keys.end() ? WallTime{} : found->second.not_after;
}

std::string Keyring::IdOfKey(v1::Purpose purpose) const {
  const std::shared_ptr<const State> state = Now();
  const auto found = state->keys.find(purpose);
  if (found == state->keys.end()) return "";
  const contract::KeyId id = contract::KeyIdOf(found->second.key.public_key());
  return contract::ToHex(std::span(id).first(id.size() / 2));
}

absl::StatusOr<std::unique_ptr<Keyring::Fresh>> Keyring::ReadAgain() const {
  if (FingerprintOf(folder_) == Now()->fingerprint) return nullptr;
  absl::StatusOr<std::shared_ptr<const State>> state = ReadFiles(folder_);
  if (!state.ok()) return state.status();
  if ((*state)->anchor.organisation_id() != organisation_id_) {
    return absl::FailedPreconditionError("the keys are another organisation's now");
  }
  return std::unique_ptr<Fresh>(new Fresh(*std::move(state)));
}

void Keyring::Use(std::unique_ptr<Fresh> fresh) {
  std::lock_guard lock(shared_->mutex);
  shared_->state = fresh->state_;
}

const v1::Sealed& Keyring::Fresh::key_set() const { return state_->key_set; }
std::uint64_t Keyring::Fresh::key_set_version() const { return state_->key_set_version; }
const std::vector<AnchorLink>& Keyring::Fresh::anchor_links() const { return state_->links; }
Keyring::Fresh::~Fresh() = default;

}  // namespace sekisho::console::pki
