"""The installation guides, followed to the letter: on a bare server and a bare terminal."""

import contextlib
import re
import shlex
import socket
import time
import unittest

import guide
from lab import layers, packages, paths
from lab.deadline import wait_until
from lab.machine import Machine
from lab.testcase import TerminalTest

_DOCS = paths.REPOSITORY / "docs"
_PASSWORD = "five minutes before noon"
# A prompt ends with a colon and a space; what is typed before it would be thrown away.
_TYPING = """
rm -f /run/typed /run/said && mkfifo /run/typed && : >/run/said
script -qefc {script} /run/said </run/typed >/dev/null &
exec 7>/run/typed
answer() {{
    until [ "$(tail -c 2 /run/said)" = ': ' ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.5
    done
    size=$(stat -c %s /run/said)
    echo "$1" >&7
    until [ "$(stat -c %s /run/said)" != "$size" ]; do
        kill -0 $! 2>/dev/null || break
        sleep 0.2
    done
}}
{answers}wait $!
status=$?
cat /run/said
exit $status
"""


class TheGuides(unittest.TestCase):
    def test_both_languages_say_the_same_commands(self):
        self.assertEqual(guide.read(_DOCS / "install.ja.md"), guide.read(_DOCS / "install.en.md"))

    def test_the_readme_says_no_command_that_the_guide_does_not(self):
        known = {command for block in guide.read(_DOCS / "install.en.md")
                 for command in block.commands}
        quick = [command for block in guide.read(paths.REPOSITORY / "README.md")
                 for command in block.commands]
        self.assertGreater(len(quick), 5)
        self.assertEqual([command for command in quick if command not in known], [])


class Followed(TerminalTest):
    """self.machine is the terminal; the office's server is a second one."""

    def setUp(self):
        with contextlib.closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.console_port = probe.getsockname()[1]
        super().setUp()
        self.server = self.enterContext(
            layers.resume(self.layer(), self.shape, serve_on=self.console_port))
        self.machines = {"office": self.server, "terminal": self.machine}
        self.secret = ""
        self.hand_over(self.server, "sekisho-console", "sekisho-ctl")
        self.hand_over(self.machine, "sekisho-agent")
        self.server.root.check("echo '127.0.0.1 console.city.example.jp' >>/etc/hosts")
        self.root("echo '10.0.2.100 console.city.example.jp' >>/etc/hosts")

    def hand_over(self, machine: Machine, *names: str) -> None:
        for name in names:
            deb = packages.newest_deb(name)
            machine.root.put(deb.read_bytes(), f"/root/{deb.name}")

    def test_from_two_bare_machines_to_a_terminal_that_refuses_its_first_stick(self):
        for block in guide.read(_DOCS / "install.en.md"):
            self.follow(block)
        self.bench.plug("usb-storage", serial="GUIDE-1")
        self.wait_for_usb("GUIDE-1")
        self.assert_no_disk_appears(5)
        wait_until("the office has the block", self.blocked, 90, 1)

    def blocked(self) -> bool:
        return "GUIDE-1" in self.server.root.check(
            "export HOME=/root; cd && sekishoctl events --kind device-blocked --last 5 --output json")

    def follow(self, block: guide.Block) -> None:
        machine = self.machines[block.machine]
        if block.machine == "terminal":
            self.carry_the_token()
        if block.restart_before:
            wait_until("the terminal is ready for its next start", self.carried, 300, 2)
            self.machine.reboot()
        script = " && ".join(block.commands)
        if block.answers:
            script = self.typed(script, block.answers)
        begin = time.monotonic()
        ran = machine.root.run(f"export HOME=/root; cd && {script}", 900)
        print(f"\n--- {block.machine}, {time.monotonic() - begin:.0f} s\n"
              + "\n".join(f"# {line}" for line in block.commands) + f"\n{ran.out}{ran.err}", flush=True)
        self.assertEqual(ran.status, 0, script)
        secret = re.search(r"secret=([A-Z2-7]+)", ran.out)
        self.secret = secret[1] if secret else self.secret

    def typed(self, script: str, answers: tuple[str, ...]) -> str:
        """The script on a terminal of its own, with somebody who answers each prompt as it comes."""
        known = {"{password}": lambda: _PASSWORD, "{totp}": lambda: guide.totp(self.secret, time.time())}
        lines = "".join(f"answer {shlex.quote(known[each]())}\n" for each in answers)
        return _TYPING.format(script=shlex.quote(script), answers=lines)

    def carry_the_token(self) -> None:
        """What the guide has a person do: take the file from the server to the terminal."""
        found = self.server.root.run("cat /root/enrol.token")
        if found.ok and not self.machine.root.run("test -e /root/enrol.token").ok:
            self.machine.root.put(found.out.encode(), "/root/enrol.token")

    def carried(self) -> bool:
        return self.machine.root.run("sekisho status --output json | grep -q MODE_TRIAL").ok and \
            self.machine.root.run("/usr/lib/sekisho/sekisho-barrier boot-image").ok


if __name__ == "__main__":
    unittest.main(verbosity=2)
