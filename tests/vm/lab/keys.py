"""Types on the terminal's USB keyboard: QMP input-send-event, so the whole path is real."""

import time

from .qmp import Qmp

# QEMU's keyboard keeps 16 events and drops the rest: a typist whom a guest keeps up with that stands
# still for a second, and not a wait for a state.
_BETWEEN_KEYS = 0.15

_PLAIN = {" ": "spc", "\n": "ret", "\t": "tab", "-": "minus", "=": "equal", ",": "comma",
          ".": "dot", "/": "slash", ";": "semicolon", "'": "apostrophe", "\\": "backslash",
          "[": "bracket_left", "]": "bracket_right", "`": "grave_accent"}
_SHIFTED = {"!": "1", "@": "2", "#": "3", "$": "4", "%": "5", "^": "6", "&": "7", "*": "8",
            "(": "9", ")": "0", "_": "minus", "+": "equal", "<": "comma", ">": "dot",
            "?": "slash", ":": "semicolon", '"': "apostrophe", "|": "backslash", "~": "grave_accent",
            "{": "bracket_left", "}": "bracket_right"}


def type_text(qmp: Qmp, text: str) -> None:
    """Types the text on a US keyboard; "\\n" is Enter. ValueError for what it cannot type."""
    for character in text:
        name, shift = _key(character)
        keys = (["shift"] if shift else []) + [name]
        for down, order in ((True, keys), (False, keys[::-1])):
            for key in order:
                press(qmp, key, down)
        time.sleep(_BETWEEN_KEYS)


def press(qmp: Qmp, key: str, down: bool) -> None:
    """One key goes down or up. The names are those of QEMU's QKeyCode."""
    value = {"type": "qcode", "data": key}
    event = {"type": "key", "data": {"down": down, "key": value}}
    qmp.command("input-send-event", events=[event])


def _key(character: str) -> tuple[str, bool]:
    if character.isascii() and character.isalnum():
        return character.lower(), character.isupper()
    if character in _PLAIN:
        return _PLAIN[character], False
    if character in _SHIFTED:
        return _SHIFTED[character], True
    raise ValueError(f"the keyboard has no key for {character!r}")
