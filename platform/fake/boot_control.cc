#include "platform/fake/boot_control.h"

#include <utility>

namespace sekisho::platform::fake {

Outcome FakeBootControl::SetNext(const NextBoot& next) {
  if (const int error = std::exchange(error_, 0)) {
    return Failure{std::error_code(error, std::generic_category()), "write the mode"};
  }
  ++sets_;
  next_ = next;
  if (now_.mode == BootMode::kTrial && next.mode == BootMode::kEnforce) {
    now_.mode = BootMode::kEnforce;
  }
  if (now_.mode != BootMode::kRescue && next.mode == BootMode::kObserve) {
    now_.mode = BootMode::kObserve;
  }
  return Done{};
}

void FakeBootControl::Boot() {
  now_ = ThisBoot{next_.mode, {}, ""};
  if (next_.mode == BootMode::kTrial) now_.trial_deadline = next_.trial;
}

void FakeBootControl::BootRescue() { now_ = ThisBoot{BootMode::kRescue, {}, ""}; }

void FakeBootControl::Undo(std::string where) {
  now_.mode = BootMode::kObserve;
  now_.undone = std::move(where);
  next_.mode = BootMode::kObserve;
}

}  // namespace sekisho::platform::fake
