"""At the prompt for the disk's passphrase: who can type it, and who cannot."""

import unittest

from boots import EncryptedTest, EncryptedWithTheAgent


class WithoutSekisho(EncryptedTest):
    """The control arm: what a bare deny on the kernel's command line does to such a terminal."""

    def test_the_keyboard_types_the_passphrase_until_a_bare_deny_locks_everybody_out(self):
        self.machine.reboot()
        self.type_line_and_wait("in")
        self.root("""sed -i 's/^\\s*linux\\s.*/& usbcore.authorized_default=0/' /boot/grub/grub.cfg
            sync""")
        self.machine.begin_reboot()
        self.assert_the_prompt_hears_nothing()


class WithTheAgentInstalled(EncryptedWithTheAgent):
    def test_the_adopted_keyboard_behind_a_hub_types_it_and_another_keyboard_types_nothing(self):
        self.bench.plug("usb-storage", serial="LEFT-IN")
        other = self.bench.plug("usb-kbd")  # QEMU sends what is typed to the newest keyboard
        self.machine.begin_reboot()
        self.assert_the_prompt_hears_nothing()
        self.bench.unplug(other)
        self.machine.wait_until_up()  # typed on the adopted one
        self.assertIn("usbcore.authorized_default=0", self.command_line())
        self.assertEqual(self.root(f"cat {self.wait_for_usb('LEFT-IN')}/authorized"), "0")
        self.assertEqual(self.root("dmesg | grep -c 'Attached SCSI' || true"), "0")
        self.type_line_and_wait("in")


if __name__ == "__main__":
    unittest.main(verbosity=2)
