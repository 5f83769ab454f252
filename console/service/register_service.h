#ifndef SEKISHO_CONSOLE_SERVICE_REGISTER_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_REGISTER_SERVICE_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "console/authz/authz.h"
#include "console/clock.h"
#include "console/service/register_courier.h"
#include "console/store/backend.h"
#include "sekisho/v1/register_service.pb.h"

namespace sekisho::console::service {

// The site's media register. Every change is stored with its history and audit row, and goes down
// at once to the connected terminals that it concerns. Thread-safe.
class RegisterService {
 public:
  // Both outlive this.
  RegisterService(store::Backend& store, RegisterCourier& courier, Clock clock)
      : media_(store.media()),
        organisations_(store.organisations()),
        courier_(courier),
        clock_(std::move(clock)) {}

  absl::StatusOr<v1::ListMediaResponse> ListMedia(const authz::Caller& caller,
                                                  const v1::ListMediaRequest& request);
  absl::StatusOr<v1::GetMediumResponse> GetMedium(const authz::Caller& caller,
                                                  const v1::GetMediumRequest& request);
  absl::StatusOr<v1::PutMediumResponse> PutMedium(const authz::Caller& caller,
                                                  const v1::PutMediumRequest& request);
  // FAILED_PRECONDITION for a medium that is not here to be issued.
  absl::StatusOr<v1::IssueMediumResponse> IssueMedium(const authz::Caller& caller,
                                                      const v1::IssueMediumRequest& request);
  // Also one that was lost. FAILED_PRECONDITION for a retired one.
  absl::StatusOr<v1::ReturnMediumResponse> ReturnMedium(const authz::Caller& caller,
                                                        const v1::ReturnMediumRequest& request);
  absl::StatusOr<v1::LoseMediumResponse> LoseMedium(const authz::Caller& caller,
                                                    const v1::LoseMediumRequest& request);
  absl::StatusOr<v1::RetireMediumResponse> RetireMedium(const authz::Caller& caller,
                                                        const v1::RetireMediumRequest& request);
  // `text` is the whole file. OK with problems: nothing was taken.
  absl::StatusOr<v1::ImportMediaResponse> ImportMedia(const authz::Caller& caller,
                                                      const v1::ImportStart& start,
                                                      const std::string& text);
  absl::StatusOr<v1::ExportMediaResponse> ExportMedia(const authz::Caller& caller,
                                                      const v1::ExportMediaRequest& request);

 private:
  // By id, label or serial, if the caller may use the method on it.
  absl::StatusOr<store::MediumRecord> Find(const authz::Caller& caller, const char* method,
                                           const std::string& name);
  // Checks, stores and sends `record`. Sets who and when.
  absl::StatusOr<v1::Medium> Write(const authz::Caller& caller, const char* method,
                                   store::MediumRecord record, const std::string& reason);
  // What one of the calls does to an entry; an error says why it may not.
  using Step = std::function<absl::Status(v1::Medium& medium)>;
  absl::StatusOr<v1::Medium> Move(const authz::Caller& caller, const char* method,
                                  const std::string& name, const std::string& reason,
                                  const Step& step);
  absl::StatusOr<store::MediumQuery> PageOf(const authz::Caller& caller, const char* method,
                                            const std::string& group, const std::string& token);
  store::AuditEntry Audit(const authz::Caller& caller, const char* method,
                          const std::string& group_path, std::string target,
                          std::string detail) const;

  store::RegisterStore& media_;
  store::OrganisationStore& organisations_;
  RegisterCourier& courier_;
  const Clock clock_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_REGISTER_SERVICE_H_
