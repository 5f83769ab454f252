"""The story that ./dev demo tells, one step after the other.

Each step asserts what it shows: with --smoke nobody looks, and the demo is a test.
"""

import json

from lab.channel import Channel
from lab.deadline import holds_for, wait_until
from lab.machine import Machine
from lab.office import ORGANISATION, Office
from lab.plug import Bench, files_on

from .steps import Steps, say

HELPDESK = "taro"
_PASSWORD = "the helpdesk's own password"
_SERIAL = "KOMAE-0417"
_STICK = "stick"
_GRANT_SECONDS = 60


class Story:
    """What the steps share: the office, the terminal, the stick and what was learned about them."""

    def __init__(self, steps: Steps, office: Office):
        self._steps = steps
        self._office = office
        self._machine: Machine
        self._bench: Bench
        self._terminal = ""
        self._sysfs = ""
        self._reference = ""

    # --- before the terminal --------------------------------------------------------------------

    def staff_the_office(self) -> None:
        with self._steps.step("a helpdesk operator, who may grant and nothing more") as saw:
            secret = self._office.workdir / f"{HELPDESK}.password"
            secret.write_text(f"{_PASSWORD}\n")
            secret.chmod(0o600)
            made = self._office.ask("operators", "create", HELPDESK, "--role", "helpdesk",
                                    "--group", ORGANISATION, "--password-file", str(secret))
            totp = self._office.workdir / f"{HELPDESK}.totp"
            totp.write_text(made["totpUri"] + "\n")
            totp.chmod(0o600)
            self._office.sign_in(HELPDESK, totp, _PASSWORD)
            saw(self._office.check("whoami", who=HELPDESK))

    # --- the terminal ---------------------------------------------------------------------------

    def use(self, machine: Machine) -> None:
        self._machine = machine
        self._bench = Bench(machine)

    @property
    def bench(self) -> Bench:
        return self._bench

    @property
    def terminal(self) -> str:
        return self._terminal

    def enrol(self) -> None:
        with self._steps.step("the installer enrols it with a token that is good once") as saw:
            self._terminal = self._office.enrol(self._machine)
            known = self._office.terminal(self._terminal)
            saw(f"terminal {known['terminalId']}, policy {known['status']['bundleVersion']}")

    # --- the stick is refused -------------------------------------------------------------------

    def plug_in(self) -> None:
        with self._steps.step("a USB stick is plugged into the running terminal") as saw:
            self._bench.plug("usb-storage", name=_STICK, serial=_SERIAL)
            find = f"grep -lsx -- {_SERIAL} /sys/bus/usb/devices/*/serial || true"
            found = wait_until("the kernel knows the stick", lambda: self._root.check(find), 60)
            self._sysfs = found.removesuffix("/serial")
            saw(f"the kernel sees {self._sysfs}")
        with self._steps.step("it is refused: no block device appears, for ten seconds") as saw:
            holds_for("no block device", lambda: not self._disks(), 10)
            self._expect(self._root.check(f"cat {self._sysfs}/authorized") == "0",
                         "the stick is authorised")
            saw(f"{self._sysfs}/authorized is 0; /sys/block has vda alone")

    def prove_protected(self) -> None:
        # Only now: with nothing refused plugged in, one of the attempts could not be made.
        with self._steps.step("the terminal tries its own protection, and the office knows") as saw:
            saw(self._root.check("sekisho doctor", 120))
            wait_until("the office sees it protected", self._protected, 120, 2)
            saw(self._office.check("terminals"))

    def ask_why(self) -> None:
        with self._steps.step("who, what, where, when and why, at the office") as saw:
            wait_until("the office has the block", self._blocked, 60, 1)
            saw(self._office.check("events", "--terminal", self._terminal, "--kind",
                                   "device-blocked"))
        with self._steps.step("the person at the seat asks for it, and gets a number to read out"
                              ) as saw:
            handle = self._sysfs.rsplit("/", 1)[1]
            why = self._seat.check(f"sekisho why {handle}")
            asked = self._seat.check(f"sekisho request {handle} --reason 'tax office hand-over'")
            saw(f"{why}\n{asked}")
            open_requests = wait_until("the helpdesk sees the request", self._requests, 60, 1)
            self._reference = open_requests[0]["reference"]

    # --- the grant ------------------------------------------------------------------------------

    def grant(self) -> None:
        with self._steps.step("the helpdesk opens exactly that stick for one minute") as saw:
            saw(self._office.check("grants", "create", self._reference, "--for",
                                   f"{_GRANT_SECONDS}s", "--mode", "read-write", "--reason",
                                   "tax office hand-over", "--ticket", "HD-1042", who=HELPDESK))
            disks = wait_until("the stick becomes a disk", self._disks, 45)
            saw(f"/dev/{disks.pop()} is there")

    def copy_out(self) -> None:
        with self._steps.step("the person mounts it as a desktop does, and copies a file") as saw:
            wait_until("udisks mounts it", self._mount, 30, 1)
            copied = self._seat.check("""set -e
                seq 1 200000 >~/survey.csv
                cp ~/survey.csv /media/hanako/STICK/
                cmp ~/survey.csv /media/hanako/STICK/survey.csv
                ls -l /media/hanako/STICK
                setsid bash -c 'exec 9</media/hanako/STICK/hello.txt; exec sleep 600' \\
                  >/dev/null 2>&1 </dev/null &""")
            saw(copied)

    def end(self) -> None:
        title = f"the minute ends ({_GRANT_SECONDS} s): whoever holds the stick is named and ended"
        with self._steps.step(title) as saw:
            wait_until("the disk is gone", lambda: not self._disks(), _GRANT_SECONDS + 60, 1)
            held = wait_until("the office knows who held it", self._holder, 60, 1)
            parameters = {entry["key"]: entry["value"] for entry in held["parameters"]}
            saw(f"ended: {parameters}")
            self._expect(not self._seat.run("pgrep -x sleep").ok, "the holder still runs")
        with self._steps.step("flushed, unmounted and shut: the next open and read fail") as saw:
            self._expect(not self._root.run("findmnt /media/hanako/STICK").ok, "still mounted")
            self._expect(not self._root.run("dd if=/dev/sda of=/dev/null iflag=direct count=1").ok,
                         "an uncached read still succeeds")
            self._expect(not self._seat.run("cat /media/hanako/STICK/hello.txt").ok,
                         "an open still succeeds")
            self._expect(self._root.check(f"cat {self._sysfs}/authorized") == "0",
                         "the stick is still authorised")
            written = files_on(self._bench.path(f"{_STICK}.img"))
            wanted = "".join(f"{number}\n" for number in range(1, 200001)).encode()
            self._expect(written.get("survey.csv") == wanted, "the copied file is not on the stick")
            closed = wait_until("the office knows that it was shut", self._closed, 60, 1)
            saw(json.dumps({entry["key"]: entry["value"] for entry in closed["parameters"]}))
            saw(self._office.check("grants", "list", "--all"))

    # --- what is looked at ----------------------------------------------------------------------

    @property
    def _root(self) -> Channel:
        return self._machine.root

    @property
    def _seat(self) -> Channel:
        return self._machine.seat

    def _expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            raise AssertionError(otherwise)

    def _disks(self) -> set[str]:
        return self._machine.other_disks()

    def _protected(self) -> bool:
        known = self._office.terminal(self._terminal)
        return known is not None and not known["unprotected"]

    def _blocked(self) -> list[dict]:
        blocks = self._office.events(self._terminal, "device-blocked")
        return [event for event in blocks if _SERIAL in json.dumps(event.get("event", event))]

    def _requests(self) -> list[dict]:
        return self._office.ask("requests", who=HELPDESK).get("requests", [])

    def _holder(self) -> dict | None:
        return self._newest("holder-ended")

    def _closed(self) -> dict | None:
        return self._newest("medium-closed")

    def _newest(self, kind: str) -> dict | None:
        found = self._office.events(self._terminal, kind)
        return found[0].get("event", found[0]) if found else None

    def _mount(self) -> bool:
        return self._seat.run("udisksctl mount --no-user-interaction -b /dev/sda").ok


def introduce() -> None:
    say("Sekisho (関所): the terminal's USB ports are shut, the office sees every attempt, and the")
    say("helpdesk opens exactly one stick for exactly as long as it takes. Here it happens for real:")
    say("a stock Debian kernel in QEMU, the .debs that were just built, gRPC over mutual TLS.")
    say()
