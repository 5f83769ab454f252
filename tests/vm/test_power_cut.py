"""The power fails while the package is being put on: the terminal boots, and its keyboard types.

Each scenario is cut several times on its way: each time it is taken up again where dpkg says, and the
next cut comes later. In between somebody has to type the disk's passphrase, or would be locked out.
"""

import unittest

from boots import BootTest, EncryptedWithTheAgent
from lab import layers

_DEB = "/root/sekisho-agent.deb"
_INSTALL = f"DEBIAN_FRONTEND=noninteractive dpkg -i {_DEB}"
_FINISH = "DEBIAN_FRONTEND=noninteractive dpkg --configure -a"

# When each cut comes: a test that becomes true in the terminal, in the middle of that step.
_UNPACKING = "compgen -G '/usr/lib/sekisho/*.dpkg-new'"
_MAKING_THE_INITRAMFS = "pgrep -f /usr/sbin/[m]kinitramfs"
_WRITING_THE_INITRAMFS = "compgen -G '/boot/initrd.img-*.new'"
_MAKING_THE_MENU = "pgrep -f /usr/sbin/[g]rub-mkconfig"


class PowerCuts(BootTest):
    def cut(self, doing: str, when: str, seconds: float = 1500) -> None:
        """Starts `doing`, cuts the power when `when` is true, and brings the terminal up again."""
        self.root(f"""(setsid bash -c '{doing}; echo "ended with $?"' >/root/doing.log 2>&1 \\
            </dev/null & )""")
        self.root(f"""until {when} >/dev/null
            do
              if grep -q '^ended with' /root/doing.log; then cat /root/doing.log; exit 1; fi
              sleep 0.05
            done""", seconds)
        self.machine.cut_power()
        self.machine.start()
        self.machine.wait_until_up()  # the passphrase was typed at the keyboard
        self.type_line_and_wait("in")

    def put_package(self) -> None:
        self.machine.root.put(layers.agent_deb().read_bytes(), _DEB)
        self.root("echo sekisho-agent sekisho-agent/mode select enforce | debconf-set-selections; sync")

    def finish(self) -> None:
        self.root(f"{_FINISH} 2>&1", 1500)
        self.assertEqual(self.root("dpkg --audit"), "")
        self.assertIn("install ok installed", self.root("dpkg -s sekisho-agent"))

    def assert_enforced_after_a_restart(self) -> None:
        self.bench.plug("usb-storage", serial="LEFT-IN")
        self.machine.reboot()
        self.type_line_and_wait("in")
        self.assertIn("usbcore.authorized_default=0", self.command_line())
        self.assertEqual(self.root(f"cat {self.wait_for_usb('LEFT-IN')}/authorized"), "0")
        self.assert_no_disk_appears()


class WhileInstalling(PowerCuts):
    def test_whenever_the_power_fails_the_keyboard_types_and_dpkg_finishes_it_later(self):
        self.put_package()
        self.cut(_INSTALL, _UNPACKING)
        self.cut(_INSTALL, _MAKING_THE_INITRAMFS)
        self.cut(_FINISH, _WRITING_THE_INITRAMFS)
        self.cut(_FINISH, _MAKING_THE_MENU)
        self.finish()
        self.assert_enforced_after_a_restart()


class WhileUpgrading(PowerCuts):
    @classmethod
    def layer(cls):
        return EncryptedWithTheAgent.layer()

    def test_whenever_the_power_fails_the_keyboard_types_and_nothing_has_opened(self):
        self.put_package()
        self.cut(_INSTALL, _UNPACKING)
        self.assertTrue(self.stick_is_refused("UNPACKED"))
        self.cut(_INSTALL, _WRITING_THE_INITRAMFS)
        self.assertTrue(self.stick_is_refused("INITRAMFS"))
        self.cut(_FINISH, _MAKING_THE_MENU)
        self.finish()
        self.assert_enforced_after_a_restart()


if __name__ == "__main__":
    unittest.main(verbosity=2)
