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

bool IsExempt(std::string_view service) {
  return std::ranges::find(kExempt, service) != kExempt.end();
}

std::vector<std::string> ExemptServices() { return {kExempt.begin(), kExempt.end()}; }

bool AsksForCaller(std::string_view service) { return service == "su" || service == "su-l"; }

bool TakesAnothersPlace(std::string_view service) {
  return AsksForCaller(service) || service == "sudo" || service == "sudo-i";
}

std::string WriteLoginFile(LoginMode mode) {
  std::string text = "sekisho-logins 1\nmode ";
  text += mode == LoginMode::kObserve ? "observe\n" : "enforce\n";
  for (const std::string_view service : kExempt) {
    text += "exempt ";
    text += service;
    text += "\n";
  }
  text += "end\n";
  return text;
}

}  // namespace sekisho::core
