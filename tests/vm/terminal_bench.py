#!/usr/bin/env python3
"""Measures agentd beside Debian's usbguard-daemon, on the same terminal and the same plug events.

terminal_bench.py [--json FILE] [--plugs N] [--idle SECONDS]

Each plug is a stick on the kernel's own virtual controller that both let in by a rule of the same
kind (ids and serial). The two daemons take turns, ten plugs each. Times are taken by the kernel
itself (ftrace), in the same way for both; docs/bench-terminal.md says from where to where.

Exit status: 0 measured (met or not: see the column), 1 could not be measured, 2 wrong usage.
"""

import argparse
import json
import re
import sys
import time
from pathlib import Path

from lab import layers, measured_stick, plug_trace, usbguard
from lab.gadget import Gadgets
from lab.machine import Machine
from lab.office import Office
from lab.plug_trace import Unmeasurable, address, median, milliseconds, p99

_TURN = 10
# As tests/bench writes its goals.
_ITS_OWN = "ratio <= 1"
_ONE = "value <= 1"

# One turn, in the terminal. It looks five times a second whether the stick is in.
_NEXT = "=== next plug"
_PLUG = """set -e
cd {tracing}
shopt -s nullglob
present() {{
  local found=(/sys/devices/platform/dummy_hcd.0/usb*/[0-9]*-[0-9]*/idVendor)
  ((${{#found[@]}} > 0))
}}
for ((round = 0; round < {rounds}; ++round)); do
  {renew}
  echo >trace
  echo 1 >tracing_on
  gadget plug stick 0
  seen=
  for ((wait = 0; wait < 150; ++wait)); do
    sleep 0.2
    seen=$(<trace)
    if [[ $seen == *authorised_:* ]]; then break; fi
  done
  echo 0 >tracing_on
  echo "{next}"
  echo "$seen"
  gadget unplug stick
  while present; do sleep 0.1; done
  udevadm settle
done"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--plugs", type=int, default=60, help="for each daemon (default 60)")
    parser.add_argument("--idle", type=int, default=180,
                        help="seconds to watch each daemon do nothing (default 180)")
    chosen = parser.parse_args()
    try:
        figures = measure(chosen.plugs, chosen.idle)
    except (Unmeasurable, AssertionError, RuntimeError, FileNotFoundError) as error:
        print(f"terminal_bench: {error}", file=sys.stderr)
        return 1
    print(f"{'figure':46} {'value':>9} {'unit':6} {'usbguard':>9} {'ratio':>6} {'goal':11} met")
    for figure in figures:
        ratio = "-" if figure["ratio"] is None else f"{figure['ratio']:.2f}"
        met = {True: "yes", False: "NO", None: "-"}[figure["met"]]
        print(f"{figure['name']:46} {figure['value']:9.3f} {figure['unit']:6} "
              f"{figure['yardstick']:9.3f} {ratio:>6} {figure['goal'] or '-':11} {met}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def measure(plugs: int, idle: int) -> list[dict]:
    decides = plug_trace.decision_offset()  # first: a build in the meantime would change it
    layer = layers.enrolled()
    with Office(saved=layer / "office") as office, \
            layers.resume(layer, console_port=office.port) as machine:
        measured_stick.allow(office)
        usbguard.install(machine, measured_stick.GUARD_RULES)
        bench = Bench(machine, decides)
        for turn in range(-(-plugs // _TURN)):
            for daemon in (("agentd", "usbguard"), ("usbguard", "agentd"))[turn % 2]:
                bench.take_turn(daemon, min(_TURN, plugs - turn * _TURN))
        for daemon in ("agentd", "usbguard"):
            bench.watch_idle(daemon, idle)
        return bench.figures()


class Bench:
    """Takes the measurements; keeps the samples, milliseconds each, by daemon and name."""

    def __init__(self, machine: Machine, decides: int):
        """decides: where in agentd's file its deciding function begins."""
        self._root = machine.root
        self._samples = {daemon: {} for daemon in usbguard.Turns.UNITS}
        self._gadgets = Gadgets(machine, 1)
        self._gadgets.make_stick("stick", measured_stick.SERIAL)
        self._turns = usbguard.Turns(machine)
        plug_trace.arm(machine, decides)

    def take_turn(self, daemon: str, plugs: int) -> None:
        self._turns.switch_to(daemon)
        # The first after a start pays for pages that are not there yet, for both.
        taken = [times for times in self._plug(daemon, plugs + 1)[1:] if times]
        # agentd does that once more a minute after its start, perhaps in the middle of a plug.
        if len(taken) < plugs - 1:
            raise Unmeasurable(f"of {plugs} plugs only {len(taken)} could be timed")
        for times in taken:
            for name, value in times.items():
                self._samples[daemon].setdefault(name, []).append(value)

    def watch_idle(self, daemon: str, seconds: int) -> None:
        """Memory, and how often it woke up while nothing happened."""
        self._turns.switch_to(daemon)
        self._plug(daemon, 1)  # it has worked once, as one in use has
        self._turns.settle(daemon)
        process = f"/proc/{self._turns.pid(daemon)}"
        count = (f"cat {process}/task/*/status | "
                 "awk '/^voluntary_ctxt/ {sum += $2} END {print sum}'")
        before, since = int(self._root.check(count)), time.monotonic()
        time.sleep(seconds)
        woken = int(self._root.check(count)) - before
        minutes = (time.monotonic() - since) / 60
        self._samples[daemon]["wake-ups"] = [woken / minutes]
        for name in ("Pss", "Pss_Dirty"):
            kilobytes = self._root.check(f"awk '/^{name}:/ {{print $2}}' {process}/smaps_rollup")
            self._samples[daemon][name] = [int(kilobytes) / 1024]

    def figures(self) -> list[dict]:
        def figure(name, unit, pick, samples, goal):
            mine, theirs = (pick(self._samples[who][samples]) for who in ("agentd", "usbguard"))
            ratio = mine / theirs if theirs else None
            met = {_ITS_OWN: ratio is not None and ratio <= 1, _ONE: mine <= 1, None: None}[goal]
            return {"name": f"terminal/{name}", "value": mine, "unit": unit, "yardstick": theirs,
                    "ratio": ratio, "goal": goal, "met": met}

        found = []
        for samples, title in (("decision", "uevent to decision"),
                               ("effect", "uevent to effect, fsync left out")):
            for pick, quantile in ((median, "p50"), (p99, "p99")):
                found.append(figure(f"{title}, {quantile}", "ms", pick, samples,
                                    _ITS_OWN))
        for pick, quantile in ((median, "p50"), (p99, "p99")):
            found.append(figure(f"of that, fsync, {quantile}", "ms", pick, "fsync", None))
        found.append(figure("memory (PSS)", "MiB", median, "Pss", _ITS_OWN))
        found.append(figure("of that, in no file", "MiB", median, "Pss_Dirty", None))
        found.append(figure("idle wake-ups", "1/min", median, "wake-ups", _ONE))
        return found

    # --- one plug -------------------------------------------------------------------------------

    def _plug(self, daemon: str, rounds: int) -> list[dict[str, float] | None]:
        """Plugs the stick in and pulls it out, that many times."""
        # All in the terminal: what the lab asks in the middle is work for its two processors.
        script = _PLUG.format(tracing=plug_trace.TRACING, renew=plug_trace.RENEW, next=_NEXT,
                              rounds=rounds)
        traces = self._root.check(script, 60 * rounds)
        return [times_of(trace, daemon) for trace in traces.split(_NEXT)[1:]]


