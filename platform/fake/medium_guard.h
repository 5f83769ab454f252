#ifndef SEKISHO_PLATFORM_FAKE_MEDIUM_GUARD_H_
#define SEKISHO_PLATFORM_FAKE_MEDIUM_GUARD_H_

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platform/api/medium_guard.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

// A kernel that refuses, with the nodes that a test puts before it. Deadlines end on `clock` alone,
// as the kernel's do.
class FakeMediumGuard : public MediumGuard {
 public:
  struct Admission {
    MediumAccess access = MediumAccess::kReadOnly;
    std::optional<BootTime> deadline;
    friend bool operator==(const Admission&, const Admission&) = default;
  };

  // `clock` outlives this.
  explicit FakeMediumGuard(const Clock& clock, GuardState state = GuardState::kStands)
      : clock_(clock), state_(state) {}

  GuardState State() override { return state_; }
  Result<bool> IsOwn(const MediumNode& node) override;
  Outcome Admit(const MediumNode& node, MediumAccess access,
                std::optional<BootTime> deadline) override;
  Outcome Announce(const MediumNode& node) override;
  Outcome Withdraw(const MediumNode& node) override;
  Outcome Refuse() override;
  Outcome Observe() override;
  Waitable Readable() const override { return readable_.Readable(); }
  std::vector<MediumRefusal> Drain() override;

  // It is there from now on. What had its number before is gone, with what was admitted of it.
  void Appear(const MediumNode& node);
  void AppearOwn(const MediumNode& node);
  void Disappear(const MediumNode& node);
  // As it finds the kernel the next time: root removed the pins, or the kernel has no BPF LSM.
  void SetState(GuardState state) { state_ = state; }
  // The next call of that name ("IsOwn", "Admit", "Withdraw", "Refuse", "Observe") fails so.
  void FailNext(std::string_view call, int error) { failures_[std::string(call)] = error; }

  // Runs once, at the start of the next Admit: where the kernel finds another medium in the drive.
  void BeforeNextAdmit(std::function<void()> interference) {
    before_admit_ = std::move(interference);
  }

  // Somebody tries. Whether it went through; if not, it can be drained.
  bool Try(const MediumNode& node, MediumRefusal::Operation operation, int pid = 4711,
           unsigned uid = 0, std::string program = "dd");
  // Without one if it was never admitted, was withdrawn, went away, or its deadline has passed.
  std::optional<Admission> Admitted(const MediumNode& node) const;
  // Whether the kernel would open it now.
  bool WouldOpen(const MediumNode& node, MediumAccess access) const;
  // What the guard was told and did, in order: "admit sdb read-only", "admit sdb read-write until
  // 12000 ms", "withdraw sdb", "refuse", "observe". Failed calls are not in it.
  const std::vector<std::string>& effects() const { return effects_; }
  void ForgetEffects() { effects_.clear(); }

 private:
  using Number = std::pair<MediumNode::Kind, std::pair<unsigned, unsigned>>;
  struct Present {
    MediumNode node;
    bool own = false;
    std::optional<Admission> admission;
  };
  static Number NumberOf(const MediumNode& node) { return {node.kind, {node.major, node.minor}}; }
  // The planned failure, or that nothing is in place.
  std::optional<Failure> Enter(std::string_view call);
  // Null when its number is another's or nobody's.
  const Present* At(const MediumNode& node) const;

  const Clock& clock_;
  GuardState state_;
  std::map<Number, Present> present_;
  std::deque<MediumRefusal> refusals_;
  std::map<std::string, int, std::less<>> failures_;
  std::function<void()> before_admit_;
  std::vector<std::string> effects_;
  SignalFlag readable_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_MEDIUM_GUARD_H_
