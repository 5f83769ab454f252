#ifndef SEKISHO_CONSOLE_USBGUARD_CONDITIONS_H_
#define SEKISHO_CONSOLE_USBGUARD_CONDITIONS_H_

#include <optional>
#include <string>
#include <vector>

#include "console/usbguard/rule.h"
#include "console/usbguard/translate.h"

namespace sekisho::console::usbguard {

// Whether what a rule asks can be asked here.
enum class Carried {
  kAlways,  // it holds for every device: nothing to ask
  kNever,   // it holds for none
  kLines,   // as written
  kLost,    // it cannot, or not exactly
};

struct Asked {
  Carried carried = Carried::kAlways;
  std::string key{};        // of `match`
  std::string value{};      // YAML, on one line
  Note note = Note::kHash;  // with kLost
  // With kLost: what asks at most as much, and so blocks at least what it did; empty: nothing.
  std::string wider{};
  std::optional<Note> remark{};
};

// "…", with YAML's escapes.
std::string Quoted(const std::string& text);

Asked Ask(const Values<DeviceId>& ids);
Asked Ask(const Values<InterfaceType>& types);
// `one` is the key that takes one text as it is, empty when there is none; `many` takes patterns.
Asked AskTexts(const Values<std::string>& texts, const std::string& one, const std::string& many);
// Which minutes a time that begins or ends within one holds for.
enum class Rounding { kInward, kOutward };
Asked Ask(const Values<Condition>& conditions, Rounding rounding);

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_CONDITIONS_H_
