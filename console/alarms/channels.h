#ifndef SEKISHO_CONSOLE_ALARMS_CHANNELS_H_
#define SEKISHO_CONSOLE_ALARMS_CHANNELS_H_

#include <memory>
#include <string>

#include "console/alarms/channel.h"

// The three there are.
namespace sekisho::console::alarms {

absl::StatusOr<std::unique_ptr<Channel>> MakeMail(const Settings& settings, const Clock& clock);
absl::StatusOr<std::unique_ptr<Channel>> MakeSyslog(const Settings& settings, const Clock& clock);
absl::StatusOr<std::unique_ptr<Channel>> MakeWebhook(const Settings& settings);

// The first line of a file of secrets; empty for no file.
absl::StatusOr<std::string> ReadSecret(const std::string& path);

}  // namespace sekisho::console::alarms

#endif  // SEKISHO_CONSOLE_ALARMS_CHANNELS_H_
