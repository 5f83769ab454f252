/* Whether a disk or a node is let through, and telling of it when not. */
#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_JUDGING_BPF_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_JUDGING_BPF_H_

#include "maps.bpf.h"

enum { kSgMostJudged = 32 };

struct Judging {
  SgU64 left[kSgMostJudged];
  SgU64 now;
  SgU32 count;
  SgU32 access;
};

static SgU32 AccessOf(const struct SgAdmission *admission, SgU64 now) {
  if (!admission || (admission->deadline && now >= admission->deadline)) return kSgRefused;
  return admission->access;
}

static int LetsThrough(SgU32 flags) {
  return (flags & kSgOwn) || ((flags & kSgOnUsb) && !Setting(kSgSettingUsb));
}

static __always_inline void Push(struct Judging *judging, const SgU64 *slaves) {
  for (int i = 0; i < kSgMostSlaves; ++i) {
    if (!slaves[i]) continue;
    if (judging->count >= kSgMostJudged) {
      judging->access = kSgRefused;
      return;
    }
    judging->left[judging->count & (kSgMostJudged - 1)] = slaves[i];
    judging->count++;
  }
}

static long JudgeOne(SgU32 index, struct Judging *judging) {
  if (!judging->count || judging->access == kSgRefused) return 1;
  judging->count--;
  SgU64 key = judging->left[judging->count & (kSgMostJudged - 1)];
  const struct SgDisk *disk = bpf_map_lookup_elem(&disks, &key);
  if (!disk) {
    /* A slave that is gone has nothing more to read. */
    if (index == 0) judging->access = kSgRefused;
    return 0;
  }
  if (LetsThrough(disk->flags) || bpf_map_lookup_elem(&fixed, &key)) return 0;
  if (disk->flags & kSgTooMany) {
    judging->access = kSgRefused;
    return 1;
  }
  if (disk->flags & kSgStacked) {
    const struct SgSlaves *before = bpf_map_lookup_elem(&taught, &key);
    Push(judging, disk->slaves);
    if (before) Push(judging, before->slaves);
    return 0;
  }
  SgU64 sequence = BPF_CORE_READ((struct gendisk *)key, diskseq);
  SgU32 access = AccessOf(bpf_map_lookup_elem(&admissions, &sequence), judging->now);
  if (access < judging->access) judging->access = access;
  return 0;
}

static SgU32 JudgeDisk(SgU64 disk) {
  struct Judging judging = {.now = bpf_ktime_get_boot_ns(), .count = 1, .access = kSgReadWrite};
  judging.left[0] = disk;
  bpf_loop(2 * kSgMostJudged, JudgeOne, &judging, 0);
  /* Not all looked at: in doubt no. */
  return judging.count && judging.access ? kSgRefused : judging.access;
}

static void Tell(struct SgRefusalKey *key, SgU64 disk, const char *name) {
  SgU64 pid = bpf_get_current_pid_tgid(), now = bpf_ktime_get_boot_ns();
  SgU32 zero = 0;
  struct SgRefusal *told;
  if (key->number == SG_PROBE_NUMBER || Setting(kSgSettingKeeper) == pid >> 32) return;
  bpf_get_current_comm(key->program, sizeof key->program);
  told = bpf_map_lookup_elem(&refusals, key);
  if (told) {
    __sync_fetch_and_add(&told->count, 1);
  } else {
    struct SgRefusal first = {.count = 1, .pid = pid >> 32};
    if (name) {
      bpf_probe_read_kernel_str(first.name, sizeof first.name, name);
    } else if (disk) {
      bpf_probe_read_kernel_str(
          first.name, sizeof first.name,
          (const char *)disk + bpf_core_field_offset(struct gendisk, disk_name));
    }
    /* Full: 256 ways to be refused that nobody collected. */
    bpf_map_update_elem(&refusals, key, &first, BPF_NOEXIST);
  }
  SgU64 *last = bpf_map_lookup_elem(&last_wake, &zero);
  if (last && (!*last || now - *last >= 1000000000ull)) {
    *last = now;
    bpf_ringbuf_output(&wake, &now, sizeof now, 0);
  }
}

/* 0, or what to answer; tells of it then. Where a disk may be read, the wish to write gets EROFS,
 * as from a disk whose own lock is set (drivers/scsi/sd.c, sd_open): whoever can do with reading
 * (mount, udisks, losetup) asks again for that. Commands have no such answer, here or there. */
static int RefuseBlock(SgU32 number, SgU32 wanted, SgU32 operation) {
  SgU64 *disk = bpf_map_lookup_elem(&nodes, &number);
  SgU64 key = disk ? *disk : 0;
  struct SgDisk *known = key ? bpf_map_lookup_elem(&disks, &key) : 0;
  SgU32 uid = bpf_get_current_uid_gid();
  if (!Setting(kSgSettingRefuses)) return 0;
  SgU32 access = known ? JudgeDisk(key) : kSgRefused;
  if (known) {
    if (access >= wanted) return 0;
    /* The kernel reads the partition table of what it finds. */
    if (known->adder && known->adder == bpf_get_current_pid_tgid() && wanted == kSgReadOnly)
      return 0;
  }
  struct SgRefusalKey refusal = {
      .sequence = known ? BPF_CORE_READ((struct gendisk *)key, diskseq) : 0,
      .number = known ? known->number : number,
      .operation = operation,
      .uid = uid,
  };
  Tell(&refusal, known ? key : 0, 0);
  return access == kSgReadOnly && operation != kSgCommand ? -EROFS : -EPERM;
}

static int RefuseCharacter(SgU32 number) {
  SgU32 major = number >> 20;
  SgU32 *guarded = bpf_map_lookup_elem(&majors, &major);
  if (!guarded || !*guarded || !Setting(kSgSettingRefuses)) return 0;
  struct SgChar *known = bpf_map_lookup_elem(&chars, &number);
  if (known && LetsThrough(known->flags)) return 0;
  if (AccessOf(bpf_map_lookup_elem(&char_admissions, &number), bpf_ktime_get_boot_ns()) !=
      kSgRefused)
    return 0;
  struct SgRefusalKey refusal = {
      .number = number, .character = 1, .operation = kSgOpen, .uid = bpf_get_current_uid_gid()};
  Tell(&refusal, 0, known ? known->name : 0);
  return -EPERM;
}

#endif
