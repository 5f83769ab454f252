"""The console's certificate authority changes: under a terminal that is connected, under one that is
away, and back by a backup."""

import unittest

from lab.deadline import wait_until
from lab.office import OfficeError
from lab.testcase import EnrolledTest

_IDENTITY = "/var/lib/sekisho/link/identity.pem"


class TheAuthorityChanges(EnrolledTest):
    def test_a_connected_terminal_follows_and_one_that_missed_three_changes_does_too(self):
        first = self.identity()
        self.office.rotate("ca")
        self.office.reload()
        self.follows(first, "CONNECTED")

        # It was away while the console changed authority, root and authority once more: it has never
        # heard of the one whose certificate it meets.
        second = self.identity()
        self.office.stop()
        self.office.rotate("ca")
        self.office.rotate("root")
        self.office.rotate("ca")
        self.office.start()
        self.follows(second, "AWAY")
        self.assertIn("authority has changed", self.root(
            "journalctl -b -u sekisho-link --no-pager"))
        # What it holds is its own: it needs nobody to tell it again.
        self.root("systemctl restart sekisho-agentd sekisho-link")
        self.sign_in_anew()
        wait_until("it is connected after a restart", lambda: self.office.connected(self.name), 120, 1)

    def test_a_console_restored_from_before_the_change_has_its_terminal_back(self):
        made = self.office.backup()
        first = self.identity()
        self.office.rotate("ca")
        self.office.reload()
        self.follows(first, "CHANGED")

        second = self.identity()
        self.office.stop()
        self.office.restore(made)
        self.office.start()
        self.follows(second, "RESTORED")

    def identity(self) -> str:
        return self.root(f"sha256sum {_IDENTITY}")

    def sign_in_anew(self) -> None:
        """The server shows its new certificate within a minute."""
        def signed_in() -> bool:
            try:
                self.office.sign_in_anew()
            except OfficeError:
                return False
            return True
        wait_until("the admin can sign in by the new authority", signed_in, 120, 2)

    def follows(self, before: str, stick: str) -> None:
        """Its certificate is another, and what happens to it arrives at the console."""
        wait_until("the terminal has a certificate of the new authority",
                   lambda: self.identity() != before, 240, 1)
        self.sign_in_anew()
        self.bench.plug("usb-storage", serial=stick)
        wait_until("the console hears of the stick", lambda: any(
            stick in str(entry) for entry in self.office.events(self.name, "device-blocked")), 120, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
