#include "agent/barrier/close_medium.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <vector>

namespace sekisho::barrier {
namespace {

using platform::Closure;
using platform::Holder;
using platform::Media;
using platform::OpenDevice;
using platform::Outcome;
using platform::Result;
using std::chrono::milliseconds;

constexpr milliseconds kFirstStep{50};
constexpr milliseconds kGrace{1000};
constexpr milliseconds kKillBound{2000};
constexpr milliseconds kFlushBound{5000};

int CodeOf(const platform::Failure& failure) { return failure.code.value(); }

// Nothing at the device itself says whether it is open.
bool IsByMedia(const platform::DeviceFacts& facts) {
  return facts.attachment &&
         facts.attachment->control == platform::AttachmentFacts::Control::kMedia;
}

class Closing {
 public:
  Closing(const ClosingParts& parts, const OpenDevice& device, Closure closure)
      : parts_(parts), device_(device), closure_(std::move(closure)) {}

  Closure Run() {
    bool gone = EndHolders();
    Note("flushed", parts_.media.Flush(device_, kFlushBound));
    Outcome unmounted = parts_.media.Unmount(device_);
    if (!unmounted.ok() && CodeOf(unmounted.failure()) == EBUSY) {
      gone = EndHolders();  // whoever came in between
      unmounted = parts_.media.Unmount(device_);
    }
    Note("unmounted", unmounted);
    const bool shut = Shut();
    // A file system that somebody mounted just before has lost its disk now.
    if (Outcome again = parts_.media.Unmount(device_); !again.ok()) Note("unmounted", again);
    if (!shut || !gone) CutPort();
    closure_.at = parts_.clock.Now();
    return std::move(closure_);
  }

 private:
  void Note(const char* step, const Outcome& outcome) {
    if (outcome.ok()) {
      closure_.done.emplace_back(step);
    } else {
      closure_.failed.push_back(std::string(step) + ": " + outcome.failure().ToString());
    }
  }

  std::vector<Holder> Holders() {
    Result<std::vector<Holder>> holders = parts_.media.Holders(device_);
    if (holders.ok()) return std::move(*holders);
    closure_.failed.push_back("holders: " + holders.failure().ToString());
    return {};
  }

  // True when nobody holds it any more.
  bool EndHolders() {
    for (const auto& [force, bound] :
         {std::pair{Media::Force::kAsk, kGrace}, std::pair{Media::Force::kKill, kKillBound}}) {
      std::vector<Holder> holders = Holders();
      if (holders.empty()) return true;
      for (const Holder& holder : holders) {
        if (std::ranges::none_of(closure_.ended, [&](const Holder& known) {
              return known.pid == holder.pid && known.started == holder.started;
            })) {
          closure_.ended.push_back(holder);
        }
        const Outcome ended = parts_.media.End(holder, force);
        if (!ended.ok() && CodeOf(ended.failure()) != ESRCH) Note("ended", ended);
      }
      // Looking costs a walk over every process: less and less often.
      milliseconds step = kFirstStep;
      for (milliseconds waited{0}; waited < bound; waited += step, step *= 2) {
        parts_.pause(std::min(step, bound - waited));
        if (Holders().empty()) return true;
      }
    }
    return false;
  }

  // True when the kernel says that it is shut, or it is gone.
  bool Shut() {
    const Outcome shut = parts_.enforcer.Deauthorise(device_);
    if (!shut.ok() && CodeOf(shut.failure()) == ENODEV) return true;
    Note("deauthorised", shut);
    const Result<platform::DeviceFacts> now = parts_.devices.Read(device_);
    // Its deadline stands in the kernel, which lets nobody open it any more.
    if (now.ok() && IsByMedia(*now)) return shut.ok();
    return now.ok() ? !now->authorised : CodeOf(now.failure()) == ENODEV;
  }

  void CutPort() {
    const Outcome cut = parts_.enforcer.CutPort(device_);
    if (!cut.ok() && CodeOf(cut.failure()) == ENODEV) return;
    Note("cut", cut);
  }

  const ClosingParts& parts_;
  const OpenDevice& device_;
  Closure closure_;
};

}  // namespace

Result<std::optional<Closure>> CloseMedium(const ClosingParts& parts,
                                           const platform::OpenedDevice& opened) {
  Result<std::unique_ptr<OpenDevice>> device = parts.devices.Open(opened.port_path);
  if (!device.ok()) {
    if (CodeOf(device.failure()) == ENOENT) return std::optional<Closure>();
    return device.failure();
  }
  const Result<platform::DeviceFacts> facts = parts.devices.Read(**device);
  if (!facts.ok()) {
    if (CodeOf(facts.failure()) == ENODEV) return std::optional<Closure>();
    return facts.failure();
  }
  if (!facts->authorised || parts.fingerprint(facts->descriptors) != opened.fingerprint_hex) {
    return std::optional<Closure>();
  }
  Closure closure;
  closure.opened = opened;
  return std::optional(Closing(parts, **device, std::move(closure)).Run());
}

}  // namespace sekisho::barrier
