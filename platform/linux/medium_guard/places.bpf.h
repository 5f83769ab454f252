/* Where a device hangs, as place.cc computes it from sysfs. */
#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PLACES_BPF_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_PLACES_BPF_H_

#include "maps.bpf.h"

struct Climb {
  SgU64 device;
  SgU64 hash;
  SgU32 flags; /* kSgOnUsb */
};

static int IsDigit(char c) { return c >= '0' && c <= '9'; }

/* Names that are numbered in the order of discovery say nothing about a place. */
static int IsNumbered(const char *name) {
  if (name[0] == 'h' && name[1] == 'o' && name[2] == 's' && name[3] == 't') return IsDigit(name[4]);
  if (name[0] == 't' && name[1] == 'a' && name[2] == 'r' && name[3] == 'g' && name[4] == 'e' &&
      name[5] == 't')
    return IsDigit(name[6]);
  if (name[0] == 'v' && name[1] == 'i' && name[2] == 'r' && name[3] == 't' && name[4] == 'i' &&
      name[5] == 'o')
    return IsDigit(name[6]);
  if (name[0] == 'n' && name[1] == 'v' && name[2] == 'm' && name[3] == 'e') return IsDigit(name[4]);
  return 0;
}

struct Spelling {
  char name[kSgNameBytes];
  SgU64 whole;
  SgU64 behind_host;
  SgU32 colons;
  SgU32 others; /* neither colon nor digit */
};

static long SpellOne(SgU32 index, struct Spelling *spelling) {
  unsigned char c = spelling->name[index & (kSgNameBytes - 1)];
  if (!c) return 1;
  spelling->whole = (spelling->whole ^ c) * SG_FNV_PRIME;
  if (c == ':') spelling->colons++;
  if (spelling->colons) spelling->behind_host = (spelling->behind_host ^ c) * SG_FNV_PRIME;
  if (c != ':' && !IsDigit(c)) spelling->others++;
  return 0;
}

/* As place.cc: of a SCSI address (0:1:2:3) all but the host's number, else the whole name. Loops
 * are callbacks, which the verifier looks at once. */
static SgU64 HashOfName(struct Spelling *spelling) {
  spelling->whole = SG_FNV_BASIS;
  spelling->behind_host = SG_FNV_BASIS;
  spelling->colons = spelling->others = 0;
  bpf_loop(kSgNameBytes, SpellOne, spelling, 0);
  return !spelling->others && spelling->colons == 3 ? spelling->behind_host : spelling->whole;
}

static long ClimbOne(SgU32 index, struct Climb *climb) {
  struct device *device = (struct device *)climb->device;
  struct Spelling spelling = {};
  if (!device) return 1;
  const char *from = BPF_CORE_READ(device, kobj.name);
  bpf_probe_read_kernel_str(spelling.name, sizeof spelling.name, from);
  if (!IsNumbered(spelling.name))
    climb->hash = (climb->hash ^ HashOfName(&spelling)) * SG_FNV_PRIME;
  if (spelling.name[0] == 'u' && spelling.name[1] == 's' && spelling.name[2] == 'b' &&
      IsDigit(spelling.name[3]))
    climb->flags |= kSgOnUsb;
  climb->device = (SgU64)BPF_CORE_READ(device, parent);
  return 0;
}

/* Of what hangs on `parent`: kSgOwn, kSgOnUsb. */
static SgU32 FlagsOfPlace(struct device *parent, const char *name) {
  struct Climb climb = {(SgU64)parent, SG_FNV_BASIS, 0};
  if (parent) {
    bpf_loop(kSgMostParents, ClimbOne, &climb, 0);
  } else {
    struct Spelling spelling = {};
    __builtin_memcpy(spelling.name, name, sizeof spelling.name);
    climb.hash = (climb.hash ^ SG_NO_PARENT) * SG_FNV_PRIME;
    climb.hash = (climb.hash ^ HashOfName(&spelling)) * SG_FNV_PRIME;
  }
  if (bpf_map_lookup_elem(&places, &climb.hash)) climb.flags |= kSgOwn;
  return climb.flags;
}

#endif
