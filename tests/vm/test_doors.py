"""What does not hang on USB, and what is opened for reading only: from the plug to the office and back.

Actor: a passer-by with a disk, a disc or a card, then root, who is what it takes to try a raw node.
Each door is first tried on the stock terminal, where it opens.
"""

import shutil
import unittest

from faults import FaultTest, holds_for, wait_until
from lab import paths, tools
from lab.plug import make_fat_medium
from lab.testcase import TerminalTest

MOUNT = "/media/hanako/STICK"


class Doors:
    """Disks, discs and tapes that come while the terminal runs, none of them on USB."""

    def put_tool(self) -> None:
        tools.put(self.machine, "medium_tool")
        self.root("modprobe -a sg st sr_mod")

    def plug_nvme(self) -> str:
        name = self.bench.plug("nvme", name="door")
        self.wait_for_node("/dev/nvme0n1")
        return name

    def put_a_disc_in(self) -> None:
        medium = self.bench.path("disc.img")
        medium.write_bytes(b"a disc".ljust(1 << 20, b"\0"))
        qmp = self.machine.qmp
        qmp.command("device_add", driver="virtio-scsi-pci", id="scsi1", bus="slot2")
        qmp.command("device_add", driver="scsi-cd", id="drive", bus="scsi1.0", serial="DISC-1",
                    drive=self.bench.add_drive("disc", medium, read_only=True))
        self.wait_for_node("/dev/sr0")

    def put_a_tape_in(self) -> None:
        self.root("modprobe scsi_debug ptype=1")
        self.wait_for_node("/dev/nst0")

    def wait_for_node(self, node: str) -> None:
        wait_until(f"{node} is there", lambda: self.root(f"ls {node} 2>/dev/null || true"), 60)

    def reads(self, node: str) -> bool:
        return self.machine.root.run(f"dd if={node} of=/dev/null bs=2k count=1", 60).ok

    def writes(self, node: str) -> bool:
        """The first sector, with what it holds."""
        return self.machine.root.run(f"dd if={node} of=/run/sector bs=4k count=1 && "
                                     f"dd if=/run/sector of={node} bs=4k count=1 conv=fsync", 60).ok

    def opens(self, node: str) -> bool:
        return self.machine.root.run(f"exec 3<{node}", 60).ok


class Card:
    """An SD card in a controller on PCI, as notebooks have one; QEMU has it from the boot only."""

    def built_in(self) -> tuple[str, ...]:
        folder = paths.new_workdir("card")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        card = make_fat_medium(folder / "card.img")
        return ("-drive", f"file={card},if=none,id=card,format=raw", "-device", "sdhci-pci",
                "-device", "sd-card,drive=card")


class WithACardOnAStockTerminal(Card, Doors, TerminalTest):
    def test_the_card_opens(self):
        self.wait_for_node("/dev/mmcblk0")
        self.assertTrue(self.reads("/dev/mmcblk0"))
        self.assertTrue(self.writes("/dev/mmcblk0"))


class WithACardOnAGuardedTerminal(Card, Doors, FaultTest):
    def test_a_card_that_was_there_at_the_boot_is_refused_told_and_opened_by_a_grant(self):
        self.wait_for_node("/dev/mmcblk0")
        self.assertFalse(self.reads("/dev/mmcblk0"))
        self.assertFalse(self.machine.root.run("mount -o ro /dev/mmcblk0 /mnt", 60).ok)
        block = wait_until("the office knows of it", lambda: [
            event["device"] for event in self.stored("device-blocked")
            if event["device"]["bus"] == "BUS_MMC"], 120, 1)[0]
        self.assertEqual(block["classes"], ["DEVICE_CLASS_STORAGE"])
        self.assertRegex(block["portPath"], "^mmc0:")
        self.wait_stored("medium-refused")
        self.grant_device(block, 600)
        wait_until("it opens", lambda: self.writes("/dev/mmcblk0"), 60, 1)
        # udev saw it come at the boot, and could not look at it.
        wait_until("it is mounted at the seat", lambda: self.seat(
            "udisksctl mount --no-user-interaction -b /dev/mmcblk0"), 60, 1)
        self.assertIn("a file that was on the stick", self.seat(f"cat {MOUNT}/hello.txt").out)
        grant = self.stored("grant-opened")[0]["grantId"]
        self.office.check("grants", "revoke", grant, "--reason", "test")
        wait_until("it is shut again", lambda: not self.reads("/dev/mmcblk0"), 60, 1)


