#ifndef SEKISHO_CONSOLE_SERVICE_ENROLMENT_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_ENROLMENT_SERVICE_H_

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/pki/keyring.h"
#include "console/service/carrier.h"
#include "console/store/terminal_store.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/agent_service.pb.h"

namespace sekisho::console::service {

// How a terminal gets its identity. Thread-safe.
class EnrolmentService {
 public:
  EnrolmentService(store::TerminalStore& terminals, store::TokenStore& tokens,
                   const pki::Keyring& keyring, live::Registry& registry,
                   std::string console_address, Clock clock)
      : terminals_(terminals),
        tokens_(tokens),
        keyring_(keyring),
        registry_(registry),
        console_address_(std::move(console_address)),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::GetTrustAnchorResponse> GetTrustAnchor(
      const v1::GetTrustAnchorRequest& request);
  // By a parcel no certificate is needed, and none is made when none is asked for.
  // `address` is the caller's IP address, for the rate. Uses the token up only when all else in
  // the request is good. PERMISSION_DENIED for a wrong token (without saying whether its id
  // exists), FAILED_PRECONDITION for one that is over, INVALID_ARGUMENT for bad claims.
  absl::StatusOr<v1::EnrolResponse> Enrol(const v1::EnrolRequest& request,
                                          const std::string& address,
                                          Carrier carrier = Carrier::kStream);
  // A fresh certificate for a terminal whose certificate was just verified. PERMISSION_DENIED
  // when it is revoked or was enrolled anew since.
  absl::StatusOr<v1::RenewCertificateResponse> RenewCertificate(
      const pki::TerminalIdentity& identity, const v1::RenewCertificateRequest& request);

 private:
  // The chain for its certificate request; none for a parcel without one.
  absl::StatusOr<std::vector<std::string>> Certify(const v1::EnrolRequest& request,
                                                   const pki::TerminalIdentity& identity,
                                                   Carrier carrier);
  absl::Status TakeAttempt(const std::string& address);
  absl::StatusOr<store::EnrolmentTokenRecord> CheckToken(const v1::EnrolRequest& request);
  // The inventory entry that this installation takes: the one that the token names, the one of
  // this machine, the one that is expected under its hostname, or a new one
  // (docs/decisions/0016-identity.md).
  absl::StatusOr<store::TerminalRecord> EntryFor(const store::EnrolmentTokenRecord& token,
                                                 const v1::EnrolmentRequestClaims& claims);
  absl::StatusOr<store::TerminalRecord> NamedEntry(const store::EnrolmentTokenRecord& token);
  absl::StatusOr<std::optional<store::TerminalRecord>> KnownMachine(
      const store::EnrolmentTokenRecord& token, const v1::EnrolmentRequestClaims& claims);

  store::TerminalStore& terminals_;
  store::TokenStore& tokens_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  const std::string console_address_;
  const Clock clock_;
  std::mutex choosing_;  // before mutex_
  std::mutex mutex_;
  std::map<std::string, contract::TokenBucket> attempts_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_ENROLMENT_SERVICE_H_
