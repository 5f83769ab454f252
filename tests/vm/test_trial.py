"""A trial undoes itself unless somebody confirms it: at the disk's prompt, and in the running system.

The keyboard that was adopted sits behind a hub; the one that replaces it was never seen.
"""

import unittest

from boots import EncryptedEnrolled, EncryptedWithTheAgent, wait_until
from lab import keys, passphrase
from lab.office import ORGANISATION

# Seconds. The first is over at the prompt, the second after the start.
_SHORT_TRIAL = 120
_LONGER_TRIAL = 300


class WithNobodyToConfirm(EncryptedWithTheAgent):
    """Never enrolled: no console has a say in it."""

    def test_a_replaced_keyboard_waits_at_the_prompt_until_the_trial_undoes_itself(self):
        self.set_next_mode("trial", _SHORT_TRIAL)
        self.machine.qmp.command("device_del", id="keyboard")
        self.bench.plug("usb-kbd", port="6")
        self.machine.begin_reboot()
        self.assert_the_prompt_hears_nothing()
        wait_until("what is typed at the prompt arrives", self.types_passphrase,
                   _SHORT_TRIAL + 60, 5)
        self.machine.wait_until_up()
        self.type_line_and_wait("in")
        self.assertIn("undone initramfs", self.this_boot())
        self.assertFalse(self.stick_is_refused("UNDONE-1"))
        self.wait_until_carried()
        self.machine.reboot()  # and the next start knows of no deny any more
        self.assertNotIn("authorized_default=0", self.command_line())

    def types_passphrase(self) -> bool:
        keys.type_text(self.machine.qmp, f"{passphrase.PASSPHRASE}\n")
        return passphrase.is_open(self.machine)


class WithTheConsoleWatching(EncryptedEnrolled):
    def test_confirmed_at_the_keyboard_it_stays_and_unconfirmed_it_is_undone(self):
        self.set_next_mode("trial")
        self.machine.reboot()
        self.assertIn("mode trial", self.this_boot())
        self.assertTrue(self.stick_is_refused("TRIAL-1"))
        keys.type_text(self.machine.qmp, "\nsekisho confirm\n")
        wait_until("the next boot enforces", lambda: self.next_mode() == "enforce", 60, 1)
        self.wait_until_carried()

        self.set_next_mode("trial", _LONGER_TRIAL)
        self.machine.reboot()
        self.assertTrue(self.stick_is_refused("TRIAL-2"))
        wait_until("it has undone itself", lambda: "undone running" in self.this_boot(),
                   _LONGER_TRIAL, 2)
        self.assertEqual(self.next_mode(), "observe")
        self.assertFalse(self.stick_is_refused("UNDONE-2"))
        told = self.wait_reported("trial-undone")
        self.assertIn({"key": "where", "value": "running"}, told["parameters"])

    def test_a_group_is_taken_from_observing_to_enforcing_from_the_console(self):
        self.steer("observe", "--yes")
        wait_until("it observes", lambda: self.next_mode() == "observe", 60, 1)
        self.assertFalse(self.stick_is_refused("OBSERVED-1"))
        self.wait_reported("device-would-be-blocked")
        self.wait_until_carried()

        self.steer("enforce", "--yes")
        wait_until("the next start is a trial", lambda: self.next_mode() == "trial", 60, 1)
        self.wait_until_carried()
        self.machine.reboot()
        self.assertIn("mode trial", self.this_boot())
        self.assertTrue(self.stick_is_refused("TRIAL-3"))
        wait_until("it is connected", lambda: self.office.connected(self.name), 120, 1)

        self.steer("confirm")
        wait_until("the next boot enforces", lambda: self.next_mode() == "enforce", 60, 1)
        self.wait_until_carried()

    def steer(self, verb: str, *options: str) -> None:
        self.office.check("mode", verb, "--group", ORGANISATION, "--reason", "Rollout", *options)


if __name__ == "__main__":
    unittest.main(verbosity=2)
