#ifndef SEKISHO_CONSOLE_SERVICE_AGENT_SERVICE_H_
#define SEKISHO_CONSOLE_SERVICE_AGENT_SERVICE_H_

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/statusor.h"
#include "console/clock.h"
#include "console/live/registry.h"
#include "console/live/wakeups.h"
#include "console/log.h"
#include "console/pki/keyring.h"
#include "console/policy/publisher.h"
#include "console/service/carrier.h"
#include "console/service/register_courier.h"
#include "console/service/twin_watch.h"
#include "console/store/event_store.h"
#include "console/store/grant_store.h"
#include "console/store/ingest.h"
#include "console/store/order_store.h"
#include "console/store/restore_store.h"
#include "console/store/terminal_store.h"
#include "proto/contract/seal.h"

namespace sekisho::console::service {

// The protocol that this console speaks with agents.
inline constexpr std::uint32_t kOldestProtocol = 1;
inline constexpr std::uint32_t kNewestProtocol = 1;

class AgentSession;

// What the console does for connected terminals. Thread-safe; must outlive its sessions.
class AgentService {
 public:
  AgentService(store::TerminalStore& terminals, store::RestoreStore& restores,
               store::EventStore& events, store::GrantStore& grants, store::OrderStore& orders,
               RegisterCourier& media, store::Ingest& ingest, policy::Publisher& publisher,
               const pki::Keyring& keyring, live::Registry& registry, live::Wakeups& wakeups,
               Clock clock)
      : terminals_(terminals),
        restores_(restores),
        events_(events),
        grants_(grants),
        orders_(orders),
        media_(media),
        ingest_(ingest),
        publisher_(publisher),
        keyring_(keyring),
        registry_(registry),
        wakeups_(wakeups),
        clock_(std::move(clock)) {}

  // A terminal whose certificate was verified opens its stream. PERMISSION_DENIED when it is
  // revoked, unknown, or its certificate belongs to an earlier enrolment; NOT_FOUND when this
  // console was restored from a backup that may be older than its enrolment: see Readmit.
  absl::StatusOr<std::shared_ptr<AgentSession>> Open(const pki::TerminalIdentity& identity,
                                                     std::shared_ptr<live::TerminalLink> link);
  // The same for a terminal that Open did not find: its Hello brings the EnrolmentGrant, signed by
  // this console's own root key, and with the verified certificate that makes its entry again.
  // PERMISSION_DENIED when either is not good.
  absl::StatusOr<std::shared_ptr<AgentSession>> Readmit(const pki::TerminalIdentity& identity,
                                                        const v1::Hello& hello,
                                                        std::shared_ptr<live::TerminalLink> link);

  // The same for a terminal whose words came in a parcel: no certificate, each word is believed for
  // its own signature; what is known of a live stream stays. FAILED_PRECONDITION when it is revoked
  // or was never enrolled.
  absl::StatusOr<std::shared_ptr<AgentSession>> OpenParcel(
      const store::TerminalRecord& terminal, std::shared_ptr<live::TerminalLink> link);

  // Adds TERMINAL_SILENT for terminals that have sent no status for contract::kBeaconStale, and
  // closes streams that have: a terminal that lost its power does not close its own. Called about
  // once a minute. Returns how many were added.
  absl::StatusOr<int> NoteSilent();

 private:
  friend class AgentSession;
  absl::StatusOr<std::shared_ptr<AgentSession>> MakeSession(
      store::TerminalRecord terminal, std::shared_ptr<live::TerminalLink> link,
      Carrier carrier = Carrier::kStream);
  // The terminal, or why its certificate opens nothing; see Open.
  absl::StatusOr<store::TerminalRecord> CheckMayConnect(const pki::TerminalIdentity& identity);
  // An event about a report that was refused, at most one a minute and terminal.
  void NoteRefused(const store::TerminalRecord& terminal, const absl::Status& why);
  // TERMINAL_DUPLICATED, at most one an hour, terminal and sign.
  void NoteTwin(const store::TerminalRecord& terminal, TwinSign sign, const std::string& detail);

  store::TerminalStore& terminals_;
  store::RestoreStore& restores_;
  store::EventStore& events_;
  store::GrantStore& grants_;
  store::OrderStore& orders_;
  RegisterCourier& media_;
  store::Ingest& ingest_;
  policy::Publisher& publisher_;
  const pki::Keyring& keyring_;
  live::Registry& registry_;
  live::Wakeups& wakeups_;
  const Clock clock_;
  LogLimiter log_;
  TwinWatch twins_;
  std::mutex mutex_;
  std::map<std::string, std::chrono::nanoseconds> refused_at_;
};

// One stream of one terminal. Greet and Receive are called one at a time by the transport; what
// they answer goes through the link. Any error is the status that the stream ends with.
class AgentSession : public std::enable_shared_from_this<AgentSession> {
 public:
  // `ring` knows the terminal's report key.
  AgentSession(AgentService& service, store::TerminalRecord terminal, contract::KeyRing ring,
               std::shared_ptr<live::TerminalLink> link, Carrier carrier);

  // The first message: agrees on a protocol, sends Welcome, and from here on the terminal is live.
  // UNIMPLEMENTED names the protocols that this console speaks when there is none in common.
  absl::Status Greet(const v1::Hello& hello);
  // A Sealed REPORT or STATUS. PERMISSION_DENIED for a signature that is not this terminal's,
  // INVALID_ARGUMENT for what is signed and still wrong, RESOURCE_EXHAUSTED above what may be in
  // flight, UNAVAILABLE when it cannot be stored.
  absl::Status Receive(const v1::Sealed& sealed);
  // The stream has ended; nothing is called afterwards.
  void End();

 private:
  absl::Status ReceiveReport(const v1::Sealed& sealed);
  absl::Status ReceiveStatus(const v1::Sealed& sealed);
  // In the place of Greet, for a parcel.
  void Resume();
  friend class AgentService;
  absl::StatusOr<store::ReportedBatch> CheckBatch(const v1::ReportBatch& batch) const;
  void Acknowledge(const std::string& boot_id, const absl::StatusOr<store::AppendedBatch>& result);
  absl::Status SendSealed(v1::Purpose purpose, std::string payload);
  // The key set, if it is newer than the one known there, and what leads to the root it is signed
  // by.
  void SendKeys(std::uint64_t known_version);
  // What the Status shows to be missing.
  absl::Status SendMissing(const v1::Status& status);
  absl::Status SendGrants(const v1::Status& status, const std::vector<store::GrantRecord>& grants);
  absl::Status SendGrant(const v1::Status& status, const store::GrantRecord& grant,
                         bool runs_there);

  AgentService& service_;
  const store::TerminalRecord terminal_;
  const contract::KeyRing ring_;
  const std::shared_ptr<live::LiveTerminal> live_;
  const Carrier carrier_;
  const WallTime greeted_at_;
  std::atomic<int> in_flight_{0};
  // How many Statuses ago a grant was last sent on this stream, so that one that crosses a Status
  // on the way is not sent twice.
  std::map<std::string, int> grant_sent_;
};

}  // namespace sekisho::console::service

#endif  // SEKISHO_CONSOLE_SERVICE_AGENT_SERVICE_H_
