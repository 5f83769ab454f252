// Who has which factors, by the office's orders and for its lists.
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/factor_office.h"
#include "agent/engine/minimise.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kMostPeople = 200;  // sekisho.v1.TerminalLogins

std::uint32_t LockedSeconds(const v1::PersonFactors& person) {
  std::uint64_t longest = person.locked_ns();
  for (const v1::EnrolledFactor& factor : person.factors()) {
    longest = std::max<std::uint64_t>(longest, factor.locked_ns());
  }
  const std::chrono::nanoseconds locked(static_cast<std::chrono::nanoseconds::rep>(longest));
  return static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(locked).count());
}

v1::PersonLogins SummaryOf(const v1::PersonFactors& person) {
  v1::PersonLogins summary;
  summary.set_name(Minimise(person.name()));
  for (const v1::EnrolledFactor& factor : person.factors()) summary.add_factors(factor.type());
  summary.set_unreadable(person.unreadable());
  summary.set_locked_seconds(LockedSeconds(person));
  return summary;
}

}  // namespace

std::optional<v1::TerminalLogins> FactorOffice::Summary() {
  absl::StatusOr<std::vector<v1::PersonFactors>> everybody = Everybody();
  if (!everybody.ok()) return std::nullopt;
  std::ranges::sort(*everybody, {}, [](const v1::PersonFactors& each) {
    return std::pair(!each.factors().empty(), each.name());
  });
  v1::TerminalLogins summary;
  summary.set_mode(ToProto(mode_.mode()));
  const std::size_t listed = std::min(everybody->size(), kMostPeople);
  for (std::size_t i = 0; i < listed; ++i) *summary.add_people() = SummaryOf((*everybody)[i]);
  summary.set_people_left_off(static_cast<std::uint32_t>(everybody->size() - listed));
  return summary;
}

absl::Status FactorOffice::SetModeOrdered(const v1::SetLoginsMode& wish) {
  if (wish.mode() == v1::LOGINS_MODE_UNSPECIFIED) return absl::InvalidArgumentError("malformed");
  v1::LocalLoginsRequest request;
  request.set_mode(wish.mode());
  *request.mutable_without_factor() = wish.without_factor();
  const Answer<v1::LocalLoginsReply> answer = Logins(request);
  if (const auto* failure = std::get_if<v1::LocalFailure>(&answer)) return OrderStatusOf(*failure);
  return absl::OkStatus();
}

absl::StatusOr<platform::Account> FactorOffice::Ordered(const std::string& person) {
  if (logins_ == nullptr) return absl::InvalidArgumentError("logins-unavailable");
  platform::Result<platform::Account> account = logins_->ByName(person);
  if (account.ok()) return *std::move(account);
  if (account.failure().code.value() == ENOENT) return absl::InvalidArgumentError("no-such-person");
  return absl::UnavailableError(account.failure().ToString());
}

absl::Status FactorOffice::LiftLockOrdered(const v1::LiftLoginLock& wish) {
  const absl::StatusOr<platform::Account> account = Ordered(wish.person());
  if (!account.ok()) return account.status();
  std::optional<v1::StoredPerson> person = store_.PersonOf(account->uid);
  state_read_();
  if (!person) return absl::InvalidArgumentError("factors-unreadable");
  person->set_uid(account->uid);
  person->clear_wrong();
  for (v1::StoredFactor& factor : *person->mutable_factors()) factor.clear_wrong();
  if (!store_.SavePerson(*person).ok()) return absl::UnavailableError("unwritable");
  return absl::OkStatus();
}

absl::Status FactorOffice::RemoveOrdered(const v1::RemoveFactors& wish, const std::string& reason) {
  const absl::StatusOr<platform::Account> account = Ordered(wish.person());
  if (!account.ok()) return account.status();
  // Whoever has what is removed may have begun to enrol another with it.
  pending_.erase(account->uid);
  // Unreadable, it begins anew: that is the way back.
  v1::StoredPerson person = store_.PersonOf(account->uid).value_or(v1::StoredPerson());
  state_read_();
  const v1::StoredPerson before = person;
  person.set_uid(account->uid);
  person.set_name(account->name);
  person.clear_factors();
  if (!store_.SavePerson(person).ok()) return absl::UnavailableError("unwritable");
  for (const v1::StoredFactor& factor : before.factors()) {
    (void)reporter_.Record(RemovalOf(*account, factor, "office", reason));
  }
  return absl::OkStatus();
}

}  // namespace sekisho::engine
