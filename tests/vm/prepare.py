#!/usr/bin/env python3
"""Makes the virtual terminal's image, if it is not in the cache. Called by ./dev, as root."""

import os
import sys

from lab import image, paths


def main() -> int:
    try:
        image.base()
    except image.ImageError as error:
        print(f"prepare: {error}", file=sys.stderr)
        return 1
    owner = os.environ.get("SUDO_UID")
    if owner is not None:  # it is the user's cache, whoever had to fill it
        group = int(os.environ.get("SUDO_GID", owner))
        for folder, _, files in os.walk(paths.cache()):
            for path in [folder, *(os.path.join(folder, name) for name in files)]:
                os.chown(path, int(owner), group)
    return 0


if __name__ == "__main__":
    sys.exit(main())
