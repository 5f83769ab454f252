#include "console/alarms/channels.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sekisho::console::alarms {

absl::StatusOr<std::string> ReadSecret(const std::string& path) {
  if (path.empty()) return "";
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot read a secret from it"));
  }
  return line;
}

absl::StatusOr<std::vector<std::unique_ptr<Channel>>> MakeChannels(const Settings& settings,
                                                                   const Clock& clock) {
  std::vector<std::unique_ptr<Channel>> channels;
  const auto add = [&](absl::StatusOr<std::unique_ptr<Channel>> made) {
    if (made.ok()) channels.push_back(*std::move(made));
    return made.status();
  };
  absl::Status status = ParseKinds(settings.kinds).status();
  if (status.ok() && !settings.mail_server.empty()) status = add(MakeMail(settings, clock));
  if (status.ok() && !settings.syslog.empty()) status = add(MakeSyslog(settings, clock));
  if (status.ok() && !settings.webhook.empty()) status = add(MakeWebhook(settings));
  if (!status.ok()) return status;
  return channels;
}

}  // namespace sekisho::console::alarms
