#include "agent/engine/volume_watch.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sekisho::engine {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

// Of a counter that began anew when it is less than it was: another disk.
std::uint64_t Since(std::uint64_t before, std::uint64_t now) {
  return now >= before ? now - before : now;
}

}  // namespace

void VolumeWatch::Look() {
  // One that runs already goes on: reconciliations that come faster must not put it off.
  if (!Count()) return alarm_.reset();
  if (alarm_ != nullptr) return;
  alarm_ = seams_.loop.At(seams_.clock.Now() + kBetweenLooks, [this] {
    alarm_.reset();
    Look();
  });
}

bool VolumeWatch::Count() {
  bool open = false;
  bool used_up = false;
  std::vector<std::string> ids;
  for (const core::Grant& grant : grants_.grants()) {
    if (grant.claims.max_written != 0 && !grant.end && !grant.active_port.empty()) {
      ids.push_back(grant.claims.grant_id);
    }
  }
  for (const std::string& id : ids) {
    const core::Grant& grant = *grants_.Find(id);
    const DeviceEntry* entry = table_.Find(grant.active_port);
    if (entry == nullptr) continue;
    open = true;
    const platform::Result<std::uint64_t> now = seams_.media.Written(*entry->held);
    // What cannot be counted is looked at again: a device that goes takes its count with it.
    if (!now.ok()) continue;
    // At its opening the medium may have a past: a disk that is not USB has been there before.
    const std::uint64_t more = grant.counted ? Since(*grant.counted, *now) : 0;
    if (grant.counted != *now) (void)grants_.SetWritten(id, grant.written + more, *now);
    used_up = used_up || grant.written >= grant.claims.max_written;
  }
  if (used_up) used_up_();
  return open;
}

}  // namespace sekisho::engine
