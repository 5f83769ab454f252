#ifndef SEKISHO_AGENT_CORE_LOGIN_H_
#define SEKISHO_AGENT_CORE_LOGIN_H_

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "agent/core/login_lockout.h"
#include "agent/core/login_policy.h"

namespace sekisho::core {

// What a factor proves: something that the person knows, has, or is. Two of one kind are one.
enum class FactorKind { kKnowledge, kPossession, kInherence };

// A factor that somebody has enrolled, as far as deciding goes.
struct Factor {
  std::string id;
  FactorKind kind = FactorKind::kPossession;
  Tally wrong;
};

enum class LoginMode {
  kObserve,  // nobody is asked, everybody is let in, and what would have been refused is told
  kEnforce,
};

// Why a login came to what it came to; a word for events.
enum class LoginCause {
  kTwoFactors,
  kExempt,         // the policy says that this service logs nobody in
  kRootAlready,    // root takes another's place, and needs no leave for it
  kObserving,      // the mode
  kTicket,         // two factors, just now, in the same place
  kWrong,          // the answer
  kReplayed,       // the answer was good once
  kClock,          // the terminal's clock is behind what was accepted last
  kGaveUp,         // no answer
  kUnknownPerson,  //
  kNoFactor,       // nothing is enrolled
  kOneKind,        // two kinds cannot be had, with what this service asks and the person has
  kLocked,         // too many wrong answers
  kUnreadable,     // what is stored of the person
  kUnrecordable,   // an allow that leaves no trace is none
  kNoTicket,       // nobody showed two factors here just now
  kOthersAccount,  // a program that is not root's asks about somebody else
  kNobodyToAsk,    // the operating system did not say who asks
};
// "two-factors", "exempt" …
const char* Name(LoginCause cause);

enum class LoginResult { kGranted, kNotAsked, kDenied, kLocked, kUnavailable };

struct LoginVerdict {
  LoginResult result = LoginResult::kDenied;
  LoginCause cause = LoginCause::kNoFactor;
  // kLocked: how long still.
  BootTime remaining{};
  friend bool operator==(const LoginVerdict&, const LoginVerdict&) = default;
};

// Whether the service's stack lets nobody in without a password: only then is the password proven
// whenever the stack as a whole says yes, and counts as a factor.
enum class PasswordAsked { kNever, kAlways };

enum class PersonKnown { kUnknown, kKnown, kUnreadable };

// What is known when somebody begins to log in.
struct LoginFacts {
  PersonKnown person = PersonKnown::kUnknown;
  PasswordAsked password = PasswordAsked::kNever;
  std::vector<Factor> factors;
  // Wrong answers of this person to whatever was asked.
  Tally wrong;
};

// What an answer turned out to be worth.
enum class Proof { kRight, kWrong, kReplayed, kClock, kNone };

// How far a login has come.
struct LoginProgress {
  LoginFacts facts;
  // Kinds proven by answers so far, the password not among them.
  std::set<FactorKind> proven{};
  // The factors that were asked for.
  std::vector<std::string> asked{};
  // The first answer that was not right ends it.
  std::optional<Proof> failed{};
};

// What to ask for next. Without an id: nothing that could be right is asked for, so that somebody
// who does not exist, or has nothing enrolled, sees and waits what others see and wait.
struct LoginQuestion {
  std::string factor_id;
  FactorKind kind = FactorKind::kPossession;
};

using LoginStep = std::variant<LoginQuestion, LoginVerdict>;

// Pure, total. Starts at no: granted only once two different kinds are proven.
LoginStep NextStep(const LoginProgress& progress, const Moment& now);
// `progress` with the answer to `question`.
LoginProgress After(LoginProgress progress, const LoginQuestion& question, Proof proof);
// What would refuse this person if the mode were kEnforce, whatever was answered; none: they would
// be asked.
std::optional<LoginCause> Foresee(const LoginFacts& facts, const Moment& now);

// Services that log in no person: what they start runs for whoever is in already, or for nobody.
bool IsExempt(const LoginPolicy& policy, std::string_view service);
// Those that are so without any policy.
std::vector<std::string> ExemptServices();

// Of su the person is who asks, not who they want to become; its password is the other's.
bool AsksForCaller(std::string_view service);
// Root takes anybody's place by it, without being asked for anything.
bool TakesAnothersPlace(std::string_view service);

// Whether policy lets in, on what was verified, somebody who would be refused for this cause.
bool FallsBack(const LoginPolicy& policy, std::string_view service, LoginCause cause,
               PasswordAsked password);

// What holds when agentd cannot answer, for the login hook to read: a file of lines. Nothing else
// loosens anything; what is not there, or not whole, means no.
std::string WriteLoginFile(LoginMode mode, const LoginPolicy& policy);

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_LOGIN_H_
