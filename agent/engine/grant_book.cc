#include "agent/engine/grant_book.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/contract/convert.h"
#include "proto/contract/seal.h"
#include "sekisho/v1/agent_state.pb.h"
#include "sekisho/v1/grant.pb.h"

namespace sekisho::engine {
namespace {

constexpr std::chrono::hours kKeepEnded{24};

std::optional<core::GrantEnd> ParseEnd(const std::string& name) {
  for (core::GrantEnd end :
       {core::GrantEnd::kExpired, core::GrantEnd::kReturned, core::GrantEnd::kRevoked,
        core::GrantEnd::kRebooted, core::GrantEnd::kVolume}) {
    if (name == core::Name(end)) return end;
  }
  return std::nullopt;
}

absl::StatusOr<core::Grant> Open(const Identity& identity, const v1::StoredGrant& stored,
                                 const core::Here& here) {
  absl::StatusOr<v1::GrantClaims> claims =
      contract::OpenAndParse<v1::GrantClaims>(identity.ring, stored.claims(), v1::PURPOSE_GRANT);
  if (!claims.ok()) return claims.status();
  absl::StatusOr<core::GrantClaims> converted = contract::ToCore(*claims);
  if (!converted.ok()) return converted.status();
  core::Grant grant{.claims = *std::move(converted),
                    .active_port = stored.active_port(),
                    .end = {},
                    .written = stored.written_bytes(),
                    .counted = {}};
  if (stored.has_counted_bytes()) grant.counted = stored.counted_bytes();
  if (!stored.end().empty()) {
    grant.end = ParseEnd(stored.end());
    if (!grant.end) return absl::InvalidArgumentError("an end that is none");
  }
  // A resumption counts in the boot that it was made for, and only for a grant that may have one.
  if (stored.resumed_boot_id() == here.boot_id &&
      grant.claims.reboot == core::RebootPolicy::kSurvivesReboot) {
    grant.claims.boot_id = here.boot_id;
    grant.claims.deadline =
        core::BootTime(static_cast<core::BootTime::rep>(stored.resumed_deadline_boottime_ns()));
  }
  // Ports of another boot say nothing about this one.
  if (grant.claims.boot_id != here.boot_id) {
    grant.active_port.clear();
    grant.counted.reset();
  }
  return grant;
}

}  // namespace

void GrantBook::Load(const Identity& identity, const core::Here& here) {
  std::optional<std::string> bytes = store_.Load(StateFile::kGrants);
  if (!bytes) return;
  v1::StoredGrants stored;
  if (!stored.ParseFromString(*bytes)) {
    store_.SetAside(StateFile::kGrants, "garbage");
    return;
  }
  for (const v1::StoredGrant& each : stored.grants()) {
    absl::StatusOr<core::Grant> grant = Open(identity, each, here);
    if (!grant.ok()) {
      store_.SetAside(StateFile::kGrants, "not-verified");
      grants_.clear();
      sealed_.clear();
      return;
    }
    grants_.push_back(*std::move(grant));
    sealed_.push_back(each.claims());
  }
}

absl::Status GrantBook::Save() {
  v1::StoredGrants stored;
  for (std::size_t i = 0; i < grants_.size(); ++i) {
    const core::Grant& grant = grants_[i];
    v1::StoredGrant* each = stored.add_grants();
    *each->mutable_claims() = sealed_[i];
    each->set_active_port(grant.active_port);
    if (grant.end) each->set_end(core::Name(*grant.end));
    each->set_written_bytes(grant.written);
    if (grant.counted) each->set_counted_bytes(*grant.counted);
    if (grant.claims.reboot == core::RebootPolicy::kSurvivesReboot) {
      each->set_resumed_boot_id(grant.claims.boot_id);
      each->set_resumed_deadline_boottime_ns(
          static_cast<std::uint64_t>(grant.claims.deadline.count()));
    }
  }
  absl::Status saved = store_.Save(StateFile::kGrants, stored.SerializeAsString());
  unsaved_ = !saved.ok();
  return saved;
}

void GrantBook::Retry() {
  if (unsaved_) (void)Save();
}

const core::Grant* GrantBook::Find(const std::string& grant_id) const {
  const auto found = std::ranges::find_if(
      grants_, [&](const core::Grant& grant) { return grant.claims.grant_id == grant_id; });
  return found == grants_.end() ? nullptr : &*found;
}

core::Grant* GrantBook::FindMutable(const std::string& grant_id) {
  return const_cast<core::Grant*>(Find(grant_id));
}

std::vector<std::string> GrantBook::RunningIds(const core::Here& here) const {
  std::vector<std::string> ids;
  for (const core::Grant& grant : grants_) {
    if (core::IsRunning(grant, here)) ids.push_back(grant.claims.grant_id);
  }
  return ids;
}

absl::Status GrantBook::Add(core::Grant grant, v1::Sealed sealed) {
  grants_.push_back(std::move(grant));
  sealed_.push_back(std::move(sealed));
  absl::Status saved = Save();
  if (!saved.ok()) {
    grants_.pop_back();
    sealed_.pop_back();
  }
  return saved;
}

absl::Status GrantBook::End(const std::string& grant_id, core::GrantEnd end) {
  core::Grant* grant = FindMutable(grant_id);
  if (grant == nullptr) return absl::NotFoundError("no such grant");
  grant->end = end;
  return Save();
}

absl::Status GrantBook::SetActivePort(const std::string& grant_id, const std::string& port_path) {
  core::Grant* grant = FindMutable(grant_id);
  if (grant == nullptr) return absl::NotFoundError("no such grant");
  if (grant->active_port == port_path) return absl::OkStatus();
  const std::string before = std::exchange(grant->active_port, port_path);
  grant->counted.reset();
  absl::Status saved = Save();
  // A claim on a port counts only when it is written; giving one up counts at once.
  if (!saved.ok() && !port_path.empty()) grant->active_port = before;
  return saved;
}

absl::Status GrantBook::SetWritten(const std::string& grant_id, std::uint64_t written,
                                   std::uint64_t counted) {
  core::Grant* grant = FindMutable(grant_id);
  if (grant == nullptr) return absl::NotFoundError("no such grant");
  grant->written = written;
  grant->counted = counted;
  return Save();
}

absl::Status GrantBook::Resume(const core::GrantClaims& resumed) {
  core::Grant* grant = FindMutable(resumed.grant_id);
  if (grant == nullptr) return absl::NotFoundError("no such grant");
  const core::GrantClaims before = std::exchange(grant->claims, resumed);
  absl::Status saved = Save();
  if (!saved.ok()) grant->claims = before;
  return saved;
}

void GrantBook::Prune(const core::Here& here) {
  if (!here.console_time) return;
  bool pruned = false;
  for (std::size_t i = grants_.size(); i-- > 0;) {
    const core::Grant& grant = grants_[i];
    if (!grant.end || grant.claims.expires_at + kKeepEnded > *here.console_time) continue;
    grants_.erase(grants_.begin() + static_cast<std::ptrdiff_t>(i));
    sealed_.erase(sealed_.begin() + static_cast<std::ptrdiff_t>(i));
    pruned = true;
  }
  if (pruned) (void)Save();  // the next change writes it again
}

std::optional<core::BootTime> GrantBook::NextDeadline(const core::Here& here) const {
  std::optional<core::BootTime> next;
  for (const core::Grant& grant : grants_) {
    if (!core::IsRunning(grant, here)) continue;
    if (!next || grant.claims.deadline < *next) next = grant.claims.deadline;
  }
  return next;
}

}  // namespace sekisho::engine
