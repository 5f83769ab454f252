#include "agent/barrier/boot_control.h"

#include "platform/linux/run_program.h"

namespace sekisho::barrier {
namespace {

constexpr const char* kSystemctl = "/bin/systemctl";

}  // namespace

platform::LinuxBootControl BootControlOf(platform::Files& files) {
  return platform::LinuxBootControl(files, [] {
    return platform::RunProgram({kSystemctl, "--no-block", "start", platform::kBootImageUnit});
  });
}

platform::Outcome LetAgentNotice() {
  return platform::RunProgram({kSystemctl, "--no-block", "try-restart", "sekisho-agentd.service"});
}

}  // namespace sekisho::barrier
