#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LAYOUT_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LAYOUT_H_

/* What the guard in the kernel (C) and those who speak with it (C++) agree on: the maps' keys and
 * values. A change of any of them is a new kSgLayout: maps of another layout are never shared. */

#ifdef __cplusplus
#include <cstdint>
using SgU32 = std::uint32_t;
using SgU64 = std::uint64_t;
#else
typedef unsigned int SgU32;
typedef unsigned long long SgU64;
#endif

enum {
  kSgLayout = 1,
  kSgMostSlaves = 8,   /* of one stacked disk; more, and it is refused */
  kSgMostParents = 16, /* of one device, up to the machine itself */
  kSgNameBytes = 32,   /* the kernel's own DISK_NAME_LEN */
  kSgMajors = 4096,
};

/* Indices of the map "settings", each a u32 of its own, so that nobody writes another's. */
enum SgSetting {
  kSgSettingLayout = 0,
  kSgSettingRefuses = 1,
  kSgSettingTeaching = 2, /* who reads a device's uevent file now shows it to the guard */
  kSgSettingKeeper =
      3, /* process (tgid) that may set a disk read-only; its own tries are not told */
  /* Disks on USB are judged too. Not before somebody admits those that USB authorisation let in. */
  kSgSettingUsb = 4,
  kSgSettings = 5,
};

enum SgAccess { kSgRefused = 0, kSgReadOnly = 1, kSgReadWrite = 2 };
enum SgOperation { kSgOpen = 0, kSgWrite = 1, kSgMount = 2, kSgCommand = 3 };

/* Numbers are the kernel's own: major << 20 | minor. This one no disk can have: the extended minors
 * begin at 0 and the lowest free one is taken. */
#define SG_NUMBER(major, minor) ((SgU32)(major) << 20 | (SgU32)(minor))
#define SG_PROBE_NUMBER SG_NUMBER(259, 0xfffff)

/* Map "disks": by the address of the kernel's gendisk, which is a name and is never followed
 * without a check. */
enum SgDiskFlag {
  kSgOwn = 1,     /* it sits in one of the machine's own places */
  kSgStacked = 2, /* memory, a file, or made of other disks: as good as those */
  kSgTooMany = 4, /* slaves that found no room */
  kSgAdded = 8,
  kSgOnUsb = 16,
};
struct SgDisk {
  SgU64 adder; /* the task that is adding it, which reads its partition table; then 0 */
  SgU32 flags;
  SgU32 number;
  SgU64 slaves[kSgMostSlaves];
};

/* Map "taught": what a stacked disk of before the guard is made of. */
struct SgSlaves {
  SgU64 slaves[kSgMostSlaves];
};

/* Maps "admissions" (by diskseq) and "char_admissions" (by number). */
struct SgAdmission {
  SgU64 deadline; /* CLOCK_BOOTTIME, ns; 0: none */
  SgU32 access;
  SgU32 unused;
};

/* Map "chars": by number. */
struct SgChar {
  SgU32 flags; /* kSgOwn, kSgOnUsb */
  char name[kSgNameBytes];
};

/* Map "refusals". */
struct SgRefusalKey {
  SgU64 sequence; /* 0 for a character device */
  SgU32 number;   /* of the whole disk */
  SgU32 character;
  SgU32 operation;
  SgU32 uid;
  char program[16]; /* udev tries every disk: who else did must not be lost behind it */
};
struct SgRefusal {
  SgU64 count;
  SgU32 pid; /* of the first */
  SgU32 unused;
  char name[kSgNameBytes];
};

/* Map "places": FNV-1a hashes; see place.h. */
#define SG_FNV_BASIS 0xcbf29ce484222325ull
#define SG_FNV_PRIME 0x100000001b3ull
#define SG_NO_PARENT 0x76697274ull /* mixed in when a disk hangs on nothing */

#endif /* SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LAYOUT_H_ */
