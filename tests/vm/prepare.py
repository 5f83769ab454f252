#!/usr/bin/env python3
"""Makes what the scenarios start from, if it is not in the cache. Called by ./dev.

prepare.py image      the terminal's disk; as root
prepare.py previous   the packages of the release before this one
prepare.py snapshots  a running terminal without Sekisho, and one with the packages that were built
"""

import os
import sys

from lab import image, layers, paths, previous


def main() -> int:
    makers = {"image": make_image, "previous": previous.debs, "snapshots": make_snapshots}
    if len(sys.argv) != 2 or sys.argv[1] not in makers:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        makers[sys.argv[1]]()
    except (image.ImageError, AssertionError, RuntimeError, FileNotFoundError) as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    return 0


def make_image() -> None:
    image.base()
    owner = os.environ.get("SUDO_UID")
    if owner is not None:  # it is the user's cache, whoever had to fill it
        group = int(os.environ.get("SUDO_GID", owner))
        for folder, _, files in os.walk(paths.cache()):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.chown(path, int(owner), group)


def make_snapshots() -> None:
    layers.stock()
    layers.enrolled()


if __name__ == "__main__":
    sys.exit(main())
