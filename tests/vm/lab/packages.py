"""Reads platform/linux/packages.list and the dependencies of the built packages."""

import re
import subprocess
from pathlib import Path

from . import paths


# login(1), which is essential, needs it: every Debian has it, and an image need not be made for it.
_ALWAYS_THERE = {"libpam0g"}


def section(name: str) -> list[str]:
    """The packages of one section of the list; KeyError when there is no such section."""
    found, inside = [], False
    for line in paths.PACKAGES_LIST.read_text(encoding="utf-8").splitlines():
        text = line.split("#", 1)[0].strip()
        if text.startswith("["):
            if inside:
                return found
            inside = text == f"[{name}]"
        elif text and inside:
            found.append(text)
    if not inside:
        raise KeyError(f"{paths.PACKAGES_LIST} has no section [{name}]")
    return found


def newest_deb(package: str) -> Path | None:
    """The newest .deb of that name that was built, or None."""
    found = paths.DEBS.glob(f"{package}_*.deb")
    return max(found, key=lambda path: path.stat().st_mtime, default=None)


def dependencies(deb: Path) -> set[str]:
    """The names in a package's Depends (of alternatives, the first), without versions."""
    text = subprocess.run(
        ["dpkg-deb", "-f", str(deb), "Depends"], check=True, capture_output=True, text=True
    ).stdout
    first = (clause.split("|")[0] for clause in text.split(","))
    return {match[0] for clause in first if (match := re.match(r"[a-z0-9][a-z0-9.+-]*",
                                                               clause.strip()))} - _ALWAYS_THERE
