/* The maps, pinned each under its name. */
#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_MAPS_BPF_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_MAPS_BPF_H_

/* libbpf's helpers use the types and include nothing. */
// clang-format off
#include "kernel_types.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_tracing.h>
#include "layout.h"
// clang-format on

#define EPERM 1
#define EROFS 30
#define S_IFMT 00170000
#define S_IFBLK 0060000
#define S_IFCHR 0020000
#define FMODE_WRITE 2u
#define SB_RDONLY 1ul
#define SG_MAP(kind, map_name, key_type, value_type, most) \
  struct {                                                 \
    __uint(type, kind);                                    \
    __uint(max_entries, most);                             \
    __type(key, key_type);                                 \
    __type(value, value_type);                             \
  } map_name SEC(".maps")

SG_MAP(BPF_MAP_TYPE_ARRAY, settings, SgU32, SgU32, kSgSettings);
SG_MAP(BPF_MAP_TYPE_HASH, nodes, SgU32, SgU64, 16384);
SG_MAP(BPF_MAP_TYPE_HASH, disks, SgU64, struct SgDisk, 4096);
SG_MAP(BPF_MAP_TYPE_HASH, fixed, SgU64, SgU32, 256);
SG_MAP(BPF_MAP_TYPE_HASH, taught, SgU64, struct SgSlaves, 512);
SG_MAP(BPF_MAP_TYPE_HASH, admissions, SgU64, struct SgAdmission, 1024);
SG_MAP(BPF_MAP_TYPE_HASH, chars, SgU32, struct SgChar, 4096);
SG_MAP(BPF_MAP_TYPE_HASH, char_admissions, SgU32, struct SgAdmission, 1024);
SG_MAP(BPF_MAP_TYPE_ARRAY, majors, SgU32, SgU32, kSgMajors);
SG_MAP(BPF_MAP_TYPE_HASH, places, SgU64, SgU32, 256);
SG_MAP(BPF_MAP_TYPE_HASH, mounting, SgU64, SgU32, 1024);
SG_MAP(BPF_MAP_TYPE_HASH, refusals, struct SgRefusalKey, struct SgRefusal, 256);
SG_MAP(BPF_MAP_TYPE_ARRAY, last_wake, SgU32, SgU64, 1);
struct {
  __uint(type, BPF_MAP_TYPE_RINGBUF);
  __uint(max_entries, 4096);
} wake SEC(".maps");

static SgU32 Setting(SgU32 index) {
  SgU32 *value = bpf_map_lookup_elem(&settings, &index);
  return value ? *value : 0;
}

#endif
