"""The deny stands before udev and without a daemon: on a terminal with the agent's package.

Each refusal has its control arm in test_lab.py.
"""

import errno
import unittest
from pathlib import Path

from lab import keys, layers
from lab.deadline import holds_for, wait_until
from lab.gadget import Gadgets
from lab.testcase import EnrolledTest, TerminalTest


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


_PHONE = "/usr/local/sbin/talking-phone"


class AskedWhatItIs(EnrolledTest):
    """A phone that hides MTP in a vendor class: only its answer to a question tells what it is."""

    def test_what_a_refused_phone_says_reaches_the_office_by_a_worker_with_nothing(self):
        Gadgets(self.machine, 1)
        self.root("modprobe usb_f_fs")
        self.machine.root.put((Path(__file__).parent / "tools/talking-phone").read_bytes(), _PHONE)
        agentd = self.root("systemctl show -p MainPID --value sekisho-agentd")
        self.root(f"setsid perl {_PHONE} HIDDEN-1 0 {agentd} >/run/phone 2>&1 </dev/null & disown")
        blocked = wait_until("the office has the block", self.block, 90, 0.5)
        told = self.root("cat /run/phone")
        self.assertIn({"key": "says", "value": "MTP"}, blocked.get("parameters", []), told)
        self.assertEqual(set(blocked["device"]["classes"]),
                         {"DEVICE_CLASS_UNKNOWN", "DEVICE_CLASS_PHONE"})
        self.assertEqual(blocked["verdict"]["action"], "ACTION_BLOCK")
        self.assertEqual(self.root(f"cat {self.wait_for_usb('HIDDEN-1')}/authorized"), "0")
        self.assert_had_nothing(told)
        # It is gone, and waited for.
        self.assertEqual(self.root(f"cat /proc/{agentd}/task/*/children"), "")
        self.assertEqual(self.root("pgrep -c sekisho-usb || true"), "0")

    def block(self) -> dict | None:
        events = self.office.events(self.name, "device-blocked")
        found = [each["event"] for each in events
                 if each["event"]["device"]["serial"] == "HIDDEN-1"]
        return found[0] if found else None

    def assert_had_nothing(self, told: str):
        """What the phone saw of the one who asked: its user, and what it could have done."""
        lines = [line.split(":", 1) for line in told.splitlines() if ":" in line]
        was = {name: value.split() for name, value in lines if name != "Descriptor"}
        user = self.root("id -u sekisho-probe")
        group = self.root("id -g sekisho-probe")
        self.assertEqual(was["Name"], ["sekisho-usb-pro"], told)
        self.assertEqual((was["Uid"], was["Gid"], was["Groups"]), ([user] * 4, [group] * 4, []))
        for kind in ("Inh", "Prm", "Eff", "Amb"):
            self.assertEqual(int(was[f"Cap{kind}"][0], 16), 0, told)
        self.assertEqual((was["NoNewPrivs"], was["Seccomp"]), (["1"], ["2"]))
        holds = [value.split() for name, value in lines if name == "Descriptor"]
        self.assertEqual([number for number, _ in holds[:4]], ["0", "1", "2", "3"])
        self.assertRegex(dict(holds)["3"], "^/dev/bus/usb/")
        for _, what in holds:
            self.assertRegex(what, r"^(/dev/null|pipe:|/dev/bus/usb/|anon_inode:)", told)
        # Made to try, in the middle of its work; an ordinary process, made to try the same, may.
        tried = {name.removeprefix("tried "): int(value[0]) for name, value in was.items()
                 if name.startswith("tried ")}
        self.assertEqual(len(tried), 5, told)
        self.assertEqual(set(tried.values()), {-errno.EPERM}, told)
        for family in ("INET", "UNIX", "NETLINK"):
            self.assertGreaterEqual(int(was[f"control socket(AF_{family})"][0]), 0, told)


if __name__ == "__main__":
    unittest.main(verbosity=2)
