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
  absl::StatusOr<pki::Keyring> keyring = pki::Keyring::Load(KeysPath(data), clock.wall);
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
      organisation_name_(organisation.name),
      backend_(std::move(backend)),
      keyring_(std::move(keyring)),
      publisher_(backend_->policies(), backend_->organisations(), keyring_, registry_),
      ingest_(backend_->events(), [this](std::uint64_t) { wakeups_.Notify(); }),
      sessions_(backend_->operators(), backend_->audit(), organisation.organisation_id, clock_),
      terminals_(*backend_, publisher_, keyring_, registry_, wakeups_, organisation.console_address,
                 clock_),
      grants_(*backend_, keyring_, registry_, clock_),
      orders_(*backend_, keyring_, registry_, clock_),
      register_courier_(backend_->media(), keyring_, registry_),
      media_(*backend_, register_courier_, clock_),
      policies_(backend_->policies(), backend_->organisations(), backend_->devices(), publisher_,
                clock_),
      events_(backend_->events(), backend_->terminals(), wakeups_),
      operators_(backend_->operators(), backend_->organisations(), organisation.name, clock_),
      enrolment_(backend_->terminals(), backend_->tokens(), keyring_, registry_,
                 organisation.console_address, clock_),
      agents_(backend_->terminals(), backend_->restores(), backend_->events(), backend_->grants(),
              backend_->orders(), register_courier_, ingest_, publisher_, keyring_, registry_,
              wakeups_, clock_),
      history_(backend_->history(), backend_->terminals(), organisation.name, clock_),
      parcels_(agents_, enrolment_, *backend_, clock_),
      services_{sessions_,  terminals_, grants_,  orders_,  policies_, events_, operators_,
                enrolment_, agents_,    history_, parcels_, media_,    clock_} {}

// What the last reports are answered with still needs the services.
Console::~Console() { ingest_.Stop(); }

void Console::RenewServerIfDue() {
  const WallTime now = clock_.wall();
  absl::StatusOr<pki::CertificateFacts> facts =
      pki::Authority::FactsOf(keyring_.server().chain_pem);
  if (facts.ok() && now < facts->RenewAt()) return;
  const absl::Status renewed = facts.ok() ? keyring_.RenewServer(now) : facts.status();
  if (renewed.ok()) {
    Log(Severity::kInfo, "the server's certificate was renewed");
  } else {
    Log(Severity::kError,
        absl::StrCat("the server's certificate was not renewed: ", renewed.message()));
  }
}

void Console::ReadKeysAgain() {
  absl::StatusOr<std::unique_ptr<pki::Keyring::Fresh>> fresh = keyring_.ReadAgain();
  if (!fresh.ok()) {
    Log(Severity::kError, absl::StrCat("keys are kept as they were: ", fresh.status().message()));
    return;
  }
  if (*fresh == nullptr) return;
  const std::size_t known_links = keyring_.anchor_links().size();
  const bool newer = (*fresh)->key_set_version() > keyring_.key_set_version();
  for (const std::shared_ptr<live::LiveTerminal>& terminal : registry_.All()) {
    for (std::size_t i = known_links; i < (*fresh)->anchor_links().size(); ++i) {
      terminal->link().Send(live::MakeOutgoing((*fresh)->anchor_links()[i].sealed));
    }
    if (newer) terminal->link().Send(live::MakeOutgoing((*fresh)->key_set()));
  }
  keyring_.Use(*std::move(fresh));
  Log(Severity::kInfo,
      absl::StrCat("keys were read again; key set ", keyring_.key_set_version(), " is in use"));
}

void Console::Tick() {
  RenewServerIfDue();
  ReadKeysAgain();
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
