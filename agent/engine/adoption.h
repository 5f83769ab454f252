#ifndef SEKISHO_AGENT_ENGINE_ADOPTION_H_
#define SEKISHO_AGENT_ENGINE_ADOPTION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/core/decide.h"
#include "agent/engine/adoption_candidate.h"
#include "agent/engine/device_table.h"
#include "agent/engine/failure.h"
#include "agent/engine/identity.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// The devices that were written down by root or the console. Keyboards, pointers and hubs come up
// without agent, policy or console: they stand where the boot reads them (platform::BootRules). The
// others (the network adapter that reaches the console, smart-card readers, built-in cameras, and
// what the office ordered before it was seen here) are agentd's own: it opens them once it can
// record that.
class Adoption {
 public:
  // All outlive this. `identity` says where the console is.
  Adoption(Seams& seams, StateStore& store, Reporter& reporter, const IdentityKeeper& identity)
      : seams_(seams), store_(store), reporter_(reporter), identity_(identity) {}
  // A list that cannot be read is set aside: nothing is adopted, and the event says so.
  void Load();
  const std::vector<core::AdoptedDevice>& adopted() const { return adopted_; }

  // What could be adopted, each with the reason and the hubs above it; and what looks like it but
  // cannot be (agent/engine/adoption_candidate.h).
  v1::LocalAdoptReply Propose(const DeviceTable& table) const;
  // Adopts these and the hubs above them, durably: what is proposed, or a hub. The caller
  // reconciles.
  Answer<v1::LocalAdoptReply> Adopt(const DeviceTable& table,
                                    const std::vector<std::string>& handles);

  // ---- By the office's orders (adoption_orders.cc). INVALID_ARGUMENT says why it can never be;
  // the caller reconciles.
  // Any device whose Adoptability is not kNever, proposed or not: the office knows what it is for.
  // It need not be here: it is then let in by agentd when it comes, if it may be adopted at all,
  // and comes up without agentd only from Complete on. Until then, what was adopted in its port
  // before stays so.
  absl::Status AdoptOrdered(const DeviceTable& table, const v1::GrantedDevice& device);
  // "last-keyboard": what is abandoned is a keyboard, or is away and may be one, and no other
  // adopted keyboard is here.
  enum class LastKeyboard { kRefuse, kAbandon };
  absl::Status Abandon(const DeviceTable& table, const v1::GrantedDevice& device,
                       LastKeyboard last_keyboard);
  // Writes down, with the hubs above them, devices that were away when they were ordered.
  void Complete(const DeviceTable& table);

 private:
  bool IsAdopted(const core::Device& device) const;
  std::optional<AdoptionCandidate> Candidate(const DeviceEntry& entry) const;
  // Durably writes down these and the hubs above them, and records it.
  Answer<v1::LocalAdoptReply> Take(const DeviceTable& table,
                                   const std::vector<const DeviceEntry*>& entries);
  // Whether it is adopted, stands where it belongs, and is the only one in its port.
  bool IsSettled(const core::Device& device) const;
  // Whether somebody can still type here, or could not with this one either.
  bool LeavesKeyboard(const DeviceTable& table, const core::AdoptedDevice& abandoned) const;
  void LoadOthers();
  absl::Status SaveOthers(std::vector<core::AdoptedDevice> others);
  Seams& seams_;
  StateStore& store_;
  Reporter& reporter_;
  const IdentityKeeper& identity_;
  std::vector<core::AdoptedDevice> adopted_;  // all of them
  std::vector<platform::BootDevice> boot_devices_;
  // Of `adopted_`, those that are not the boot's: not yet, or never.
  std::vector<core::AdoptedDevice> others_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ADOPTION_H_
