"""The release before this one, as it is installed out there: its packages, built from its commit.

What is new has to work beside it: an old agent at a new console, a new agent at an old console, an
upgrade over it and a way back.
"""

import os
import shutil
import subprocess
from pathlib import Path

from . import paths, progress

VERSION = "0.1.0"
_COMMIT = "2eb073f3253fd26ae8815819d60383491c6c27e8"


class PreviousError(RuntimeError):
    """The release before cannot be built; the message says what to do."""


def deb(package: str) -> Path:
    """The package of that release; builds all of them the first time (minutes)."""
    found = list(debs().glob(f"{package}_{VERSION}_*.deb"))
    if len(found) != 1:
        raise PreviousError(f"release {VERSION} has no package {package}: {debs()}")
    return found[0]


def debs() -> Path:
    """The directory of that release's packages, in the cache."""
    target = paths.cache() / f"release-{VERSION}-{_COMMIT[:12]}"
    with paths.locked("release"):
        if not target.exists():
            _build(target)
    os.utime(target)
    return target


def _build(target: Path) -> None:
    work = target.with_name(f"{target.name}.partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    log = work / "build.log"
    with progress.step(f"building release {VERSION}, to be tried beside this one", 300):
        source = subprocess.run(["git", "-C", str(paths.REPOSITORY), "archive", _COMMIT],
                                capture_output=True, check=False)
        if source.returncode != 0:
            raise PreviousError(
                f"this clone has no commit {_COMMIT[:12]} (release {VERSION}): "
                f"git fetch --unshallow, then again\n{source.stderr.decode(errors='replace')}")
        subprocess.run(["tar", "-x", "-C", str(work)], input=source.stdout, check=True)
        for command in (["cmake", "--preset", "dev", "-DSEKISHO_TESTS=OFF"],
                        ["ninja", "-C", "build/dev", "all"],
                        ["cpack", "--config", "build/dev/CPackConfig.cmake", "-B", "packages"]):
            _run(command, work, log)
    packages = target.with_name(f"{target.name}.packages")
    shutil.rmtree(packages, ignore_errors=True)
    packages.mkdir()
    for each in (work / "packages").glob("*.deb"):
        each.rename(packages / each.name)
    shutil.rmtree(work)
    packages.rename(target)


def _run(command: list[str], folder: Path, log: Path) -> None:
    with open(log, "a", encoding="utf-8") as handle:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=handle,
                              stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise PreviousError(f"building release {VERSION}: {command[0]} failed; the end of {log}:\n"
                            f"{tail}")
