#!/usr/bin/env python3
"""Measures how long installing the agent takes, beside Debian's usbguard, on the same terminal.

install_bench.py [--json FILE] [--rounds N]

Each round starts from the same snapshot of a terminal without either, and times dpkg alone: the
packages are in the terminal already. The agent's share includes what it does for the next start (the
initramfs of every kernel, the boot loader's menu), of which usbguard does nothing.

Exit status: 0 measured, 1 could not be measured, 2 wrong usage.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path

from lab import layers, usbguard

_TIMED = """cd {folder}
{before}
begin=$(date +%s%N)
DEBIAN_FRONTEND=noninteractive dpkg -i ./*.deb >log 2>&1 || {{ cat log >&2; exit 1; }}
echo $(($(date +%s%N) - begin))"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--rounds", type=int, default=3, help="of which the median (default 3)")
    chosen = parser.parse_args()
    try:
        figures = measure(chosen.rounds)
    except (AssertionError, RuntimeError, FileNotFoundError) as error:
        print(f"install_bench: {error}", file=sys.stderr)
        return 1
    for figure in figures:
        print(f"{figure['name']:46} {figure['value']:7.1f} {figure['unit']}  "
              f"{figure['samples']}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def measure(rounds: int) -> list[dict]:
    agent = [layers.agent_deb()]
    arms = {"observing": (agent, preseed("observe")), "enforcing": (agent, preseed("enforce")),
            "usbguard": (usbguard.debs(), "mkdir -p /etc/usbguard")}
    samples = {name: [] for name in arms}
    for _ in range(rounds):
        for name, (debs, before) in arms.items():
            samples[name].append(install(debs, before))
    yardstick = statistics.median(samples["usbguard"])
    return [{"name": f"install/{name}", "unit": "s", "value": statistics.median(taken),
             "yardstick": yardstick, "samples": [round(each, 1) for each in taken]}
            for name, taken in samples.items()]


def preseed(mode: str) -> str:
    return f"echo sekisho-agent sekisho-agent/mode select {mode} | debconf-set-selections"


def install(debs: list[Path], before: str) -> float:
    """How long dpkg took, in seconds, on a terminal of its own."""
    with layers.resume(layers.stock()) as machine:
        machine.root.check("mkdir /root/debs")
        for deb in debs:
            machine.root.put(deb.read_bytes(), f"/root/debs/{deb.name}")
        machine.root.check("sync")
        return int(machine.root.check(_TIMED.format(folder="/root/debs", before=before), 900)) / 1e9


if __name__ == "__main__":
    sys.exit(main())
