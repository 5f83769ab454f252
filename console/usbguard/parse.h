#ifndef SEKISHO_CONSOLE_USBGUARD_PARSE_H_
#define SEKISHO_CONSOLE_USBGUARD_PARSE_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "console/usbguard/rule.h"

namespace sekisho::console::usbguard {

// Why a line is no rule. USBGuard itself does not start with such a file.
enum class Fault {
  kTarget,         // allow, block or reject is expected
  kAttribute,      // the name of an attribute is expected
  kRepeated,       // this attribute stands in the rule already
  kValue,          // a value of this attribute is expected
  kText,           // a text in double quotes is expected
  kUnclosed,       // the text, set or argument does not end on this line
  kEscape,         // a backslash with something that it cannot escape
  kDeviceId,       // "vvvv:pppp", "vvvv:*" or "*:*" is expected
  kInterfaceType,  // "cc:ss:pp", "cc:ss:*" or "cc:*:*" is expected
  kCondition,      // no condition of this name
  kArgument,       // the condition's argument is not what it takes
  kBlank,          // a blank is expected
  kTooLong,        // the line is longer than kMaxLine
  kTooMany,        // more than kMaxLines lines, or kMaxValues values in a set
};

struct SyntaxError {
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in bytes
  Fault fault = Fault::kTarget;
};

struct ParsedRules {
  std::vector<Line> lines;  // those without an error
  std::vector<SyntaxError> errors;
};

inline constexpr std::size_t kMaxLine = 64 * 1024;
inline constexpr std::size_t kMaxLines = 100'000;
inline constexpr std::size_t kMaxValues = 4096;

// Total: any bytes give a result. One error a line, the first. A line's end may be CR LF.
ParsedRules Parse(std::string_view text);

// "HH:MM", "HH:MM:SS", or two of them with "-" between: seconds since midnight, both inclusive. For
// a single time both are the same. nullopt when it is none, or begins after it ends.
struct DayTimes {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};
std::optional<DayTimes> ParseDayTimes(std::string_view text);

}  // namespace sekisho::console::usbguard

#endif  // SEKISHO_CONSOLE_USBGUARD_PARSE_H_
