#!/usr/bin/env python3
"""Makes what the scenarios start from, if it is not in the cache. Called by ./dev.

prepare.py image      the terminal's disk; as root
prepare.py encrypted  the same terminal on an encrypted disk; as root
prepare.py previous   the packages of the release before this one
prepare.py snapshots  a running terminal without Sekisho, and one with the packages that were built
prepare.py encrypted-snapshots  both on the encrypted disk
"""

import os
import sys

from lab import encrypted, image, layers, paths, previous
from lab.machine import Shape


def main() -> int:
    makers = {"image": lambda: as_the_users(image.base), "previous": previous.debs,
              "encrypted": lambda: as_the_users(encrypted.disk),
              "snapshots": lambda: make_snapshots(Shape()),
              "encrypted-snapshots": lambda: make_snapshots(encrypted.SHAPE)}
    if len(sys.argv) != 2 or sys.argv[1] not in makers:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        makers[sys.argv[1]]()
    except (image.ImageError, AssertionError, RuntimeError, FileNotFoundError) as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    return 0


def as_the_users(make) -> None:
    """Makes it as root; it is the user's all the same."""
    make()
    owner = os.environ.get("SUDO_UID")
    if owner is not None:  # it is the user's cache, whoever had to fill it
        group = int(os.environ.get("SUDO_GID", owner))
        for folder, _, files in os.walk(paths.cache()):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.chown(path, int(owner), group)


def make_snapshots(shape: Shape) -> None:
    layers.stock(shape)
    layers.enrolled(shape)


if __name__ == "__main__":
    sys.exit(main())
