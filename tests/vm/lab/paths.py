"""Where the lab keeps things: the cache outlives a run, a work directory does not."""

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGES_LIST = REPOSITORY / "platform" / "linux" / "packages.list"
DEBS = REPOSITORY / "build" / "dev" / "packages"


def cache() -> Path:
    """The directory for images and snapshots, outside the source tree; made when missing."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    path = Path(base) / "sekisho"
    path.mkdir(parents=True, exist_ok=True)
    return path


def new_workdir(purpose: str) -> Path:
    """A fresh directory with a short path: unix socket names end at 107 bytes."""
    return Path(tempfile.mkdtemp(prefix=f"sekisho-{purpose}-", dir=_short_tmp()))


def _short_tmp() -> str:
    tmp = tempfile.gettempdir()
    return tmp if len(tmp) <= 40 else "/tmp"


@contextlib.contextmanager
def locked(name: str):
    """Holds a lock in the cache, so that two runs never build the same image at once."""
    with open(cache() / f"{name}.lock", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def prune(pattern: str, keep: int) -> None:
    """Removes all but the `keep` most recently used directories that match in the cache."""
    found = sorted(cache().glob(pattern), key=lambda path: path.stat().st_mtime, reverse=True)
    for path in found[keep:]:
        shutil.rmtree(path, ignore_errors=True)
