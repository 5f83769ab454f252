"""Reads an installation guide as what it is: blocks of commands for two machines, in order.

A block is ```sh … ``` whose first line names the machine. A comment right before it holds what a
person would do besides typing the commands: <!-- answers: … --> at its prompts, <!-- restart: … -->.
"""

import base64
import dataclasses
import hashlib
import hmac
import re
import struct
from pathlib import Path

_BLOCK = re.compile(r"(?:<!-- (?P<key>answers|restart): (?P<value>[^>]*) -->\n)?"
                    r"```sh\n# (?P<machine>\w+)\n(?P<commands>.*?)```\n", re.DOTALL)


@dataclasses.dataclass(frozen=True)
class Block:
    machine: str
    commands: tuple[str, ...]
    answers: tuple[str, ...] = ()
    restart_before: bool = False


def read(guide: Path) -> list[Block]:
    """The guide's blocks in order; ValueError for one that would silently not be run."""
    text = guide.read_text(encoding="utf-8")
    blocks = []
    for found in _BLOCK.finditer(text):
        commands = tuple(line for line in found["commands"].splitlines() if line.strip())
        answers = tuple(found["value"].split()) if found["key"] == "answers" else ()
        blocks.append(Block(found["machine"], commands, answers, found["key"] == "restart"))
    if text.count("```sh") != len(blocks):
        raise ValueError(f"{guide.name}: a block of commands does not say on which machine")
    return blocks


def totp(secret: str, at: float) -> str:
    """RFC 6238 with the usual six digits and 30 s, of a base32 secret."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    begin = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[begin:begin + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"
