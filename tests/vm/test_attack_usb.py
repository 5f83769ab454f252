"""What comes by USB besides sticks and phones, what is left open from before, and what root forges.

Each attack is one method that tells whether it worked, with its actor in its name or its comment. On
the stock terminal each has to work, so that a refusal on the guarded one shows Sekisho.
"""

import unittest
from pathlib import Path

from faults import FaultTest
from lab import tools
from lab.deadline import DeadlineExceeded, holds_for, wait_until
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_HUBS = 4
_ON_HUBS = 30  # what hangs on them


def works(attack, seconds: float) -> bool:
    """Whether what an attack is after comes about in time."""
    try:
        wait_until("the attack works", attack, seconds, 1)
        return True
    except DeadlineExceeded:
        return False


class Attacks:
    """The attacks, on whatever terminal the test case brings."""

    patience = 30

    # --- a passer-by with a device ------------------------------------------------------------

    def leave_by_a_network_adapter(self) -> bool:
        before = self.root("ls /sys/class/net")
        name = self.bench.plug("usb-net")
        worked = works(lambda: self.root("ls /sys/class/net") != before, self.patience)
        self.bench.unplug(name)
        return worked

    def leave_by_a_serial_line(self) -> bool:
        name = self.bench.plug("usb-serial", **{"always-plugged": True})
        worked = works(lambda: self.root("ls /dev/ttyUSB* 2>/dev/null || true"), self.patience)
        self.bench.unplug(name)
        return worked

    def plug_thirty_sticks_on_hubs_at_once(self) -> bool:
        """All devices are there before the last hub is; the terminal sees them come as one flood."""
        hubs = [self.bench.plug("usb-hub", port=str(3 + at)) for at in range(_HUBS)]
        sticks = []
        for number in range(_ON_HUBS):
            port = f"{3 + number % _HUBS}.{1 + number // _HUBS}"
            sticks.append(self.bench.plug("usb-storage", serial=f"FLOOD-{number}", port=port))
        worked = works(self.block_devices, self.patience)
        self.flooded()
        for name in sticks + hubs:
            self.bench.unplug(name)
        return worked

    def flooded(self) -> None:
        """What has to hold while the thirty are plugged in."""

    def become_a_keyboard_after_having_been_a_stick(self) -> bool:
        """Same port, same maker, same serial: a stick goes, and comes back with a second face."""
        inputs = self.root("ls /sys/class/input")
        gadgets = Gadgets(self.machine, 1)
        gadgets.make_stick("honest", "SHAPE-1")
        gadgets.make_composite("shaped", "SHAPE-1")
        gadgets.plug("honest", 0)
        self.wait_for_usb("SHAPE-1")
        gadgets.unplug("honest")
        gadgets.plug("shaped", 0)
        worked = works(lambda: self.root("ls /sys/class/input") != inputs, self.patience)
        self.root("gadget unplug shaped; rmmod dummy_hcd")
        return worked

    # --- root ---------------------------------------------------------------------------------

    def forge_the_removal_of(self, serial: str) -> str:
        """Whether a program that believes everybody on the kernel's group was told so."""
        at = self.root(f"readlink -f {self.wait_for_usb(serial)}").removeprefix("/sys")
        return self.root(f"uevent_forge {at} || true")


class OnAStockTerminal(Attacks, TerminalTest):
    def test_each_attack_works(self):
        tools.put(self.machine, "uevent_forge")
        tools.put(self.machine, "usb_hold")
        self.assertTrue(self.leave_by_a_network_adapter())
        self.assertTrue(self.leave_by_a_serial_line())
        self.assertTrue(self.become_a_keyboard_after_having_been_a_stick())
        wait_until("its disk is gone", lambda: not self.block_devices(), 30)
        held = self.bench.plug("usb-storage", serial="HELD-1")
        self.assertEqual(self.forge_the_removal_of("HELD-1"), "believed")
        self.speak_to_it_after_it_was_deauthorised("HELD-1")
        self.bench.unplug(held)
        wait_until("its disk is gone", lambda: not self.block_devices(), 30)
        # Last: thirty disks take their time to go.
        self.assertTrue(self.plug_thirty_sticks_on_hubs_at_once())

    def speak_to_it_after_it_was_deauthorised(self, serial: str) -> None:
        """What an open descriptor is worth when the kernel's switch is all that is used."""
        at = self.wait_for_usb(serial)
        self.wait_for_disk()
        node = self.root(f'printf "/dev/bus/usb/%03d/%03d" $(cat {at}/busnum {at}/devnum)')
        self.root(f"(usb_hold {node} /run/go >/run/said 2>&1 &) ; sleep 0.1")
        wait_until("it is held", lambda: "held" in self.root("cat /run/said"), 20)
        self.root(f"echo 0 >{at}/authorized; touch /run/go")
        wait_until("it answers", lambda: "it answers" in self.root("cat /run/said"), 20)


class OnAGuardedTerminal(Attacks, FaultTest):
    patience = 8

    def test_each_attack_fails_and_the_office_knows_of_it(self):
        tools.put(self.machine, "uevent_forge")
        tools.put(self.machine, "usb_hold")
        self.assertFalse(self.leave_by_a_network_adapter())
        self.assertFalse(self.leave_by_a_serial_line())
        self.assertFalse(self.become_a_keyboard_after_having_been_a_stick())
        self.assertFalse(self.plug_thirty_sticks_on_hubs_at_once())
        classes = {name for event in self.stored("device-blocked")
                   for name in event["device"]["classes"]}
        self.assertLessEqual({"DEVICE_CLASS_NETWORK_ADAPTER", "DEVICE_CLASS_STORAGE",
                              "DEVICE_CLASS_KEYBOARD"}, classes)
        self.assertEqual(self.disks_ever(), [])

        stick = self.plug_refused("HELD-1")
        self.open_what_root_was_refused("HELD-1")
        self.assertEqual(self.forge_the_removal_of("HELD-1"), "believed")
        holds_for("nobody at the office believes it",
                  lambda: not self.stored("device-removed", "HELD-1"), 5)
        self.speak_to_it_after_its_grant_was_returned("HELD-1")
        self.bench.unplug(stick)
        self.assert_history_is_whole()

    def flooded(self) -> None:
        told = lambda: len({event["device"]["serial"] for event in self.stored("device-blocked")
                            if event["device"].get("serial", "").startswith("FLOOD-")})
        wait_until("the office knows of each of them", lambda: told() == _ON_HUBS, 120, 1)

    def open_what_root_was_refused(self, serial: str) -> None:
        """Root can; it is shut again at once, and told."""
        at = self.wait_for_usb(serial)
        self.root(f"echo 1 >{at}/authorized")
        wait_until("it is shut again", lambda: self.root(f"cat {at}/authorized") == "0", 30)
        self.wait_stored("barrier-loose", serial)

    def speak_to_it_after_its_grant_was_returned(self, serial: str) -> None:
        self.open_by_grant(serial, 300)
        at = self.wait_for_usb(serial)
        node = self.root(f'printf "/dev/bus/usb/%03d/%03d" $(cat {at}/busnum {at}/devnum)')
        self.root(f"(usb_hold {node} /run/go >/run/said 2>&1 &) ; sleep 0.1")
        wait_until("it is held", lambda: "held" in self.root("cat /run/said"), 20)
        self.root(f"sekisho return {Path(at).name}")
        self.wait_shut(serial, 30)
        self.root("touch /run/go")
        holds_for("whoever held it hears nothing",
                  lambda: "it answers" not in self.root("cat /run/said"), 5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
