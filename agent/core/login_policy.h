#ifndef SEKISHO_AGENT_CORE_LOGIN_POLICY_H_
#define SEKISHO_AGENT_CORE_LOGIN_POLICY_H_

#include <map>
#include <set>
#include <string>

namespace sekisho::core {

// Why a second factor cannot be verified.
enum class LoginTrouble {
  kNoAnswer,      // agentd is dead or hangs
  kUnreadable,    // what is stored of the person
  kClock,         // it is behind what was accepted last
  kUnrecordable,  // a yes that leaves no trace is none
};

// What the site's policy says of logins. Default: nothing is let in that is not verified.
struct LoginPolicy {
  // Services that log nobody in, beside those of IsExempt's own.
  std::set<std::string> exempt;
  // By service: the troubles in which what was verified is enough.
  std::map<std::string, std::set<LoginTrouble>> fallbacks;
  friend bool operator==(const LoginPolicy&, const LoginPolicy&) = default;
};

}  // namespace sekisho::core

#endif  // SEKISHO_AGENT_CORE_LOGIN_POLICY_H_
