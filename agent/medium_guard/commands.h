#ifndef SEKISHO_AGENT_MEDIUM_GUARD_COMMANDS_H_
#define SEKISHO_AGENT_MEDIUM_GUARD_COMMANDS_H_

#include <string>

namespace sekisho::medium_guard {

// What a command ends with; documented in --help and sekisho-medium-guard(8).
enum class Exit {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,
  kOpen = 4,  // the guard does not stand, and should
};

// Loads and pins it, in the mode of this boot.
Exit Load();
Exit Unload();
Exit ShowStatus();
enum class Mode { kRefuse, kObserve };
Exit SetMode(Mode mode);

// The machine's own disks: those it runs on now, and the places on record.
Exit ShowOwnDisks();
// Writes the places of the disks that fstab and crypttab name, beside those on record.
Exit RecordTables();
// Adds the place of the disk that a device node ("/dev/sdb1") is on.
Exit AddOwnDisk(const std::string& node);

}  // namespace sekisho::medium_guard

#endif  // SEKISHO_AGENT_MEDIUM_GUARD_COMMANDS_H_
