"""Debian's usbguard, for comparisons: its packages, without a network in the terminal."""

import subprocess
from pathlib import Path

from . import packages, paths
from .machine import Machine


def debs() -> list[Path]:
    """usbguard and what it needs beyond what the terminal is made of; downloads them once."""
    folder = paths.cache() / "usbguard"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob("usbguard_*.deb")):
        subprocess.run(["apt-get", "download", "-q", *packages.section("usbguard")], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.deb"))


def install(machine: Machine, rules: str) -> None:
    """Debian's own package with the given rules.conf, not started yet."""
    machine.root.check("mkdir -p /root/debs /etc/usbguard")
    for deb in debs():
        machine.root.put(deb.read_bytes(), f"/root/debs/{deb.name}")
    # Not started by its installation: the keyboard is not in its rules yet.
    machine.root.check("""systemctl mask --runtime --quiet usbguard usbguard-dbus
        DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /root/debs/*.deb 2>&1
        systemctl unmask --runtime --quiet usbguard
        sed -i 's/^PresentDevicePolicy=.*/PresentDevicePolicy=keep/' \\
          /etc/usbguard/usbguard-daemon.conf""", 300)
    machine.root.put(rules.encode(), "/etc/usbguard/rules.conf")
    machine.root.check("chmod 600 /etc/usbguard/rules.conf")


class Turns:
    """agentd and usbguard-daemon on one terminal: one of them runs, the other is stopped."""

    UNITS = {"agentd": "sekisho-agentd", "usbguard": "usbguard"}

    def __init__(self, machine: Machine):
        self._root = machine.root

    def switch_to(self, daemon: str) -> None:
        for name, unit in self.UNITS.items():
            if name != daemon:
                self._root.check(f"systemctl stop {unit}", 60)
        self._root.check(f"systemctl start {self.UNITS[daemon]}", 60)
        # Neither opens what comes later by default: the deny is the kernel's in both turns.
        self._root.check("""for hub in /sys/bus/usb/devices/usb*; do
            echo 0 >$hub/authorized_default; done""")
        self.settle(daemon)

    def settle(self, daemon: str) -> None:
        """Waits until what was set off is over: five seconds in which the daemon used no time."""
        self._root.check("udevadm settle", 60)
        used = f"awk '{{print $14 + $15}}' /proc/{self.pid(daemon)}/stat"
        self._root.check(f"""quiet=0 before=
            while ((quiet < 5)); do
              now=$({used})
              if [[ $now == "$before" ]]; then ((++quiet)); else quiet=0; fi
              before=$now
              sleep 1
            done""", 120)

    def pid(self, daemon: str) -> str:
        return self._root.check(f"systemctl show -p MainPID --value {self.UNITS[daemon]}")
