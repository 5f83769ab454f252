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
import subprocess
import sys
import time
from pathlib import Path

from lab import layers, packages, paths
from lab.deadline import wait_until
from lab.gadget import Gadgets
from lab.machine import Machine
from lab.office import Office

_TURN = 10
# Debian's package, and what it needs beyond what the terminal is made of.
_USBGUARD = ["usbguard", "libusbguard1", "libqb100", "libumockdev0", "libpcap0.8"]
_AGENTD = "/usr/lib/sekisho/sekisho-agentd"
_GUARD_LIBRARY = "/usr/lib/x86_64-linux-gnu/libusbguard.so.1"
_GUARD_DECIDES = "_ZNK8usbguard6Policy20getFirstMatchingRuleESt10shared_ptrIKNS_4RuleEEj"
_TRACING = "/sys/kernel/tracing"

_POLICY = """zone: 個人番号利用事務系
rules:
  - id: hubs
    match: {classes: [hub]}
    action: allow
  - id: measured
    match: {classes: [storage], vendor: "1d6b", product: "0104", serial: "MEASURED"}
    action: allow
exceptions: {helpdesk: 15m, admin: 8h}
"""
_GUARD_RULES = 'allow id 1d6b:0104 serial "MEASURED"\n'


class Unmeasurable(RuntimeError):
    """Something that the measurement stands on is not there."""


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
    print(f"{'figure':44} {'agentd':>10} {'usbguard':>10} {'ratio':>7} {'goal':>7}")
    for figure in figures:
        verdict = {True: "met", False: "MISSED", None: ""}[figure["met"]]
        print(f"{figure['name']:44} {figure['value']:10.3f} {figure['yardstick']:10.3f} "
              f"{figure['ratio']:7.2f} {figure['goal'] or '':>7} {verdict} [{figure['unit']}]")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1) + "\n")
    return 0


