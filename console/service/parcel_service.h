#ifndef SEKISHO_CONSOLE_SERVICE_PARCEL_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_PARCEL_SERVICE_H_

#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/service/agent_service.h"
#include "console/service/enrolment_service.h"
#include "console/store/backend.h"
#include "sekisho/v1/parcel_service.pb.h"

namespace sekisho::console::service {

// Terminals that no network reaches: what one exported goes through the same session, and the same
// enrolment, as what comes by its stream, and what they answer goes into a file. Thread-safe.
class ParcelService {
 public:
  ParcelService(AgentService& agents, EnrolmentService& enrolment, store::Backend& store,
                Clock clock)
      : agents_(agents), enrolment_(enrolment), store_(store), clock_(std::move(clock)) {}

  // Waits until what the parcel reports is committed. NOT_FOUND for a terminal that this console
  // does not know, FAILED_PRECONDITION for one that is revoked, INVALID_ARGUMENT for a parcel that
  // holds nothing; what Enrol says for one that asks to be enrolled.
  absl::StatusOr<v1::CarryParcelResponse> CarryParcel(const authz::Caller& caller,
                                                      const v1::CarryParcelRequest& request);

 private:
  absl::StatusOr<v1::CarryParcelResponse> Enrol(const authz::Caller& caller,
                                                const v1::EnrolRequest& request);
  absl::StatusOr<v1::CarryParcelResponse> Report(const authz::Caller& caller,
                                                 const v1::Parcel& parcel);

  AgentService& agents_;
  EnrolmentService& enrolment_;
  store::Backend& store_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_PARCEL_SERVICE_H_
