#include "agent/core/login.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sekisho::core {
namespace {

// Of Debian 12's packages. runuser is for root alone (runuser(1)); the greeters show a login screen
// and are nobody.
constexpr std::array<std::string_view, 9> kExempt = {"atd",
                                                     "cron",
                                                     "cups-daemon",
                                                     "gdm-launch-environment",
                                                     "lightdm-greeter",
                                                     "runuser",
                                                     "runuser-l",
                                                     "sddm-greeter",
                                                     "systemd-user"};

std::set<FactorKind> ProvenKinds(const LoginProgress& progress) {
  std::set<FactorKind> proven = progress.proven;
  if (progress.facts.password == PasswordAsked::kAlways) proven.insert(FactorKind::kKnowledge);
  return proven;
}

LoginVerdict Locked(BootTime remaining) {
  return {LoginResult::kLocked, LoginCause::kLocked, remaining};
}

LoginVerdict Denied(LoginCause cause) { return {LoginResult::kDenied, cause, {}}; }

LoginVerdict Failed(Proof proof) {
  switch (proof) {
    case Proof::kReplayed:
      return Denied(LoginCause::kReplayed);
    case Proof::kClock:
      return Denied(LoginCause::kClock);
    case Proof::kNone:
      return Denied(LoginCause::kGaveUp);
    case Proof::kRight:
    case Proof::kWrong:
      break;
  }
  return Denied(LoginCause::kWrong);
}

std::optional<LoginTrouble> TroubleOf(LoginCause cause) {
  switch (cause) {
    case LoginCause::kUnreadable:
      return LoginTrouble::kUnreadable;
    case LoginCause::kClock:
      return LoginTrouble::kClock;
    case LoginCause::kUnrecordable:
      return LoginTrouble::kUnrecordable;
    case LoginCause::kTwoFactors:
    case LoginCause::kExempt:
    case LoginCause::kRootAlready:
    case LoginCause::kObserving:
    case LoginCause::kTicket:
    case LoginCause::kWrong:
    case LoginCause::kReplayed:
    case LoginCause::kGaveUp:
    case LoginCause::kUnknownPerson:
    case LoginCause::kNoFactor:
    case LoginCause::kOneKind:
    case LoginCause::kLocked:
    case LoginCause::kNoTicket:
    case LoginCause::kOthersAccount:
    case LoginCause::kNobodyToAsk:
      break;
  }
  return std::nullopt;
}

bool Allows(const LoginPolicy& policy, std::string_view service, LoginTrouble trouble) {
  const auto found = policy.fallbacks.find(std::string(service));
  return found != policy.fallbacks.end() && found->second.contains(trouble);
}

LoginCause WhyNothingHelps(const LoginFacts& facts) {
  switch (facts.person) {
    case PersonKnown::kUnknown:
      return LoginCause::kUnknownPerson;
    case PersonKnown::kUnreadable:
      return LoginCause::kUnreadable;
    case PersonKnown::kKnown:
      break;
  }
  return facts.factors.empty() ? LoginCause::kNoFactor : LoginCause::kOneKind;
}

}  // namespace

const char* Name(LoginCause cause) {
  switch (cause) {
    case LoginCause::kTwoFactors:
      return "two-factors";
    case LoginCause::kExempt:
      return "exempt";
    case LoginCause::kRootAlready:
      return "root-already";
    case LoginCause::kObserving:
      return "observing";
    case LoginCause::kTicket:
      return "ticket";
    case LoginCause::kWrong:
      return "wrong";
    case LoginCause::kReplayed:
      return "replayed";
    case LoginCause::kClock:
      return "clock";
    case LoginCause::kGaveUp:
      return "gave-up";
    case LoginCause::kUnknownPerson:
      return "unknown-person";
    case LoginCause::kNoFactor:
      return "no-factor";
    case LoginCause::kOneKind:
      return "one-kind";
    case LoginCause::kLocked:
      return "locked";
    case LoginCause::kUnreadable:
      return "unreadable";
    case LoginCause::kUnrecordable:
      return "unrecordable";
    case LoginCause::kNoTicket:
      return "no-ticket";
    case LoginCause::kOthersAccount:
      return "others-account";
    case LoginCause::kNobodyToAsk:
      return "nobody-to-ask";
  }
  return "no-factor";
}