def times_of(trace: str, daemon: str) -> dict[str, float] | None:
    """The times of one plug, in milliseconds, from the kernel's trace of it.

    None when the probe of the decision was lost.
    """
    lines = plug_trace.parse(trace)
    entered = next((found for found in lines if found["event"] == "authorise"), None)
    left = next((found for found in lines if found["event"] == "authorised_"), None)
    # agentd's probe of its own deny plugs in devices too: the one that was let in is meant.
    appeared = entered and next((found for found in lines if found["event"] == "new_device" and
                                 address(found) == address(entered)), None)
    # device_add() tells of a new device before it does anything else with it.
    uevent = appeared and next((found for found in lines if found["event"] == "uevent" and
                                found["pid"] == appeared["pid"] and
                                milliseconds(found) > milliseconds(appeared)), None)
    decided = entered and [found for found in lines if found["event"] == f"decided_{daemon}" and
                           milliseconds(found) < milliseconds(entered)]
    if left and uevent and decided == []:
        return None
    if not (left and uevent and decided):
        raise Unmeasurable(f"the trace of a plug lacks a mark:\n{trace[-3000:]}")
    begin, end = milliseconds(uevent), milliseconds(left)
    synced = in_fsync([found for found in lines if found["pid"] == entered["pid"] and
                       begin < milliseconds(found) < end])
    return {"decision": milliseconds(decided[-1]) - begin, "effect": end - begin - synced,
            "fsync": synced}


def in_fsync(lines: list[re.Match]) -> float:
    """How long one thread was in fsync and fdatasync, milliseconds."""
    total, since = 0.0, None
    for found in lines:
        if not re.fullmatch(r"sys_f(data)?sync", found["event"]):
            continue
        if found["rest"].startswith("("):
            since = milliseconds(found)
        elif since is not None:
            total, since = total + milliseconds(found) - since, None
    return total


if __name__ == "__main__":
    sys.exit(main())
