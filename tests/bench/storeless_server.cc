#include "tests/bench/storeless_server.h"

#include <iostream>
#include <memory>
#include <utility>
#include <vector>

#include "console/live/registry.h"
#include "console/live/wakeups.h"
#include "console/pki/keyring.h"
#include "console/policy/publisher.h"
#include "console/rpc/server.h"
#include "console/store/ingest.h"
#include "console/store/sqlite/sqlite_backend.h"
#include "proto/contract/keys.h"

namespace sekisho::bench {
namespace {

namespace store = console::store;
namespace service = console::service;

// Takes everything and keeps nothing; the answers are those of a store that had room.
class NoEvents final : public store::EventStore {
 public:
  absl::StatusOr<store::AppendResult> Append(
      std::span<const store::ReportedBatch> batches,
      std::span<const store::ReportedStatus> statuses) override {
    store::AppendResult result;
    for (const store::ReportedBatch& batch : batches) {
      const store::NewEvent& last = batch.records.back();
      const contract::Sha256 hash = contract::HashOf(last.record);
      result.batches.push_back({.last_sequence = last.event.sequence(),
                                .last_record_hash = std::string(hash.begin(), hash.end()),
                                .added = static_cast<std::uint32_t>(batch.records.size()),
                                .duplicates = 0});
      cursor_ += batch.records.size();
    }
    result.cursor = cursor_;
    return result;
  }
  absl::StatusOr<std::uint64_t> AppendConsoleEvent(const store::TerminalRecord&, v1::EventKind,
                                                   std::vector<v1::Parameter>,
                                                   console::WallTime) override {
    return ++cursor_;
  }
  absl::StatusOr<std::vector<store::StoredEventRecord>> ListEvents(
      const store::EventQuery&) override {
    return std::vector<store::StoredEventRecord>();
  }
  absl::StatusOr<std::uint64_t> NewestCursor() override { return cursor_; }
  absl::StatusOr<std::uint64_t> HighestReportedBundle(const std::string&) override {
    return std::uint64_t{0};
  }

 private:
  std::uint64_t cursor_ = 0;  // the ingest's thread alone appends
};

}  // namespace

int ServeStoreless(const std::string& keys, const std::string& path) {
  absl::StatusOr<console::pki::Keyring> keyring = console::pki::Keyring::Load(keys);
  absl::StatusOr<std::unique_ptr<store::Backend>> opened = store::sqlite::OpenBackend(path);
  if (!keyring.ok() || !opened.ok()) {
    std::cerr << keyring.status() << "; " << opened.status() << "\n";
    return 1;
  }
  store::Backend& backend = **opened;
  const console::Clock clock = console::SystemClock();
  NoEvents events;
  console::live::Registry registry;
  console::live::Wakeups wakeups;
  console::policy::Publisher publisher(backend.policies(), backend.organisations(), *keyring,
                                       registry);
  store::Ingest ingest(events, [&wakeups](std::uint64_t) { wakeups.Notify(); });
  service::SessionService sessions(backend.operators(), backend.audit(), keyring->organisation_id(),
                                   clock);
  service::TerminalService terminals(backend, publisher, *keyring, registry, wakeups, "", clock);
  service::GrantService grants(backend, *keyring, registry, clock);
  service::PolicyService policies(backend.policies(), backend.organisations(), backend.devices(),
                                  publisher, clock);
  service::EventService event_service(events, backend.terminals(), wakeups);
  service::OperatorService operators(backend.operators(), backend.organisations(), "bench", clock);
  service::EnrolmentService enrolment(backend.terminals(), backend.tokens(), *keyring, registry, "",
                                      clock);
  service::OrderService orders(backend, *keyring, registry, clock);
  service::RegisterCourier register_courier(backend.media(), *keyring, registry);
  service::RegisterService media(backend, register_courier, clock);
  service::AgentService agents(backend.terminals(), backend.restores(), events, backend.grants(),
                               backend.orders(), register_courier, ingest, publisher, *keyring,
                               registry, wakeups, clock);
  service::HistoryService history(backend.history(), backend.terminals(), "bench", clock);
  service::ParcelService parcels(agents, enrolment, backend, clock);
  absl::StatusOr<std::unique_ptr<console::rpc::Server>> server =
      console::rpc::Server::Start({.listen = "127.0.0.1:0",
                                   .credentials = keyring->server(),
                                   .check_client =
                                       [&keyring](const std::string& certificate) {
                                         return keyring->CheckClient(certificate);
                                       }},
                                  {sessions, terminals, grants, orders, policies, event_service,
                                   operators, enrolment, agents, history, parcels, media, clock});
  if (!server.ok()) {
    std::cerr << server.status() << "\n";
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  (*server)->Shutdown(std::chrono::milliseconds{0});
  return 0;
}

}  // namespace sekisho::bench
