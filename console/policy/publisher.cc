#include "console/policy/publisher.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "console/log.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

// A group's id is the last element of its path.
std::string IdOf(const std::string& group_path) {
  if (group_path.size() < 2) return "";
  const std::size_t end = group_path.size() - 1;
  const std::size_t begin = group_path.rfind('/', end - 1);
  return group_path.substr(begin + 1, end - begin - 1);
}

}  // namespace

absl::StatusOr<std::string> Publisher::SealBundle(const store::PolicyRecord& record,
                                                  const std::string& group_path) const {
  v1::Bundle bundle;
  bundle.set_organisation_id(record.organisation_id);
  bundle.set_group_id(IdOf(group_path));
  bundle.set_version(record.version);
  *bundle.mutable_issued_at() = contract::ToProto(record.published_at);
  for (const std::string_view feature : contract::RequiredFeatures(record.policy)) {
    bundle.add_required_features(std::string(feature));
  }
  *bundle.mutable_policy() = record.policy;
  // What a terminal would refuse is not published.
  if (absl::Status status = contract::ToCore(bundle).status(); !status.ok()) return status;
  std::string payload = bundle.SerializeAsString();
  if (payload.size() > contract::kMaxSealedPayload) {
    return absl::InvalidArgumentError("the policy is too large for one bundle (160 KiB)");
  }
  absl::StatusOr<v1::Sealed> sealed = keyring_.Seal(v1::PURPOSE_BUNDLE, std::move(payload));
  if (!sealed.ok()) return sealed.status();
  return sealed->SerializeAsString();
}

absl::StatusOr<store::PolicyRecord> Publisher::Publish(const store::PolicyRecord& draft,
                                                       const store::AuditEntry& audit) {
  absl::StatusOr<std::vector<store::Group>> groups =
      organisations_.ListGroups({draft.organisation_id, draft.group_path});
  if (!groups.ok()) return groups.status();
  absl::StatusOr<store::PolicyRecord> published = policies_.Publish(
      draft,
      [&](const store::PolicyRecord& record)
          -> absl::StatusOr<std::vector<store::PolicyStore::GroupBundle>> {
        std::vector<store::PolicyStore::GroupBundle> bundles;
        for (const store::Group& group : *groups) {
          absl::StatusOr<std::string> sealed = SealBundle(record, group.path);
          if (!sealed.ok()) return sealed.status();
          bundles.push_back({group.path, *std::move(sealed)});
        }
        return bundles;
      },
      audit);
  if (!published.ok()) return published.status();
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    current_.clear();
  }
  for (const std::shared_ptr<live::LiveTerminal>& terminal :
       registry_.FindIn(draft.organisation_id, draft.group_path)) {
    absl::StatusOr<CurrentBundle> bundle =
        Current(terminal->organisation_id(), terminal->group_path());
    if (!bundle.ok()) {
      Log(Severity::kError, absl::StrCat("bundle not sent: ", bundle.status().message()));
      continue;
    }
    // A group below with a policy of its own keeps it.
    if (bundle->version == published->version) terminal->link().Send(bundle->message);
  }
  return published;
}

absl::StatusOr<CurrentBundle> Publisher::Current(const std::string& organisation_id,
                                                 const std::string& group_path) {
  const std::string key = absl::StrCat(organisation_id, " ", group_path);
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    if (const auto found = current_.find(key); found != current_.end()) return found->second;
  }
  CurrentBundle bundle;
  absl::StatusOr<store::PolicyRecord> record = policies_.FindEffective(organisation_id, group_path);
  if (record.ok()) {
    absl::StatusOr<std::string> sealed =
        policies_.FindBundle(organisation_id, record->version, group_path);
    if (absl::IsNotFound(sealed.status())) {
      // The group is younger than the publication.
      sealed = SealBundle(*record, group_path);
      if (sealed.ok()) {
        absl::Status added =
            policies_.AddBundle(organisation_id, record->version, {group_path, *sealed});
        if (!added.ok()) return added;
      }
    }
    if (!sealed.ok()) return sealed.status();
    absl::StatusOr<live::Outgoing> message = live::MakeOutgoing(*sealed);
    if (!message.ok()) return message.status();
    bundle = {record->version, *std::move(message)};
  } else if (!absl::IsNotFound(record.status())) {
    return record.status();
  }
  std::lock_guard lock(mutex_);
  if (generation == generation_) current_[key] = bundle;
  return bundle;
}

}  // namespace sekisho::console::policy
