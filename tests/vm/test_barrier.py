"""The deny stands before udev and without a daemon: on a terminal with the agent's package.

Each refusal has its control arm in test_lab.py.
"""

import unittest

from lab import keys, layers
from lab.deadline import holds_for, wait_until
from lab.testcase import TerminalTest


class WithTheAgentInstalled(TerminalTest):
    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)

    def test_a_plugged_stick_is_refused_and_no_disk_appears(self):
        self.bench.plug("usb-storage", serial="REFUSED-1")
        path = self.wait_for_usb("REFUSED-1")
        self.assert_no_disk_appears(10)
        self.assertEqual(self.root(f"cat {path}/authorized"), "0")

    def test_a_stick_plugged_while_agentd_is_killed_is_refused(self):
        self.root("""systemctl mask --runtime --now sekisho-agentd.service
            ! pgrep -x sekisho-agentd""")
        self.bench.plug("usb-storage", serial="REFUSED-2")
        self.wait_for_usb("REFUSED-2")
        self.assert_no_disk_appears(10)

    def test_a_phone_is_refused_and_not_given_to_the_person_at_the_seat(self):
        self.bench.plug("usb-mtp", serial="PHONE-1")
        path = self.wait_for_usb("PHONE-1")
        self.assertEqual(self.root(f"cat {path}/authorized"), "0")
        node = self.root(f'printf "/dev/bus/usb/%03d/%03d" $(cat {path}/busnum {path}/devnum)')
        self.root("udevadm settle")
        opened = self.seat(f"exec 3<>{node}")
        self.assertFalse(opened.ok, opened)

    def test_the_adopted_keyboard_types(self):
        self.type_line_and_wait()

    def test_after_a_restart_the_keyboard_types_and_a_stick_that_was_left_in_is_refused(self):
        self.bench.plug("usb-storage", serial="LEFT-IN")
        self.wait_for_usb("LEFT-IN")
        self.machine.reboot()
        self.assertIn("usbcore.authorized_default=0", self.root("cat /proc/cmdline"))
        self.wait_for_usb("LEFT-IN")
        holds_for("no block device appears", lambda: not self.block_devices(), 5)
        self.assertEqual(self.root("dmesg | grep -c 'Attached SCSI' || true"), "0")
        self.type_line_and_wait()

    def type_line_and_wait(self):
        keys.type_text(self.machine.qmp, "echo still-typing >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the line ran", lambda: self.root(typed) == "still-typing", 60)


if __name__ == "__main__":
    unittest.main(verbosity=2)
