#include "platform/linux/backstop.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>

#include "platform/linux/closure_record.h"
#include "platform/linux/descriptor_fd.h"
#include "platform/linux/systemd_manager.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kSuffix = ".closure";

std::string UnitPrefix(const std::string& grant_id) { return "sekisho-backstop-" + grant_id + "-"; }

}  // namespace

Outcome SystemdBackstop::Arm(const OpenedDevice& opened, BootTime deadline) {
  if (!IsGrantId(opened.grant_id)) return MakeFailure(EINVAL, "arm the backstop");
  // The deadline is in the name: arming again for another one starts the new timer before the old
  // one goes, so that there is always one.
  const std::string name = UnitPrefix(opened.grant_id) + std::to_string(deadline.count());
  const std::vector<std::string> command = {"/usr/lib/sekisho/sekisho-barrier",
                                            "close",
                                            "--grant",
                                            opened.grant_id,
                                            "--port",
                                            opened.port_path,
                                            "--fingerprint",
                                            opened.fingerprint_hex,
                                            "--deadline",
                                            std::to_string(deadline.count())};
  const std::string description = "Shut " + opened.port_path + " when its grant ends";
  const BootTime after = deadline - clock_.Now();
  Outcome started = StartTransientTimer(name, description, after, Wake::kWakeSystem, command);
  if (!started.ok() && started.failure().code.value() != EEXIST) {
    // A machine without a clock that can wake it: the time it sleeps has nobody at it either.
    started = StartTransientTimer(name, description, after, Wake::kLetSleep, command);
  }
  if (!started.ok() && started.failure().code.value() != EEXIST) return started;
  return StopUnits(UnitPrefix(opened.grant_id) + "*.timer", name + ".timer");
}

Outcome SystemdBackstop::Disarm(const std::string& grant_id) {
  if (!IsGrantId(grant_id)) return MakeFailure(EINVAL, "disarm the backstop");
  return StopUnits(UnitPrefix(grant_id) + "*.timer", "");
}

Result<std::vector<Closure>> SystemdBackstop::Closures() {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(closures_.c_str()), closedir);
  if (!directory) {
    if (errno == ENOENT) return std::vector<Closure>();
    return LastFailure("list " + closures_);
  }
  std::vector<Closure> closures;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (!name.ends_with(kSuffix)) continue;
    Result<std::string> text =
        ReadTextAt(dirfd(directory.get()), std::string(name), kMaxClosureBytes);
    if (!text.ok()) continue;
    std::optional<Closure> closure = ParseClosure(*text + "\n");
    if (closure && closure->opened.grant_id + std::string(kSuffix) == name) {
      closures.push_back(std::move(*closure));
    }
  }
  std::ranges::sort(closures, {}, &Closure::at);
  return closures;
}

Outcome SystemdBackstop::ForgetClosure(const std::string& grant_id) {
  if (!IsGrantId(grant_id)) return MakeFailure(EINVAL, "forget a closure");
  const std::string path = closures_ + "/" + grant_id + std::string(kSuffix);
  if (unlink(path.c_str()) != 0 && errno != ENOENT) return LastFailure("unlink " + path);
  return Done{};
}

}  // namespace sekisho::platform
