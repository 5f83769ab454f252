#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_OWN_DISKS_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_OWN_DISKS_H_

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "platform/api/result.h"
#include "platform/linux/medium_guard/place.h"

namespace sekisho::platform {

// Where the machine's own disks are looked for; tests have their own.
struct MachinePaths {
  std::string sysfs = "/sys";
  std::string proc = "/proc";
  std::string fstab = "/etc/fstab";
  std::string crypttab = "/etc/crypttab";
  std::string dev = "/dev";
  std::string own_disks = "/etc/sekisho/own-disks";
};

// "sda" of 8:1, resolved through sysfs; ENOENT when there is no such disk.
Result<std::string> DiskOf(const MachinePaths& paths, dev_t number);

// The disks that a block device is made of in the end, through partitions, device-mapper and md
// ("sda", "nvme0n1"); itself when it is made of nothing, none when it is memory or a file.
Result<std::set<std::string>> DisksBeneath(const MachinePaths& paths, const std::string& disk);

// The disks without which the machine stops: beneath / and beneath swap that is in use. Never
// empty: fails with ENODATA when / lies on no block device (network, memory).
Result<std::set<std::string>> RunningDisks(const MachinePaths& paths);

// The place of a disk by its name.
Result<Place> PlaceOfDisk(const MachinePaths& paths, const std::string& disk);

// Why a disk's place is not one of the machine's own unless somebody says so, or nothing: what is
// there can be pulled out.
enum class Pullable { kNo, kUsb, kOptical, kCard, kRemovable, kNumbered };
Pullable HowPullable(const MachinePaths& paths, const std::string& disk);

// What fstab and crypttab name, and is here now.
struct OwnPlaces {
  std::vector<Place> places;
  // Left out, "sdb (USB)"; for who asked.
  std::vector<std::string> left_out;
};
OwnPlaces PlacesOfTables(const MachinePaths& paths);

// The record, "sekisho-own-disks 1" and a place a line; lines that begin with # are comments. What
// is not exactly that holds nothing. Each the other's inverse but for the comments.
std::string WriteOwnDisks(const std::vector<Place>& places);
std::vector<Place> ParseOwnDisks(std::string_view text);
// None when there is no file.
std::vector<Place> RecordedPlaces(const MachinePaths& paths);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_OWN_DISKS_H_
