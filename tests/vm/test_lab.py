"""The control arm: without Sekisho, everything that Sekisho is there to stop works.

A refusal proves something only where the same act succeeds on the same terminal without us. These
tests also show that the lab itself is real: its own GRUB, real hot-plug, a real session at a seat.
"""

import unittest

from lab import keys
from lab.deadline import wait_until
from lab.plug import KNOWN_FILE, KNOWN_TEXT, files_on
from lab.testcase import TerminalTest


class WithoutSekisho(TerminalTest):
    def test_a_plugged_stick_becomes_a_disk(self):
        self.bench.plug("usb-storage", serial="CONTROL-1")
        path = self.wait_for_usb("CONTROL-1")
        self.assertEqual(self.root(f"cat {path}/authorized"), "1")
        self.assertEqual(self.wait_for_disk(), "/dev/sda")

    def test_the_person_at_the_seat_carries_a_file_out_on_a_stick(self):
        stick = self.bench.plug("usb-storage")
        disk = self.wait_for_disk()
        self.root("udevadm settle")
        mounted = wait_until("udisks mounts it", lambda: self._mount(disk), 30, pause=1)
        self.assertIn("hanako", mounted)
        copied = self.seat("""set -e
            cat /media/hanako/STICK/hello.txt
            echo 'resident data' >/media/hanako/STICK/taken.txt
            udisksctl unmount --no-user-interaction -b """ + disk)
        self.assertTrue(copied.ok, copied)
        self.assertIn(KNOWN_TEXT.strip(), copied.out)
        self.bench.unplug(stick)
        on_stick = files_on(self.bench.path(f"{stick}.img"))
        self.assertEqual(on_stick["taken.txt"], b"resident data\n")
        self.assertEqual(on_stick[KNOWN_FILE].decode(), KNOWN_TEXT)

    def test_an_unplugged_stick_is_gone_and_comes_back_when_plugged_in_again(self):
        stick = self.bench.plug("usb-storage")
        self.wait_for_disk()
        self.bench.unplug(stick)
        wait_until("the disk is gone", lambda: not self.block_devices(), 20)
        self.bench.plug("usb-storage", name=stick)
        self.wait_for_disk()

    def test_the_usb_keyboard_reaches_the_shell_on_the_screen(self):
        keys.type_text(self.machine.qmp, "echo Typed-It >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the typed line ran", lambda: self.root(typed) == "Typed-It", 30)

    def test_the_person_at_the_seat_is_active_on_seat0_and_not_root(self):
        session = self.seat("""id -un
            loginctl show-session "$XDG_SESSION_ID" -p Seat -p Active -p TTY -p Remote --value""")
        self.assertEqual(session.out.split(), ["hanako", "seat0", "tty1", "no", "yes"], session)

    def _mount(self, disk: str) -> str:
        result = self.seat(f"udisksctl mount --no-user-interaction -b {disk}")
        return result.out if result.ok else ""


class Restart(TerminalTest):
    def test_the_terminal_restarts_through_its_own_grub_and_initramfs(self):
        # Both files are changed where GRUB reads them: a start by any other way shows neither.
        self.root("""set -e
            sed -i 's/^\\s*linux\\s.*/& lab.proof=1/' /boot/grub/grub.cfg
            mkdir -p /tmp/more/conf/conf.d && cd /tmp/more
            echo 'echo from-the-initramfs >/dev/kmsg' >conf/conf.d/lab-proof
            truncate -s %4 "$(readlink -f /initrd.img)"  # where the kernel looks for a second archive
            find . | cpio --quiet -o -H newc >>"$(readlink -f /initrd.img)"
            sync""")
        self.machine.reboot()
        self.assertIn("lab.proof=1", self.root("cat /proc/cmdline"))
        self.assertIn("from-the-initramfs", self.root("dmesg | grep initramfs || true"))
        self.bench.plug("usb-storage")
        self.wait_for_disk()

    def test_what_was_flushed_survives_a_power_cut(self):
        self.root("echo kept >/root/kept && sync")
        self.machine.cut_power()
        self.machine.start()
        self.machine.wait_until_up()
        self.assertEqual(self.root("cat /root/kept"), "kept")


if __name__ == "__main__":
    unittest.main(verbosity=2)