def measure(plugs: int, idle: int) -> list[dict]:
    layer = layers.enrolled()
    with Office(saved=layer / "office") as office, \
            layers.resume(layer, console_port=office.port) as machine:
        wait_until("the terminal is connected", lambda: office.connected("terminal"), 180, 1)
        policy = office.workdir / "policy.yaml"
        policy.write_text(_POLICY)
        office.check("policy", "publish", str(policy), "--comment", "to be measured", "--yes")
        wait_until("the policy is applied",
                   lambda: int(office.connected("terminal")["status"]["bundleVersion"]) > 1, 150, 1)
        install_usbguard(machine)
        bench = Bench(machine)
        for turn in range(-(-plugs // _TURN)):
            for daemon in (("agentd", "usbguard"), ("usbguard", "agentd"))[turn % 2]:
                bench.take_turn(daemon)
        for daemon in ("agentd", "usbguard"):
            bench.watch_idle(daemon, idle)
        return bench.figures()


def install_usbguard(machine: Machine) -> None:
    """Debian's own package, and what it needs; without a network, as the image is built."""
    folder = paths.cache() / "usbguard"
    folder.mkdir(exist_ok=True)
    if not list(folder.glob("usbguard_*.deb")):
        subprocess.run(["apt-get", "download", "-q", *_USBGUARD], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
    machine.root.check("mkdir -p /root/debs /etc/usbguard")
    for deb in sorted(folder.glob("*.deb")):
        machine.root.put(deb.read_bytes(), f"/root/debs/{deb.name}")
    # Not started by its installation: the keyboard is not in its rules yet.
    machine.root.check("""systemctl mask --runtime --quiet usbguard usbguard-dbus
        DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /root/debs/*.deb 2>&1
        systemctl unmask --runtime --quiet usbguard
        sed -i 's/^PresentDevicePolicy=.*/PresentDevicePolicy=keep/' \\
          /etc/usbguard/usbguard-daemon.conf""", 300)
    machine.root.put(_GUARD_RULES.encode(), "/etc/usbguard/rules.conf")
    machine.root.check("chmod 600 /etc/usbguard/rules.conf")


class Bench:
    """Takes the measurements; keeps the samples, milliseconds each, by daemon and name."""

    _UNITS = {"agentd": "sekisho-agentd", "usbguard": "usbguard"}

    def __init__(self, machine: Machine):
        self._root = machine.root
        self._samples = {daemon: {} for daemon in self._UNITS}
        self._gadgets = Gadgets(machine, 1)
        self._gadgets.make_stick("stick", "MEASURED")
        self._arm()

    def take_turn(self, daemon: str) -> None:
        self._switch_to(daemon)
        # The first after a start pays for pages that are not there yet, for both.
        for number in range(_TURN + 1):
            times = self._plug(daemon)
            if number > 0:
                for name, value in times.items():
                    self._samples[daemon].setdefault(name, []).append(value)

    def watch_idle(self, daemon: str, seconds: int) -> None:
        """Memory, and how often it woke up while nothing happened."""
        self._switch_to(daemon)
        self._plug(daemon)  # it has worked once, as one in use has
        time.sleep(20)  # not a wait for a state: what the plug set off has to be over
        count = ("cat /proc/$pid/task/*/status | "
                 "awk '/^voluntary_ctxt/ {sum += $2} END {print sum}'")
        pid = f"pid=$(systemctl show -p MainPID --value {self._UNITS[daemon]}); "
        before, since = int(self._root.check(pid + count)), time.monotonic()
        time.sleep(seconds)
        woken = int(self._root.check(pid + count)) - before
        minutes = (time.monotonic() - since) / 60
        pss = self._root.check(pid + "awk '/^Pss:/ {print $2}' /proc/$pid/smaps_rollup")
        self._samples[daemon]["wake-ups"] = [woken / minutes]
        self._samples[daemon]["pss"] = [int(pss) / 1024]

    def figures(self) -> list[dict]:
        def figure(name, unit, pick, samples, goal, met):
            mine, theirs = (pick(self._samples[who][samples]) for who in ("agentd", "usbguard"))
            ratio = mine / theirs if theirs else 0.0
            return {"name": f"terminal/{name}", "value": mine, "unit": unit, "yardstick": theirs,
                    "ratio": ratio, "goal": goal, "met": met(mine, ratio)}

        def at_most_its_own(_, ratio):
            return ratio <= 1.0

        found = []
        for samples, title in (("decision", "uevent to decision"),
                               ("effect", "uevent to effect, fsync left out")):
            for pick, quantile in ((median, "p50"), (p99, "p99")):
                found.append(figure(f"{title}, {quantile}", "ms", pick, samples, 1.0,
                                    at_most_its_own))
        for pick, quantile in ((median, "p50"), (p99, "p99")):
            found.append(figure(f"of that, fsync, {quantile}", "ms", pick, "fsync", None,
                                lambda *_: None))
        found.append(figure("memory (PSS)", "MiB", median, "pss", 1.0, at_most_its_own))
        found.append(figure("idle wake-ups", "1/min", median, "wake-ups", 1.0,
                            lambda mine, _: mine <= 1.05))
        return found

    # --- one plug -------------------------------------------------------------------------------

    def _switch_to(self, daemon: str) -> None:
        for name, unit in self._UNITS.items():
            if name != daemon:
                self._root.check(f"systemctl stop {unit}", 60)
        self._root.check(f"systemctl start {self._UNITS[daemon]}", 60)
        # Neither opens what comes later by default: the deny is the kernel's in both turns.
        self._root.check("""for hub in /sys/bus/usb/devices/usb*; do
            echo 0 >$hub/authorized_default; done""")

    def _plug(self, daemon: str) -> dict[str, float]:
        self._root.check(f"echo >{_TRACING}/trace; echo 1 >{_TRACING}/tracing_on")
        self._gadgets.plug("stick", 0)
        wait_until(f"{daemon} lets the stick in", self._is_in, 30, 0.05)
        trace = self._root.check(f"echo 0 >{_TRACING}/tracing_on; cat {_TRACING}/trace")
        self._gadgets.unplug("stick")
        wait_until("it is gone", lambda: not self._gadgets.path(0), 30, 0.05)
        return times_of(trace, daemon)

    def _is_in(self) -> bool:
        path = self._gadgets.path(0)
        return bool(path) and self._root.run(f"grep -q 1 {path}/authorized && "
                                             f"grep -q authorised_ {_TRACING}/trace").ok

    def _arm(self) -> None:
        """Puts the kernel's probes in place; the same mark starts and ends both daemons' times."""
        mine = offset_of(unstripped_agentd(), "_ZN7sekisho4core6DecideERKNS0_6DeviceERKNS0_9"
                                              "SituationE")
        # Debian's library says where its decision function is, stripped as it is.
        library = paths.cache() / "usbguard" / "libusbguard.so.1"
        deb = next((paths.cache() / "usbguard").glob("libusbguard1_*.deb"))
        with open(library, "wb") as handle:
            subprocess.run(f"dpkg-deb --fsys-tarfile {deb} | tar -xO --wildcards "
                           f"'./usr/lib/x86_64-linux-gnu/libusbguard.so.1.*'", shell=True,
                           check=True, stdout=handle)
        theirs = offset_of(library, _GUARD_DECIDES, "-D")
        self._root.check(f"""mountpoint -q {_TRACING} || mount -t tracefs none {_TRACING}
            cd {_TRACING} && echo 0 >tracing_on && echo mono >trace_clock
            echo 'p:uevent kobject_uevent_env action=%si:u32 name=+0(+0(%di)):string' >kprobe_events
            echo 'p:authorise usbcore:usb_authorize_device' >>kprobe_events
            echo 'r:authorised_ usbcore:usb_authorize_device' >>kprobe_events
            echo 'r:decided_agentd {_AGENTD}:{mine:#x}' >uprobe_events
            echo 'r:decided_usbguard {_GUARD_LIBRARY}:{theirs:#x}' >>uprobe_events
            echo 'action == 0' >events/kprobes/uevent/filter
            echo 1 >events/kprobes/enable; echo 1 >events/uprobes/enable
            for call in fsync fdatasync; do
              echo 1 >events/syscalls/sys_enter_$call/enable
              echo 1 >events/syscalls/sys_exit_$call/enable
            done""")


_LINE = re.compile(r"^\s*(?P<who>.+)-(?P<pid>\d+)\s+\[\d+\]\s+\S+\s+(?P<at>\d+\.\d+): "
                   r"(?P<event>\w+)(?:\(|: )(?P<rest>.*)$")


def times_of(trace: str, daemon: str) -> dict[str, float]:
    """The times of one plug, in milliseconds, from the kernel's trace of it."""
    uevent = decided = entered = effect = None
    syncing, synced = None, 0.0
    for line in trace.splitlines():
        found = _LINE.match(line)
        if not found or effect is not None:
            continue
        event, at, rest = found["event"], float(found["at"]) * 1e3, found["rest"]
        mine = found["who"].startswith(("sekisho-agentd", "usbguard-daemon", "usbguard"))
        if event == "uevent" and uevent is None and re.search(r'name="\d+-1"', rest):
            uevent = at
        elif uevent is None:
            continue
        elif event == f"decided_{daemon}" and entered is None:
            decided = at
        elif event == "authorise":
            entered = at
        elif event == "authorised_":
            effect = at
        elif mine and re.match(r"sys_f(data)?sync", event):
            if "->" in rest:
                synced += at - syncing if syncing is not None else 0.0
                syncing = None
            else:
                syncing = at
    if None in (uevent, decided, effect):
        raise Unmeasurable(f"the trace of a plug lacks a mark:\n{trace[-3000:]}")
    return {"decision": decided - uevent, "effect": effect - uevent - synced, "fsync": synced}


def unstripped_agentd() -> Path:
    """What the package's agentd was stripped of its names from; they lie at the same places."""
    path = paths.REPOSITORY / "build" / "dev" / "agent" / "agentd" / "sekisho-agentd"
    if not path.exists() or packages.newest_deb("sekisho-agent") is None:
        raise Unmeasurable("there is no package: run ./dev package first")
    return path


def offset_of(program: Path, symbol: str, *options: str) -> int:
    """Where in the file a function begins."""
    names = subprocess.run(["nm", *options, str(program)], check=True, capture_output=True, text=True)
    address = next((int(line.split()[0], 16) for line in names.stdout.splitlines()
                    if line.split()[-1].split("@")[0] == symbol), None)
    if address is None:
        raise Unmeasurable(f"{program.name} has no {symbol}")
    headers = subprocess.run(["readelf", "-lW", str(program)], check=True, capture_output=True,
                             text=True).stdout
    for line in headers.splitlines():
        field = line.split()
        if field[:1] == ["LOAD"]:
            start, virtual, size = (int(field[at], 16) for at in (1, 2, 4))
            if virtual <= address < virtual + size:
                return address - virtual + start
    raise Unmeasurable(f"{symbol} is in no segment of {program.name}")


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]


if __name__ == "__main__":
    sys.exit(main())
