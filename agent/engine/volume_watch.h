#ifndef SEKISHO_AGENT_ENGINE_VOLUME_WATCH_H_
#define SEKISHO_AGENT_ENGINE_VOLUME_WATCH_H_

#include <functional>
#include <memory>

#include "agent/engine/device_table.h"
#include "agent/engine/grant_book.h"
#include "agent/engine/seams.h"

namespace sekisho::engine {

// Counts what is written under grants that bound it, by the kernel's own count of what reached the
// medium: programs, file systems and raw writes alike, open files too. Looks each second while such
// a grant has its device, and not at all without one; how far over the bound that can run is said
// in docs/decisions/0030-volume-of-a-grant.md.
class VolumeWatch {
 public:
  // All outlive this. `used_up` is called when something is due to end, after the count was written
  // down; that may be at the end of a reconciliation, which it must not begin anew.
  VolumeWatch(const Seams& seams, GrantBook& grants, DeviceTable& table,
              std::function<void()> used_up)
      : seams_(seams), grants_(grants), table_(table), used_up_(std::move(used_up)) {}

  // After each reconciliation.
  void Look();

 private:
  // Whether there is something to look at again.
  bool Count();

  const Seams& seams_;
  GrantBook& grants_;
  DeviceTable& table_;
  std::function<void()> used_up_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_VOLUME_WATCH_H_
