#ifndef SEKISHO_AGENT_ENGINE_ADOPTION_H_
#define SEKISHO_AGENT_ENGINE_ADOPTION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "agent/core/decide.h"
#include "agent/engine/device_table.h"
#include "agent/engine/failure.h"
#include "agent/engine/reporter.h"
#include "agent/engine/seams.h"
#include "agent/engine/state_store.h"
#include "sekisho/v1/grant.pb.h"
#include "sekisho/v1/local.pb.h"

namespace sekisho::engine {

// The keyboards, pointers and hubs that come up without agent, policy or console. Written down in
// one place (platform::BootRules), by the installation and by `sekisho adopt`.
class Adoption {
 public:
  // All outlive this.
  Adoption(Seams& seams, StateStore& store, Reporter& reporter)
      : seams_(seams), store_(store), reporter_(reporter) {}
  // A list that cannot be read is set aside: nothing is adopted, and the event says so.
  void Load();
  const std::vector<core::AdoptedDevice>& adopted() const { return adopted_; }

  // What could be adopted: input devices that are nothing else besides, and the hubs above them.
  v1::LocalAdoptReply Propose(const DeviceTable& table) const;
  // Adopts these and the hubs above them, durably. The caller reconciles.
  Answer<v1::LocalAdoptReply> Adopt(const DeviceTable& table,
                                    const std::vector<std::string>& handles);

  // ---- By the office's orders (adoption_orders.cc). INVALID_ARGUMENT says why it can never be;
  // the caller reconciles.
  // The device need not be here: it is then let in by agentd when it comes, if it may be adopted at
  // all, and comes up without agentd only from Complete on.
  absl::Status AdoptOrdered(const DeviceTable& table, const v1::GrantedDevice& device);
  absl::Status Abandon(const v1::GrantedDevice& device);
  // Writes down, with the hubs above them, devices that were away when they were ordered.
  void Complete(const DeviceTable& table);

 private:
  bool IsAdopted(const core::Device& device) const;
  Seams& seams_;
  StateStore& store_;
  Reporter& reporter_;
  std::vector<core::AdoptedDevice> adopted_;
  std::vector<platform::BootDevice> boot_devices_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_ADOPTION_H_
