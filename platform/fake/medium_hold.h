#ifndef SEKISHO_PLATFORM_FAKE_MEDIUM_HOLD_H_
#define SEKISHO_PLATFORM_FAKE_MEDIUM_HOLD_H_

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "platform/api/medium_hold.h"

namespace sekisho::platform::fake {

// Media that nobody can write to, and some that one can all the same.
class FakeMediumHold : public MediumHold {
 public:
  Result<WriteAttempt> TryToWrite(const MediumNode& node) override {
    if (const int error = Enter("TryToWrite")) return Fail(error, "try " + node.name);
    effects_.push_back("try " + node.name);
    if (leaky_.contains(node.name)) {
      return WriteAttempt{WriteAttempt::End::kWentThrough, "raw: write of 512 bytes", kPid};
    }
    if (refused_) refused_(node, kPid);
    return WriteAttempt{WriteAttempt::End::kRefused, "raw: open for writing: not permitted", kPid};
  }
  static constexpr int kPid = 31337;
  // Runs with each attempt that is refused: where a test lets the guard tell of it.
  void WhenRefused(std::function<void(const MediumNode&, int pid)> refused) {
    refused_ = std::move(refused);
  }
  // Admitting it for reading does not keep it.
  void Leak(const std::string& name) { leaky_.insert(name); }
  void FailNext(std::string_view call, int error) { failures_[std::string(call)] = error; }
  // "try sdb", in order.
  const std::vector<std::string>& effects() const { return effects_; }

 private:
  static Failure Fail(int error, std::string step) {
    return {std::error_code(error, std::generic_category()), std::move(step)};
  }
  int Enter(std::string_view call) {
    const auto found = failures_.find(call);
    if (found == failures_.end()) return 0;
    const int error = found->second;
    failures_.erase(found);
    return error;
  }
  std::function<void(const MediumNode&, int)> refused_;
  std::set<std::string> leaky_;
  std::map<std::string, int, std::less<>> failures_;
  std::vector<std::string> effects_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_MEDIUM_HOLD_H_
