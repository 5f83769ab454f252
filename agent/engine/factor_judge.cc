#include "agent/engine/factor_judge.h"

#include <sodium/utils.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/engine/minimise.h"
#include "agent/engine/totp.h"

namespace sekisho::engine {
namespace {

// Names that nobody has: as many as somebody may try before the oldest is forgotten.
constexpr std::size_t kMostNobodies = 256;

v1::StoredTally ToProto(const core::Tally& tally) {
  v1::StoredTally stored;
  stored.set_wrong(tally.wrong);
  stored.set_boot_id(tally.boot_id);
  stored.set_last_boottime_ns(static_cast<std::uint64_t>(tally.last.count()));
  return stored;
}

}  // namespace

core::Tally TallyOf(const v1::StoredTally& stored) {
  return {.wrong = stored.wrong(),
          .boot_id = stored.boot_id(),
          .last = core::BootTime(static_cast<core::BootTime::rep>(stored.last_boottime_ns()))};
}

core::FactorKind KindOf(v1::FactorType type) {
  switch (static_cast<int>(type)) {
    case v1::FACTOR_TYPE_TOTP:
    default:
      return core::FactorKind::kPossession;
  }
}

const char* Name(v1::FactorType type) { return type == v1::FACTOR_TYPE_TOTP ? "totp" : "unknown"; }

core::WallTime FactorJudge::WallNow() const {
  if (const std::optional<core::WallTime> console = console_time_()) return *console;
  return clock_.WallNow();
}

core::LoginFacts FactorJudge::FactsOf(const platform::Account& account) {
  core::LoginFacts facts;
  const std::optional<v1::StoredPerson> person = store_.PersonOf(account.uid);
  facts.person = person ? core::PersonKnown::kKnown : core::PersonKnown::kUnreadable;
  if (!person) return facts;
  facts.wrong = TallyOf(person->wrong());
  for (const v1::StoredFactor& factor : person->factors()) {
    facts.factors.push_back({factor.id(), KindOf(factor.type()), TallyOf(factor.wrong())});
  }
  return facts;
}

core::LoginFacts FactorJudge::FactsOfNobody(const std::string& name) const {
  core::LoginFacts facts;
  if (const auto found = nobodies_.find(name); found != nobodies_.end()) {
    facts.wrong = found->second;
  }
  return facts;
}

FactorJudge::Judgement FactorJudge::Judge(const platform::Account& account,
                                          const std::string& factor_id, std::string_view typed) {
  std::optional<v1::StoredPerson> person = store_.PersonOf(account.uid);
  if (!person) return {.unavailable = core::LoginCause::kUnreadable};
  auto* factors = person->mutable_factors();
  const auto factor = std::ranges::find_if(
      *factors, [&](const v1::StoredFactor& each) { return each.id() == factor_id; });
  // Removed while it was asked for.
  if (factor == factors->end()) return {.unavailable = core::LoginCause::kNoFactor};
  // A hundred logins may have been asked before the first of them was wrong.
  const core::Moment now = Now();
  auto locked = core::LockedFor(TallyOf(person->wrong()), core::kPersonLock, now);
  if (!locked) locked = core::LockedFor(TallyOf(factor->wrong()), core::kFactorLock, now);
  if (locked) return {.locked = locked};
  if (typed.empty()) return {.proof = core::Proof::kNone};

  absl::StatusOr<std::string> secret = store_.Open(account.uid, *factor);
  if (!secret.ok()) return {.unavailable = core::LoginCause::kUnreadable};
  const TotpJudgement judged = JudgeTotp(*secret, typed, WallNow(), factor->last_step());
  sodium_memzero(secret->data(), secret->size());
  if (judged.proof != core::Proof::kRight) {
    CountWrong(*person, &*factor);
    return {.proof = judged.proof};
  }
  factor->set_last_step(judged.step);
  factor->clear_wrong();
  person->clear_wrong();
  // Before anybody acts on it: what is not written down could be shown again after a power cut.
  if (!store_.SavePerson(*person).ok()) return {.unavailable = core::LoginCause::kUnrecordable};
  return {.proof = core::Proof::kRight};
}

void FactorJudge::JudgeNothing(const std::optional<platform::Account>& account,
                               const std::string& name, std::string_view typed) {
  static const std::string kNobodysSecret(20, 'x');
  (void)JudgeTotp(kNobodysSecret, typed, WallNow(), 0);
  if (typed.empty()) return;
  if (account) {
    if (std::optional<v1::StoredPerson> person = store_.PersonOf(account->uid)) {
      person->set_name(account->name);
      CountWrong(*person, nullptr);
    }
    return;
  }
  if (nobodies_.size() >= kMostNobodies && !nobodies_.contains(name)) {
    nobodies_.erase(
        std::ranges::min_element(nobodies_, {}, [](const auto& each) { return each.second.last; }));
  }
  core::Tally& tally = nobodies_[name];
  tally = core::OneMoreWrong(tally, Now());
}

void FactorJudge::CountWrong(v1::StoredPerson& person, v1::StoredFactor* factor) {
  const core::Moment now = Now();
  *person.mutable_wrong() = ToProto(core::OneMoreWrong(TallyOf(person.wrong()), now));
  if (factor != nullptr) {
    *factor->mutable_wrong() = ToProto(core::OneMoreWrong(TallyOf(factor->wrong()), now));
  }
  // What cannot be written down is refused all the same: a full disk gives away no guesses, as
  // nobody gets in on a full disk (Judge).
  (void)store_.SavePerson(person);
  TellLock(person, factor);
}

void FactorJudge::TellLock(const v1::StoredPerson& person, const v1::StoredFactor* factor) {
  const core::Moment now = Now();
  const auto tell = [&](std::string_view what, const core::Tally& tally,
                        const core::LockRule& rule) {
    const std::optional<core::BootTime> locked = core::LockedFor(tally, rule, now);
    if (!locked) return;
    v1::Event event = EventOf(v1::EVENT_KIND_LOGIN_LOCKED);
    event.mutable_person()->set_uid(person.uid());
    event.mutable_person()->set_name(Minimise(person.name()));
    AddParameter(event, "what", what);
    AddParameter(event, "wrong", absl::StrCat(tally.wrong));
    AddParameter(event, "seconds",
                 absl::StrCat(std::chrono::ceil<std::chrono::seconds>(*locked).count()));
    (void)reporter_.Record(std::move(event));
  };
  tell("person", TallyOf(person.wrong()), core::kPersonLock);
  if (factor != nullptr) tell("factor", TallyOf(factor->wrong()), core::kFactorLock);
}

}  // namespace sekisho::engine
