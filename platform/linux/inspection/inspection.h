#ifndef SEKISHO_PLATFORM_LINUX_INSPECTION_INSPECTION_H_
#define SEKISHO_PLATFORM_LINUX_INSPECTION_INSPECTION_H_

#include <string>

#include "platform/api/machine_facts.h"
#include "platform/linux/inspection/looker.h"

namespace sekisho::platform {

struct InspectionOptions {
  std::string root;             // "": this machine
  std::string console_address;  // numeric, IPv4 or IPv6; "": wherever the default route leads
};

// Looks at this machine, and changes nothing: every call only reads.
MachineFacts Inspect(const InspectionOptions& options);

// Its parts, by what they are about.
void InspectKeyboards(Looker& looker, MachineFacts& facts);
void InspectDisks(Looker& looker, MachineFacts& facts);
void InspectNetwork(Looker& looker, const std::string& console_address, MachineFacts& facts);
void InspectProducts(Looker& looker, MachineFacts& facts);
void InspectPam(Looker& looker, MachineFacts& facts);
void InspectBoot(Looker& looker, MachineFacts& facts);
void InspectHost(Looker& looker, MachineFacts& facts);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_INSPECTION_INSPECTION_H_
