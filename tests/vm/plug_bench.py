#!/usr/bin/env python3
"""Measures from plugging a stick in until it is refused, or until its file system can be mounted.

plug_bench.py [--json FILE] [--plugs N]

A virtual terminal with agentd, and at the same time one without Sekisho: by itself and with Debian's
usbguard-daemon, in turns. docs/bench-terminal.md says from where to where. Ctrl-C ends it with the
figures of the turns that are over.

Exit status: 0 measured, 1 could not be measured, 2 wrong usage.
"""

import argparse
import concurrent.futures
import contextlib
import json
import sys
import time
from pathlib import Path

from lab import layers, measured_stick, plug_trace, tools, usbguard
from lab.gadget import Gadgets
from lab.machine import Machine
from lab.office import Office
from lab.plug_trace import Unmeasurable, median, milliseconds, p99

_TURN = 25
_OPENED, _REFUSED = "opened", "refused"
_NEXT = "=== next plug"
_SERIALS = {_OPENED: measured_stick.SERIAL, _REFUSED: "STRANGER"}
_BARE = "no agent"
# Milliseconds from each plug, by who was there and what the stick was.
Samples = dict[tuple[str, str], list[float]]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--plugs", type=int, default=500, help="for each arm (default 500)")
    chosen = parser.parse_args()
    samples: Samples = {}
    try:
        with contextlib.suppress(KeyboardInterrupt):
            measure(chosen.plugs, samples)
    except (Unmeasurable, AssertionError, RuntimeError, FileNotFoundError) as error:
        print(f"plug_bench: {error}", file=sys.stderr)
        return 1
    figures = figures_of(samples)
    if not figures:
        print("plug_bench: no turn was over yet", file=sys.stderr)
        return 1
    print(f"{'figure':44} {'value':>9} {'unit':4} {'yardstick':>9} {'ratio':>6}")
    for figure in figures:
        print(f"{figure['name']:44} {figure['value']:9.1f} {figure['unit']:4} "
              f"{figure['yardstick']:9.1f} {figure['ratio']:6.2f}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def measure(plugs: int, samples: Samples) -> None:
    """Adds the milliseconds from each plug to `samples`, whole turns alone."""
    decides = plug_trace.decision_offset()  # first: a build in the meantime would change it
    layer = layers.enrolled()
    with Office(saved=layer / "office") as office, \
            layers.resume(layers.stock()) as stock, \
            layers.resume(layer, console_port=office.port) as guarded:
        measured_stick.allow(office)
        usbguard.install(stock, measured_stick.GUARD_RULES)
        for machine in (stock, guarded):
            gadgets = Gadgets(machine, 1)
            for what, serial in _SERIALS.items():
                gadgets.make_stick(what.upper(), serial, label=what.upper())
            tools.put(machine, "plug_timer")
            # The kernel's own second before it asks a new disk anything.
            machine.root.check("modprobe usb-storage; echo 0 >/sys/module/usb_storage/parameters/delay_use")
        plug_trace.arm(stock, None)
        plug_trace.arm(guarded, decides)
        take(stock, guarded, plugs, samples)


def figures_of(samples: Samples) -> list[dict]:
    def figure(name: str, value: float, yardstick: float) -> dict:
        return {"name": f"plug/{name}", "value": value, "unit": "ms", "yardstick": yardstick,
                "ratio": value / yardstick, "goal": None, "met": None}

    return [figure(f"{what}, {quantile}, beside {other}", pick(samples["agentd", what]),
                   pick(samples[other, what]))
            for what, others in ((_OPENED, (_BARE, "usbguard")), (_REFUSED, ("usbguard",)))
            for other in others if samples.get((other, what))
            for pick, quantile in ((median, "p50"), (p99, "p99"))]


def take(stock: Machine, guarded: Machine, plugs: int, samples: Samples) -> None:
    begin = time.monotonic()

    def turn(machine: Machine, arms: tuple[str, ...], rounds: int) -> Samples:
        taken: Samples = {}
        for who in arms:
            if who != "agentd":
                let_rule(machine, who)
            for what in (_OPENED,) if who == _BARE else (_OPENED, _REFUSED):
                taken[who, what] = plug(machine, who, what, rounds)
        return taken

    # Both terminals at once: whatever else this machine does, it does to both.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in range(0, plugs, _TURN):
            rounds = min(_TURN, plugs - done)
            others = (_BARE, "usbguard")[:: 1 if done // _TURN % 2 == 0 else -1]
            both = [pool.submit(turn, guarded, ("agentd",), rounds),
                    pool.submit(turn, stock, others, rounds)]
            for taken in [each.result() for each in both]:
                for arm, times in taken.items():
                    samples.setdefault(arm, []).extend(times)
            print(f"  {done + rounds} of {plugs} plugs each, {time.monotonic() - begin:.0f} s",
                  file=sys.stderr, flush=True)


def let_rule(stock: Machine, who: str) -> None:
    """Nobody, as Debian's kernel is by itself, or usbguard-daemon with its deny by default."""
    if who == _BARE:
        stock.root.check("systemctl stop usbguard", 60)
    else:
        stock.root.check("systemctl start usbguard", 60)
    stock.root.check(f"""for hub in /sys/bus/usb/devices/usb*; do
        echo {1 if who == _BARE else 0} >$hub/authorized_default; done""")
    if who != _BARE:
        usbguard.Turns(stock).settle("usbguard")


def plug(machine: Machine, who: str, what: str, rounds: int) -> list[float]:
    # The first after a change of daemon pays for pages that are not there yet, whoever it is.
    command = f"plug_timer {what} {rounds + 1} {what.upper()}"
    traces = machine.root.check(command, 60 * rounds).split(_NEXT)[2:]
    taken = [each for trace in traces if (each := time_of(trace, who, what)) is not None]
    # agentd gives back code once more a minute after its start, and a probe with it.
    if len(taken) < rounds - 1:
        raise Unmeasurable(f"of {rounds} plugs only {len(taken)} could be timed")
    return taken


def time_of(trace: str, who: str, what: str) -> float | None:
    """Milliseconds from plugging to the end; None when the probe of the decision was lost."""
    lines = plug_trace.parse(trace)
    begin = next(each for each in lines if "plugged" in each["rest"])
    if what == _OPENED:
        end = next(each for each in lines if "mountable" in each["rest"])
    else:
        appeared = next(each for each in lines if each["event"] == "new_device")
        end = next((each for each in reversed(lines) if each["event"] == f"decided_{who}" and
                    milliseconds(each) > milliseconds(appeared)), None)
    return end and milliseconds(end) - milliseconds(begin)


if __name__ == "__main__":
    sys.exit(main())
