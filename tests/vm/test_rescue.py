"""The boot loader's rescue entry: behind its password every keyboard works, nothing else, and the
office hears of it."""

import unittest

from boots import BARRIER, EncryptedEnrolled, wait_until
from lab import keys

_PASSWORD = "hakone"


class Rescue(EncryptedEnrolled):
    def test_behind_its_password_any_keyboard_types_and_a_stick_stays_shut_and_it_is_reported(self):
        self.root(f"""hash=$(printf '{_PASSWORD}\\n{_PASSWORD}\\n' | grub-mkpasswd-pbkdf2 -c 1000 |
              sed -n 's/.* \\(grub.pbkdf2\\)/\\1/p')
            sed -i 's/^GRUB_TIMEOUT=.*/GRUB_TIMEOUT=30/' /etc/default/grub.d/lab.cfg
            echo "$hash" | {BARRIER} rescue-password --hash-file - 2>&1""", 300)
        self.machine.qmp.command("device_del", id="keyboard")
        self.bench.plug("usb-kbd", port="6")  # never adopted
        self.machine.begin_reboot()
        self.choose_rescue()
        self.machine.wait_until_up()
        self.assertIn("sekisho.rescue=1", self.command_line())
        self.assertIn("mode rescue", self.this_boot())
        self.type_line_and_wait("in")
        self.assertTrue(self.stick_is_refused("RESCUE-1"))
        self.wait_reported("rescue-booted")
        # It was for one start: the next one enforces, without having been asked for a password.
        self.machine.begin_reboot()
        self.assert_the_prompt_hears_nothing()

    def choose_rescue(self) -> None:
        """Chooses the last entry of GRUB's menu, and answers what it asks."""
        self.wait_said("Sekisho rescue")
        for key in ("end", "ret"):
            for down in (True, False):
                keys.press(self.machine.qmp, key, down)
        self.wait_said("Enter username:")
        keys.type_text(self.machine.qmp, f"sekisho\n{_PASSWORD}\n")

    def wait_said(self, text: str) -> None:
        wait_until(f"GRUB shows “{text}”", lambda: text in self.machine.said(), 120)


if __name__ == "__main__":
    unittest.main(verbosity=2)
