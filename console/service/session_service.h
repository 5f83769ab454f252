#ifndef SEKISHO_CONSOLE_SERVICE_SESSION_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_SESSION_SERVICE_H_

#include <map>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/store/backend.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/session_service.pb.h"

namespace sekisho::console::service {

inline constexpr std::chrono::minutes kSessionIdle{15};
inline constexpr std::chrono::hours kSessionLength{8};

// Signing in and out. Thread-safe; SignIn takes about 0.1 s of one core.
class SessionService {
 public:
  SessionService(store::OperatorStore& operators, store::AuditStore& audit,
                 std::string organisation_id, Clock clock)
      : operators_(operators),
        audit_(audit),
        organisation_id_(std::move(organisation_id)),
        clock_(std::move(clock)) {}

  // UNAUTHENTICATED without saying which of the three was wrong; RESOURCE_EXHAUSTED above
  // contract::kSignInRate for one name.
  absl::StatusOr<v1::SignInResponse> SignIn(const v1::SignInRequest& request);
  // Who a bearer token speaks for; every call by that session counts as its use. UNAUTHENTICATED
  // when it is unknown, idle for 15 minutes, over, or its operator disabled.
  struct SignedIn {
    authz::Caller caller;
    store::OperatorRecord record;
    std::string token_hash;
    WallTime expires_at{};
  };
  absl::StatusOr<SignedIn> Authenticate(const std::string& token);
  // Whether it would still be let in, without counting as a use.
  absl::Status CheckStillSignedIn(const std::string& token);
  absl::StatusOr<v1::SignOutResponse> SignOut(const SignedIn& signed_in);
  absl::StatusOr<v1::WhoAmIResponse> WhoAmI(const SignedIn& signed_in);

 private:
  enum class Use { kCounts, kLooksOnly };
  absl::StatusOr<SignedIn> Find(const std::string& token, Use use);
  absl::Status TakeAttempt(const std::string& name);
  absl::Status RefuseSignIn(const v1::SignInRequest& request, const char* cause);

  store::OperatorStore& operators_;
  store::AuditStore& audit_;
  const std::string organisation_id_;
  const Clock clock_;
  std::mutex mutex_;
  std::map<std::string, contract::TokenBucket> attempts_;
};

// A fresh bearer token: 32 random bytes. Only its SHA-256 is stored.
std::string NewBearerToken();
v1::Operator ToProto(const store::OperatorRecord& record);

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_SESSION_SERVICE_H_