LoginStep NextStep(const LoginProgress& progress, const Moment& now) {
  const LoginFacts& facts = progress.facts;
  const std::set<FactorKind> proven = ProvenKinds(progress);
  if (facts.person == PersonKnown::kKnown && !progress.failed && proven.size() >= 2) {
    return LoginVerdict{LoginResult::kGranted, LoginCause::kTwoFactors, {}};
  }
  if (progress.failed) return Failed(*progress.failed);
  // Names that nobody has are locked like others: it must not show who exists.
  if (const auto remaining = LockedFor(facts.wrong, kPersonLock, now)) return Locked(*remaining);
  if (facts.person == PersonKnown::kKnown) {
    std::optional<BootTime> soonest;
    for (const Factor& factor : facts.factors) {
      if (proven.contains(factor.kind) ||
          std::ranges::find(progress.asked, factor.id) != progress.asked.end()) {
        continue;
      }
      const std::optional<BootTime> remaining = LockedFor(factor.wrong, kFactorLock, now);
      if (!remaining) return LoginQuestion{factor.id, factor.kind};
      if (!soonest || *remaining < *soonest) soonest = remaining;
    }
    if (soonest) return Locked(*soonest);
  }
  if (progress.asked.empty()) return LoginQuestion{};
  return Denied(WhyNothingHelps(facts));
}

LoginProgress After(LoginProgress progress, const LoginQuestion& question, Proof proof) {
  progress.asked.push_back(question.factor_id);
  // No answer to a question that nobody can answer is right.
  if (question.factor_id.empty()) return progress;
  if (proof == Proof::kRight) {
    progress.proven.insert(question.kind);
  } else {
    progress.failed = proof;
  }
  return progress;
}

std::optional<LoginCause> Foresee(const LoginFacts& facts, const Moment& now) {
  LoginProgress progress{.facts = facts};
  // Each turn asks for something else, or ends.
  for (std::size_t turn = 0; turn <= facts.factors.size() + 1; ++turn) {
    const LoginStep step = NextStep(progress, now);
    if (const auto* verdict = std::get_if<LoginVerdict>(&step)) {
      if (verdict->result == LoginResult::kGranted) return std::nullopt;
      return verdict->cause;
    }
    progress = After(std::move(progress), std::get<LoginQuestion>(step), Proof::kRight);
  }
  return LoginCause::kOneKind;
}

bool IsExempt(const LoginPolicy& policy, std::string_view service) {
  return std::ranges::find(kExempt, service) != kExempt.end() ||
         policy.exempt.contains(std::string(service));
}

std::vector<std::string> ExemptServices() { return {kExempt.begin(), kExempt.end()}; }

bool AsksForCaller(std::string_view service) { return service == "su" || service == "su-l"; }

bool TakesAnothersPlace(std::string_view service) {
  return AsksForCaller(service) || service == "sudo" || service == "sudo-i";
}

bool FallsBack(const LoginPolicy& policy, std::string_view service, LoginCause cause,
               PasswordAsked password) {
  // Where no password need be known nothing was verified.
  const std::optional<LoginTrouble> trouble = TroubleOf(cause);
  return trouble && password == PasswordAsked::kAlways && Allows(policy, service, *trouble);
}

std::string WriteLoginFile(LoginMode mode, const LoginPolicy& policy) {
  std::string text = "sekisho-logins 1\nmode ";
  text += mode == LoginMode::kObserve ? "observe\n" : "enforce\n";
  const auto line = [&text](std::string_view word, std::string_view service) {
    text += word;
    text += " ";
    text += service;
    text += "\n";
  };
  for (const std::string_view service : kExempt) line("exempt", service);
  for (const std::string& service : policy.exempt) line("exempt", service);
  for (const auto& [service, troubles] : policy.fallbacks) {
    if (troubles.contains(LoginTrouble::kNoAnswer)) line("no-answer", service);
  }
  text += "end\n";
  return text;
}

}  // namespace sekisho::core
