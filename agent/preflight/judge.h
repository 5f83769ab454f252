#ifndef SEKISHO_AGENT_PREFLIGHT_JUDGE_H_
#define SEKISHO_AGENT_PREFLIGHT_JUDGE_H_

#include <string>
#include <vector>

#include "platform/api/machine_facts.h"

namespace sekisho::preflight {

enum class Severity {
  kBreaks,     // people, or the machine, would stop working
  kStaysOpen,  // Sekisho would not close it
  kNote,       // to be known
};

enum class FindingId {
  kKeyboardNone,
  kKeyboardNotAdoptable,
  kKeyboardBluetooth,
  kDiskPassphraseUnreachable,
  kNetworkUsb,
  kSystemOnUsb,
  kUsbguardRunning,
  kGnomeUsbProtection,
  kBootFull,
  kBootReadOnly,
  kInitramfsOther,
  kBootLoaderPassword,
  kBootLoaderOther,
  kBootLoaderSeveral,
  kBootMenuWritable,
  kBpfLsmMissing,
  kThunderboltOpen,
  kDiskPassphrase,
  kKeyboardUsbOnly,
  kKeyboardSingle,
  kNetworkWireless,
  kNetworkNone,
  kPamEdited,
  kUsbguardInstalled,
  kBoltInstalled,
  kFileWatchers,
  kTpmNone,
  kClockDoubtful,
  kSerialUseless,
  kUnseen,
};

struct Finding {
  FindingId id;
  std::vector<std::string> seen;  // names as the machine has them; in no language
  friend bool operator==(const Finding&, const Finding&) = default;
};

// Pure. What would break first, then what would stay open, then what is to be known.
std::vector<Finding> Judge(const platform::MachineFacts& facts);

// Of the worst: 0 nothing found, 1 notes only, 3 something stays open, 4 something breaks.
int ExitStatusOf(const std::vector<Finding>& findings);

}  // namespace sekisho::preflight

#endif  // SEKISHO_AGENT_PREFLIGHT_JUDGE_H_
