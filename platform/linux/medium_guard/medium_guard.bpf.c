/* The guard in the kernel: nothing but the machine's own disks, and what a verdict admitted, is
 * opened or mounted. Its programs and maps are pinned in bpffs, so they need no process.
 *
 * The words: docs/decisions/0020. What is looked at where:
 *   learning   bdev_add, device_add_disk, device_add, alloc_chrdev_region, bd_link_disk_holder, and
 *              dev_uevent while somebody teaches
 *   forgetting del_gendisk, device_del, bd_unlink_disk_holder
 *   refusing   file_open, sb_kern_mount, sb_remount, file_ioctl, and the root cgroup's device
 * check, which alone sees what the kernel opens for a task (device-mapper, md, btrfs)
 */
#include "judging.bpf.h"
#include "learning.bpf.h"

/* bpf_ktime_get_boot_ns and bpf_probe_read_kernel are for GPL-compatible programs only, and the
 * kernel loads no other LSM program. This file may be used under either licence. */
char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("lsm/file_open")
int BPF_PROG(refuse_open, struct file *file, int ret) {
  umode_t type = file->f_inode->i_mode & S_IFMT;
  if (ret) return ret;
  if (type == S_IFBLK) {
    if (file->f_mode & FMODE_WRITE)
      return RefuseBlock(file->f_inode->i_rdev, kSgReadWrite, kSgWrite);
    return RefuseBlock(file->f_inode->i_rdev, kSgReadOnly, kSgOpen);
  }
  if (type == S_IFCHR) return RefuseCharacter(file->f_inode->i_rdev);
  return 0;
}

SEC("lsm/sb_kern_mount")
int BPF_PROG(refuse_mount, struct super_block *super, int ret) {
  struct block_device *bdev = super->s_bdev;
  if (ret || !bdev) return ret;
  return RefuseBlock(bdev->bd_dev, super->s_flags & SB_RDONLY ? kSgReadOnly : kSgReadWrite,
                     kSgMount);
}

/* From here the wish cannot be seen. What is mounted for writing may always become read-only. */
SEC("lsm/sb_remount")
int BPF_PROG(refuse_remount, struct super_block *super, void *options, int ret) {
  struct block_device *bdev = super->s_bdev;
  if (ret || !bdev || !(super->s_flags & SB_RDONLY)) return ret;
  return RefuseBlock(bdev->bd_dev, kSgReadWrite, kSgWrite);
}

/* Where a disk is admitted for reading, only these go through; all others may write, or speak to
 * the drive in its own language. */
static int OnlyReads(unsigned command) {
  switch (command) {
    case 0x1260:     /* BLKGETSIZE */
    case 0x1261:     /* BLKFLSBUF */
    case 0x1262:     /* BLKRASET */
    case 0x1263:     /* BLKRAGET */
    case 0x1264:     /* BLKFRASET */
    case 0x1265:     /* BLKFRAGET */
    case 0x1267:     /* BLKSECTGET */
    case 0x1268:     /* BLKSSZGET */
    case 0x125e:     /* BLKROGET */
    case 0x125f:     /* BLKRRPART */
    case 0x1269:     /* BLKPG: the kernel's idea of the partitions */
    case 0x1278:     /* BLKIOMIN */
    case 0x1279:     /* BLKIOOPT */
    case 0x127a:     /* BLKALIGNOFF */
    case 0x127b:     /* BLKPBSZGET */
    case 0x127c:     /* BLKDISCARDZEROES */
    case 0x127e:     /* BLKROTATIONAL */
    case 0x80081270: /* BLKBSZGET */
    case 0x40081271: /* BLKBSZSET */
    case 0x80081272: /* BLKGETSIZE64 */
    case 0x80081280: /* BLKGETDISKSEQ */
    case 0x80041270:
    case 0x40041271:
    case 0x80041272: /* the same from 32-bit programs */
    case 0x80041284: /* BLKGETZONESZ */
    case 0x80041285: /* BLKGETNRZONES */
    case 0xc0101282: /* BLKREPORTZONE */
    case 0x0301:     /* HDIO_GETGEO */
    case 0x5382:     /* SCSI_IOCTL_GET_IDLUN */
    case 0x5386:     /* SCSI_IOCTL_GET_BUS_NUMBER */
    case 0x2282:     /* SG_GET_VERSION_NUM */
      return 1;
    default:
      break;
  }
  /* Those of cdrom(4), but for CDROM_SEND_PACKET and what writes a DVD-RAM's keys. */
  return command >= 0x5301 && command <= 0x5395 && command != 0x5393 && command != 0x5390;
}

static int RefuseCommand(struct file *file, unsigned command) {
  struct inode *inode = file->f_inode;
  if ((inode->i_mode & S_IFMT) != S_IFBLK || OnlyReads(command)) return 0;
  /* BLKROSET, by who admits. */
  if (command == 0x125d && Setting(kSgSettingKeeper) == bpf_get_current_pid_tgid() >> 32) return 0;
  return RefuseBlock(inode->i_rdev, kSgReadWrite, kSgCommand);
}

SEC("lsm/file_ioctl")
int BPF_PROG(refuse_command, struct file *file, unsigned command, unsigned long argument, int ret) {
  return ret ? ret : RefuseCommand(file, command);
}

/* A hook of its own since 6.1.76; where it is missing, the one above sees these too. */
SEC("?lsm/file_ioctl_compat")
int BPF_PROG(refuse_compat_command, struct file *file, unsigned command, unsigned long argument,
             int ret) {
  return ret ? ret : RefuseCommand(file, command);
}

/* Between these, what the kernel opens for the task is for a mount. */
SEC("fentry/vfs_get_tree")
int BPF_PROG(begin_mount, struct fs_context *context) {
  SgU64 task = bpf_get_current_pid_tgid();
  SgU32 yes = 1;
  bpf_map_update_elem(&mounting, &task, &yes, BPF_ANY);
  return 0;
}

SEC("fexit/vfs_get_tree")
int BPF_PROG(end_mount, struct fs_context *context) {
  SgU64 task = bpf_get_current_pid_tgid();
  bpf_map_delete_elem(&mounting, &task);
  return 0;
}

/* Attached to the root cgroup, above every task. 1 is yes; 0 is EPERM, or what was set before. */
SEC("cgroup/dev")
int refuse_inside(struct bpf_cgroup_dev_ctx *context) {
  SgU32 type = context->access_type & 0xffff, access = context->access_type >> 16;
  SgU64 task = bpf_get_current_pid_tgid();
  SgU32 number = context->major << 20 | context->minor;
  SgU32 writes = access & BPF_DEVCG_ACC_WRITE;
  if (type != BPF_DEVCG_DEV_BLOCK || !(access & (BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE)))
    return 1;
  SgU32 operation = bpf_map_lookup_elem(&mounting, &task) ? kSgMount : writes ? kSgWrite : kSgOpen;
  int refused = RefuseBlock(number, writes ? kSgReadWrite : kSgReadOnly, operation);
  if (refused) bpf_set_retval(refused);
  return refused == 0;
}
