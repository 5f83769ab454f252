#include "agent/engine/policy_keeper.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/rule_index.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/policy.pb.h"

namespace sekisho::engine {
namespace {

constexpr char kKeyboard = 'k';
constexpr char kPointer = 'p';

struct OpenedBundle {
  core::Policy policy;
  std::string hash;
};

absl::StatusOr<OpenedBundle> Open(const Identity& identity, const v1::Sealed& sealed) {
  absl::StatusOr<std::string> payload = identity.ring.Open(sealed, v1::PURPOSE_BUNDLE);
  if (!payload.ok()) return payload.status();
  absl::StatusOr<v1::Bundle> bundle = contract::ParseStrictly<v1::Bundle>(*payload);
  if (!bundle.ok()) return bundle.status();
  if (bundle->organisation_id() != identity.organisation_id()) {
    return absl::PermissionDeniedError("other-organisation");
  }
  if (bundle->group_id() != identity.group_id()) {
    return absl::PermissionDeniedError("other-group");
  }
  for (const std::string& feature : bundle->required_features()) {
    if (!contract::HasFeature(feature)) {
      return absl::FailedPreconditionError(absl::StrCat("feature-missing: ", feature));
    }
  }
  absl::StatusOr<core::Policy> policy = contract::ToCore(*bundle);
  if (!policy.ok()) return policy.status();
  const contract::Sha256 hash = contract::HashOf(*payload);
  return OpenedBundle{*std::move(policy),
                      std::string(reinterpret_cast<const char*>(hash.data()), hash.size())};
}

}  // namespace

void PolicyKeeper::Load(const Identity& identity) {
  rolled_back_ = store_.Load(StateFile::kRolledBack).value_or("");
  std::optional<std::string> stored = store_.Load(StateFile::kBundle);
  if (!stored) return;
  v1::Sealed sealed;
  if (!sealed.ParseFromString(*stored)) {
    store_.SetAside(StateFile::kBundle, "garbage");
    return;
  }
  absl::StatusOr<OpenedBundle> opened = Open(identity, sealed);
  if (!opened.ok()) {
    store_.SetAside(StateFile::kBundle, "not-verified");
    return;
  }
  policy_ = core::WithIndex(std::move(opened->policy));
  hash_ = std::move(opened->hash);
}

absl::Status PolicyKeeper::CheckInputs(const core::Policy& policy, const std::string& hash,
                                       const Foresee& foresee) {
  const InputFates fates = foresee(policy);
  if (!rolled_back_.empty() && rolled_back_.substr(1) == hash) {
    const bool typed = rolled_back_.front() == kKeyboard;
    const bool safe = (typed ? fates.keyboard : fates.pointer) == InputFate::kKept &&
                      fates.keyboard != InputFate::kLost && fates.pointer != InputFate::kLost;
    return safe ? absl::OkStatus() : absl::CancelledError("rolled-back");
  }
  const bool no_keyboard = fates.keyboard == InputFate::kLost;
  if (!no_keyboard && fates.pointer != InputFate::kLost) return absl::OkStatus();
  rolled_back_ = (no_keyboard ? kKeyboard : kPointer) + hash;
  // Not written means that the next process judges it anew, and says so again.
  (void)store_.Save(StateFile::kRolledBack, rolled_back_);
  return absl::AbortedError(no_keyboard ? "keyboard" : "pointer");
}

absl::Status PolicyKeeper::Apply(const Identity& identity, const v1::Sealed& sealed,
                                 std::uint64_t at_least, const Foresee& foresee) {
  absl::StatusOr<OpenedBundle> opened = Open(identity, sealed);
  if (!opened.ok()) return opened.status();
  const std::uint64_t version = opened->policy.version;
  if (version == this->version() && opened->hash == hash_) {
    return absl::AlreadyExistsError("in-force");
  }
  if (version == this->version()) return absl::FailedPreconditionError("version-reused");
  if (version < this->version() || version < at_least) {
    return absl::FailedPreconditionError("older-version");
  }
  // What has lost its own memory of versions believes no old bundle: only what the console, asked
  // with a fresh random number, said is the newest.
  if (!policy_ && at_least == 0) return absl::UnavailableError("newest-not-known-yet");
  absl::Status checked = CheckInputs(opened->policy, opened->hash, foresee);
  if (!checked.ok()) return checked;
  absl::Status saved = store_.Save(StateFile::kBundle, sealed.SerializeAsString());
  if (!saved.ok()) return absl::UnavailableError("state-unwritable");
  policy_ = core::WithIndex(std::move(opened->policy));
  hash_ = std::move(opened->hash);
  return absl::OkStatus();
}

std::uint64_t PolicyKeeper::ClaimedVersion(const Identity& identity, const v1::Sealed& sealed) {
  absl::StatusOr<std::string> payload = identity.ring.Open(sealed, v1::PURPOSE_BUNDLE);
  if (!payload.ok()) return 0;
  v1::Bundle bundle;
  return bundle.ParseFromString(*payload) ? bundle.version() : 0;
}

}  // namespace sekisho::engine
