"""What the scenarios about booting share: a terminal with an encrypted disk, and its prompt."""

from pathlib import Path

from lab import encrypted, keys, layers, passphrase
from lab.deadline import holds_for, wait_until
from lab.testcase import EnrolledTest, TerminalTest

BARRIER = "/usr/lib/sekisho/sekisho-barrier"


class BootTest(TerminalTest):
    """A terminal that asks for its disk's passphrase."""

    shape = encrypted.SHAPE

    def assert_the_prompt_hears_nothing(self, seconds: float = 20) -> None:
        """Types the right passphrase at the prompt, and watches that nothing of it arrives."""
        asked = passphrase.wait_for_prompt(self.machine)
        keys.type_text(self.machine.qmp, f"{passphrase.PASSPHRASE}\n")
        holds_for("the disk stays shut", lambda: not passphrase.is_open(self.machine), seconds, 0.5)
        # Had but the Enter arrived, it would have been a wrong passphrase.
        self.assertEqual(passphrase.wait_for_prompt(self.machine), asked)

    def type_line_and_wait(self, word: str) -> None:
        """A line typed at the keyboard reaches the shell of the person at the seat."""
        keys.type_text(self.machine.qmp, f"\necho {word} >typed.txt\n")
        typed = "cat /home/hanako/typed.txt 2>/dev/null || true"
        wait_until("the line ran", lambda: self.root(typed) == word, 60)

    def command_line(self) -> str:
        return self.root("cat /proc/cmdline")


    # --- the barrier ----------------------------------------------------------------------------

    def set_next_mode(self, mode: str, trial_seconds: int = 900) -> None:
        """As root would, and waits until the next boot holds it."""
        self.root(f"{BARRIER} mode --set {mode} --trial-seconds {trial_seconds}", 1500)
        self.wait_until_carried()

    def wait_until_carried(self, seconds: float = 1500) -> None:
        """Waits until the initramfs and the boot loader's menu hold what is wanted."""
        wait_until("the next boot holds it",
                   lambda: self.machine.root.run(f"{BARRIER} boot-image", 60).ok, seconds, 1)

    def next_mode(self) -> str:
        return self.root(f"{BARRIER} mode --next")

    def this_boot(self) -> str:
        """What the barrier wrote of this boot: its mode, and what became of it."""
        return self.root("cat /run/sekisho/boot")

    def stick_is_refused(self, serial: str) -> bool:
        """Plugs a stick in, and out again: whether it stayed without authorisation."""
        stick = self.bench.plug("usb-storage", serial=serial)
        path = self.wait_for_usb(serial)
        refused = self.root(f"cat {path}/authorized") == "0"
        if refused:
            self.assert_no_disk_appears()
        else:
            self.wait_for_disk()
        self.bench.unplug(stick)
        return refused


class EncryptedTest(BootTest):
    """Without Sekisho: the control arms, and where installing begins."""


class EncryptedWithTheAgent(BootTest):
    """With the agent's package, enforcing; it adopted the keyboard and the hub."""

    @classmethod
    def layer(cls) -> Path:
        return layers.installed(cls.shape)


class EncryptedEnrolled(BootTest, EnrolledTest):
    """The same, enrolled: self.office is its console."""

    def wait_reported(self, kind: str, seconds: float = 120) -> dict:
        """Waits until the console has stored such an event of this terminal; returns the newest."""
        entries = wait_until(f"the office has {kind}",
                             lambda: self.office.events(self.name, kind), seconds, 1)
        return max(entries, key=lambda entry: int(entry["cursor"]))["event"]


__all__ = ["BARRIER", "BootTest", "EncryptedEnrolled", "EncryptedTest", "EncryptedWithTheAgent",
           "holds_for", "wait_until"]
