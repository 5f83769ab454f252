#include "agent/engine/factor_office.h"

#include <sodium/utils.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/engine/minimise.h"
#include "agent/engine/totp.h"
#include "proto/contract/convert.h"

namespace sekisho::engine {
namespace {

constexpr std::chrono::minutes kConfirmWithin{10};
// Typing a code wrong is not guessing: whoever confirms has the secret on the screen.
constexpr unsigned kMostWrong = 5;
constexpr int kMostFactors = 8;
constexpr std::size_t kMostPending = 64;
constexpr std::size_t kMostLabel = 64;
constexpr std::size_t kMostReason = 500;

bool IsBlank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

std::uint64_t Nanoseconds(const std::optional<core::BootTime>& time) {
  return time ? static_cast<std::uint64_t>(time->count()) : 0;
}

// "totp-1": the first that is free.
std::string FreeId(const v1::StoredPerson& person) {
  for (int i = 1;; ++i) {
    std::string id = absl::StrCat("totp-", i);
    const bool taken = std::ranges::any_of(
        person.factors(), [&](const v1::StoredFactor& each) { return each.id() == id; });
    if (!taken) return id;
  }
}

v1::LocalFailure Unavailable() { return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "logins-unavailable"); }

}  // namespace

Answer<platform::Account> FactorOffice::Whom(unsigned uid, const std::string& person) {
  if (logins_ == nullptr) return Unavailable();
  platform::Result<platform::Account> account =
      person.empty() ? logins_->ByUid(uid) : logins_->ByName(person);
  // Who exists is no secret on the machine itself: anybody may read /etc/passwd.
  if (!account.ok()) return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-person", {{"person", person}});
  if (uid != 0 && account->uid != uid) {
    return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "root-only");
  }
  return *std::move(account);
}

std::optional<v1::LocalFailure> FactorOffice::MayChange(unsigned uid,
                                                        const platform::Account& account,
                                                        const std::string& code,
                                                        const std::string& reason) {
  if (reason.size() > kMostReason) {
    return Fail(v1::LOCAL_ERROR_INVALID, "reason-too-long", {{"bytes", absl::StrCat(kMostReason)}});
  }
  if (uid == 0) {
    if (IsBlank(reason)) return Fail(v1::LOCAL_ERROR_INVALID, "reason-empty");
    return std::nullopt;
  }
  const std::optional<v1::StoredPerson> person = store_.PersonOf(account.uid);
  state_read_();
  if (!person || person->factors().empty()) {
    return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "no-second-factor");
  }
  if (code.empty()) return Fail(v1::LOCAL_ERROR_INVALID, "code-missing");
  // By the factor that answers; each is asked, and counts, until one says yes.
  for (const v1::StoredFactor& factor : person->factors()) {
    const FactorJudge::Judgement judged = judge_.Judge(account, factor.id(), code);
    if (judged.unavailable) return Unavailable();
    if (judged.locked) {
      return Fail(
          v1::LOCAL_ERROR_TOO_FAST, "factor-locked",
          {{"seconds",
            absl::StrCat(std::chrono::ceil<std::chrono::seconds>(*judged.locked).count())}});
    }
    if (judged.proof == core::Proof::kRight) return std::nullopt;
  }
  return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "code-wrong");
}

v1::Event FactorOffice::EventAbout(v1::EventKind kind, const platform::Account& account) const {
  v1::Event event = EventOf(kind);
  event.mutable_person()->set_uid(account.uid);
  event.mutable_person()->set_name(Minimise(account.name));
  return event;
}

Answer<v1::LocalAddFactorReply> FactorOffice::Add(unsigned uid,
                                                  const v1::LocalAddFactorRequest& request) {
  Answer<platform::Account> whom = Whom(uid, request.person());
  if (auto* failure = std::get_if<v1::LocalFailure>(&whom)) return *failure;
  const platform::Account& account = std::get<platform::Account>(whom);
  if (request.label().size() > kMostLabel) return Fail(v1::LOCAL_ERROR_INVALID, "label-too-long");
  if (auto failure = MayChange(uid, account, request.code(), request.reason())) return *failure;
  // Unreadable, it begins anew: that is the way back.
  v1::StoredPerson person = store_.PersonOf(account.uid).value_or(v1::StoredPerson());
  state_read_();
  if (person.factors_size() >= kMostFactors) {
    return Fail(v1::LOCAL_ERROR_ALREADY, "too-many-factors");
  }
  std::erase_if(pending_, [&](const auto& each) { return each.second.until <= clock_.Now(); });
  if (pending_.size() >= kMostPending && !pending_.contains(account.uid)) return Unavailable();
  Pending& pending = pending_[account.uid];
  pending = {.factor_id = FreeId(person),
             .label = request.label(),
             .secret = NewTotpSecret(),
             .reason = request.reason(),
             .by = uid,
             .until = clock_.Now() + kConfirmWithin,
             .wrong = 0};
  v1::LocalAddFactorReply reply;
  reply.set_person(account.name);
  reply.set_factor_id(pending.factor_id);
  reply.set_uri(TotpUri(account.name, terminal_, pending.secret));
  reply.set_secret(Base32Of(pending.secret));
  return reply;
}

