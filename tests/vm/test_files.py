"""What left on a stick, and what came in: the person at the seat copies, reads, renames, deletes.

Actor: the person at the seat, with a grant for the stick.
"""

import hashlib
import unittest

from faults import FaultTest, wait_until

MOUNT = "/media/hanako/STICK"
KNOWN = hashlib.sha256(b"a file that was on the stick\n").hexdigest()


class FilesOnAStick(FaultTest):
    def test_each_file_is_recorded_with_person_grant_size_and_hash_through_restart_and_expiry(self):
        self.open_and_mount("FILES-1", 600)
        self.copy_read_rename_delete()
        self.restart_in_the_middle_of_a_copy()
        self.end_in_the_middle_of_a_copy("FILES-1")
        self.assert_history_is_whole()

    # --- the steps ------------------------------------------------------------------------------

    def copy_read_rename_delete(self):
        # What is done to one file in one burst is one record: each waits for the one before.
        self.at_the_seat(f"""cd ~ && printf one >a.txt && printf two >b.txt
            head -c 3000000 /dev/zero >c.bin
            cp a.txt b.txt c.bin {MOUNT}/""")
        self.wait_recorded(3)
        self.by_one_that_stays(f'open(F, "<", "{MOUNT}/hello.txt") && <F> && close(F)')
        self.by_one_that_stays(f'rename("{MOUNT}/a.txt", "{MOUNT}/1234-5678-9012 様.txt")')
        self.wait_recorded(5)
        self.by_one_that_stays(f'unlink("{MOUNT}/b.txt")')
        files = self.wait_recorded(6)
        self.at_the_seat("kill $(cat /tmp/stays)")
        grant = self.stored("grant-opened")[0]["grantId"]
        expected = [
            ("created", "/a.txt", hashlib.sha256(b"one").hexdigest(), "3"),
            ("created", "/b.txt", hashlib.sha256(b"two").hexdigest(), "3"),
            ("created", "/c.bin", hashlib.sha256(bytes(3000000)).hexdigest(), "3000000"),
            ("deleted", "/b.txt", None, None),
            ("read", "/hello.txt", KNOWN, "29"),
            ("renamed", "/a.txt", hashlib.sha256(b"one").hexdigest(), "3")]
        self.assertEqual(sorted((file["operation"], file["path"], file.get("sha256"),
                                 file.get("size")) for file in files), expected)
        renamed = next(file for file in files if file["operation"] == "renamed")
        self.assertEqual(renamed["to"], "/****-****-**** 様.txt")
        for event in self.stored("file-recorded"):
            self.assertEqual(event["grantId"], grant)
            self.assertEqual(event["person"]["name"], "hanako")
            self.assertEqual(event["device"]["serial"], "FILES-1")
        for file in files:
            self.assertEqual(file.get("uid"), "1000", file)
        self.assertEqual(self.stored("files-unrecorded"), [])
        self.assertNotIn("5678", self.root("cat /var/lib/sekisho/agentd/spool.db* | strings; "
                                           "journalctl -b -u sekisho-agentd --no-pager"))

    def by_one_that_stays(self, perl: str):
        """cat or mv has ended before a busy agentd can ask whose it was; this stays until it is told."""
        self.at_the_seat(f"""perl -e '({perl}) or die; sleep' </dev/null >/dev/null 2>&1 &
            echo $! >>/tmp/stays""")

    def restart_in_the_middle_of_a_copy(self):
        self.slow_copy("slow.bin", 40)
        self.root(f"""pid=$(systemctl show -p MainPID --value sekisho-agentd); kill -KILL $pid
            while [ -e /proc/$pid ]; do sleep .05; done
            printf gap >{MOUNT}/gap.txt""")
        expected = hashlib.sha256(bytes(40 * 50000)).hexdigest()
        wait_until("the copy that went on is recorded", lambda: self.named("/slow.bin", expected),
                   120, 1)
        gap = hashlib.sha256(b"gap").hexdigest()
        found = wait_until("what nobody saw is found", lambda: self.named("/gap.txt", gap), 60, 1)
        self.assertEqual(found["operation"], "written")
        missed = self.parameters(self.wait_stored("files-unrecorded"))
        self.assertEqual(missed["cause"], "restart")

    def end_in_the_middle_of_a_copy(self, serial: str):
        self.slow_copy("cut.bin", 600)
        grant = self.stored("grant-opened", serial)[0]["grantId"]
        self.office.check("grants", "revoke", grant, "--reason", "test")
        self.wait_shut(serial, 60)
        self.wait_stored("medium-closed")
        # By whichever of the shell and its last child closed it.
        cut = wait_until("what was written until then is recorded", lambda: next(
            (file for file in self.files() if file["path"] == "/cut.bin" and "sha256" in file),
            None), 60, 1)
        self.assertIn(cut["operation"], ("created", "written"))
        size = int(cut["size"])
        self.assertGreater(size, 0)
        self.assertLess(size, 600 * 50000)
        self.assertEqual(cut["sha256"], hashlib.sha256(bytes(size)).hexdigest())
        order = [event["kind"] for event in reversed(self.office_events())]
        self.assertLess(max(i for i, kind in enumerate(order) if kind.endswith("FILE_RECORDED")),
                        order.index("EVENT_KIND_MEDIUM_CLOSED"), "recorded before it was shut")

    # --- how --------------------------------------------------------------------------------------

    def open_and_mount(self, serial: str, seconds: int):
        self.plug_refused(serial)
        disk = self.open_by_grant(serial, seconds)
        wait_until("udisks mounts it", lambda: self.seat(
            f"udisksctl mount --no-user-interaction -b /dev/{disk}"), 30, 1)

    def slow_copy(self, name: str, pieces: int):
        """hanako copies a tenth of a second at a time, in the background."""
        self.seat(f"""setsid sh -c 'for i in $(seq {pieces}); do head -c 50000 /dev/zero; sleep .1
            done >{MOUNT}/{name}' >/dev/null 2>&1 </dev/null &""")
        wait_until("it has begun", lambda: self.root(f"stat -c %s {MOUNT}/{name} || true")
                   not in ("", "0"), 30)

    @staticmethod
    def parameters(event: dict) -> dict:
        return {entry["key"]: entry["value"] for entry in event["parameters"]}

    def files(self) -> list[dict]:
        return [self.parameters(event) for event in self.stored("file-recorded")]

    def at_the_seat(self, script: str):
        done = self.seat(script)
        self.assertTrue(done.ok, done)

    def wait_recorded(self, count: int) -> list[dict]:
        return wait_until(f"the office has {count} files",
                          lambda: files if len(files := self.files()) >= count else None, 90, 1)

    def named(self, path: str, sha256: str | None = None) -> dict | None:
        return next((file for file in self.files() if file["path"] == path and
                     (sha256 is None or file.get("sha256") == sha256)), None)

    def office_events(self) -> list[dict]:
        entries = sorted(self.office.events(self.name), key=lambda entry: -int(entry["cursor"]))
        return [entry["event"] for entry in entries]


if __name__ == "__main__":
    unittest.main(verbosity=2)
