"""Removing the package gives the machine back as it was."""

import unittest

from faults import FaultTest, wait_until


class Purged(FaultTest):
    def test_purging_the_package_opens_the_machine_now_and_after_a_restart(self):
        self.root("DEBIAN_FRONTEND=noninteractive dpkg --purge sekisho-agent 2>&1", 900)
        self.bench.plug("usb-storage", serial="FREE-1")
        wait_until("the stick is a disk", lambda: self.disk_of("FREE-1"), 60)
        self.machine.reboot()
        self.assertNotIn("authorized_default", self.root("cat /proc/cmdline"))
        self.assertEqual(self.root("cat /sys/module/usbcore/parameters/authorized_default"), "-1")
        wait_until("the stick is a disk", lambda: self.disk_of("FREE-1"), 60)
        left = self.root("""find / -xdev \\( -path /root -o -path /proc -o -path /var/lib/dpkg \\
            -o -path /var/log \\) -prune -o -iname '*sekisho*' -print
            getent passwd sekisho-link sekisho-probe sekisho-hash || true
            lsinitramfs /boot/initrd.img-* | grep -i sekisho || true""", 120)
        self.assertEqual(left, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