class OnAStockTerminal(Doors, TerminalTest):
    def test_each_door_opens(self):
        self.put_tool()
        self.plug_nvme()
        self.assertTrue(self.reads("/dev/nvme0n1"))
        self.assertTrue(self.writes("/dev/nvme0n1"))
        self.put_a_disc_in()
        self.assertTrue(self.reads("/dev/sr0"))
        self.put_a_tape_in()
        self.assertTrue(self.opens("/dev/nst0"))
        # What the kernel's own read-only switch is worth.
        self.bench.plug("usb-storage", serial="STOCK-RO")
        wait_until("it is a disk", lambda: self.root("ls /dev/sda 2>/dev/null || true"), 30)
        self.root("blockdev --setro /dev/sda")
        self.assertTrue(self.machine.root.run("medium_tool sg-write /dev/sda", 60).ok)


class OnAGuardedTerminal(Doors, FaultTest):
    def test_each_door_is_refused_told_opened_by_a_grant_and_shut_again(self):
        self.put_tool()
        self.plug_nvme()
        block = self.wait_stored("device-blocked", "DISK-door")["device"]
        self.assertEqual(block["bus"], "BUS_NVME")
        self.assertEqual(block["classes"], ["DEVICE_CLASS_STORAGE"])
        self.assertFalse(self.reads("/dev/nvme0n1"))
        self.try_from_the_seat("/dev/nvme0n1")
        self.put_a_disc_in()
        self.assert_blocked("DEVICE_CLASS_OPTICAL", "/dev/sr0")
        self.put_a_tape_in()
        self.assert_blocked("DEVICE_CLASS_TAPE", "/dev/nst0")
        self.assertFalse(self.reads("/dev/sr0"))
        self.assertFalse(self.opens("/dev/nst0"))

        self.grant("DISK-door", 600)
        wait_until("it opens", lambda: self.writes("/dev/nvme0n1"), 60, 1)
        opened = self.parameters(self.wait_stored("medium-opened", "DISK-door"))
        self.assertEqual(opened["node"], "nvme0n1")
        grant = self.stored("grant-opened", "DISK-door")[0]["grantId"]
        self.office.check("grants", "revoke", grant, "--reason", "test")
        wait_until("it is shut again", lambda: not self.reads("/dev/nvme0n1"), 60, 1)
        self.take_a_part_of_the_guard_out()
        self.assert_history_is_whole()

    def test_read_only_holds_and_says_what_was_tried(self):
        self.put_tool()
        self.plug_refused("READ-1")
        self.grant("READ-1", 600, mode="read-only")
        disk = wait_until("it is a disk", lambda: self.disk_of("READ-1"), 60)
        wait_until("it is mounted at the seat", lambda: self.seat(
            f"udisksctl mount --no-user-interaction -b /dev/{disk}"), 60, 1)
        opened = self.parameters(self.wait_stored("medium-opened", "READ-1"))
        self.assertIn("proof", opened)
        self.assertIn("a file that was on the stick", self.seat(f"cat {MOUNT}/hello.txt").out)
        self.assertFalse(self.seat(f"echo taken >{MOUNT}/taken.txt").ok)
        for script in (f"echo taken >{MOUNT}/taken.txt", f"mount -o remount,rw {MOUNT}",
                       f"mount -t vfat -o rw /dev/{disk} /mnt && touch /mnt/taken",
                       f"dd if=/dev/zero of=/dev/{disk} bs=512 count=1",
                       f"blockdev --setrw /dev/{disk} && dd if=/dev/zero of=/dev/{disk} count=1",
                       f"medium_tool sg-write /dev/{disk}",
                       f"medium_tool sg-read /dev/$(ls /sys/block/{disk}/device/scsi_generic)"):
            with self.subTest(script):
                self.assertFalse(self.machine.root.run(script, 60).ok)

    # --- how --------------------------------------------------------------------------------------

    def try_from_the_seat(self, node: str) -> None:
        """Somebody made the node anybody's: who tries it is told all the same."""
        self.root(f"chmod 666 {node}")
        self.assertFalse(self.seat(f"dd if={node} of=/dev/null bs=4k count=1").ok)
        told = wait_until("the office knows who tried", lambda: [
            event for event in map(self.parameters, self.stored("medium-refused"))
            if event["uid"] == "1000"], 60, 1)[0]
        self.assertEqual((told["node"], told["program"]), (node.removeprefix("/dev/"), "dd"))

    def assert_blocked(self, device_class: str, node: str) -> None:
        wait_until(f"the office knows of {node}", lambda: [
            event for event in self.stored("device-blocked")
            if device_class in event["device"]["classes"]], 60, 1)

    def take_a_part_of_the_guard_out(self) -> None:
        """Root can, and it is told; what is left of it goes on refusing."""
        self.root("rm /sys/fs/bpf/sekisho/programs-*/refuse_open")
        self.wait_stored("medium-guard-lost", seconds=120)
        holds_for("the rest refuses", lambda: not self.reads("/dev/nvme0n1"), 3)

    @staticmethod
    def parameters(event: dict) -> dict:
        return {entry["key"]: entry["value"] for entry in event["parameters"]}


if __name__ == "__main__":
    unittest.main(verbosity=2)
