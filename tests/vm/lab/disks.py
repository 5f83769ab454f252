"""Disks as files: qcow2, so that each test writes to an overlay of its own."""

import subprocess
from pathlib import Path


def make_empty(path: Path, size: int) -> None:
    """A disk of `size` bytes with nothing on it; its file grows as it is written to."""
    _create([str(path), str(size)])


def make_overlay(below: Path, overlay: Path) -> None:
    """A disk that reads as `below` does until it is written to; `below` must not change."""
    _create(["-F", "qcow2", "-b", str(below), str(overlay)])


def _create(arguments: list[str]) -> None:
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", *arguments], check=True,
                   stdin=subprocess.DEVNULL)
