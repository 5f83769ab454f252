#include <algorithm>
#include <cstdio>
#include <string>

#include "agent/cli/command_line.h"
#include "agent/cli/render.h"
#include "platform/linux/logins/login_ways.h"

namespace sekisho::cli {
namespace {

v1::LoginFactors FactorsOf(platform::LoginWay::Factors factors) {
  switch (factors) {
    case platform::LoginWay::Factors::kRefuses:
      return v1::LOGIN_FACTORS_REFUSES;
    case platform::LoginWay::Factors::kTwo:
      return v1::LOGIN_FACTORS_TWO;
    case platform::LoginWay::Factors::kOne:
      return v1::LOGIN_FACTORS_ONE;
    case platform::LoginWay::Factors::kNoLogin:
      return v1::LOGIN_FACTORS_NO_LOGIN;
    case platform::LoginWay::Factors::kUnknown:
      return v1::LOGIN_FACTORS_UNKNOWN;
  }
  return v1::LOGIN_FACTORS_UNKNOWN;
}

}  // namespace

ExitCode ExitCodeOf(const v1::LoginWays& logins) {
  const auto any = [&](v1::LoginFactors factors) {
    return std::ranges::any_of(logins.ways(),
                               [&](const v1::LoginWay& way) { return way.factors() == factors; });
  };
  if (any(v1::LOGIN_FACTORS_ONE)) return ExitCode::kProtectionOpen;
  // Nothing found is nothing proven.
  if (any(v1::LOGIN_FACTORS_UNKNOWN) || logins.ways().empty()) return ExitCode::kProtectionUntried;
  return ExitCode::kDone;
}

ExitCode RunDoctorLogins(const Context& context) {
  v1::LoginWays logins;
  for (const platform::LoginWay& each : platform::LookAtLogins("")) {
    v1::LoginWay& way = *logins.add_ways();
    way.set_name(each.name);
    way.set_factors(FactorsOf(each.factors));
    for (const std::string& enough : each.enough) way.add_enough(enough);
  }
  const std::string text =
      context.output == Output::kJson ? ToJson(logins) : Render(context.language, logins);
  std::fputs(text.c_str(), stdout);
  return ExitCodeOf(logins);
}

}  // namespace sekisho::cli
