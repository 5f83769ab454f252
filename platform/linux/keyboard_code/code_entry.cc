#include "platform/linux/keyboard_code/code_entry.h"

#include <linux/input-event-codes.h>

#include <optional>

namespace sekisho::platform {
namespace {

constexpr std::size_t kMaxTyped = 2 * kCodeDigits;

std::optional<char> DigitOf(unsigned key) {
  if (key >= KEY_1 && key <= KEY_9) return static_cast<char>('1' + (key - KEY_1));
  switch (key) {
    case KEY_0:
    case KEY_KP0:
      return '0';
    case KEY_KP1:
      return '1';
    case KEY_KP2:
      return '2';
    case KEY_KP3:
      return '3';
    case KEY_KP4:
      return '4';
    case KEY_KP5:
      return '5';
    case KEY_KP6:
      return '6';
    case KEY_KP7:
      return '7';
    case KEY_KP8:
      return '8';
    case KEY_KP9:
      return '9';
    default:
      return std::nullopt;
  }
}

}  // namespace

CodeEntry::State CodeEntry::Press(unsigned key) {
  if (state_ != State::kTyping) return state_;
  if (const std::optional<char> digit = DigitOf(key)) {
    if (typed_.size() < kMaxTyped) typed_ += *digit;
  } else if (key == KEY_BACKSPACE) {
    if (!typed_.empty()) typed_.pop_back();
  } else if ((key == KEY_ENTER || key == KEY_KPENTER) && !typed_.empty()) {
    return Judge();
  }
  return state_;
}

CodeEntry::State CodeEntry::Judge() {
  ++attempts_;
  if (typed_ == code_) {
    state_ = State::kRight;
  } else if (attempts_ == kCodeAttempts) {
    state_ = State::kWrong;
  }
  typed_.clear();
  return state_;
}

}  // namespace sekisho::platform
