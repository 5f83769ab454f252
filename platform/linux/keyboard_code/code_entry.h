#ifndef SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_ENTRY_H_
#define SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_ENTRY_H_

#include <cstddef>
#include <string>

namespace sekisho::platform {

inline constexpr std::size_t kCodeDigits = 8;
inline constexpr unsigned kCodeAttempts = 3;

// A person types a code. Pure: keys in, verdict out.
class CodeEntry {
 public:
  explicit CodeEntry(std::string code) : code_(std::move(code)) {}

  enum class State { kTyping, kRight, kWrong };
  // A key went down, by its number in linux/input-event-codes.h: the digits of either block, which
  // are the same whatever the layout and Num Lock say, Backspace and Enter. Others do nothing, nor
  // does an Enter before the first digit, nor anything after the verdict.
  State Press(unsigned key);

  State state() const { return state_; }
  // Digits that stand there now, at most 16.
  std::size_t typed() const { return typed_.size(); }
  // Codes that were typed.
  unsigned attempts() const { return attempts_; }

 private:
  State Judge();
  const std::string code_;
  std::string typed_;
  unsigned attempts_ = 0;
  State state_ = State::kTyping;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_KEYBOARD_CODE_CODE_ENTRY_H_
