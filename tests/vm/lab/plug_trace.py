"""What the terminal's kernel says of a plug (ftrace): when the device came, who decided, what was done.

The kernel takes the times, in the same way for agentd and for usbguard-daemon; neither is asked.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from . import packages, paths
from .machine import Machine

TRACING = "/sys/kernel/tracing"
_AGENTD = "/usr/lib/sekisho/sekisho-agentd"
_DECIDES = "_ZN7sekisho4core6DecideERKNS0_6DeviceERKNS0_9SituationE"
_GUARD_LIBRARY = "/usr/lib/x86_64-linux-gnu/libusbguard.so.1"
_GUARD_DECIDES = "_ZNK8usbguard6Policy20getFirstMatchingRuleESt10shared_ptrIKNS_4RuleEEj"
_LINE = re.compile(r"^\s*(?P<who>.+)-(?P<pid>\d+)\s+\[\d+\]\s+\S+\s+(?P<at>\d+\.\d+): "
                   r"(?P<event>\w+)(?P<rest>(?:\(|: | -> ).*)$")

# A probe of a program is a changed page of its code: put in anew before each plug, since agentd gives
# back code that only its start needed, and the probe with it.
RENEW = "echo 0 >events/uprobes/enable; echo 1 >events/uprobes/enable"


class Unmeasurable(RuntimeError):
    """Something that the measurement stands on is not there."""


def arm(machine: Machine, decides: int | None) -> None:
    """Puts the kernel's probes in place; usbguard's, where it is installed.

    decides: where in agentd's file its deciding function begins (decision_offset()). None: agentd is
    not on this terminal.
    """
    machine.root.check(f"""mountpoint -q {TRACING} || mount -t tracefs none {TRACING}
        cd {TRACING} && echo 0 >tracing_on && echo mono >trace_clock
        echo 'p:new_device usbcore:usb_new_device device=%di' >kprobe_events
        echo 'p:uevent netlink_broadcast group=%cx:u32' >>kprobe_events
        echo 'p:authorise usbcore:usb_authorize_device device=%di' >>kprobe_events
        echo 'r:authorised_ usbcore:usb_authorize_device' >>kprobe_events
        echo 'group == 1' >events/kprobes/uevent/filter
        echo 1 >events/kprobes/enable
        for call in fsync fdatasync; do
          echo 1 >events/syscalls/sys_enter_$call/enable
          echo 1 >events/syscalls/sys_exit_$call/enable
        done""")
    probes = []
    if decides is not None:
        probes.append(f"r:decided_agentd {_AGENTD}:{decides:#x}")
    if machine.root.run(f"test -e {_GUARD_LIBRARY}").ok:
        probes.append(f"r:decided_usbguard {_GUARD_LIBRARY}:{_guard_offset():#x}")
    for probe in probes:
        machine.root.check(f"cd {TRACING}; echo '{probe}' >>uprobe_events")
    machine.root.check(f"echo 1 >{TRACING}/events/uprobes/enable")


def _guard_offset() -> int:
    """Debian's library says where its decision function is, stripped as it is."""
    library = paths.cache() / "usbguard" / "libusbguard.so.1"
    deb = next((paths.cache() / "usbguard").glob("libusbguard1_*.deb"))
    with open(library, "wb") as handle:
        subprocess.run(f"dpkg-deb --fsys-tarfile {deb} | tar -xO --wildcards "
                       f"'./usr/lib/x86_64-linux-gnu/libusbguard.so.1.*'", shell=True,
                       check=True, stdout=handle)
    return _offset_of(library, _GUARD_DECIDES, "-D")


def parse(trace: str) -> list[re.Match]:
    """The events of a trace, in the kernel's order: who, pid, at (seconds), event, rest."""
    return [found for line in trace.splitlines() if (found := _LINE.match(line))]


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
        if _build_id(Path(folder + _AGENTD)) != _build_id(path):
            raise Unmeasurable("agentd was built after the package: run ./dev package first")
    return _offset_of(path, _DECIDES)


def _build_id(program: Path) -> str:
    notes = subprocess.run(["readelf", "-nW", str(program)], check=True, capture_output=True,
                           text=True).stdout
    return re.search(r"Build ID: (\w+)", notes)[1]


def _offset_of(program: Path, symbol: str, *options: str) -> int:
    """Where in the file a function begins."""
    names = subprocess.run(["nm", *options, str(program)], check=True, capture_output=True,
                           text=True)
    start_of = next((int(line.split()[0], 16) for line in names.stdout.splitlines()
                     if line.split()[-1].split("@")[0] == symbol), None)
    if start_of is None:
        raise Unmeasurable(f"{program.name} has no {symbol}")
    headers = subprocess.run(["readelf", "-lW", str(program)], check=True, capture_output=True,
                             text=True).stdout
    for line in headers.splitlines():
        field = line.split()
        if field[:1] == ["LOAD"]:
            start, virtual, size = (int(field[at], 16) for at in (1, 2, 4))
            if virtual <= start_of < virtual + size:
                return start_of - virtual + start
    raise Unmeasurable(f"{symbol} is in no segment of {program.name}")


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def p99(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * 0.99))]
