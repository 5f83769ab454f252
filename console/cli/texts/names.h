#ifndef SEKISHO_CONSOLE_CLI_TEXTS_NAMES_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "console/cli/texts/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace sekisho::console::cli {

// What a person reads for a value of any enum of sekisho.v1, e.g. "USB storage" / "USB記憶装置".
// A value that this program does not know (a newer console's) is its number, never an error.
std::string NameOf(const google::protobuf::EnumDescriptor& type, int value, Language language);

template <typename Enum>
std::string NameOf(Enum value, Language language) {
  return NameOf(*google::protobuf::GetEnumDescriptor<Enum>(), static_cast<int>(value), language);
}

// Whether the catalogue has a name of its own for the value (what its test asks).
bool HasName(const google::protobuf::EnumValueDescriptor& value);

// What is typed for a value: its proto name without the enum's prefix, lower case, with hyphens:
// DEVICE_BLOCKED of EventKind is "device-blocked". Without the zero value.
std::vector<std::string> WordsOf(const google::protobuf::EnumDescriptor& type);

// The value for a word; also takes the proto's own spelling (EVENT_KIND_DEVICE_BLOCKED).
// INVALID_ARGUMENT names the nearest word, and all of them.
absl::StatusOr<int> ParseWord(const google::protobuf::EnumDescriptor& type, std::string_view word,
                              Language language);

// A code that agents write into an event's parameters (a cause such as "expired" or
// "bad_signature", "yes", "no") as a person reads it; unknown codes as they are.
std::string CauseName(std::string_view code, Language language);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_NAMES_H_
