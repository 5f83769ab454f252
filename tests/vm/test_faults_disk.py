"""The terminal's own disk fails it: full, damaged, or cut off in the middle of a write."""

import json
import unittest

from faults import FaultTest, wait_until
from lab import keys

_STATE = "/var/lib/sekisho/agentd"

_POLICY = """zone: 個人番号利用事務系
rules:
  - id: ours
    match: {{classes: [storage], serial: "{serial}"}}
    action: allow
exceptions: {{helpdesk: 15m, admin: 8h}}
"""


class ADiskThatFails(FaultTest):
    def test_events_that_wait_survive_a_power_cut_and_arrive(self):
        self.root("systemctl stop sekisho-link")
        self.bench.plug("usb-storage", serial="DARK-1")
        wait_until("the block waits in the spool", self.waits, 60, 0.5)
        boot = self.boot_id()
        self.machine.cut_power()
        self.assertEqual(self.stored("device-blocked", "DARK-1"), [])
        self.machine.start()
        self.machine.wait_until_up()
        block = self.wait_stored("device-blocked", "DARK-1", 240)
        self.assertEqual(block["bootId"], boot)
        self.assert_history_is_whole()

    def waits(self) -> bool:
        refused = self.root("sekisho devices --output json")
        return "DARK-1" in refused and int(self.agent_status().get("spoolWaiting", 0)) > 0

    def test_with_the_spools_disk_full_nothing_is_allowed_and_the_keyboard_works(self):
        self.allow_by_rule("OURS-1")
        self.on_a_small_disk()
        self.plug_refused("FULL-1")
        self.root(f"! cat /dev/zero >{_STATE}/filler 2>/dev/null")
        # By an exception: refused as it comes, for it cannot be recorded that it came.
        self.grant("FULL-1", 900)
        wait_until("agentd says that it cannot record", self.cannot_record, 90, 1)
        # By a rule: decided, and not let in.
        self.bench.plug("usb-storage", serial="OURS-1")
        wait_until("it is refused for that", self.unrecordable, 60, 0.5)
        self.assert_no_disk_appears(10)
        self.assertEqual(self.agent_status().get("grants") or [], [])
        self.replug_keyboard()
        keys.type_text(self.machine.qmp, "\necho still-typing >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the adopted keyboard types", lambda: self.root(typed) == "still-typing", 60)
        self.assertEqual(self.disks_ever(), [])
        self.root(f"rm {_STATE}/filler")
        self.wait_stored("spool-unwritable", seconds=180)
        refused = self.wait_stored("grant-refused")
        self.assertIn({"key": "cause", "value": "unrecordable"}, refused["parameters"])
        # Both count from now on: the rule, and the exception that the console sends again.
        self.wait_stored("device-allowed", "OURS-1", 120)
        wait_until("OURS-1 is a disk", lambda: self.disk_of("OURS-1"), 60)
        self.wait_stored("grant-opened", "FULL-1", 120)
        self.assert_history_is_whole()

    def allow_by_rule(self, serial: str):
        self.publish(_POLICY.format(serial=serial))

    def on_a_small_disk(self):
        """agentd's state on a file system of 8 MiB of its own."""
        self.root("systemctl stop sekisho-agentd")
        self.assertEqual(self.root("systemctl show -p Result --value sekisho-agentd"), "success")
        self.root(f"""set -e
            truncate -s 8M /root/small.img && mkfs.ext4 -q -m 0 /root/small.img
            cp -a {_STATE} /root/state && mount -o loop /root/small.img {_STATE}
            cp -a /root/state/. {_STATE}/ && chmod 700 {_STATE}
            systemctl start sekisho-agentd""", 120)
        wait_until("the terminal is connected again", self._nothing_waits, 120, 1)

    def cannot_record(self) -> bool:
        """What doctor finds by trying."""
        tried = json.loads(self.root("sekisho doctor --output json || true"))["probes"]
        return {"state.durable": "PROBE_RESULT_OPEN"}.items() <= \
            {probe["name"]: probe["result"] for probe in tried}.items()

    def unrecordable(self) -> bool:
        known = json.loads(self.root("sekisho devices --output json"))["devices"]
        return any(each["device"]["serial"] == "OURS-1" and not each.get("authorised") and
                   each["verdict"]["reason"] == "VERDICT_REASON_UNRECORDABLE" for each in known)

    def replug_keyboard(self):
        self.machine.qmp.command("device_del", id="keyboard")
        self.machine.qmp.wait_event("DEVICE_DELETED", 20, device="keyboard")
        # Sooner, the kernel would take it for a disturbance on the wire.
        wait_until("the kernel knows that it has gone", lambda: self.root(
            "ls -d /sys/bus/usb/devices/1-1 2>/dev/null || true") == "", 30)
        self.machine.qmp.command("device_add", driver="usb-kbd", id="keyboard", bus="xhci.0",
                                 port=self.shape.keyboard_port)
        wait_until("the keyboard is open", lambda: self.root(
            "cat /sys/bus/usb/devices/1-1/authorized 2>/dev/null || true") == "1", 60)

    def test_a_truncated_file_of_grants_is_set_aside_and_said_so(self):
        self.damaged("grants", "truncate -s -7 {}")

    def test_a_bundle_of_garbage_is_set_aside_and_said_so(self):
        self.damaged("bundle", "head -c 4096 /dev/urandom >{}")

    def test_an_adopted_list_of_a_newer_version_is_set_aside_and_said_so(self):
        # The frame begins with its version; what a later release writes is not for this one.
        self.damaged("adopted", r"printf '\xff\xff' | dd of={} bs=1 conv=notrunc status=none")

    def damaged(self, name: str, how: str):
        self.plug_refused("DAMAGE-1")
        self.open_by_grant("DAMAGE-1", 600)
        self.root("systemctl stop sekisho-agentd && " + how.format(f"{_STATE}/{name}"))
        self.root("systemctl start sekisho-agentd", 120)
        aside = self.wait_stored("state-set-aside", seconds=120)
        self.assertIn({"key": "file", "value": name}, aside["parameters"])
        self.assertNotEqual(self.root(f"ls {_STATE} | grep -c '^{name}.' || true"), "0")
        # It denies what is new all the same.
        self.bench.plug("usb-storage", serial="DAMAGE-2")
        self.wait_stored("device-blocked", "DAMAGE-2")
        self.assertEqual(self.disk_of("DAMAGE-2"), "")
        self.assert_history_is_whole()


if __name__ == "__main__":
    unittest.main(verbosity=2)
