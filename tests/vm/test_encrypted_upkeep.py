"""What becomes of the start on an encrypted disk when a kernel comes, and when Sekisho goes."""

import unittest

from boots import BARRIER, EncryptedWithTheAgent

_INSTALL_KERNEL = "dpkg-reconfigure -f noninteractive linux-image-$(uname -r) 2>&1"


class WithTheAgentInstalled(EncryptedWithTheAgent):
    def test_removed_it_leaves_the_start_as_it_was_and_purged_it_leaves_nothing(self):
        self.root("DEBIAN_FRONTEND=noninteractive dpkg --remove sekisho-agent 2>&1", 1500)
        self.bench.plug("usb-kbd")  # one that was never adopted types the passphrase
        self.machine.reboot()
        self.type_line_and_wait("in")
        self.assertNotIn("sekisho", self.command_line())
        self.assertNotIn("authorized_default", self.command_line())
        self.assertFalse(self.stick_is_refused("FREE-1"))
        self.root("DEBIAN_FRONTEND=noninteractive dpkg --purge sekisho-agent 2>&1", 1500)
        self.assertEqual(self.left_behind(), "")

    def left_behind(self) -> str:
        """Names of ours that the terminal still has: files, users, in an initramfs or the menu."""
        return self.root("""find / -xdev \\( -path /root -o -path /proc -o -path /var/lib/dpkg \\
              -o -path /var/log \\) -prune -o -iname '*sekisho*' -print
            getent passwd sekisho-link sekisho-probe sekisho-hash
            for image in /boot/initrd.img-*; do lsinitramfs $image; done | grep -i sekisho
            grep -i sekisho /boot/grub/grub.cfg; find /boot -iname '*sekisho*'
            true""", 120)

    def test_a_kernel_s_installation_keeps_it_so_and_a_failed_initramfs_is_noticed_at_once(self):
        # /boot is full: the kernel's installation fails, and what was there still starts.
        self.root("""room=$(df --output=avail -k /boot | tail -n 1)
            fallocate -l $((room - 2000))KiB /boot/full""")
        ran = self.machine.root.run(_INSTALL_KERNEL, 1500)
        self.assertFalse(ran.ok, ran)
        self.assertEqual(self.boot_image(), "")
        self.root("rm /boot/full")
        # Somebody switched our hook off: the initramfs is made, and lacks the barrier.
        self.root("chmod -x /usr/share/initramfs-tools/hooks/sekisho")
        ran = self.machine.root.run("update-initramfs -u -k all", 1500)
        self.assertIn("initrd.img-", ran.err, "said by whoever made it")
        self.assertIn("initrd.img-", self.boot_image())
        self.assertIn("initrd.img-", self.root(f"{BARRIER} notice"), "said to whoever logs in")
        self.root("chmod +x /usr/share/initramfs-tools/hooks/sekisho")
        self.root("/usr/lib/sekisho/update-boot-image 2>&1", 1500)  # as the notice says
        self.assertEqual(self.boot_image(), "")
        self.machine.reboot()
        self.type_line_and_wait("in")

    def boot_image(self) -> str:
        """What the next boot would lack, in sekisho-barrier's words; empty when it holds."""
        ran = self.machine.root.run(f"{BARRIER} boot-image", 60)
        return "" if ran.ok else ran.out + ran.err


if __name__ == "__main__":
    unittest.main(verbosity=2)
