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

    def test_a_second_keyboard_is_refused_and_what_it_types_goes_nowhere(self):
        self.bench.plug("usb-kbd")  # QEMU sends what is typed to the newest keyboard
        wait_until("the kernel knows it", lambda: len(self.keyboards()) == 2, 30)
        keys.type_text(self.machine.qmp, "echo injected >injected.txt\n")
        injected = "ls /home/hanako/injected.txt 2>/dev/null || true"
        holds_for("nothing was typed", lambda: not self.root(injected), 10)

    def keyboards(self) -> list[str]:
        return self.root("grep -lsx 'QEMU USB Keyboard' /sys/bus/usb/devices/*/product").split()

    def type_line_and_wait(self):
        keys.type_text(self.machine.qmp, "echo still-typing >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the line ran", lambda: self.root(typed) == "still-typing", 60)


class RestartedWithTheAgentInstalled(TerminalTest):
    """Through BIOS, GRUB and the initramfs that the package's installation made."""

    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)

    def test_the_keyboard_types_and_a_stick_that_was_left_in_is_refused(self):
        self.leave_a_stick_in()
        self.machine.reboot()
        self.assertIn("usbcore.authorized_default=0", self.root("cat /proc/cmdline"))
        self.assert_the_stick_was_never_a_disk()
        keys.type_text(self.machine.qmp, "echo still-typing >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the line ran", lambda: self.root(typed) == "still-typing", 60)

    def test_in_the_initramfs_the_keyboard_types_already_and_the_stick_is_refused(self):
        self.leave_a_stick_in()
        # Stops in the initramfs, at a shell on the screen, as a disk's passphrase prompt would.
        self.root("""sed -i 's/^\\s*linux\\s.*/& break=premount console=tty0/' /boot/grub/grub.cfg
            sync""")
        said = len(self.machine.serial_log.read_text(errors="replace"))
        self.machine.reset()
        # GRUB's menu reads the keyboard too, and would take what is typed for its own commands.
        wait_until("the kernel has taken over from GRUB", lambda: "Linux version" in
                   self.machine.serial_log.read_text(errors="replace")[said:], 120)
        wait_until("a line typed in the initramfs reaches the kernel's log", self.typed_early, 400, 2)
        keys.type_text(self.machine.qmp, "\nexit\n")
        self.machine.wait_until_up()
        self.assertIn("typed-early", self.root("dmesg"))
        self.assert_the_stick_was_never_a_disk()

    def typed_early(self) -> bool:
        """Types until somebody listens: nothing else tells when the shell has started."""
        keys.type_text(self.machine.qmp, "\necho typed-early >/dev/kmsg\n")
        return "typed-early" in self.machine.serial_log.read_text(errors="replace")

    def leave_a_stick_in(self):
        self.bench.plug("usb-storage", serial="LEFT-IN")
        self.wait_for_usb("LEFT-IN")

    def assert_the_stick_was_never_a_disk(self):
        path = self.wait_for_usb("LEFT-IN")
        self.assertEqual(self.root(f"cat {path}/authorized"), "0")
        self.assertEqual(self.root("dmesg | grep -c 'Attached SCSI' || true"), "0")
        self.assertEqual(self.block_devices(), set())


if __name__ == "__main__":
    unittest.main(verbosity=2)
