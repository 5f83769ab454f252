#include "agent/engine/protections.h"

#include <algorithm>
#include <utility>

#include "agent/core/reconcile.h"

namespace sekisho::engine {
namespace {

using platform::BootImage;
using platform::ProbeAttempt;
using platform::ProbeEnd;

v1::ProbeResult ToProto(ProbeEnd end) {
  switch (end) {
    case ProbeEnd::kHolds:
      return v1::PROBE_RESULT_HOLDS;
    case ProbeEnd::kUntried:
      return v1::PROBE_RESULT_UNTRIED;
    case ProbeEnd::kOpen:
      return v1::PROBE_RESULT_OPEN;
  }
  return v1::PROBE_RESULT_UNTRIED;
}

}  // namespace

void Protections::Try() {
  // Whoever undoes a trial opens what would look loose.
  mode_.Refresh();
  std::vector<v1::Probe> tried;
  bool loose = false;
  for (const ProbeAttempt& attempt : TryBarrier()) {
    tried.push_back(ProbeOf(attempt));
    if (attempt.end != ProbeEnd::kOpen) continue;
    loose = true;
    if (WasOpen(attempt.name)) continue;
    v1::Event event = EventOf(v1::EVENT_KIND_BARRIER_LOOSE);
    AddParameter(event, "what", attempt.name);
    AddParameter(event, "detail", attempt.detail);
    (void)reporter_.Record(std::move(event));
  }
  tried.push_back(ProbeOf(TryRecording()));
  for (const ProbeAttempt& attempt : TryBootImage()) tried.push_back(ProbeOf(attempt));
  // Each was told as an event of its own (agent/engine/login_ways_watch.h).
  if (const std::optional<ProbeAttempt> logins = logins_()) tried.push_back(ProbeOf(*logins));
  tried_ = std::move(tried);
  // Whoever loosened it: closed again at once, and told of above.
  if (!loose) return;
  (void)seams_.enforcer.DenyNewDevices();
  for (const platform::PartlyOpen& each : InPart()) {
    (void)seams_.enforcer.ShutNewInterfaces(*each.device);
  }
}

std::vector<platform::PartlyOpen> Protections::InPart() const {
  std::vector<platform::PartlyOpen> partly;
  for (const auto& [port_path, entry] : control_.table().entries()) {
    if (entry.handling == Handling::kSettled && !entry.verdict.shut_interfaces.empty() &&
        entry.enforced == core::Authorisation::kAuthorised) {
      partly.push_back({entry.held.get(), entry.verdict.shut_interfaces});
    }
  }
  return partly;
}

std::vector<ProbeAttempt> Protections::TryBarrier() {
  if (!mode_.Refuses()) {
    return {{"usb.new-device", ProbeEnd::kUntried, "only observing: nothing is refused"}};
  }
  std::vector<const platform::OpenDevice*> refused;
  for (const auto& [port_path, entry] : control_.table().entries()) {
    if (entry.device.bus == core::Bus::kUsb && entry.handling == Handling::kSettled &&
        entry.verdict.action == core::Action::kBlock && entry.asking != Asking::kAskedOpen &&
        entry.enforced == core::Authorisation::kUnauthorised) {
      refused.push_back(entry.held.get());
    }
  }
  return seams_.probes.Try(refused, InPart());
}

ProbeAttempt Protections::TryRecording() {
  const absl::Status durable = reporter_.Probe();
  return {"state.durable", durable.ok() ? ProbeEnd::kHolds : ProbeEnd::kOpen,
          std::string(durable.message())};
}

std::vector<ProbeAttempt> Protections::TryBootImage() {
  const BootImage image = mode_.Image();
  switch (image.state) {
    case BootImage::State::kStale:
      return {{"boot.image", ProbeEnd::kOpen, image.detail}};
    case BootImage::State::kCarried:
      if (mode_.Next().mode == platform::BootMode::kObserve) return {};
      return {{"boot.image", ProbeEnd::kHolds, image.detail}};
    case BootImage::State::kCarrying:
      return {};  // a matter of minutes, and then one of the two
  }
  return {};
}

bool Protections::WasOpen(const std::string& name) const {
  return std::ranges::any_of(tried_, [&](const v1::Probe& each) {
    return each.name() == name && each.result() == v1::PROBE_RESULT_OPEN;
  });
}

v1::Probe Protections::ProbeOf(const ProbeAttempt& attempt) const {
  v1::Probe probe;
  probe.set_name(attempt.name);
  probe.set_result(ToProto(attempt.end));
  probe.set_detail(attempt.detail);
  probe.set_boottime_ns(static_cast<std::uint64_t>(seams_.clock.Now().count()));
  return probe;
}

}  // namespace sekisho::engine
