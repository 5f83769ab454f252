"""What the scenarios of logins share: people with passwords and codes, and typing to what asks them."""

import base64
import hashlib
import hmac
import json
import shlex
import struct

from lab import layers, tools
from lab.deadline import wait_until
from lab.testcase import TerminalTest

PASSWORD = "correct-horse"
_STEP = 30


def _code(secret: str, step: int) -> str:
    """RFC 4226 and 6238, written down a second time: the terminal's own is liboath's."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", step), hashlib.sha1)
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 10**6:06}"


class Factors(TerminalTest):
    """hanako, jiro and root have PASSWORD, and nobody a second factor yet."""

    secrets: dict[str, str]

    def setUp(self):
        super().setUp()
        self.secrets = {}
        tools.put(self.machine, "talk")
        self.root(f"""useradd --create-home --shell /bin/sh jiro
            printf '%s\\n' root:{PASSWORD} hanako:{PASSWORD} jiro:{PASSWORD} | chpasswd""")

    def talk(self, *turns: str, program: str, who=None):
        words = " ".join(shlex.quote(each) for each in turns)
        return (who or self.machine.root).run(f"PS1='$ ' talk 60 {words} -- {program} 2>&1", 90)

    def lets_in(self, said, who: str) -> bool:
        return said.status == 0 and f"in as {who}" in said.out

    def code_of(self, person: str, after: int = -1) -> tuple[str, int]:
        """A code that has not been shown yet, and its step; waits for the next where need be."""
        def step() -> int:
            now = int(self.root("date +%s")) // _STEP
            # One ahead is taken, too: no half minute is waited for.
            return next((each for each in (now, now + 1) if each > after), 0)

        fresh = wait_until("a step that was not used", step, 60, pause=1)
        return _code(self.secrets[person], fresh), fresh

    def enrol(self, person: str) -> int:
        added = json.loads(self.root(
            f"sekisho factor add {person} --reason 'starts on Monday' --output json"))
        self.secrets[person] = added["secret"]
        code, step = self.code_of(person)
        self.root(f"sekisho factor confirm {person} {added['factorId']} --code {code}")
        return step

    def factors_of(self, service: str) -> str:
        said = self.machine.root.run("sekisho doctor logins --output json", 60)
        return next(way["factors"].removeprefix("LOGIN_FACTORS_")
                    for way in json.loads(said.out)["ways"] if way["name"] == service)

    def becomes_root(self, *turns: str):
        """hanako, by su: root's password, and then whatever else she is asked."""
        return self.talk("assword:", PASSWORD, *turns, program="su -c 'echo in as $(id -un)'",
                         who=self.machine.seat)

    def logs_in(self, *turns: str, end: tuple[str, str] = ("$ ", "echo in as $(id -un); exit")):
        """jiro, by login: a password, and then whatever else he is asked."""
        return self.talk("assword:", PASSWORD, *turns, *end, program="login jiro")


class FactorsTest(Factors):
    """An installed terminal that no console knows."""

    @classmethod
    def layer(cls):
        return layers.installed(cls.shape)
