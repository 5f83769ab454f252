/* What disks and nodes there are, and what they are made of. */
#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LEARNING_BPF_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_LEARNING_BPF_H_

#include "places.bpf.h"

/* What hangs on nothing and is memory, a file, or made of other disks. All else that hangs on
 * nothing (nbd, rbd, ublk, drbd) brings data from elsewhere, and is as strange as a disk. */
static int IsStacked(const char *name) {
  if (name[0] == 'd' && name[1] == 'm' && name[2] == '-') return 1;
  if (name[0] == 'm' && name[1] == 'd' && (IsDigit(name[2]) || name[2] == '_')) return 1;
  if (name[0] == 'l' && name[1] == 'o' && name[2] == 'o' && name[3] == 'p') return 1;
  if (name[0] == 'z' && name[1] == 'r' && name[2] == 'a' && name[3] == 'm') return 1;
  if (name[0] == 'r' && name[1] == 'a' && name[2] == 'm' && IsDigit(name[3])) return 1;
  if (name[0] == 'b' && name[1] == 'c' && name[2] == 'a' && name[3] == 'c' && name[4] == 'h' &&
      name[5] == 'e')
    return 1;
  return 0;
}

static void LearnDisk(struct gendisk *disk, SgU64 adder) {
  SgU64 key = (SgU64)disk;
  struct block_device *whole = BPF_CORE_READ(disk, part0);
  struct device *parent = BPF_CORE_READ(whole, bd_device.parent);
  char name[kSgNameBytes] = {};
  bpf_probe_read_kernel_str(name, sizeof name,
                            (const char *)disk + bpf_core_field_offset(struct gendisk, disk_name));
  SgU32 flags = kSgAdded | FlagsOfPlace(parent, name);
  if (!parent && IsStacked(name)) flags |= kSgStacked;
  struct SgDisk *known = bpf_map_lookup_elem(&disks, &key);
  if (known) { /* its slaves were there first, or it is shown again */
    known->flags = flags | (known->flags & kSgTooMany);
    known->adder = adder;
    known->number = BPF_CORE_READ(whole, bd_device.devt);
    return;
  }
  struct SgDisk fresh = {.adder = adder, .flags = flags};
  fresh.number = BPF_CORE_READ(whole, bd_device.devt);
  bpf_map_update_elem(&disks, &key, &fresh, BPF_ANY);
}

static void LearnBlock(struct block_device *bdev, SgU32 number, SgU64 adder) {
  struct gendisk *disk = BPF_CORE_READ(bdev, bd_disk);
  SgU64 key = (SgU64)disk;
  if (!disk) return;
  if (BPF_CORE_READ(disk, part0) == bdev || !bpf_map_lookup_elem(&disks, &key)) {
    LearnDisk(disk, adder);
  }
  bpf_map_update_elem(&nodes, &number, &key, BPF_ANY);
}

enum DeviceKind { kElse, kBlock, kCharacter };

/* Which devices reach a medium: by the names of their class or bus. */
static enum DeviceKind KindOf(struct device *device) {
  char name[kSgNameBytes] = {};
  const char *from = BPF_CORE_READ(device, class, name);
  if (!from) from = BPF_CORE_READ(device, bus, name);
  if (!from || bpf_probe_read_kernel_str(name, sizeof name, from) < 0) return kElse;
  if (!__builtin_memcmp(name, "block", 6)) return kBlock;
  if (!__builtin_memcmp(name, "scsi_generic", 13)) return kCharacter;
  if (!__builtin_memcmp(name, "scsi_tape", 10)) return kCharacter;
  if (!__builtin_memcmp(name, "scsi_changer", 13)) return kCharacter;
  if (!__builtin_memcmp(name, "bsg", 4)) return kCharacter;
  if (!__builtin_memcmp(name, "nvme", 5)) return kCharacter;
  if (!__builtin_memcmp(name, "nvme-generic", 13)) return kCharacter;
  if (!__builtin_memcmp(name, "mmc_rpmb", 9)) return kCharacter;
  return kElse;
}

static void LearnCharacter(struct device *device) {
  SgU32 number = BPF_CORE_READ(device, devt);
  struct SgChar seen = {};
  SgU32 major = number >> 20, guarded = 1;
  if (!number) return;
  struct device *parent = BPF_CORE_READ(device, parent);
  const char *from = BPF_CORE_READ(device, kobj.name);
  if (from) bpf_probe_read_kernel_str(seen.name, sizeof seen.name, from);
  seen.flags = parent ? FlagsOfPlace(parent, seen.name) : 0;
  bpf_map_update_elem(&chars, &number, &seen, BPF_ANY);
  bpf_map_update_elem(&majors, &major, &guarded, BPF_ANY);
}

SEC("fentry/bdev_add")
int BPF_PROG(learn_block, struct block_device *bdev, dev_t number) {
  LearnBlock(bdev, number, bpf_get_current_pid_tgid());
  return 0;
}

