"""Debian's usbguard, for comparisons: its packages, without a network in the terminal."""

import subprocess
from pathlib import Path

from . import packages, paths


def debs() -> list[Path]:
    """usbguard and what it needs beyond what the terminal is made of; downloads them once."""
    folder = paths.cache() / "usbguard"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob("usbguard_*.deb")):
        subprocess.run(["apt-get", "download", "-q", *packages.section("usbguard")], cwd=folder,
                       check=True, stdout=subprocess.DEVNULL)
    return sorted(folder.glob("*.deb"))
