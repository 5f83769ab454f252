"""Drivers bound by hand, swaps during suspend, docks, mode switching, and the classes not tried elsewhere.

Actors: root, who has sysfs; a passer-by at a terminal that sleeps; whoever plugs in a printer, a
headset or a card reader. Each is first tried on the stock terminal, where it works.
"""

import unittest

from faults import FaultTest, wait_until
from lab.deadline import DeadlineExceeded
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_PORT = "5"
_HUB = "6"


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

    # --- root ---------------------------------------------------------------------------------------

    def bind_a_driver_by_sysfs(self, serial: str) -> bool:
        """To the device and its interface: by name, by a new id, by choosing its configuration."""
        path = self.wait_for_usb(serial)
        at = path.rsplit("/", 1)[1]
        driver = "/sys/bus/usb/drivers/usb-storage"
        self.root("modprobe usb-storage")
        for order in (f"echo 1 >{path}/bConfigurationValue",
                      f"echo {at} >/sys/bus/usb/drivers/usb/bind",
                      f"echo {at}:1.0 >{driver}/bind",
                      f"echo $(cat {path}/idVendor) $(cat {path}/idProduct) >{driver}/new_id",
                      f"echo {at}:1.0 >/sys/bus/usb/drivers_probe"):
            self.machine.root.run(order, 60)
        return works(self.block_devices, self.patience)

    # --- a passer-by at a terminal that sleeps --------------------------------------------------------

    def suspend_and(self, meanwhile) -> None:
        """To memory; `meanwhile` is what a hand does before somebody wakes it."""
        qmp = self.machine.qmp
        qmp.forget_events()
        self.root("echo deep >/sys/power/mem_sleep")
        self.root("nohup sh -c 'sync; sleep 1; echo mem >/sys/power/state' >/run/slept 2>&1 &")
        qmp.wait_event("SUSPEND", 120)
        meanwhile()
        qmp.command("system_wakeup")
        qmp.wait_event("WAKEUP", 60)
        wait_until("it is awake", lambda: self.machine.root.run("true", 10).ok, 120)

    # --- whoever plugs something in -------------------------------------------------------------------

    def print_on(self, gadgets: Gadgets) -> bool:
        gadgets.make_printer("printer", "PRINTER-1")
        gadgets.plug("printer", 0)
        self.wait_for_usb("PRINTER-1")
        worked = works(lambda: self.root("ls /dev/usb/lp0 2>/dev/null || true"), self.patience)
        gadgets.unplug("printer")
        return worked

    def listen_by(self, kind: str, driver: str) -> bool:
        """Whether a driver takes a device of QEMU's."""
        name = self.bench.plug(kind, port="7")
        worked = works(lambda: self.root(f"ls -d /sys/bus/usb/drivers/{driver}/*:* 2>/dev/null || "
                                         "true"), self.patience)
        self.bench.unplug(name)
        return worked


class OnAStockTerminal(Attacks, TerminalTest):
    def test_each_attack_works(self):
        gadgets = Gadgets(self.machine, 1)
        self.assertTrue(self.print_on(gadgets))
        self.assertTrue(self.listen_by("usb-audio", "snd-usb-audio"))
        stick = self.bench.plug("usb-storage", serial="BOUND-1", port=_PORT)
        path = self.wait_for_usb("BOUND-1")
        self.wait_for_disk()
        at = path.rsplit("/", 1)[1]
        self.root(f"echo {at}:1.0 >/sys/bus/usb/drivers/usb-storage/unbind")
        wait_until("its disk is gone", lambda: not self.block_devices(), 30)
        self.assertTrue(self.bind_a_driver_by_sysfs("BOUND-1"))

        def swap() -> None:
            self.bench.unplug(stick)
            self.bench.plug("usb-storage", serial="SWAPPED-1", port=_PORT)

        self.suspend_and(swap)
        self.wait_for_usb("SWAPPED-1")
        wait_until("the swapped stick is a disk", self.block_devices, 60, 1)