Answer<v1::LocalConfirmFactorReply> FactorOffice::Confirm(
    unsigned uid, const v1::LocalConfirmFactorRequest& request) {
  Answer<platform::Account> whom = Whom(uid, request.person());
  if (auto* failure = std::get_if<v1::LocalFailure>(&whom)) return *failure;
  const platform::Account& account = std::get<platform::Account>(whom);
  const auto found = pending_.find(account.uid);
  if (found == pending_.end() || found->second.factor_id != request.factor_id() ||
      found->second.by != uid || found->second.until <= clock_.Now()) {
    return Fail(v1::LOCAL_ERROR_NOT_FOUND, "nothing-to-confirm");
  }
  Pending& pending = found->second;
  const TotpJudgement judged = JudgeTotp(pending.secret, request.code(), judge_.WallNow(), 0);
  if (judged.proof != core::Proof::kRight) {
    if (++pending.wrong >= kMostWrong) pending_.erase(found);
    return Fail(v1::LOCAL_ERROR_NOT_PERMITTED, "code-wrong");
  }
  v1::StoredPerson person = store_.PersonOf(account.uid).value_or(v1::StoredPerson());
  person.set_uid(account.uid);
  person.set_name(account.name);
  v1::StoredFactor& factor = *person.add_factors();
  factor.set_id(pending.factor_id);
  factor.set_type(v1::FACTOR_TYPE_TOTP);
  factor.set_label(Bounded(pending.label));
  // The code that confirms is used up by that.
  factor.set_last_step(judged.step);
  *factor.mutable_added_at() = contract::ToProto(judge_.WallNow());
  absl::StatusOr<std::string> sealed = store_.Seal(account.uid, pending.factor_id, pending.secret);
  if (!sealed.ok()) return Unavailable();
  factor.set_sealed_secret(*sealed);

  v1::Event event = EventAbout(v1::EVENT_KIND_FACTOR_ADDED, account);
  AddParameter(event, "factor", pending.factor_id);
  AddParameter(event, "type", Name(v1::FACTOR_TYPE_TOTP));
  AddParameter(event, "by", uid == 0 ? "root" : "self");
  if (!IsBlank(pending.reason)) AddText(event, "reason", pending.reason);
  if (!reporter_.Record(std::move(event), Reporter::IfUnwritable::kForget).ok()) {
    return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "unrecordable");
  }
  if (!store_.SavePerson(person).ok()) return Unavailable();
  sodium_memzero(pending.secret.data(), pending.secret.size());
  pending_.erase(found);
  v1::LocalConfirmFactorReply reply;
  reply.set_person(account.name);
  reply.set_factor_id(factor.id());
  return reply;
}

v1::PersonFactors FactorOffice::Describe(const platform::Account& account) {
  v1::PersonFactors described;
  described.set_uid(account.uid);
  described.set_name(account.name);
  const std::optional<v1::StoredPerson> person = store_.PersonOf(account.uid);
  state_read_();
  described.set_unreadable(!person);
  if (!person) return described;
  const core::Moment now = judge_.Now();
  described.set_locked_ns(
      Nanoseconds(core::LockedFor(TallyOf(person->wrong()), core::kPersonLock, now)));
  for (const v1::StoredFactor& each : person->factors()) {
    v1::EnrolledFactor& factor = *described.add_factors();
    factor.set_factor_id(each.id());
    factor.set_type(each.type());
    factor.set_label(each.label());
    *factor.mutable_added_at() = each.added_at();
    factor.set_locked_ns(
        Nanoseconds(core::LockedFor(TallyOf(each.wrong()), core::kFactorLock, now)));
  }
  return described;
}

