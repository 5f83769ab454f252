"""A keyboard that is also a stick: it types, and its storage stays shut, whoever asks for it.

Actors: a passer-by who plugs it in; root, who tries what the person at the seat may not.
"""

import unittest

from faults import FaultTest, holds_for, wait_until
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_POLICY = """
zone: test
rules:
  - id: types-only
    match: {ids: ["1d6b:0104"]}
    action: allow
    only_interfaces: [keyboard]
  - id: keyboards
    match: {classes: [keyboard]}
    action: allow
"""
_KEYBOARD, _STORAGE = 0, 1  # numbers of its interfaces


class OnAStockTerminal(TerminalTest):
    def test_it_types_and_is_a_disk(self):
        gadgets = Gadgets(self.machine, 1)
        gadgets.make_composite("both", "BOTH-1")
        gadgets.plug("both", 0)
        self.wait_for_disk()
        at = gadgets.path(0)
        self.assertEqual(self.root(f"basename $(readlink {at}:1.{_KEYBOARD}/driver)"), "usbhid")


class OnAGuardedTerminal(FaultTest):
    def test_its_keyboard_is_let_in_and_its_storage_is_not_whoever_asks(self):
        self.publish(_POLICY)
        self.gadgets = Gadgets(self.machine, 2)
        self.gadgets.make_composite("both", "BOTH-1")
        self.gadgets.plug("both", 0)
        allowed = self.wait_stored("device-allowed", "BOTH-1")
        self.assertEqual(allowed["verdict"]["shutInterfaces"], [_STORAGE])
        self.at = self.gadgets.path(0)
        self.wait_typing()
        self.assert_said()
        self.assert_storage_shut()
        self.ask_for_it_as_root(keyboard_comes_back=True)
        self.kill_agent()
        self.assertEqual(self.driver(_KEYBOARD), "usbhid")
        self.ask_for_it_as_root(keyboard_comes_back=False)
        self.start_agent()
        self.wait_typing()
        self.assert_storage_shut()
        self.grow_a_second_face()
        self.assertEqual(self.disks_ever(), [])
        self.open_it_as_root()
        self.assert_history_is_whole()

    # --- the terminal -----------------------------------------------------------------------------

    def driver(self, interface: int) -> str:
        return self.root(f"basename $(readlink {self.at}:1.{interface}/driver) 2>/dev/null || true")

    def wait_typing(self):
        wait_until("its keyboard has its driver", lambda: self.driver(_KEYBOARD) == "usbhid", 60)

    def assert_storage_shut(self):
        self.assertEqual(self.root(f"cat {self.at}:1.{_STORAGE}/authorized"), "0")
        holds_for("its storage has no driver", lambda: self.driver(_STORAGE) == "", 3)

    def assert_said(self):
        """Which interface, to the person, to root and to the office."""
        port = self.at.rsplit("/", 1)[1]
        english = self.root(f"LC_ALL=C.UTF-8 sekisho why {port}")
        self.assertIn("allowed in part", english)
        self.assertIn(f"Its interface {_STORAGE} stays shut: storage", english)
        self.assertIn(f"インターフェース {_STORAGE} は閉じたままです: 記憶装置",
                      self.root(f"LC_ALL=ja_JP.UTF-8 sekisho why {port}"))
        self.assertIn("usb.shut-interface", self.root("sekisho doctor"))
        told = self.office.check("events", "--terminal", self.name, "--kind", "device-allowed")
        self.assertIn(f"kept shut: interface {_STORAGE} (storage)", told)

    # --- root -------------------------------------------------------------------------------------

    def ask_for_it_as_root(self, keyboard_comes_back: bool):
        """All that gives an interface to a driver, but its own switch."""
        name = self.at.rsplit("/", 1)[1]
        self.root(f"""echo {name}:1.{_STORAGE} >/sys/bus/usb/drivers_probe
            modprobe usb-storage
            ! echo {name}:1.{_STORAGE} >/sys/bus/usb/drivers/usb-storage/bind""")
        self.assert_storage_shut()
        # Its configuration anew: new interfaces, as the bus has them.
        self.root(f"echo 1 >{self.at}/bConfigurationValue")
        self.assert_storage_shut()
        self.keyboard_after_that(keyboard_comes_back)
        self.root(f"echo 0 >{self.at}/authorized; echo 1 >{self.at}/authorized")
        self.assert_storage_shut()
        self.keyboard_after_that(keyboard_comes_back)

    def keyboard_after_that(self, comes_back: bool):
        if comes_back:
            self.wait_typing()
        else:
            self.assertEqual(self.driver(_KEYBOARD), "", "nobody is there to open it")

    def open_it_as_root(self):
        """The interface's own switch: a disk for a moment, shut again and told."""
        name = self.at.rsplit("/", 1)[1]
        self.root(f"""echo 1 >{self.at}:1.{_STORAGE}/authorized
            echo {name}:1.{_STORAGE} >/sys/bus/usb/drivers_probe""")
        told = self.wait_stored("barrier-loose", "BOTH-1")
        self.assertIn({"key": "interface", "value": str(_STORAGE)}, told["parameters"])
        self.wait_typing()
        self.assert_storage_shut()
        self.assertEqual(self.block_devices(), set())

    # --- a passer-by ------------------------------------------------------------------------------

    def grow_a_second_face(self):
        """What was let in as a keyboard comes back as one that is storage besides."""
        self.gadgets.make_keyboard("plain", "GROWN-1", PID="0105")
        self.gadgets.make_composite("grown", "GROWN-1", PID="0105")
        self.gadgets.plug("plain", 1)
        self.wait_stored("device-allowed", "GROWN-1")
        self.gadgets.swap("plain", "grown", 1)
        blocked = self.wait_stored("device-blocked", "GROWN-1")
        self.assertEqual(set(blocked["device"]["classes"]),
                         {"DEVICE_CLASS_KEYBOARD", "DEVICE_CLASS_STORAGE"})
        self.assertEqual(self.root(f"cat {self.gadgets.path(1)}/authorized"), "0")


if __name__ == "__main__":
    unittest.main(verbosity=2)
