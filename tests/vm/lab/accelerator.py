"""TCG or KVM. Nested KVM hangs with a stock kernel on some hosts, so it is used only when asked.

SEKISHO_LAB_ACCEL=kvm makes the lab several times faster on a machine of one's own.
"""

import os


def name() -> str:
    """ "tcg" or "kvm"; part of a snapshot's key, since one does not resume in the other."""
    asked = os.environ.get("SEKISHO_LAB_ACCEL", "tcg")
    if asked not in ("tcg", "kvm"):
        raise ValueError(f"SEKISHO_LAB_ACCEL is {asked!r}; write tcg or kvm")
    return asked


def options() -> list[str]:
    if name() == "kvm":
        return ["-accel", "kvm", "-cpu", "host"]
    # What costs emulation most and proves nothing here is left out of the processor.
    processor = "max,svm=off,la57=off,smap=off,smep=off,umip=off"
    return ["-accel", "tcg,thread=multi,tb-size=512", "-cpu", processor]
