"""The keyboard is replaced: the office lets the new one in, or a code on the screen where nobody can
ask the office."""

import re
import unittest

from lab import keys
from lab.deadline import holds_for, wait_until
from lab.testcase import EnrolledTest

# The screen that Sekisho keeps for itself, as text.
_SCREEN = "/dev/vcs63"
_INJECTED = "/home/hanako/injected.txt"
_TYPED = "/home/hanako/typed.txt"


class KeyboardTest(EnrolledTest):
    def replace_keyboard(self) -> None:
        self.machine.qmp.command("device_del", id="keyboard")
        self.keyboard = self.bench.plug("usb-kbd", port="6")

    def type(self, text: str) -> None:
        keys.type_text(self.machine.qmp, text)

    def line_of(self, path: str) -> str:
        return self.root(f"cat {path} 2>/dev/null || true")

    def shown_screen(self) -> str:
        return self.root("cat /sys/class/tty/tty0/active")


class KeyboardReplacedInReachOfTheOffice(KeyboardTest):
    def test_the_office_adopts_it_from_afar(self):
        self.replace_keyboard()
        reference = wait_until("the office knows of it", self.reference, 60, 1)
        self.assertEqual(self.root("cat /sys/bus/usb/devices/*-6/authorized"), "0")
        self.office.check("devices", "adopt", reference, "--reason", "Keyboard replaced")
        wait_until("it is let in", lambda: self.root(
            "cat /sys/bus/usb/devices/*-6/authorized") == "1", 60, 0.5)
        wait_until("the screen is the person's", lambda: self.shown_screen() == "tty1", 30)
        self.type("echo in >typed.txt\n")
        wait_until("the line ran", lambda: self.line_of(_TYPED) == "in", 60)
        self.assertTrue(self.office.events(self.name, "device-adopted"))

    def reference(self) -> str | None:
        """The six digits that the person would read out."""
        blocks = self.office.ask("requests", "--blocks").get("requests") or []
        return blocks[0]["reference"] if blocks else None


class KeyboardReplacedOutOfReach(KeyboardTest):
    def setUp(self):
        super().setUp()
        self.office.stop()
        self.replace_keyboard()

    def test_the_code_on_the_screen_lets_the_new_keyboard_in_until_it_is_unplugged(self):
        code = self.wait_until_asked()
        self.assertEqual(self.shown_screen(), "tty63")
        self.type(f"{code}\n")
        wait_until("the screen is given back", lambda: self.shown_screen() == "tty1", 30)
        self.type("echo in >typed.txt\n")
        wait_until("the line ran", lambda: self.line_of(_TYPED) == "in", 60)

        self.root("systemctl restart sekisho-agentd")
        self.type("echo still >typed.txt\n")
        wait_until("the line ran", lambda: self.line_of(_TYPED) == "still", 60)

        self.bench.unplug(self.keyboard)
        self.keyboard = self.bench.plug("usb-kbd", port="6")
        self.assertNotEqual(self.wait_until_asked(), code)

        self.office.start()
        self.root("systemctl restart sekisho-link")
        wait_until("the office hears of it",
                   lambda: self.office.events(self.name, "keyboard-admitted"), 60, 1)

    def test_what_types_blindly_stays_out(self):
        code = self.wait_until_asked()
        # What would be a line in somebody's shell, a restart, and a switch to another screen.
        self.type("echo injected >injected.txt\n")
        for key in ("ctrl", "alt", "delete"):
            keys.press(self.machine.qmp, key, True)
        for key in ("delete", "alt", "ctrl"):
            keys.press(self.machine.qmp, key, False)
        for key, down in (("alt", True), ("f1", True), ("f1", False), ("alt", False)):
            keys.press(self.machine.qmp, key, down)
        self.assertEqual(self.shown_screen(), "tty63")
        guess = "00000000" if code != "00000000" else "11111111"
        for _ in range(2):  # the Enter after the line above was none: no digit stood there
            self.type(f"{guess}\n")
        self.assertEqual(self.shown_screen(), "tty63", "the third is still to come")
        self.type(f"{guess}\n")
        wait_until("the screen is given back", lambda: self.shown_screen() == "tty1", 30)
        self.assertEqual(self.root("cat /sys/bus/usb/devices/*-6/authorized"), "0")
        self.type("echo injected >injected.txt\n")
        holds_for("nothing was typed", lambda: not self.line_of(_INJECTED), 10)
        self.assertEqual(self.shown_screen(), "tty1", "asked once a plug")

    def wait_until_asked(self) -> str:
        """Waits until a code is shown and what is typed is read; returns the code."""
        code = wait_until("a code is shown", self.code_on_the_screen, 90, 0.5)
        held = "ls -l /proc/$(pgrep -f /sekisho-keyboard-code$)/fd | grep input/event || true"
        wait_until("the keyboard is listened to", lambda: self.root(held), 30, 0.2)
        return code

    def code_on_the_screen(self) -> str | None:
        shown = self.root(f"cat {_SCREEN} 2>/dev/null || true")
        code = re.search(r"\b(\d{4}) (\d{4})\b", shown)
        return code and code[1] + code[2]


if __name__ == "__main__":
    unittest.main(verbosity=2)
