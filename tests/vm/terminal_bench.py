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
import tempfile
import time
from pathlib import Path

from lab import layers, packages, paths, usbguard
from lab.deadline import wait_until
from lab.gadget import Gadgets
from lab.machine import Machine
from lab.office import Office

_TURN = 10
# As tests/bench writes its goals.
_ITS_OWN = "ratio <= 1"
_ONE = "value <= 1"
_AGENTD = "/usr/lib/sekisho/sekisho-agentd"
_DECIDES = "_ZN7sekisho4core6DecideERKNS0_6DeviceERKNS0_9SituationE"
_GUARD_LIBRARY = "/usr/lib/x86_64-linux-gnu/libusbguard.so.1"
_GUARD_DECIDES = "_ZNK8usbguard6Policy20getFirstMatchingRuleESt10shared_ptrIKNS_4RuleEEj"
_TRACING = "/sys/kernel/tracing"

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
  # A probe of a program is a changed page of its code: put in anew, since agentd gives back code
  # that only its start needed, and the probe with it.
  echo 0 >events/uprobes/enable
  echo 1 >events/uprobes/enable
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
    decides = decision_offset()  # first: a build in the meantime would change it
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
        bench = Bench(machine, decides)
        for turn in range(-(-plugs // _TURN)):
            for daemon in (("agentd", "usbguard"), ("usbguard", "agentd"))[turn % 2]:
                bench.take_turn(daemon, min(_TURN, plugs - turn * _TURN))
        for daemon in ("agentd", "usbguard"):
            bench.watch_idle(daemon, idle)
        return bench.figures()


def install_usbguard(machine: Machine) -> None:
    """Debian's own package, and what it needs; without a network, as the image is built."""
    machine.root.check("mkdir -p /root/debs /etc/usbguard")
    for deb in usbguard.debs():
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

    def __init__(self, machine: Machine, decides: int):
        """decides: where in agentd's file its deciding function begins."""
        self._root = machine.root
        self._samples = {daemon: {} for daemon in self._UNITS}
        self._gadgets = Gadgets(machine, 1)
        self._gadgets.make_stick("stick", "MEASURED")
        self._arm(decides)

    def take_turn(self, daemon: str, plugs: int) -> None:
        self._switch_to(daemon)
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
        self._switch_to(daemon)
        self._plug(daemon, 1)  # it has worked once, as one in use has
        self._settle(daemon)
        process = f"/proc/{self._pid(daemon)}"
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

    def _switch_to(self, daemon: str) -> None:
        for name, unit in self._UNITS.items():
            if name != daemon:
                self._root.check(f"systemctl stop {unit}", 60)
        self._root.check(f"systemctl start {self._UNITS[daemon]}", 60)
        # Neither opens what comes later by default: the deny is the kernel's in both turns.
        self._root.check("""for hub in /sys/bus/usb/devices/usb*; do
            echo 0 >$hub/authorized_default; done""")
        self._settle(daemon)

    def _settle(self, daemon: str) -> None:
        """Waits until what was set off is over: five seconds in which the daemon used no time."""
        self._root.check("udevadm settle", 60)
        used = f"awk '{{print $14 + $15}}' /proc/{self._pid(daemon)}/stat"
        self._root.check(f"""quiet=0 before=
            while ((quiet < 5)); do
              now=$({used})
              if [[ $now == "$before" ]]; then ((++quiet)); else quiet=0; fi
              before=$now
              sleep 1
            done""", 120)

    def _pid(self, daemon: str) -> str:
        return self._root.check(f"systemctl show -p MainPID --value {self._UNITS[daemon]}")

    def _plug(self, daemon: str, rounds: int) -> list[dict[str, float] | None]:
        """Plugs the stick in and pulls it out, that many times."""
        # All in the terminal: what the lab asks in the middle is work for its two processors.
        script = _PLUG.format(tracing=_TRACING, next=_NEXT, rounds=rounds)
        traces = self._root.check(script, 60 * rounds)
        return [times_of(trace, daemon) for trace in traces.split(_NEXT)[1:]]

    def _arm(self, mine: int) -> None:
        """Puts the kernel's probes in place; the same mark starts and ends both daemons' times."""
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
            echo 'p:new_device usbcore:usb_new_device device=%di' >kprobe_events
            echo 'p:uevent netlink_broadcast group=%cx:u32' >>kprobe_events
            echo 'p:authorise usbcore:usb_authorize_device device=%di' >>kprobe_events
            echo 'r:authorised_ usbcore:usb_authorize_device' >>kprobe_events
            echo 'r:decided_agentd {_AGENTD}:{mine:#x}' >uprobe_events
            echo 'r:decided_usbguard {_GUARD_LIBRARY}:{theirs:#x}' >>uprobe_events
            echo 'group == 1' >events/kprobes/uevent/filter
            echo 1 >events/kprobes/enable; echo 1 >events/uprobes/enable
            for call in fsync fdatasync; do
              echo 1 >events/syscalls/sys_enter_$call/enable
              echo 1 >events/syscalls/sys_exit_$call/enable
            done""")


_LINE = re.compile(r"^\s*(?P<who>.+)-(?P<pid>\d+)\s+\[\d+\]\s+\S+\s+(?P<at>\d+\.\d+): "
                   r"(?P<event>\w+)(?P<rest>(?:\(|: | -> ).*)$")


def times_of(trace: str, daemon: str) -> dict[str, float] | None:
    """The times of one plug, in milliseconds, from the kernel's trace of it.

    None when the probe of the decision was lost.
    """
    lines = [found for line in trace.splitlines() if (found := _LINE.match(line))]
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


def milliseconds(found: re.Match) -> float:
    return float(found["at"]) * 1e3


def address(found: re.Match) -> str:
    """The kernel's struct usb_device that an event is about."""
    return re.search(r"device=(\w+)", found["rest"])[1]


def decision_offset() -> int:
    """Where the package's agentd decides.

    It is stripped of its names; what it was made of still has them, at the same places.
    """
    path = paths.REPOSITORY / "build" / "dev" / "agent" / "agentd" / "sekisho-agentd"
    deb = packages.newest_deb("sekisho-agent")
    if not path.exists() or deb is None:
        raise Unmeasurable("there is no package: run ./dev package first")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["dpkg-deb", "-x", str(deb), folder], check=True)
        if build_id(Path(folder + _AGENTD)) != build_id(path):
            raise Unmeasurable("agentd was built after the package: run ./dev package first")
    return offset_of(path, _DECIDES)


def build_id(program: Path) -> str:
    notes = subprocess.run(["readelf", "-nW", str(program)], check=True, capture_output=True,
                           text=True).stdout
    return re.search(r"Build ID: (\w+)", notes)[1]


def offset_of(program: Path, symbol: str, *options: str) -> int:
    """Where in the file a function begins."""
    names = subprocess.run(["nm", *options, str(program)], check=True, capture_output=True,
                           text=True)
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
