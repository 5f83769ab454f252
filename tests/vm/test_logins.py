"""What is said of the ways to log in, beside what really lets somebody in; and a way that opens."""

import json
import unittest

from faults import FaultTest, wait_until
from lab import layers, tools
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


class AWayThatOpens(FaultTest):
    """Root opens a way in that asks for one factor; the office knows it before anybody uses it."""

    def setUp(self):
        super().setUp()
        self.root("pam-auth-update --enable sekisho")
        self.root("printf '%s\\n' root:correct-horse hanako:correct-horse | chpasswd")
        self.root("sekisho login enforce --force root,hanako")

    def test_each_is_told_within_seconds_and_so_is_its_end(self):
        open_already = self.open_from_the_start()
        wait_until("the office knows those that ask for one factor from the start",
                   lambda: self.told("login-way-opened") == open_already, 60, 0.5)
        self.assertIn("logins.two-factors", self.machine.root.run("sekisho doctor").out)

        self.assert_told("login", "pam_unix.so", "sed -i /pam_sekisho/d /etc/pam.d/common-auth",
                         "pam-auth-update --force --enable sekisho")
        self.assert_told("su", "pam_unix.so",
                         "sed -i '/pam_sekisho/s/required/optional/;/pam_sekisho/s/\\[.*\\]/optional/' "
                         "/etc/pam.d/common-auth",
                         "pam-auth-update --force --enable sekisho")
        self.assert_told("su", "pam_permit.so",
                         "cp /etc/pam.d/su /root/su; echo 'auth sufficient pam_permit.so' >/etc/pam.d/su",
                         "cp /root/su /etc/pam.d/su")
        self.assert_told("gdm autologin", "AutomaticLoginEnable",
                         "mkdir /etc/gdm3; printf '[daemon]\nAutomaticLoginEnable=true\n' "
                         ">/etc/gdm3/daemon.conf", "rm -r /etc/gdm3")

    def test_who_comes_in_by_it_is_told_while_they_are_in(self):
        tools.put(self.machine, "talk")
        self.root("sed -i /pam_sekisho/d /etc/pam.d/common-*")
        self.root("talk 90 assword: correct-horse '$ ' 'touch /tmp/in; sleep 20; exit' "
                  "-- login hanako >/dev/null 2>&1 & disown")
        wait_until("hanako is in on her password alone", lambda: self.root(
            "test -e /tmp/in && echo yes || true"), 60)
        told = self.wait_stored("login-without-ticket", seconds=30)
        self.assertIn({"key": "outcome", "value": "let in"}, told["parameters"])
        self.assertEqual(told["person"]["name"], "hanako")
        self.assertEqual(len(self.stored("login-without-ticket")), 1,
                         "those who were in before, and the machine's own, are not told")

    def open_from_the_start(self) -> list:
        """Those whose own files do not read the common ones: sekisho doctor logins names the same."""
        said = self.machine.root.run("sekisho doctor logins --output json", 60)
        return sorted((way["name"], " ".join(way["enough"])) for way in json.loads(said.out)["ways"]
                      if way["factors"] == "LOGIN_FACTORS_ONE")

    def told(self, kind: str) -> list:
        """Way and what is enough, of each that the office has."""
        parameters = [{each["key"]: each.get("value", "") for each in event.get("parameters", [])}
                      for event in self.stored(kind)]
        return sorted((each["way"], each.get("enough", "")) for each in parameters)

    def assert_told(self, way: str, enough: str, opened_by: str, closed_by: str):
        before = self.told("login-way-opened").count((way, enough))
        closed = self.told("login-way-closed").count((way, ""))
        self.root(opened_by)
        wait_until(f"the office has {way} as open",
                   lambda: self.told("login-way-opened").count((way, enough)) > before, 30, 0.5)
        self.root(closed_by, 60)
        wait_until(f"the office has {way} as closed",
                   lambda: self.told("login-way-closed").count((way, "")) > closed, 30, 0.5)


if __name__ == "__main__":
    unittest.main(verbosity=2)
