#ifndef SEKISHO_PLATFORM_FAKE_KEYBOARD_CODE_H_
#define SEKISHO_PLATFORM_FAKE_KEYBOARD_CODE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/keyboard_code.h"

namespace sekisho::platform::fake {

// A screen on which a test types. It knows whether somebody could have seen what was let go of.
class FakeKeyboardCode : public KeyboardCode {
 public:
  OtherKeyboards Others() override { return others_; }
  std::unique_ptr<Round> Begin(const OpenDevice& device, Steps steps) override {
    asked_.push_back(device.PortPath());
    steps_ = std::move(steps);
    return std::make_unique<TakenScreen>(*this);
  }
  void GiveBackScreen() override { log_.push_back("screen given back"); }

  // ---- For tests. Nothing happens when no round is under way.
  void Show() {
    if (const auto shown = steps_.shown) shown();
  }
  void Judge(Verdict verdict, unsigned attempts) {
    if (const auto judged = steps_.judged) judged(verdict, attempts);
  }
  void Fail(int error) {
    if (const auto failed = steps_.failed) {
      failed({std::error_code(error, std::generic_category()), "show a code"});
    }
  }
  void Have(OtherKeyboards others) { others_ = others; }
  bool UnderWay() const { return steps_.shown != nullptr; }
  // Ports, in the order of the rounds.
  const std::vector<std::string>& asked() const { return asked_; }
  const std::vector<std::string>& log() const { return log_; }
  // Called as each round ends: what the device is like at that moment.
  void WhenLetGo(std::function<void()> let_go) { let_go_ = std::move(let_go); }

 private:
  class TakenScreen : public Round {
   public:
    explicit TakenScreen(FakeKeyboardCode& owner) : owner_(owner) {}
    ~TakenScreen() override {
      owner_.steps_ = {};
      if (owner_.let_go_) owner_.let_go_();
    }

   private:
    FakeKeyboardCode& owner_;
  };

  OtherKeyboards others_ = OtherKeyboards::kNone;
  Steps steps_;
  std::vector<std::string> asked_;
  std::vector<std::string> log_;
  std::function<void()> let_go_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_KEYBOARD_CODE_H_
