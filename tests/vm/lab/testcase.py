"""The base of the scenarios: each test gets a terminal of its own, out of a snapshot."""

import sys
import unittest
from pathlib import Path

from . import layers
from .deadline import holds_for, wait_until
from .machine import Machine, Shape
from .office import Office
from .plug import Bench


class TerminalTest(unittest.TestCase):
    """A test per method; self.machine is a running terminal, self.bench the devices beside it.

    A subclass says which snapshot it starts from by overriding layer(), and may set `shape` and
    `console_port`.
    """

    shape = Shape()
    console_port: int | None = None
    machine: Machine
    bench: Bench

    @classmethod
    def layer(cls) -> Path:
        """The snapshot that each test starts from: a terminal without Sekisho, unless overridden."""
        return layers.stock(cls.shape)

    def built_in(self) -> tuple[str, ...]:
        """QEMU's options for hardware that is there from the boot; then the terminal boots."""
        return ()

    def setUp(self):
        built_in = self.built_in()
        self.machine = self.enterContext(
            layers.boot(self.layer(), built_in, self.shape, self.console_port) if built_in else
            layers.resume(self.layer(), self.shape, self.console_port))
        self.bench = Bench(self.machine)
        self.addCleanup(self._tell_about_failure)

    def root(self, script: str, seconds: float = 60) -> str:
        """Runs a script as root, which must succeed; returns what it printed."""
        return self.machine.root.check(script, seconds)

    def seat(self, script: str, seconds: float = 60):
        """Runs a script inside hanako's session on tty1; returns its Result."""
        return self.machine.seat.run(script, seconds)

    def block_devices(self) -> set[str]:
        return self.machine.other_disks()

    def wait_for_disk(self, seconds: float = 30) -> str:
        """Waits for a disk beside the system's own, and returns its device node."""
        names = wait_until("a disk appears", self.block_devices, seconds)
        self.assertEqual(len(names), 1, names)
        return f"/dev/{names.pop()}"

    def assert_no_disk_appears(self, seconds: float = 5) -> None:
        """Watches that no block device appears; call it once the device itself is known."""
        holds_for("no block device appears", lambda: not self.block_devices(), seconds)

    def wait_for_usb(self, serial: str, seconds: float = 30) -> str:
        """Waits until the terminal's kernel knows a device by its serial; returns its sysfs path."""
        find = f"grep -lsx -- '{serial}' /sys/bus/usb/devices/*/serial || true"
        path = wait_until(f"a USB device with serial {serial}", lambda: self.root(find), seconds)
        return path.removesuffix("/serial")

    def _tell_about_failure(self):
        outcome = getattr(self._outcome, "result", None)
        failed = outcome and any(test is self for test, _ in outcome.failures + outcome.errors)
        if failed and self.machine.running:
            self._print_tail("kernel", "dmesg | tail -n 30")
            self._print_tail("journal", "journalctl -b -n 40 --no-pager")

    def _print_tail(self, what: str, script: str):
        try:
            print(f"--- the terminal's {what}\n{self.machine.root.run(script, 30).out}",
                  file=sys.stderr)
        except (AssertionError, OSError) as error:
            print(f"--- the terminal's {what} is not to be had: {error}", file=sys.stderr)


class EnrolledTest(TerminalTest):
    """A terminal with the agent, enrolled at self.office, its console; self.name is its name there."""

    office: Office
    name = "terminal"

    @classmethod
    def layer(cls) -> Path:
        return layers.enrolled(cls.shape)

    def setUp(self):
        self.office = self.enterContext(Office(saved=self.layer() / "office"))
        self.console_port = self.office.port
        super().setUp()
        # Its old connection ended with the snapshot; it would notice by its keepalive in a minute.
        self.root("systemctl restart sekisho-link")
        wait_until("the terminal is connected again", lambda: self.office.connected(self.name), 180,
                   pause=1)
