"""Disks that nobody admitted, attacked by root in every way there is, with and without the guard.

None of them hangs on USB, so that it is not the USB deny that refuses; and on the guarded terminal
agentd is dead and stays so. Each attack must work on the stock terminal, so that a refusal shows
the guard and not a broken attack.
"""

import unittest

from lab import layers, tools
from lab.deadline import wait_until
from lab.testcase import TerminalTest

_GUARD = "/usr/lib/sekisho/sekisho-medium-guard"

# Exit status 0: it went through. All by root. {strange} is a stranger's name (the other is nvme0n1).
_ATTACKS = {
    "read it raw": "dd if=/dev/nvme0n1 of=/dev/null bs=4k count=1",
    "write it raw": "dd if=/dev/zero of=/dev/{strange} bs=4k count=1",
    "through a node made elsewhere":
        "rm -f /dev/elsewhere; mknod /dev/elsewhere b $(tr : ' ' </sys/block/{strange}/dev) && "
        "dd if=/dev/elsewhere of=/dev/null bs=4k count=1",
    "mount it": "mount -t vfat -o ro /dev/nvme0n1 /mnt && umount /mnt",
    "mount it by the new calls": "medium_tool fsmount /dev/nvme0n1 vfat",
    "mount it in a mount namespace": "unshare -m mount -t vfat -o ro /dev/nvme0n1 /mnt",
    "SCSI commands by its node": "medium_tool sg-read /dev/{strange}",
    "SCSI commands by sg":
        "medium_tool sg-read /dev/$(ls /sys/block/{strange}/device/scsi_generic)",
    "SCSI commands by bsg": "medium_tool bsg-read /dev/bsg/$(ls /sys/block/{strange}/device/bsg)",
    "NVMe commands by the controller": "medium_tool nvme-read /dev/nvme0",
    "NVMe commands by the namespace": "medium_tool nvme-read /dev/ng0n1",
    "a loop over it": "losetup /dev/loop7 /dev/nvme0n1 && dd if=/dev/loop7 of=/dev/null count=1 && "
                      "losetup -d /dev/loop7",
    "device-mapper over it": "dmsetup create evil --table '0 8 linear /dev/nvme0n1 0' && "
                             "dd if=/dev/mapper/evil of=/dev/null count=1 && dmsetup remove evil",
    "md over it": "medium_tool md md_evil /dev/nvme0n1",
    "md over it, as a part": "medium_tool md md_other /dev/{strange}",
}


class MediumTest(TerminalTest):
    """Two disks of scsi_debug and one on a hot-plug slot appear while the terminal runs."""

    def setUp(self):
        super().setUp()
        tools.put(self.machine, "medium_tool")
        self.root("modprobe -a sg loop dm_mod md_mod linear vfat nls_ascii")

    def let_disks_appear(self):
        self.bench.plug("nvme", name="strange")
        self.let_scsi_disks_appear()

    def let_scsi_disks_appear(self, megabytes: int = 32):
        """The first target is to be one of the machine's own; which is sda is the kernel's choice."""
        self.root(f"modprobe scsi_debug dev_size_mb={megabytes} num_tgts=2")
        wait_until("all three are there", lambda: {"sda", "sdb", "nvme0n1"} <= self.block_devices(),
                   30)
        self.root("udevadm settle")
        addresses = self.root("for each in sda sdb; do readlink /sys/block/$each/device; done")
        first, _ = addresses.split()
        self.names = {"own": "sda", "strange": "sdb"}
        if not first.endswith(":0:0:0"):
            self.names = {"own": "sdb", "strange": "sda"}

    def goes_through(self, script: str) -> bool:
        for name, disk in self.names.items():
            script = script.replace("{" + name + "}", disk)
        result = self.machine.root.run(script, 60)
        self.said = result.out
        return result.ok

    def assert_through(self, script: str):
        self.assertTrue(self.goes_through(script), f"{script}: {getattr(self, 'said', '')}")

    def assert_refused(self, script: str):
        self.assertFalse(self.goes_through(script), f"went through: {script}")


