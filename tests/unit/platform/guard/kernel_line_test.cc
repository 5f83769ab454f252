#include "platform/linux/guard/kernel_line.h"

#include <gtest/gtest.h>

namespace sekisho::platform {
namespace {

constexpr char kMenu[] =
    "menuentry 'Debian' {\n"
    "\tlinux\t/boot/vmlinuz-6.1 root=UUID=x ro  quiet usbcore.authorized_default=0\n"
    "\tinitrd\t/boot/initrd.img-6.1\n}\n"
    "menuentry 'old' {\n\tlinux /boot/vmlinuz-6.0 root=UUID=x ro quiet $vt_handoff\n}\n";

struct Case {
  const char* line;
  MenuHas has;
};

class KernelLine : public testing::TestWithParam<Case> {};

TEST_P(KernelLine, IsFoundInTheMenuOrNot) {
  EXPECT_EQ(FindInMenu(kMenu, GetParam().line), GetParam().has) << GetParam().line;
}

INSTANTIATE_TEST_SUITE_P(
    FindInMenu, KernelLine,
    testing::Values(
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=x ro quiet usbcore.authorized_default=0",
             MenuHas::kIt},
        Case{"BOOT_IMAGE=(hd0,msdos1)/boot/vmlinuz-6.1 ro root=UUID=x usbcore.authorized_default=0 "
             "quiet",
             MenuHas::kIt},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.0 root=UUID=x ro quiet", MenuHas::kIt},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.0 root=UUID=x ro quiet vt.handoff=7", MenuHas::kIt},
        // Edited at GRUB's prompt: a word more, a word less, another value, twice the same.
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.0 root=UUID=x ro quiet init=/bin/sh", MenuHas::kNot},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=x ro quiet usbcore.authorized_default=0 "
             "init=/bin/sh",
             MenuHas::kNot},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=x ro quiet", MenuHas::kNot},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=x ro quiet usbcore.authorized_default=1",
             MenuHas::kNot},
        Case{"BOOT_IMAGE=/boot/vmlinuz-6.1 root=UUID=x ro quiet usbcore.authorized_default=0 "
             "usbcore.authorized_default=0",
             MenuHas::kNot},
        Case{"BOOT_IMAGE=/boot/other root=UUID=x ro quiet", MenuHas::kNot},
        Case{"", MenuHas::kNot}));

}  // namespace
}  // namespace sekisho::platform
