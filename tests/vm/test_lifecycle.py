"""Releases side by side: this one with the one before it, over it, and back."""

import unittest

from faults import FaultTest, wait_until
from lab import layers, previous
from lab.office import Office
from lab.testcase import TerminalTest


class WithTheConsoleOfTheReleaseBefore(FaultTest):
    """A new agent reports to a console that has not been upgraded yet."""

    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)

    def setUp(self):
        self.office = self.enterContext(Office(deb=previous.deb))
        self.console_port = self.office.port
        TerminalTest.setUp(self)
        self.office.enrol(self.machine)

    def test_it_enrols_reports_and_is_granted_what_the_old_console_grants(self):
        self.plug_refused("OLD-CONSOLE-1")
        self.open_by_grant("OLD-CONSOLE-1", 30)
        self.wait_stored("grant-opened")
        self.wait_shut("OLD-CONSOLE-1", 60)
        self.assert_history_is_whole()


class OverTheReleaseBefore(FaultTest):
    """The agent of the release before, at this console; upgraded while it works; and back."""

    @classmethod
    def layer(cls):
        return layers.stock(cls.shape)

    def setUp(self):
        self.office = self.enterContext(Office())
        self.console_port = self.office.port
        TerminalTest.setUp(self)
        layers.install(self.machine, previous.deb("sekisho-agent"))
        self.office.enrol(self.machine)

    def test_upgraded_with_a_grant_running_and_a_person_working_and_back_again(self):
        old = self.agent_version()
        self.assertEqual(old, previous.VERSION)
        self.root("echo 'spool-max-megabytes = 65' >>/etc/sekisho/agent.conf")
        disk = self.working_on_a_grant("UPGRADE-1", seconds=900)

        self.root("echo sekisho-agent sekisho-agent/mode select observe | debconf-set-selections")
        layers.install(self.machine, layers.agent_deb())
        self.assertNotEqual(self.agent_version(), old)
        self.assertIn("spool-max-megabytes = 65", self.root("cat /etc/sekisho/agent.conf"))
        self.still_working(disk)
        wait_until("the office sees the new agent", lambda: self.seen_version() != old, 120, 1)
        # It enforced; an upgrade is no occasion to stop.
        self.plug_refused("AFTER-UPGRADE-1")
        self.assertEqual(self.agent_status()["mode"], "MODE_ENFORCE")

        layers.install(self.machine, previous.deb("sekisho-agent"))
        self.assertEqual(self.agent_version(), old)
        self.still_working(disk)
        wait_until("the office sees the old agent", lambda: self.seen_version() == old, 120, 1)
        self.plug_refused("AFTER-DOWNGRADE-1")

        layers.install(self.machine, layers.agent_deb())
        self.still_working(disk)
        self.assert_history_is_whole()
        self.machine.reboot()
        self.assertIn("usbcore.authorized_default=0", self.root("cat /proc/cmdline"))
        self.wait_for_usb("UPGRADE-1", 60)
        self.assert_no_disk_appears(5)
        wait_until("the adopted keyboard is let in", self.keyboard_is_in, 60)

    def working_on_a_grant(self, serial: str, seconds: int) -> str:
        """A person has a file open on a medium that was granted; returns the disk's name."""
        self.plug_refused(serial)
        disk = self.open_by_grant(serial, seconds)
        wait_until("udisks mounts it", lambda: self.seat(
            f"udisksctl mount --no-user-interaction -b /dev/{disk}"), 30, 1)
        self.seat("setsid tail -f /media/hanako/STICK/hello.txt >/dev/null 2>&1 </dev/null &")
        return disk

    def still_working(self, disk: str) -> None:
        self.assertTrue(self.root(f"findmnt -n /media/hanako/STICK; ls /dev/{disk}"))
        self.assertEqual(self.root("pgrep -cx tail || true"), "1")
        self.assertTrue(self.seat("cat /media/hanako/STICK/hello.txt >/dev/null").ok)

    def keyboard_is_in(self) -> bool:
        found = self.root("grep -lsx 'QEMU USB Keyboard' /sys/bus/usb/devices/*/product")
        return self.root(f"cat {found.removesuffix('/product')}/authorized") == "1"

    def agent_version(self) -> str:
        return self.agent_status()["agentVersion"]

    def seen_version(self) -> str:
        known = self.office.terminal(self.name) or {}
        return (known.get("status") or {}).get("agentVersion", "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
