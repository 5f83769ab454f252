#include "platform/fake/media.h"

#include <utility>

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

}  // namespace

int FakeMedia::TakeFailure(std::string_view call) {
  const auto found = failures_.find(call);
  if (found == failures_.end()) return 0;
  const int error = found->second;
  failures_.erase(found);
  return error;
}

Result<std::vector<Holder>> FakeMedia::Holders(const OpenDevice& device) {
  if (const int error = TakeFailure("Holders")) return Fail(error, "holders");
  std::vector<Holder> holders;
  for (const auto& [pid, held] : held_) {
    if (held.port_path == device.PortPath()) holders.push_back(held.holder);
  }
  return holders;
}

Outcome FakeMedia::End(const Holder& holder, Force force) {
  effects_.push_back("end " + std::to_string(holder.pid) +
                     (force == Force::kKill ? " kill" : " ask"));
  if (const int error = TakeFailure("End")) return Fail(error, "end");
  const auto found = held_.find(holder.pid);
  if (found == held_.end()) return Fail(ESRCH, "end " + std::to_string(holder.pid));
  const Manners manners = found->second.manners;
  if (manners == Manners::kPolite || (manners == Manners::kStubborn && force == Force::kKill)) {
    held_.erase(found);
  }
  return Done{};
}

Outcome FakeMedia::Flush(const OpenDevice& device, std::chrono::milliseconds bound) {
  effects_.push_back("flush " + device.PortPath());
  if (const int error = TakeFailure("Flush")) return Fail(error, "flush " + device.PortPath());
  return Done{};
}

Outcome FakeMedia::Unmount(const OpenDevice& device) {
  effects_.push_back("unmount " + device.PortPath());
  if (const int error = TakeFailure("Unmount")) return Fail(error, "unmount " + device.PortPath());
  mounted_.erase(device.PortPath());
  return Done{};
}

Result<std::uint64_t> FakeMedia::Written(const OpenDevice& device) {
  if (const int error = TakeFailure("Written")) return Fail(error, "written");
  const auto found = written_.find(device.PortPath());
  return found == written_.end() ? std::uint64_t{0} : found->second;
}

void FakeMedia::Hold(const std::string& port_path, Holder holder, Manners manners) {
  const int pid = holder.pid;
  held_[pid] = Held{port_path, std::move(holder), manners};
}

void FakeMedia::LetGo(int pid) { held_.erase(pid); }

Outcome FakeBackstop::Arm(const OpenedDevice& opened, BootTime deadline) {
  if (const int error = std::exchange(error_, 0)) return Fail(error, "arm " + opened.grant_id);
  armed_[opened.grant_id] = {opened, deadline};
  return Done{};
}

Outcome FakeBackstop::Disarm(const std::string& grant_id) {
  armed_.erase(grant_id);
  return Done{};
}

Outcome FakeBackstop::ForgetClosure(const std::string& grant_id) {
  std::erase_if(closures_,
                [&](const Closure& closure) { return closure.opened.grant_id == grant_id; });
  return Done{};
}

Outcome FakeBootRules::Install(const std::vector<BootDevice>& devices) {
  if (const int error = std::exchange(error_, 0)) return Fail(error, "install boot rules");
  installed_ = devices;
  return Done{};
}

std::vector<ProbeAttempt> FakeProbes::Try(std::span<const OpenDevice* const> refused,
                                          std::span<const PartlyOpen> partly) {
  refused_.clear();
  for (const OpenDevice* each : refused) refused_.push_back(each->PortPath());
  std::vector<ProbeAttempt> attempts;
  for (const auto& [name, attempt] : attempts_) attempts.push_back(attempt);
  return attempts;
}

void FakeProbes::Set(const ProbeAttempt& attempt) { attempts_[attempt.name] = attempt; }

}  // namespace sekisho::platform::fake