absl::StatusOr<std::vector<v1::PersonFactors>> FactorOffice::Everybody() {
  if (logins_ == nullptr) return absl::UnavailableError("logins-unavailable");
  const auto accounts = logins_->WhoCanLogIn();
  if (!accounts.ok()) return absl::UnavailableError(accounts.failure().ToString());
  std::vector<v1::PersonFactors> everybody;
  for (const platform::Account& each : *accounts) everybody.push_back(Describe(each));
  return everybody;
}

Answer<v1::LocalFactorsReply> FactorOffice::List(unsigned uid,
                                                 const v1::LocalFactorsRequest& request) {
  v1::LocalFactorsReply reply;
  if (uid == 0 && request.person().empty()) {
    const auto everybody = Everybody();
    if (!everybody.ok()) return Unavailable();
    reply.mutable_people()->Add(everybody->begin(), everybody->end());
    return reply;
  }
  Answer<platform::Account> whom = Whom(uid, request.person());
  if (auto* failure = std::get_if<v1::LocalFailure>(&whom)) return *failure;
  *reply.add_people() = Describe(std::get<platform::Account>(whom));
  return reply;
}

v1::Event FactorOffice::RemovalOf(const platform::Account& account, const v1::StoredFactor& factor,
                                  std::string_view by, const std::string& reason) const {
  v1::Event event = EventAbout(v1::EVENT_KIND_FACTOR_REMOVED, account);
  AddParameter(event, "factor", factor.id());
  AddParameter(event, "type", Name(factor.type()));
  AddParameter(event, "by", by);
  if (!IsBlank(reason)) AddText(event, "reason", reason);
  return event;
}

Answer<v1::LocalRemoveFactorReply> FactorOffice::Remove(
    unsigned uid, const v1::LocalRemoveFactorRequest& request) {
  Answer<platform::Account> whom = Whom(uid, request.person());
  if (auto* failure = std::get_if<v1::LocalFailure>(&whom)) return *failure;
  const platform::Account& account = std::get<platform::Account>(whom);
  if (auto failure = MayChange(uid, account, request.code(), request.reason())) return *failure;
  std::optional<v1::StoredPerson> person = store_.PersonOf(account.uid);
  state_read_();
  if (!person) return Fail(v1::LOCAL_ERROR_UNAVAILABLE, "factors-unreadable");
  auto* factors = person->mutable_factors();
  const auto factor = std::ranges::find_if(
      *factors, [&](const v1::StoredFactor& each) { return each.id() == request.factor_id(); });
  if (factor == factors->end()) {
    return Fail(v1::LOCAL_ERROR_NOT_FOUND, "no-such-factor", {{"factor", request.factor_id()}});
  }
  // Who would be locked out by it is told so by root, who is there to enrol them anew.
  if (uid != 0 && factors->size() == 1) return Fail(v1::LOCAL_ERROR_ALREADY, "last-factor");
  v1::Event event = RemovalOf(account, *factor, uid == 0 ? "root" : "self", request.reason());
  factors->erase(factor);
  if (!store_.SavePerson(*person).ok()) return Unavailable();
  (void)reporter_.Record(std::move(event));
  v1::LocalRemoveFactorReply reply;
  reply.set_person(account.name);
  reply.set_factor_id(request.factor_id());
  return reply;
}

Answer<v1::LocalLoginsReply> FactorOffice::Logins(const v1::LocalLoginsRequest& request) {
  const auto everybody = Everybody();
  if (!everybody.ok()) return Unavailable();
  v1::LocalLoginsReply reply;
  reply.mutable_people()->Add(everybody->begin(), everybody->end());
  const std::set<std::string> named(request.without_factor().begin(),
                                    request.without_factor().end());
  std::vector<std::string> unnamed;
  for (const v1::PersonFactors& each : *everybody) {
    if (each.factors().empty() && !named.contains(each.name())) unnamed.push_back(each.name());
  }
  if (request.mode() == v1::LOGINS_MODE_ENFORCE) {
    if (!unnamed.empty()) {
      return Fail(v1::LOCAL_ERROR_ALREADY, "without-factor",
                  {{"people", absl::StrJoin(unnamed, ",")}});
    }
  }
  if (request.mode() != v1::LOGINS_MODE_UNSPECIFIED) {
    const core::LoginMode wanted = request.mode() == v1::LOGINS_MODE_OBSERVE
                                       ? core::LoginMode::kObserve
                                       : core::LoginMode::kEnforce;
    if (!mode_.Set(wanted, {named.begin(), named.end()}).ok()) return Unavailable();
  }
  reply.set_mode(ToProto(mode_.mode()));
  return reply;
}

}  // namespace sekisho::engine
