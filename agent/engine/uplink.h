#ifndef SEKISHO_AGENT_ENGINE_UPLINK_H_
#define SEKISHO_AGENT_ENGINE_UPLINK_H_

#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/status.h"
#include "agent/engine/identity.h"
#include "agent/engine/reporter.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// The attached link process. Owned by whoever listens on its socket.
class LinkPort {
 public:
  virtual ~LinkPort() = default;
  // Never blocks; UNAVAILABLE when the link does not read, or is gone.
  virtual absl::Status Send(const v1::LinkDown& message) = 0;
};

// Sends the history to the console: signed batches in order, few at a time, each again until it is
// acknowledged with a signature.
class Uplink {
 public:
  // Both outlive this.
  Uplink(Reporter& reporter, const IdentityKeeper& identity)
      : reporter_(reporter), identity_(identity) {}

  // Null: no link process.
  void Attach(LinkPort* port);
  // What the console said to the link's Hello; forgotten with the connection.
  void SetWelcome(const v1::LinkWelcome& welcome) { welcome_ = welcome; }
  const v1::LinkWelcome& welcome() const { return welcome_; }
  void SetState(v1::LinkState state);
  v1::LinkState state() const { return state_; }
  LinkPort* port() const { return port_; }

  // Everything that is not acknowledged goes again, from the oldest.
  void Restart();
  // Sends what may be sent now. Cheap when there is nothing.
  void Send();
  // The link passed so many messages on: flow control, never a proof of storage.
  void Taken(std::uint32_t count);
  absl::Status SendStatus(const v1::Status& status);

  enum class Verdict { kDeleted, kAlready, kRefused };
  struct AckOutcome {
    Verdict verdict = Verdict::kRefused;
    std::string cause;
  };
  // A verified Acknowledgement.
  AckOutcome Acknowledged(const v1::Acknowledgement& acknowledgement);

 private:
  // Messages that the link has and has not passed on; above, it is not keeping up.
  static constexpr std::uint32_t kMaxUntaken = 8;
  struct Batch {
    std::string boot_id;
    std::uint64_t last_sequence = 0;
  };
  absl::Status SendSealed(v1::Purpose purpose, std::string payload);
  bool SendBatch();

  Reporter& reporter_;
  const IdentityKeeper& identity_;
  LinkPort* port_ = nullptr;
  v1::LinkWelcome welcome_;
  v1::LinkState state_ = v1::LINK_STATE_ABSENT;
  std::deque<Batch> in_flight_;
  std::int64_t sent_row_ = 0;
  std::uint64_t generation_ = 0;
  std::uint32_t untaken_ = 0;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_UPLINK_H_
