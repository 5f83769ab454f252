"""Devices made of software inside the terminal: composite, lying, and shape-changing ones.

QEMU's devices are honest. tools/gadget builds others out of configfs on dummy_hcd, the kernel's own
emulated controller, where every attribute can be chosen, and two devices can claim one serial.
"""

from pathlib import Path

from .machine import Machine

_SCRIPT = Path(__file__).resolve().parents[1] / "tools" / "gadget"
_INSTALLED = "/usr/local/sbin/gadget"


class Gadgets:
    """Emulated controllers in one terminal, and what is plugged into their ports."""

    def __init__(self, machine: Machine, ports: int = 2):
        """Loads a controller for each port; they come up hot-plugged, as added hardware does."""
        self._root = machine.root
        self._root.put(_SCRIPT.read_bytes(), _INSTALLED)
        self._root.check(f"chmod 755 {_INSTALLED}")
        self._run(f"load {ports}", 120)

    def make_stick(self, name: str, serial: str, label: str = "STICK", **identity: str) -> None:
        """A stick with a FAT file system. identity: VID, PID (hexadecimal), PRODUCT."""
        self._run(f"stick {name} {serial} {label}", identity=identity)

    def make_keyboard(self, name: str, serial: str, **identity: str) -> None:
        self._run(f"keyboard {name} {serial}", identity=identity)

    def make_security_key(self, name: str, serial: str, **identity: str) -> None:
        """What CTAP HID looks like from outside; it answers nothing."""
        self._run(f"security-key {name} {serial}", identity=identity)

    def make_typing_hid(self, name: str, serial: str, **identity: str) -> None:
        """A keyboard that does not say so in its interface, as a security key does not."""
        self._run(f"typing-hid {name} {serial}", identity=identity)

    def make_composite(self, name: str, serial: str, **identity: str) -> None:
        """A keyboard that is also a stick: what a BadUSB device looks like."""
        self._run(f"composite {name} {serial}", identity=identity)

    def make_printer(self, name: str, serial: str, **identity: str) -> None:
        self._run(f"printer {name} {serial}", identity=identity)

    def plug(self, name: str, port: int) -> None:
        """Plugs a device that was made into a port, counted from 0."""
        self._run(f"plug {name} {port}")

    def unplug(self, name: str) -> None:
        self._run(f"unplug {name}")

    def swap(self, out: str, into: str, port: int) -> None:
        """Pulls one device out and plugs another into the same port, as fast as the kernel can."""
        self._root.check(f"{_INSTALLED} unplug {out} && {_INSTALLED} plug {into} {port}")

    def path(self, port: int) -> str:
        """The sysfs directory of what is plugged in there, or an empty string."""
        return self._run(f"path {port}")

    def _run(self, arguments: str, seconds: float = 60, identity: dict | None = None) -> str:
        chosen = " ".join(f"{name}='{value}'" for name, value in (identity or {}).items())
        return self._root.check(f"{chosen} {_INSTALLED} {arguments}".strip(), seconds)
