/* The few fields of the kernel's structures that the guard reads. Where they are in the running
 * kernel is found at loading (CO-RE, by the kernel's BTF), so the order here means nothing. */
#ifndef SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_KERNEL_TYPES_H_
#define SEKISHO_PLATFORM_LINUX_MEDIUM_GUARD_KERNEL_TYPES_H_

typedef unsigned int dev_t;
typedef unsigned short umode_t;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct kobject {
  const char *name;
};
struct class {
  const char *name;
};
struct bus_type {
  const char *name;
};
struct device {
  struct kobject kobj;
  struct device *parent;
  struct bus_type *bus;
  dev_t devt;
  struct class *class;
};
struct gendisk;
struct block_device {
  dev_t bd_dev;
  struct device bd_device;
  struct gendisk *bd_disk;
};
struct gendisk {
  char disk_name[32];
  struct block_device *part0;
  unsigned long long diskseq;
};
struct inode {
  umode_t i_mode;
  dev_t i_rdev;
};
struct file {
  struct inode *f_inode;
  unsigned int f_mode;
};
struct super_block {
  unsigned long s_flags;
  struct block_device *s_bdev;
};
struct fs_context;
struct kobj_uevent_env;

#pragma clang attribute pop

/* Of the kernel's own headers only what a program may call, which libbpf's helpers want first. */
#include <linux/bpf.h>

#endif