class OnAGuardedTerminal(Attacks, FaultTest):
    patience = 8

    def test_drivers_bound_by_hand_and_what_was_not_tried_elsewhere_stay_out(self):
        gadgets = Gadgets(self.machine, 1)
        self.assertFalse(self.print_on(gadgets))
        self.wait_class("PRINTER")
        self.assertFalse(self.listen_by("usb-audio", "snd-usb-audio"))
        self.wait_class("AUDIO")
        # No driver of the kernel's takes this one: pcscd would, by usbfs.
        reader = self.bench.plug("usb-ccid", port="7")
        self.wait_class("SMART_CARD_READER")
        self.bench.unplug(reader)

        self.plug_refused("BOUND-1", port=_PORT)
        self.assertFalse(self.bind_a_driver_by_sysfs("BOUND-1"))

        # The same stick, as a maker's tool would have it come back: another product.
        gadgets.make_stick("plain", "MODE-1")
        gadgets.make_stick("switched", "MODE-1", PID="0105")
        gadgets.plug("plain", 0)
        self.wait_stored("device-blocked", "MODE-1")
        self.open_by_grant("MODE-1", 600)
        gadgets.swap("plain", "switched", 0)
        wait_until("what it became is decided on anew", lambda: [
            event for event in self.stored("device-blocked", "MODE-1")
            if event["device"]["productId"] == 0x0105], 60, 1)
        self.assertEqual(self.root(f"cat {gadgets.path(0)}/authorized"), "0")
        gadgets.swap("switched", "plain", 0)
        wait_until("and it comes back by itself",
                   lambda: self.root(f"cat {gadgets.path(0)}/authorized || true") == "1", 60, 1)
        self.assert_history_is_whole()

    def test_allowed_things_come_back_from_suspend_and_from_the_dock_and_swapped_ones_do_not(self):
        self.bench.plug("usb-hub", name="dock", port=_HUB)
        wait_until("the dock is allowed, as a hub", lambda: self.root(
            f"cat /sys/bus/usb/devices/1-{_HUB}/authorized 2>/dev/null || true") == "1", 60, 1)
        self.plug_refused("DOCK-1", name="docked", port=f"{_HUB}.1")
        self.plug_refused("SLEPT-1", name="slept", port=_PORT)
        self.open_by_grant("DOCK-1", 900)
        self.open_by_grant("SLEPT-1", 900)

        def swap() -> None:
            self.bench.unplug("slept")
            self.bench.plug("usb-storage", serial="SWAPPED-1", port=_PORT)

        self.suspend_and(swap)
        self.wait_stored("device-blocked", "SWAPPED-1")
        self.assertEqual(self.disk_of("SWAPPED-1"), "")
        wait_until("the allowed stick is back", lambda: self.reads("DOCK-1"), 90, 1)
        self.assertTrue(self.keyboard_is_open(), "the adopted keyboard")

        self.bench.unplug("docked")
        self.bench.unplug("dock")
        self.bench.plug("usb-hub", name="dock", port=_HUB)
        self.bench.plug("usb-storage", name="docked", serial="DOCK-1", port=f"{_HUB}.1")
        wait_until("it is back with its dock", lambda: self.reads("DOCK-1"), 90, 1)
        self.assertEqual(self.disk_of("SWAPPED-1"), "")
        self.assert_history_is_whole()

    # --- how ----------------------------------------------------------------------------------------

    def wait_class(self, name: str) -> dict:
        def found() -> list[dict]:
            return [event["device"] for event in self.stored("device-blocked")
                    if event["device"]["classes"] == [f"DEVICE_CLASS_{name}"]]
        return wait_until(f"the office knows of the {name}", found, 60, 1)[0]

    def reads(self, serial: str) -> bool:
        disk = self.disk_of(serial)
        return bool(disk) and self.machine.root.run(
            f"dd if=/dev/{disk} of=/dev/null bs=4k count=1 iflag=direct", 30).ok

    def keyboard_is_open(self) -> bool:
        return self.root("""for each in /sys/bus/usb/devices/*/product
            do [ "$(cat $each)" != "QEMU USB Keyboard" ] || cat ${each%/product}/authorized; done
            """) == "1"


if __name__ == "__main__":
    unittest.main(verbosity=2)