class OnTheStockTerminal(MediumTest):
    """The control arm."""

    def test_every_attack_works(self):
        self.let_disks_appear()
        for name, script in _ATTACKS.items():
            with self.subTest(name):
                self.assert_through(script)

    def test_a_mount_in_a_user_namespace_is_refused_by_the_stock_kernel(self):
        self.let_disks_appear()
        self.root("chmod 666 /dev/nvme0n1")
        self.assertFalse(self.seat("unshare -Urm mount -t vfat /dev/nvme0n1 /mnt").ok)


class GuardedWithAgentdDead(MediumTest):
    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)

    def setUp(self):
        super().setUp()
        # As it was booted: before anything is done to it.
        self.assertIn("stands", self.root(f"LANG=C {_GUARD} status"))
        self.root("systemctl mask --runtime sekisho-agentd; systemctl kill -s KILL sekisho-agentd")
        wait_until("agentd is dead", lambda: self.root("pgrep -x sekisho-agentd || true") == "", 30)
        self.root("""printf 'sekisho-own-disks 1\\npseudo_0/adapter0/:0:0:0\\n' >/etc/sekisho/own-disks
            systemctl restart sekisho-barrier""")
        self.let_disks_appear()

    def test_every_attack_is_refused_and_told(self):
        for name, script in _ATTACKS.items():
            with self.subTest(name):
                self.assert_refused(script)
        told = self.root("medium_tool drain 3")
        for line in ("open nvme0n1 dd uid=0", f"write {self.names['strange']} dd uid=0", "mount nvme0n1 mount uid=0",
                     "open nvme0 medium_tool uid=0"):
            self.assertIn(line, told)

    def test_the_machines_own_disks_go_on_working(self):
        for script in (
                "dd if=/dev/vda of=/dev/null bs=4k count=1",
                "touch /root/written && sync",
                "udevadm test /sys/class/block/vda1 2>/dev/null | grep -q ID_FS_TYPE",
                "dd if=/dev/zero of=/dev/{own} bs=1M count=4 conv=fsync",
                "medium_tool sg-read /dev/$(ls /sys/block/{own}/device/scsi_generic)",
                # A new partition, a logical volume and an encrypted one on it.
                "addpart /dev/{own} 1 2048 16384 && dd if=/dev/zero of=/dev/{own}1 bs=4k count=1",
                "dmsetup create volume --table '0 8192 linear /dev/{own}1 0'",
                "modprobe dm-crypt && dmsetup create secret --table "
                "\"0 8192 crypt aes-xts-plain64 $(printf '%064d' 0) 0 /dev/mapper/volume 0\"",
                "mkfs.vfat /dev/mapper/secret && mount /dev/mapper/secret /mnt && touch /mnt/x",
                "umount /mnt && dmsetup remove secret && dmsetup remove volume",
                "dd if=/dev/zero of=/root/file bs=1M count=4 && losetup /dev/loop6 /root/file && "
                "dd if=/dev/loop6 of=/dev/null count=1 && losetup -d /dev/loop6",
                "medium_tool own vda && medium_tool own {own} && ! medium_tool own {strange}"):
            with self.subTest(script):
                self.assert_through(script)
        # Gone and back at its place: its own again before anybody could be told.
        self.root("modprobe -r scsi_debug")
        self.let_scsi_disks_appear()
        self.assert_through("dd if=/dev/{own} of=/dev/null count=1")
        self.assert_refused("dd if=/dev/{strange} of=/dev/null count=1")

    def test_admitted_for_reading_means_reading(self):
        self.assert_through("medium_tool admit nvme0n1 ro && medium_tool admit {strange} ro")
        self.assert_through("dd if=/dev/{strange} of=/dev/null count=1")
        self.assert_through("blockdev --getsize64 /dev/{strange} && mount -t vfat -o ro /dev/nvme0n1 /mnt")
        for script in ("dd if=/dev/zero of=/dev/{strange} count=1", "medium_tool sg-write /dev/{strange}",
                       "medium_tool sg-read /dev/{strange}", "medium_tool roset /dev/{strange} 0",
                       "medium_tool zero-out /dev/{strange}", "mount -o remount,rw /mnt",
                       "umount /mnt && mount -t vfat -o rw /dev/nvme0n1 /mnt && touch /mnt/x",
                       "dmsetup create evil --table '0 8 linear /dev/{strange} 0'",
                       "medium_tool md md_evil /dev/{strange}"):
            with self.subTest(script):
                self.assert_refused(script)
        # udev was refused when it appeared, and has looked again.
        self.root("udevadm settle")
        self.assertIn("ID_FS_TYPE=vfat", self.root("udevadm info -q property /dev/nvme0n1"))

    def test_a_deadline_ends_with_nobody_there_to_end_it(self):
        self.assert_through("medium_tool admit {strange} rw 20")
        self.assert_through("dmsetup create above --table '0 8 linear /dev/{strange} 0'")
        self.assert_through("dd if=/dev/zero of=/dev/{strange} count=1 && dd if=/dev/mapper/above "
                            "of=/dev/null count=1")
        self.root("pgrep -x sekisho-agentd && exit 1; sleep 21")
        self.assert_refused("dd if=/dev/{strange} of=/dev/null count=1")
        self.assert_refused("dd if=/dev/mapper/above of=/dev/null count=1")

    def test_the_next_disk_of_the_number_is_a_stranger(self):
        self.assert_through("medium_tool admit {strange} rw && dd if=/dev/{strange} of=/dev/null count=1")
        number = self.root(f"cat /sys/block/{self.names['strange']}/dev")
        # Both are strangers, whichever gets the number.
        self.root(f"rm /etc/sekisho/own-disks; {_GUARD} load; modprobe -r scsi_debug")
        self.let_scsi_disks_appear(16)
        self.assertIn(number, self.root("cat /sys/block/sd*/dev").split())
        for disk in ("sda", "sdb"):
            self.assert_refused(f"dd if=/dev/{disk} of=/dev/null count=1")

    def test_an_upgrade_leaves_no_moment_and_keeps_what_is_admitted(self):
        self.assert_through("medium_tool admit {strange} rw")
        self.root("medium_tool hammer /dev/nvme0n1 40 >/run/hammer & sleep 1; "
                  "systemctl restart sekisho-barrier; systemctl restart sekisho-barrier", 120)
        wait_until("the attempts are over", lambda: self.root("cat /run/hammer"), 60)
        self.assertRegex(self.root("cat /run/hammer"), r"^through=0 tries=[1-9][0-9]{3}")
        self.assertEqual(len(self.root("ls /sys/fs/bpf/sekisho").split()), 2)
        self.assert_through("dd if=/dev/{strange} of=/dev/null count=1")

    def test_what_root_takes_away_is_noticed_and_removal_leaves_nothing(self):
        self.assert_refused("dd if=/dev/sekisho-refused of=/dev/null count=1")
        self.root("rm /sys/fs/bpf/sekisho/programs-*/refuse_open")
        self.assertEqual(self.root("medium_tool state"), "missing")
        self.root("systemctl restart sekisho-barrier")
        self.assertEqual(self.root("medium_tool state"), "stands")
        # What a trial's end, and a change to observing, do to devices they do to media.
        self.root("/usr/lib/sekisho/sekisho-barrier mode --set observe")
        self.assertEqual(self.root("medium_tool state"), "observes")
        self.assert_through("dd if=/dev/nvme0n1 of=/dev/null count=1")
        self.root(f"{_GUARD} refuse")
        self.assert_refused("dd if=/dev/nvme0n1 of=/dev/null count=1")
        self.root("/var/lib/dpkg/info/sekisho-agent.prerm remove", 120)
        self.assertEqual(self.root("ls /sys/fs/bpf; ls /dev/sekisho* 2>/dev/null || true"), "")
        self.assert_through("dd if=/dev/nvme0n1 of=/dev/null count=1")


if __name__ == "__main__":
    unittest.main()