SEC("fexit/device_add_disk")
int BPF_PROG(added_disk, struct device *parent, struct gendisk *disk) {
  SgU64 key = (SgU64)disk;
  struct SgDisk *known = bpf_map_lookup_elem(&disks, &key);
  if (known) known->adder = 0;
  return 0;
}

static void ForgetDisk(struct gendisk *disk) {
  SgU64 key = (SgU64)disk, sequence = BPF_CORE_READ(disk, diskseq);
  struct SgDisk *known = bpf_map_lookup_elem(&disks, &key);
  if (known) {
    SgU32 number = known->number;
    bpf_map_delete_elem(&nodes, &number);
  }
  bpf_map_delete_elem(&disks, &key);
  bpf_map_delete_elem(&fixed, &key);
  bpf_map_delete_elem(&taught, &key);
  bpf_map_delete_elem(&admissions, &sequence);
}

SEC("fentry/del_gendisk")
int BPF_PROG(forget_disk, struct gendisk *disk) {
  ForgetDisk(disk);
  return 0;
}

/* Once more when it is gone for good: its address can be another disk's after this. */
SEC("fexit/del_gendisk")
int BPF_PROG(forgot_disk, struct gendisk *disk) {
  ForgetDisk(disk);
  return 0;
}

SEC("fentry/device_add")
int BPF_PROG(learn_device, struct device *device) {
  if (KindOf(device) == kCharacter) LearnCharacter(device);
  return 0;
}

SEC("fexit/device_del")
int BPF_PROG(forget_device, struct device *device) {
  SgU32 number = BPF_CORE_READ(device, devt);
  if (number && KindOf(device) == kCharacter) {
    bpf_map_delete_elem(&chars, &number);
    bpf_map_delete_elem(&char_admissions, &number);
  }
  return 0;
}

/* Reading a device's uevent file comes by here: so what was there before is shown. */
SEC("fentry/dev_uevent")
int BPF_PROG(learn_shown, struct kobject *kobj, struct kobj_uevent_env *env) {
  struct device *device =
      (struct device *)((char *)kobj - bpf_core_field_offset(struct device, kobj));
  if (!Setting(kSgSettingTeaching)) return 0;
  switch (KindOf(device)) {
    case kBlock:
      LearnBlock((struct block_device *)((char *)device -
                                         bpf_core_field_offset(struct block_device, bd_device)),
                 BPF_CORE_READ(device, devt), 0);
      break;
    case kCharacter:
      LearnCharacter(device);
      break;
    case kElse:
      break;
  }
  return 0;
}

/* A driver's numbers are guarded before its first device is. */
SEC("fexit/alloc_chrdev_region")
int BPF_PROG(learn_major, dev_t *first, unsigned base, unsigned count, const char *name, int ret) {
  char text[kSgNameBytes] = {};
  SgU32 number = 0, guarded = 1;
  if (ret || bpf_probe_read_kernel_str(text, sizeof text, name) < 0) return 0;
  if (__builtin_memcmp(text, "bsg", 4) && __builtin_memcmp(text, "nvme", 5) &&
      __builtin_memcmp(text, "nvme-generic", 13) && __builtin_memcmp(text, "rpmb", 5))
    return 0;
  bpf_probe_read_kernel(&number, sizeof number, first);
  number >>= 20;
  bpf_map_update_elem(&majors, &number, &guarded, BPF_ANY);
  return 0;
}

/* A slave is never struck off while both are there: what a stacked disk was once made of, it is
 * judged by. So that two versions of this program, side by side in an upgrade, do no harm. */
SEC("fexit/bd_link_disk_holder")
int BPF_PROG(learn_slave, struct block_device *bdev, struct gendisk *holder, int ret) {
  SgU64 key = (SgU64)holder, slave = (SgU64)BPF_CORE_READ(bdev, bd_disk);
  struct SgDisk *known;
  if (ret) return 0;
  known = bpf_map_lookup_elem(&disks, &key);
  if (!known) {
    struct SgDisk fresh = {.flags = kSgStacked};
    bpf_map_update_elem(&disks, &key, &fresh, BPF_NOEXIST);
    known = bpf_map_lookup_elem(&disks, &key);
    if (!known) return 0;
  }
  for (int i = 0; i < kSgMostSlaves; ++i) {
    if (known->slaves[i] == slave) return 0;
    if (known->slaves[i] && bpf_map_lookup_elem(&disks, &known->slaves[i])) continue;
    known->slaves[i] = slave;
    return 0;
  }
  known->flags |= kSgTooMany;
  return 0;
}

/* Given up before it became a disk. */
SEC("fexit/bd_unlink_disk_holder")
int BPF_PROG(forget_slave, struct block_device *bdev, struct gendisk *holder) {
  SgU64 key = (SgU64)holder;
  struct SgDisk *known = bpf_map_lookup_elem(&disks, &key);
  if (known && !(known->flags & kSgAdded)) bpf_map_delete_elem(&disks, &key);
  return 0;
}

#endif
