"""The prompt for the encrypted disk's passphrase, which stands on the terminal's own screen.

Nothing on the serial line shows it, and a reader of screenshots would be a second thing to trust.
So the terminal's initramfs has a watcher of the lab's (guest-encrypted/…/lab-prompt), which says on
that line when Debian's askpass waits and when the disk is open. It touches neither.
"""

from . import keys
from .deadline import wait_until

PASSPHRASE = "kuromon 4711"
MAPPING = "vda2_crypt"
_ASKED = "lab: the passphrase is asked for"
_OPEN = "lab: the disk is open"


def wait_for_prompt(machine, seconds: float = 300) -> int:
    """Waits until the passphrase is asked for in this boot; returns how often it was by now."""
    return wait_until("the passphrase is asked for", lambda: machine.said().count(_ASKED), seconds,
                      0.5)


def is_open(machine) -> bool:
    """Whether the disk was opened in this boot."""
    return _OPEN in machine.said()


def unlock(machine, seconds: float = 120) -> None:
    """Waits for the prompt and types the passphrase at the keyboard; returns once the disk is open."""
    wait_for_prompt(machine)
    keys.type_text(machine.qmp, f"{PASSPHRASE}\n")
    wait_until("the typed passphrase opens the disk", lambda: is_open(machine), seconds, 0.5)
