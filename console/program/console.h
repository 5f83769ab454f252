#ifndef SEKISHO_CONSOLE_PROGRAM_CONSOLE_H_
#define SEKISHO_CONSOLE_PROGRAM_CONSOLE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/live/wakeups.h"
#include "console/pki/keyring.h"
#include "console/policy/publisher.h"
#include "console/rpc/services.h"
#include "console/store/backend.h"
#include "console/store/ingest.h"

namespace sekisho::console::program {

inline constexpr char kDefaultData[] = "/var/lib/sekisho-console";

// Where things are below the data folder.
std::string StorePath(const std::string& data);
std::string KeysPath(const std::string& data);

// One organisation's console without its doors: everything of `data` opened and wired together.
// The server that uses services() must be gone before this is.
class Console {
 public:
  // FAILED_PRECONDITION when nothing has been initialised there.
  static absl::StatusOr<std::unique_ptr<Console>> Open(const std::string& data, Clock clock);
  // Stores what still waits.
  ~Console();

  const rpc::Services& services() const { return services_; }
  const pki::Keyring& keyring() const { return keyring_; }
  store::Backend& store() { return *backend_; }
  live::Registry& registry() { return registry_; }
  live::Wakeups& wakeups() { return wakeups_; }
  store::IngestCounters ingest_counters() { return ingest_.counters(); }
  const std::string& organisation_name() const { return organisation_name_; }
  // What is due by the clock; called about once a minute.
  void Tick();
  // Puts keys into use that another process has written (sekisho-console keys rotate): first every
  // connected terminal is told of them, then they sign. Does nothing when nothing has changed.
  void ReadKeysAgain();

 private:
  Console(std::unique_ptr<store::Backend> backend, pki::Keyring keyring,
          const store::Organisation& organisation, Clock clock);
  void RenewServerIfDue();

  const Clock clock_;
  const std::string organisation_name_;
  const std::unique_ptr<store::Backend> backend_;
  pki::Keyring keyring_;
  live::Registry registry_;
  live::Wakeups wakeups_;
  policy::Publisher publisher_;
  store::Ingest ingest_;
  service::SessionService sessions_;
  service::TerminalService terminals_;
  service::GrantService grants_;
  service::OrderService orders_;
  service::RegisterCourier register_courier_;
  service::RegisterService media_;
  service::PolicyService policies_;
  service::EventService events_;
  service::OperatorService operators_;
  service::EnrolmentService enrolment_;
  service::AgentService agents_;
  service::HistoryService history_;
  service::ParcelService parcels_;
  const rpc::Services services_;
};

}  // namespace sekisho::console::program

#endif  // SEKISHO_CONSOLE_PROGRAM_CONSOLE_H_
