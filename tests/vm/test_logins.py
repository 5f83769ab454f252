"""What `sekisho doctor logins` says of the ways to log in, beside what really lets somebody in."""

import json
import unittest

from lab import layers
from lab.testcase import TerminalTest


class WaysIn(TerminalTest):
    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)

    def ways(self) -> dict:
        """By the name of each way: its factors, and what is enough."""
        said = self.machine.root.run("sekisho doctor logins --output json", 60)
        self.assertEqual(said.status, 8, said)  # Debian's own ways in ask for a password alone
        return {way["name"]: (way["factors"].removeprefix("LOGIN_FACTORS_"), way["enough"])
                for way in json.loads(said.out)["ways"]}

    def becomes_root(self) -> bool:
        """Whether the person at the seat does so without a password."""
        return self.seat("su -c true </dev/null").ok

    def test_what_is_said_to_be_enough_is_enough_and_what_refuses_refuses(self):
        ways = self.ways()
        self.assertEqual(ways["login"], ("ONE", ["pam_unix.so"]))
        self.assertEqual(ways["su"], ("ONE", ["pam_unix.so"]))
        self.assertEqual(ways["polkit-1"], ("ONE", ["pam_unix.so"]))  # in /usr/lib/pam.d alone
        self.assertEqual(ways["systemd-user"][0], "NO_LOGIN")
        self.assertFalse(self.becomes_root())

        self.root("sed -i '1i auth sufficient pam_permit.so' /etc/pam.d/su")
        self.assertTrue(self.becomes_root())
        self.assertEqual(self.ways()["su"], ("ONE", ["pam_permit.so"]))

        # A line above decides, whatever stands below.
        self.root("sed -i '1i auth requisite pam_deny.so' /etc/pam.d/su")
        self.assertFalse(self.becomes_root())
        self.assertEqual(self.ways()["su"], ("REFUSES", []))

        # A jump over it, and nothing refuses any more.
        self.root("sed -i '1i auth [default=1] pam_debug.so' /etc/pam.d/su")
        self.assertTrue(self.becomes_root())
        self.assertEqual(self.ways()["su"], ("ONE", ["pam_permit.so"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
