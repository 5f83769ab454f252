#include "console/program/console.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/log.h"
#include "console/store/sqlite/sqlite_backend.h"

namespace sekisho::console::program {

std::string StorePath(const std::string& data) { return data + "/store.db"; }
std::string KeysPath(const std::string& data) { return data + "/keys"; }

absl::StatusOr<std::unique_ptr<Console>> Console::Open(const std::string& data, Clock clock) {
  std::error_code error;
  if (!std::filesystem::exists(StorePath(data), error)) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no console in ", data,
                     (error ? absl::StrCat(" (", error.message(), ")") : std::string()),
                     ": make one with sekisho-console init, or say where it is with --data"));
  }
  absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(KeysPath(data));
  if (!keyring.ok()) return keyring.status();
  absl::StatusOr<std::unique_ptr<store::Backend>> backend =
      store::sqlite::OpenBackend(StorePath(data));
  if (!backend.ok()) return backend.status();
  absl::StatusOr<std::vector<store::Organisation>> organisations =
      (*backend)->organisations().ListOrganisations();
  if (!organisations.ok()) return organisations.status();
  for (const store::Organisation& organisation : *organisations) {
    if (organisation.organisation_id != keyring->organisation_id()) continue;
    return std::unique_ptr<Console>(
        new Console(*std::move(backend), *std::move(keyring), organisation, std::move(clock)));
  }
  return absl::FailedPreconditionError(
      absl::StrCat("the keys in ", KeysPath(data), " belong to no organisation of the store"));
}

Console::Console(std::unique_ptr<store::Backend> backend, pki::Keyring keyring,
                 const store::Organisation& organisation, Clock clock)
    : clock_(std::move(clock)),
      backend_(std::move(backend)),
      keyring_(std::move(keyring)),
      publisher_(backend_->policies(), backend_->organisations(), keyring_, registry_),
      ingest_(backend_->events(), [this](std::uint64_t) { wakeups_.Notify(); }),
      sessions_(backend_->operators(), backend_->audit(), organisation.organisation_id, clock_),
      terminals_(*backend_, publisher_, keyring_, registry_, wakeups_, organisation.console_address,
                 clock_),
      grants_(*backend_, keyring_, registry_, clock_),
      policies_(backend_->policies(), backend_->organisations(), publisher_, clock_),
      events_(backend_->events(), backend_->terminals(), wakeups_),
      operators_(backend_->operators(), backend_->organisations(), organisation.name, clock_),
      enrolment_(backend_->terminals(), backend_->tokens(), keyring_, registry_,
                 organisation.console_address, clock_),
      agents_(backend_->terminals(), backend_->events(), backend_->grants(), ingest_, publisher_,
              keyring_, registry_, wakeups_, clock_),
      services_{sessions_,  terminals_, grants_, policies_, events_,
                operators_, enrolment_, agents_, clock_} {}

// What the last reports are answered with still needs the services.
Console::~Console() { ingest_.Stop(); }

void Console::Tick() {
  absl::StatusOr<int> silent = agents_.NoteSilent();
  if (!silent.ok()) {
    Log(Severity::kError,
        absl::StrCat("looking for silent terminals: ", silent.status().message()));
  }
  absl::Status dropped = backend_->operators().DropEndedSessions(clock_.wall());
  if (!dropped.ok()) {
    Log(Severity::kError, absl::StrCat("dropping ended sessions: ", dropped.message()));
  }
}

}  // namespace sekisho::console::program
