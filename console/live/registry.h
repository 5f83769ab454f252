#ifndef SEKISHO_CONSOLE_LIVE_REGISTRY_H_
#define SEKISHO_CONSOLE_LIVE_REGISTRY_H_

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "console/clock.h"
#include "console/live/order_lane.h"
#include "console/live/register_lane.h"
#include "sekisho/v1/agent_service.pb.h"
#include "sekisho/v1/event.pb.h"

namespace sekisho::console::live {

// One message down, shared by all the streams it goes to.
using Outgoing = std::shared_ptr<const v1::ConnectResponse>;
Outgoing MakeOutgoing(v1::Sealed sealed);
// From a Sealed that was serialised once; DATA_LOSS when it does not parse.
absl::StatusOr<Outgoing> MakeOutgoing(const std::string& sealed_bytes);

// The way down to one connected terminal. Thread-safe; neither call waits.
class TerminalLink {
 public:
  virtual ~TerminalLink() = default;
  // Queues it. When the terminal reads too slowly the queue collapses to one Resync.
  virtual void Send(Outgoing message) = 0;
  // Ends the stream with this status; what is queued is dropped. Idempotent.
  virtual void Close(absl::Status status) = 0;
};

// The newest Status of a connected terminal, and when it came.
struct KnownStatus {
  v1::Status status;
  WallTime received_at{};
  std::chrono::nanoseconds received_steady{};
};

// One connected terminal.
class LiveTerminal {
 public:
  LiveTerminal(std::string organisation_id, std::string terminal_id, std::string group_path,
               std::shared_ptr<TerminalLink> link, std::chrono::nanoseconds attached_steady)
      : organisation_id_(std::move(organisation_id)),
        terminal_id_(std::move(terminal_id)),
        group_path_(std::move(group_path)),
        link_(std::move(link)),
        attached_steady_(attached_steady) {}

  const std::string& organisation_id() const { return organisation_id_; }
  const std::string& terminal_id() const { return terminal_id_; }
  const std::string& group_path() const { return group_path_; }
  TerminalLink& link() { return *link_; }

  std::optional<KnownStatus> status() const;
  // When a Status came last on this stream, or it was opened; by the console's steady clock.
  std::chrono::nanoseconds heard_steady() const;
  void SetStatus(KnownStatus status);

  // What its Hello and this console have in common; set before it is attached.
  void SetFeatures(std::set<std::string> features) { features_ = std::move(features); }
  bool Speaks(const std::string& feature) const { return features_.contains(feature); }
  OrderLane& orders() { return orders_; }
  RegisterLane& media() { return media_; }

 private:
  const std::string organisation_id_;
  const std::string terminal_id_;
  const std::string group_path_;
  const std::shared_ptr<TerminalLink> link_;
  const std::chrono::nanoseconds attached_steady_;
  std::set<std::string> features_;
  OrderLane orders_;
  RegisterLane media_;
  mutable std::mutex mutex_;
  std::unique_ptr<KnownStatus> status_;
};

// Who is connected now. Thread-safe; never calls out while it holds its lock.
class Registry {
 public:
  // The terminal's new stream takes the place of an old one (a reconnect before the console saw the
  // old one die), which is returned for its caller to close.
  std::shared_ptr<LiveTerminal> Attach(std::shared_ptr<LiveTerminal> terminal);
  // Only if it still is this one.
  void Detach(const LiveTerminal& terminal);
  std::shared_ptr<LiveTerminal> Find(const std::string& terminal_id) const;
  // All of one organisation in groups at or below `group_path`.
  std::vector<std::shared_ptr<LiveTerminal>> FindIn(const std::string& organisation_id,
                                                    const std::string& group_path) const;
  std::vector<std::shared_ptr<LiveTerminal>> All() const;
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<LiveTerminal>> terminals_;
};

}  // namespace sekisho::console::live

#endif  // SEKISHO_CONSOLE_LIVE_REGISTRY_H_
