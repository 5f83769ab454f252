// The policy's word on logins.
#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "proto/contract/convert_parts.h"

namespace sekisho::contract {
namespace {

// The login hook reads no more (platform/linux/pam/login_file.cc).
constexpr std::size_t kMostServices = 32;
constexpr std::size_t kLongestService = 64;

bool IsService(std::string_view name) {
  return !name.empty() && name.size() <= kLongestService && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

absl::Status CheckService(const std::string& name) {
  if (IsService(name)) return absl::OkStatus();
  return Invalid("logins", absl::StrCat("\"", name, "\" names no service of PAM"));
}

absl::StatusOr<core::LoginTrouble> TroubleToCore(v1::LoginTrouble trouble) {
  switch (static_cast<int>(trouble)) {
    case v1::LOGIN_TROUBLE_NO_ANSWER:
      return core::LoginTrouble::kNoAnswer;
    case v1::LOGIN_TROUBLE_UNREADABLE:
      return core::LoginTrouble::kUnreadable;
    case v1::LOGIN_TROUBLE_CLOCK:
      return core::LoginTrouble::kClock;
    case v1::LOGIN_TROUBLE_UNRECORDABLE:
      return core::LoginTrouble::kUnrecordable;
    default:
      return Invalid("logins", absl::StrCat("unknown trouble ", static_cast<int>(trouble)));
  }
}

v1::LoginTrouble TroubleToProto(core::LoginTrouble trouble) {
  switch (trouble) {
    case core::LoginTrouble::kNoAnswer:
      return v1::LOGIN_TROUBLE_NO_ANSWER;
    case core::LoginTrouble::kUnreadable:
      return v1::LOGIN_TROUBLE_UNREADABLE;
    case core::LoginTrouble::kClock:
      return v1::LOGIN_TROUBLE_CLOCK;
    case core::LoginTrouble::kUnrecordable:
      return v1::LOGIN_TROUBLE_UNRECORDABLE;
  }
  return v1::LOGIN_TROUBLE_UNSPECIFIED;
}

}  // namespace

absl::StatusOr<core::LoginPolicy> LoginsToCore(const v1::LoginPolicy& logins) {
  core::LoginPolicy policy;
  for (const std::string& service : logins.exempt()) {
    if (absl::Status named = CheckService(service); !named.ok()) return named;
    policy.exempt.insert(service);
  }
  for (const v1::LoginFallback& fallback : logins.fallbacks()) {
    if (fallback.services().empty()) return Invalid("logins", "a fallback of no service");
    if (fallback.when().empty()) return Invalid("logins", "a fallback that never holds");
    for (const std::string& service : fallback.services()) {
      if (absl::Status named = CheckService(service); !named.ok()) return named;
      for (const int each : fallback.when()) {
        const auto trouble = TroubleToCore(static_cast<v1::LoginTrouble>(each));
        if (!trouble.ok()) return trouble.status();
        policy.fallbacks[service].insert(*trouble);
      }
    }
  }
  if (policy.exempt.size() > kMostServices || policy.fallbacks.size() > kMostServices) {
    return Invalid("logins", absl::StrCat("more than ", kMostServices, " services"));
  }
  return policy;
}

v1::LoginPolicy LoginsToProto(const core::LoginPolicy& logins) {
  v1::LoginPolicy proto;
  proto.mutable_exempt()->Add(logins.exempt.begin(), logins.exempt.end());
  for (const auto& [service, troubles] : logins.fallbacks) {
    v1::LoginFallback& fallback = *proto.add_fallbacks();
    fallback.add_services(service);
    for (const core::LoginTrouble each : troubles) fallback.add_when(TroubleToProto(each));
  }
  return proto;
}

}  // namespace sekisho::contract
