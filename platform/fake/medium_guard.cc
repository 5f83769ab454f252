#include "platform/fake/medium_guard.h"

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

// The kernel's ring is bounded; like ones are counted together and need no room.
constexpr std::size_t kMostRefusals = 256;

// A mount is tried to write first, and commands may.
bool Writes(MediumRefusal::Operation operation) {
  return operation != MediumRefusal::Operation::kOpen;
}

}  // namespace

Result<bool> FakeMediumGuard::IsOwn(const MediumNode& node) {
  if (const auto found = failures_.find("IsOwn"); found != failures_.end()) {
    const int error = found->second;
    failures_.erase(found);
    return Fail(error, "IsOwn");
  }
  const Present* present = At(node);
  if (present == nullptr) return Fail(ENODEV, "own " + node.name);
  return present->own;
}

Outcome FakeMediumGuard::Admit(const MediumNode& node, MediumAccess access,
                               std::optional<BootTime> deadline) {
  if (auto interference = std::exchange(before_admit_, nullptr)) interference();
  if (auto failure = Enter("Admit")) return *failure;
  const auto found = present_.find(NumberOf(node));
  if (found == present_.end() || found->second.node.sequence != node.sequence) {
    return Fail(ENODEV, "admit " + node.name);
  }
  found->second.admission = Admission{access, deadline};
  std::string effect =
      "admit " + node.name + (access == MediumAccess::kReadOnly ? " read-only" : " read-write");
  if (deadline) {
    const auto until = std::chrono::duration_cast<std::chrono::milliseconds>(*deadline);
    effect += " until " + std::to_string(until.count()) + " ms";
  }
  effects_.push_back(std::move(effect));
  return Done{};
}

Outcome FakeMediumGuard::Announce(const MediumNode& node) {
  if (auto failure = Enter("Announce")) return *failure;
  if (At(node) == nullptr) return Fail(ENODEV, "announce " + node.name);
  effects_.push_back("announce " + node.name);
  return Done{};
}

Outcome FakeMediumGuard::Withdraw(const MediumNode& node) {
  if (auto failure = Enter("Withdraw")) return *failure;
  const auto found = present_.find(NumberOf(node));
  if (found != present_.end() && found->second.node.sequence == node.sequence) {
    found->second.admission.reset();
  }
  effects_.push_back("withdraw " + node.name);
  return Done{};
}

Outcome FakeMediumGuard::Refuse() {
  if (auto failure = Enter("Refuse")) return *failure;
  state_ = GuardState::kStands;
  effects_.emplace_back("refuse");
  return Done{};
}

Outcome FakeMediumGuard::Observe() {
  if (auto failure = Enter("Observe")) return *failure;
  state_ = GuardState::kObserves;
  effects_.emplace_back("observe");
  return Done{};
}

std::vector<MediumRefusal> FakeMediumGuard::Drain() {
  readable_.Lower();
  std::vector<MediumRefusal> refusals(refusals_.begin(), refusals_.end());
  refusals_.clear();
  return refusals;
}

void FakeMediumGuard::Appear(const MediumNode& node) {
  present_[NumberOf(node)] = Present{node, false, std::nullopt};
}

void FakeMediumGuard::AppearOwn(const MediumNode& node) {
  present_[NumberOf(node)] = Present{node, true, std::nullopt};
}

void FakeMediumGuard::Disappear(const MediumNode& node) { present_.erase(NumberOf(node)); }

bool FakeMediumGuard::Try(const MediumNode& node, MediumRefusal::Operation operation, int pid,
                          unsigned uid, std::string program) {
  if (WouldOpen(node, Writes(operation) ? MediumAccess::kReadWrite : MediumAccess::kReadOnly)) {
    return true;
  }
  const auto like = std::ranges::find_if(refusals_, [&](const MediumRefusal& told) {
    return told.operation == operation && told.node == node && told.pid == pid;
  });
  if (like != refusals_.end()) {
    ++like->count;
  } else if (refusals_.size() < kMostRefusals) {
    refusals_.push_back({operation, node, pid, uid, std::move(program), 1});
  }
  readable_.Raise();
  return false;
}

std::optional<FakeMediumGuard::Admission> FakeMediumGuard::Admitted(const MediumNode& node) const {
  const Present* present = At(node);
  if (present == nullptr || !present->admission) return std::nullopt;
  const std::optional<BootTime>& deadline = present->admission->deadline;
  if (deadline && *deadline <= clock_.Now()) return std::nullopt;
  return present->admission;
}

bool FakeMediumGuard::WouldOpen(const MediumNode& node, MediumAccess access) const {
  if (state_ != GuardState::kStands) return true;
  const Present* present = At(node);
  if (present != nullptr && present->own) return true;
  const std::optional<Admission> admission = Admitted(node);
  return admission &&
         (access == MediumAccess::kReadOnly || admission->access == MediumAccess::kReadWrite);
}

std::optional<Failure> FakeMediumGuard::Enter(std::string_view call) {
  if (const auto found = failures_.find(call); found != failures_.end()) {
    const int error = found->second;
    failures_.erase(found);
    return Fail(error, std::string(call));
  }
  if (state_ == GuardState::kUnsupported) return Fail(ENOTSUP, std::string(call));
  if (state_ == GuardState::kMissing) return Fail(ENOENT, std::string(call));
  return std::nullopt;
}

const FakeMediumGuard::Present* FakeMediumGuard::At(const MediumNode& node) const {
  const auto found = present_.find(NumberOf(node));
  if (found == present_.end() || found->second.node.sequence != node.sequence) return nullptr;
  return &found->second;
}

}  // namespace sekisho::platform::fake
