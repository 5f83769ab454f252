#ifndef SEKISHO_CONSOLE_CLI_RENDER_DESCRIBE_H_
#define SEKISHO_CONSOLE_CLI_RENDER_DESCRIBE_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "console/cli/texts/text.h"
#include "sekisho/v1/device.pb.h"
#include "sekisho/v1/event.pb.h"
#include "sekisho/v1/event_service.pb.h"

namespace sekisho::console::cli {

// Lower-case hexadecimal of the first bytes of a fingerprint: what --device takes.
std::string ShortFingerprint(std::string_view fingerprint);
// The first group of a UUID: what `grants …` takes.
std::string ShortId(std::string_view id);

// "SanDisk Ultra 0781:5581 (storage), serial 4C53…, at port 2-1.4".
std::string DescribeDevice(const v1::Device& device, Language language);
// "SanDisk Ultra 0781:5581 (storage)": where a table has no more room.
std::string DescribeDeviceBriefly(const v1::Device& device, Language language);
// "no rule allows it (policy 3); nearest rule "registered", not matched on serial". The device
// tells what the interfaces are that it keeps shut.
std::string DescribeVerdict(const v1::Verdict& verdict, const v1::Device& device,
                            Language language);
// "hanako (1042)", staff id in brackets, or the uid when the name is not known.
std::string DescribePerson(const v1::Person& person);

// Who, what and why, without when and where: one line, printable.
std::string DescribeEvent(const v1::Event& event, Language language);

// One line of `events`: when (the terminal's clock; console's arrival added when they differ by
// more than two minutes, so that a late or a lying clock shows), where, kind, DescribeEvent().
struct EventLine {
  std::string when;
  std::string where;
  std::string kind;
  std::string what;
};
EventLine DescribeStoredEvent(const v1::StoredEvent& stored, Language language,
                              absl::TimeZone zone);
// The four in columns; the terminal padded to at least `where_columns`.
std::string WriteEventLine(const EventLine& line, int where_columns);

}  // namespace sekisho::console::cli

#endif  // SEKISHO_CONSOLE_CLI_RENDER_DESCRIBE_H_
