"""What can be plugged into a running terminal, by name, and how QEMU is told."""

import dataclasses
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from .deadline import wait_until
from .machine import Machine
from .qmp import QmpError

KNOWN_FILE = "hello.txt"
KNOWN_TEXT = "a file that was on the stick\n"


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of device: its QEMU driver, and what has to exist on the host before it."""

    summary: str
    driver: str
    prepare: Callable[["Bench", str, dict], dict] = lambda bench, name, asked: {}
    bus: str = "xhci.0"


class Bench:
    """The devices on the desk beside one terminal: plugs them in, pulls them out, keeps media.

    A device keeps the name it was plugged in under. A stick's medium is a file in the machine's
    work directory, so that pulled out and plugged in again it is the same stick.
    """

    def __init__(self, machine: Machine):
        self._machine = machine
        self._plugged = {}

    def plug(self, kind: str, name: str | None = None, **options) -> str:
        """Plugs a device in and returns its name. Options go to QEMU's device as they are.

        Useful ones: serial="…", port="4" (of the xHCI controller), removable=True.
        ValueError for a kind that is not in KINDS.
        """
        if kind not in KINDS:
            raise ValueError(f"no device {kind!r}; there are: {', '.join(sorted(KINDS))}")
        known = KINDS[kind]
        name = name or self._free_name(kind)
        arguments = {"bus": known.bus} if known.bus else {}
        arguments |= known.prepare(self, name, options) | options
        self._machine.qmp.command("device_add", driver=known.driver, id=name, **arguments)
        self._plugged[name] = kind
        return name

    def unplug(self, name: str, seconds: float = 20) -> None:
        """Pulls a device out, the way a hand does: without asking anyone in the terminal."""
        if name not in self._plugged:
            raise ValueError(f"nothing named {name!r} is plugged in; there are: {self.plugged()}")
        qmp = self._machine.qmp
        qmp.command("device_del", id=name)
        qmp.wait_event("DEVICE_DELETED", seconds, device=name)
        del self._plugged[name]
        wait_until(f"the medium of {name} is free", lambda: self._released(name), seconds)

    def plugged(self) -> list[str]:
        return list(self._plugged)

    def path(self, name: str) -> Path:
        return self._machine.workdir / name

    def add_drive(self, name: str, medium: Path, read_only: bool = False) -> str:
        """Gives QEMU a raw file as a drive; returns the name that a device refers to."""
        node = f"medium-{name}"
        self._machine.qmp.command(
            "blockdev-add", **{"driver": "raw", "node-name": node, "read-only": read_only,
                               "file": {"driver": "file", "filename": str(medium)}})
        return node

    def add_chardev(self, name: str) -> str:
        """A character device that swallows what it is sent."""
        node = f"wire-{name}"
        self._machine.qmp.command("chardev-add", id=node, backend={"type": "null", "data": {}})
        return node

    def add_netdev(self, name: str) -> str:
        """A network that leads nowhere."""
        node = f"net-{name}"
        self._machine.qmp.command("netdev_add", type="hubport", id=node, hubid=7)
        return node

    def _free_name(self, kind: str) -> str:
        number = 1
        while f"{kind}-{number}" in self._plugged:
            number += 1
        return f"{kind}-{number}"

    def _released(self, name: str) -> bool:
        """Whatever was made for the device goes with it, so that its name can be used again."""
        qmp = self._machine.qmp
        removals = (("blockdev-del", {"node-name": f"medium-{name}"}, "Failed to find"),
                    ("chardev-remove", {"id": f"wire-{name}"}, "not found"),
                    ("netdev_del", {"id": f"net-{name}"}, "not found"))
        for command, arguments, absent in removals:
            try:
                qmp.command(command, **arguments)
            except QmpError as error:
                if absent not in str(error):
                    return False
        return True


def make_fat_medium(path: Path, megabytes: int = 64) -> Path:
    """A FAT file system labelled STICK, with KNOWN_FILE in it, in a file of its own."""
    with open(path, "wb") as handle:
        handle.truncate(megabytes << 20)
    _run(["mkfs.vfat", "-n", "STICK", str(path)])
    known = path.with_name(f"{path.name}.{KNOWN_FILE}")
    known.write_text(KNOWN_TEXT)
    _run(["mcopy", "-i", str(path), str(known), f"::{KNOWN_FILE}"])
    known.unlink()
    return path


def files_on(medium: Path) -> dict[str, bytes]:
    """What is on a FAT medium now, read on the host: names in the root and their bytes."""
    names = _run(["mdir", "-b", "-i", str(medium), "::"]).decode().split("\n")
    found = [name.removeprefix("::/") for name in names if name.startswith("::/")]
    return {name: _run(["mtype", "-i", str(medium), f"::{name}"])
            for name in found if not name.endswith("/")}


def _run(command: list[str]) -> bytes:
    return subprocess.run(command, check=True, capture_output=True).stdout


def _stick(bench: Bench, name: str, asked: dict) -> dict:
    medium = bench.path(f"{name}.img")
    if not medium.exists():
        make_fat_medium(medium)
    return {"drive": bench.add_drive(name, medium), "removable": True,
            "serial": asked.get("serial", f"STICK-{name}")}


def _disk(bench: Bench, name: str, _asked: dict) -> dict:
    medium = bench.path(f"{name}.img")
    if not medium.exists():
        make_fat_medium(medium)
    return {"drive": bench.add_drive(name, medium), "serial": f"DISK-{name}"}


def _phone(bench: Bench, name: str, _asked: dict) -> dict:
    folder = bench.path(name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "photo.txt").write_text("not really a photo\n")
    return {"rootdir": str(folder), "readonly": False}  # QEMU wants an absolute path


def _serial(bench: Bench, name: str, _asked: dict) -> dict:
    return {"chardev": bench.add_chardev(name)}


def _network(bench: Bench, name: str, _asked: dict) -> dict:
    return {"netdev": bench.add_netdev(name)}


def _sound(_bench: Bench, _name: str, _asked: dict) -> dict:
    return {"audiodev": "silent"}


KINDS = {
    "usb-storage": Kind("a USB stick with a FAT file system", "usb-storage", _stick),
    "usb-mtp": Kind("a phone that shows its files over MTP", "usb-mtp", _phone),
    "usb-kbd": Kind("a second keyboard", "usb-kbd"),
    "usb-mouse": Kind("a second mouse", "usb-mouse"),
    "usb-tablet": Kind("an absolute pointer", "usb-tablet"),
    "usb-wacom-tablet": Kind("a pen tablet", "usb-wacom-tablet"),
    "usb-hub": Kind("a hub", "usb-hub"),
    "usb-net": Kind("a network adapter (RNDIS and CDC)", "usb-net", _network),
    "usb-serial": Kind("a serial adapter", "usb-serial", _serial),
    "usb-braille": Kind("a braille display", "usb-braille", _serial),
    "usb-audio": Kind("a sound device", "usb-audio", _sound),
    "usb-ccid": Kind("a smart-card reader", "usb-ccid"),
    "nvme": Kind("an NVMe disk on a hot-plug slot", "nvme", _disk, bus="slot1"),
}
