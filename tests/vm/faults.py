"""What the fault scenarios share: an enrolled terminal, its history at the office, grants."""

import base64
import collections
import json
import random
import time

from lab.deadline import holds_for, wait_until
from lab.testcase import EnrolledTest


class FaultTest(EnrolledTest):
    """An enrolled terminal, watched from its kernel's side and from the office's.

    Every block device that appears for even a moment is in the kernel's log; disks_ever() reads it.
    """

    # --- the terminal ---------------------------------------------------------------------------

    def disks_ever(self) -> list[str]:
        """The kernel's lines about each disk that a driver has taken in this boot."""
        self.root("journalctl --sync")
        return self.root("journalctl -b -k | grep -E 'Direct-Access|Attached SCSI' || true"
                         ).splitlines()

    def boot_id(self) -> str:
        return self.root("cat /proc/sys/kernel/random/boot_id")

    def agent_status(self) -> dict:
        return json.loads(self.root("sekisho status --output json"))

    def kill_agent(self) -> None:
        """Ends agentd as a crash would, and keeps systemd from starting it again."""
        self.root("""systemctl mask --runtime --quiet sekisho-agentd
            kill -KILL $(systemctl show -p MainPID --value sekisho-agentd)""")
        wait_until("agentd is dead", lambda: self.root("pgrep -cx sekisho-agentd || true") == "0", 20)

    def start_agent(self) -> None:
        self.root("systemctl unmask --runtime --quiet sekisho-agentd; systemctl start sekisho-agentd",
                  120)

    def disk_of(self, serial: str) -> str:
        """The node of the disk that a stick has become, or an empty string."""
        return self.root(f"""for found in $(grep -lsx -- '{serial}' /sys/bus/usb/devices/*/serial)
            do ls ${{found%/serial}}/*/host*/target*/*/block 2>/dev/null; done | head -n 1""")

    # --- the office -----------------------------------------------------------------------------

    def stored(self, kind: str, serial: str | None = None) -> list[dict]:
        """The terminal's events of a kind that the console has stored, newest first."""
        entries = sorted(self.office.events(self.name, kind), key=lambda entry: -int(entry["cursor"]))
        events = [entry["event"] for entry in entries]
        return [event for event in events
                if serial is None or event.get("device", {}).get("serial") == serial]

    def wait_stored(self, kind: str, serial: str | None = None, seconds: float = 90) -> dict:
        """Waits until the console has stored such an event; returns the newest."""
        what = f"the office has {kind} {serial or ''}"
        return wait_until(what, lambda: self.stored(kind, serial), seconds, 0.5)[0]

    def publish(self, policy: str) -> None:
        """Publishes it for everybody, and waits until the terminal follows it."""
        before = int(self.agent_status()["bundleVersion"])
        file = self.office.workdir / "policy.yaml"
        file.write_text(policy)
        self.office.check("policy", "publish", str(file), "--comment", "test", "--yes")
        wait_until("the policy is in force",
                   lambda: int(self.agent_status()["bundleVersion"]) > before, 60)

    def plug_refused(self, serial: str, **options) -> str:
        """Plugs a stick in and waits until the office knows of its block; returns its name."""
        name = self.bench.plug("usb-storage", serial=serial, **options)
        self.wait_stored("device-blocked", serial)
        self.assertEqual(self.disk_of(serial), "")
        return name

    def grant(self, serial: str, seconds: int, *options: str, mode: str = "read-write") -> None:
        """Grants a device that was blocked; with more options of `grants create`."""
        self.grant_device(self.wait_stored("device-blocked", serial)["device"], seconds, *options,
                          mode=mode)

    def grant_device(self, device: dict, seconds: int, *options: str,
                     mode: str = "read-write") -> None:
        """Grants a device as one of its events has it."""
        fingerprint = base64.b64decode(device["fingerprint"]).hex()
        self.office.check("grants", "create", "--terminal", self.name, "--device", fingerprint,
                          "--for", f"{seconds}s", "--mode", mode, "--reason", "test",
                          "--ticket", "T-1", *options)

    def open_by_grant(self, serial: str, seconds: int, *options: str) -> str:
        """Grants it and waits until it is a disk; returns the disk's name."""
        self.grant(serial, seconds, *options)
        return wait_until(f"{serial} is a disk", lambda: self.disk_of(serial), 60)

    def remaining_ns(self) -> int:
        """What is left of the one grant that runs, by the terminal's own clock; 0: none runs."""
        grants = self.agent_status().get("grants") or []
        return int(grants[0].get("remainingNs", 0)) if grants else 0

    def wait_shut(self, serial: str, seconds: float) -> None:
        wait_until(f"{serial} is no disk any more", lambda: not self.disk_of(serial), seconds)

    def assert_history_is_whole(self, seconds: float = 180) -> None:
        """Everything that the terminal recorded is at the office, once, in one unbroken chain."""
        wait_until("nothing waits in the spool", self._nothing_waits, seconds, 1)
        names = collections.Counter()
        kinds = collections.Counter()
        for entry in self.office.every_event(self.name):
            event = entry["event"]
            kinds[event["kind"]] += 1
            # What the console itself noted of the terminal is numbered by its store.
            if int(event.get("sequence", 0)) > 0 and event["bootId"] != "console":
                names[event["bootId"], int(event["sequence"])] += 1
        self.assertFalse([name for name, times in names.items() if times > 1], "stored twice")
        for boot in {boot for boot, _ in names}:
            numbers = sorted(number for name, number in names if name == boot)
            self.assertEqual(numbers, list(range(1, numbers[-1] + 1)), f"lost from boot {boot}")
        for alarm in ("CHAIN_BROKEN", "REPORT_REFUSED", "SPOOL_EVICTED", "TERMINAL_DUPLICATED"):
            self.assertEqual(kinds[f"EVENT_KIND_{alarm}"], 0, kinds)

    def _nothing_waits(self) -> bool:
        status = self.agent_status()
        return status.get("link", "").endswith("CONNECTED") and \
            int(status.get("spoolWaiting", 0)) == 0


def chance() -> random.Random:
    """Random numbers that a failed run can be repeated with: the seed is printed."""
    seed = time.time_ns() & 0xFFFFFFFF
    print(f"(seed {seed}) ", end="", flush=True)
    return random.Random(seed)


__all__ = ["FaultTest", "chance", "holds_for", "wait_until"]
