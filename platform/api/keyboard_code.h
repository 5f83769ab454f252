#ifndef SEKISHO_PLATFORM_API_KEYBOARD_CODE_H_
#define SEKISHO_PLATFORM_API_KEYBOARD_CODE_H_

#include <functional>
#include <memory>

#include "platform/api/devices.h"
#include "platform/api/result.h"

namespace sekisho::platform {

// Asks whoever sits at the terminal to type, on a keyboard that nobody knows, a code that only the
// screen shows. What pretends to be a keyboard cannot see the screen.
class KeyboardCode {
 public:
  // A screen that is taken, and the keys of one device. Destroying it lets go of both: what the
  // device types from then on arrives where it would, so shut it before unless it was right.
  class Round {
   public:
    virtual ~Round() = default;
  };
  enum class Verdict {
    kRight,
    kWrong,  // three times
    kLate,   // two minutes are over
  };
  // All on the loop's thread, none from within Begin.
  struct Steps {
    // The code can be read, and what is typed reaches nothing: the device may be let in now.
    std::function<void()> shown;
    // `attempts`: codes that were typed, 0 to 3. After `shown`, once; the round holds on.
    std::function<void(Verdict verdict, unsigned attempts)> judged;
    // There will be no verdict: no screen to be had (before `shown`), or whoever asked has died.
    std::function<void(const Failure& failure)> failed;
  };

  virtual ~KeyboardCode() = default;
  // Whether there is something to type on that the USB authorisation has no say in: PS/2, a
  // laptop's own, Bluetooth.
  enum class OtherKeyboards { kNone, kSome };
  virtual OtherKeyboards Others() = 0;
  // One round at a time (EALREADY, through `failed`). The steps may destroy the round.
  virtual std::unique_ptr<Round> Begin(const OpenDevice& device, Steps steps) = 0;
  // The screen of a round whose agentd has died; nothing when there is none.
  virtual void GiveBackScreen() = 0;
};

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_API_KEYBOARD_CODE_H_
