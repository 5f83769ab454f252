#include <algorithm>
#include <ctime>

#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {

void InspectHost(Looker& looker, MachineFacts& facts) {
  if (const std::optional<std::string> modules = looker.Text("/sys/kernel/security/lsm")) {
    const std::string list = "," + *modules + ",";
    facts.bpf_lsm = list.find(",bpf,") != std::string::npos ? MachineFacts::BpfLsm::kActive
                                                            : MachineFacts::BpfLsm::kMissing;
  } else {
    looker.Unseen("/sys/kernel/security/lsm");
  }
  if (looker.Exists("/sys/class/tpm/tpm0")) {
    facts.tpm = looker.Text("/sys/class/tpm/tpm0/tpm_version_major") == "2"
                    ? MachineFacts::Tpm::kVersion2
                    : MachineFacts::Tpm::kVersion1;
  }
  facts.clock.now = std::chrono::sys_seconds(std::chrono::seconds(std::time(nullptr)));
  for (const char* path : {"/var/lib/dpkg/status", "/var/lib/systemd/timesync/clock"}) {
    const std::optional<Looker::Status> status = looker.Stat(path);
    if (!status) continue;
    facts.clock.not_before = std::max(
        facts.clock.not_before, std::chrono::sys_seconds(std::chrono::seconds(status->modified)));
  }
  const bool kept = looker.Exists("/run/systemd/timesync/synchronized") || looker.Runs("chronyd") ||
                    looker.Runs("ntpd");
  facts.clock.kept = kept ? ClockFacts::Kept::kByNetwork : ClockFacts::Kept::kByNobody;
  facts.serial = looker.Text("/sys/class/dmi/id/product_serial");
  // A machine without DMI has no number at all.
  if (!looker.Exists("/sys/class/dmi/id/product_serial")) facts.serial = "";
}

MachineFacts Inspect(const InspectionOptions& options) {
  Looker looker(options.root);
  MachineFacts facts;
  InspectKeyboards(looker, facts);
  InspectDisks(looker, facts);
  InspectNetwork(looker, options.console_address, facts);
  InspectProducts(looker, facts);
  InspectPam(looker, facts);
  InspectBoot(looker, facts);
  InspectHost(looker, facts);
  facts.unseen = looker.TakeUnseen();
  return facts;
}

}  // namespace sekisho::platform
