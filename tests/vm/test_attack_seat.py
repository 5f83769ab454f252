"""What a person at the seat can do with a phone, a clever keyboard and a stick, with and without us.

Each attack is one method that tells whether it worked. On the stock terminal each has to work, so
that a refusal on the guarded one shows Sekisho and not a broken attack.
"""

import unittest

from faults import FaultTest
from lab import tools
from lab.deadline import DeadlineExceeded, wait_until
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_ON_THE_PHONE = "not really a photo"
_KEYS = {"\n": "28", " ": "2c", "-": "2d", ".": "37", ">": "37"}


def reports(text: str) -> str:
    """The boot keyboard's reports that type a text: each key down, then all up."""
    typed = []
    for character in text:
        shift = "02" if character == ">" else "00"
        code = _KEYS.get(character) or f"{ord(character) - ord('a') + 4:02x}"
        typed += [f"{shift}00{code}0000000000", "0" * 16]
    return " ".join(typed)


def works(attack, seconds: float) -> bool:
    """Whether an attack that is tried again and again succeeds in time."""
    try:
        wait_until("the attack works", attack, seconds, 1)
        return True
    except DeadlineExceeded:
        return False


class Attacks:
    """The attacks, on whatever terminal the test case brings. Each returns whether it worked."""

    patience = 20

    def take_a_file_off_a_phone(self) -> bool:
        tools.put(self.machine, "mtp_take")
        self.bench.plug("usb-mtp", serial="PHONE-1")
        at = self.wait_for_usb("PHONE-1")
        node = self.root(f'printf "/dev/bus/usb/%03d/%03d" $(cat {at}/busnum {at}/devnum)')
        return works(lambda: _ON_THE_PHONE in self.seat(f"mtp_take {node}").out, self.patience)

    def type_a_command_on_a_keyboard_that_is_also_a_stick(self) -> bool:
        gadgets = Gadgets(self.machine, 1)
        gadgets.make_composite("bad", "BADUSB-1")
        gadgets.plug("bad", 0)
        self.wait_for_usb("BADUSB-1")
        typed = reports("\nid >pwned\n")
        # Nobody polls a keyboard without a driver: what it types is never fetched.
        return works(lambda: self.root(f"timeout 5 gadget type bad '{typed}' || true; "
                                       "ls /home/hanako/pwned 2>/dev/null || true"), self.patience)

    def plug_into_a_controller_that_was_added(self) -> bool:
        gadgets = Gadgets(self.machine, 2)
        gadgets.make_stick("late", "LATE-1")
        gadgets.plug("late", 1)
        self.wait_for_usb("LATE-1")
        return works(self.block_devices, self.patience)

    def carry_a_file_out_on_a_stick(self) -> bool:
        name = self.bench.plug("usb-storage", serial="CARRY-1")
        self.wait_for_usb("CARRY-1")
        carried = works(lambda: self.seat("""udisksctl mount --no-user-interaction -b /dev/sda
            echo data >/run/media/hanako/STICK/taken.txt || echo data >/media/hanako/STICK/taken.txt
            """).ok, self.patience)
        self.bench.unplug(name)
        return carried


class OnAStockTerminal(Attacks, TerminalTest):
    def test_each_attack_works(self):
        self.assertTrue(self.take_a_file_off_a_phone())
        self.assertTrue(self.type_a_command_on_a_keyboard_that_is_also_a_stick())
        self.root("gadget unplug bad; rmmod dummy_hcd")
        wait_until("its disk is gone", lambda: not self.block_devices(), 30)
        self.assertTrue(self.carry_a_file_out_on_a_stick())
        wait_until("its disk is gone", lambda: not self.block_devices(), 30)
        self.assertTrue(self.plug_into_a_controller_that_was_added())


class OnAGuardedTerminal(Attacks, FaultTest):
    patience = 8

    def test_each_attack_fails_and_the_office_knows_of_it(self):
        self.assertFalse(self.take_a_file_off_a_phone())
        self.assertFalse(self.type_a_command_on_a_keyboard_that_is_also_a_stick())
        self.root("gadget unplug bad; rmmod dummy_hcd")
        self.assertFalse(self.carry_a_file_out_on_a_stick())
        self.assertFalse(self.plug_into_a_controller_that_was_added())
        for serial in ("PHONE-1", "BADUSB-1", "CARRY-1", "LATE-1"):
            block = self.wait_stored("device-blocked", serial)
            self.assertEqual(block["person"]["name"], "hanako")
        self.assertEqual(self.disks_ever(), [])
        self.assert_history_is_whole()


if __name__ == "__main__":
    unittest.main(verbosity=2)
