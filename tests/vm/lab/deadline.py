"""Waiting for a state with a deadline; nothing in the lab waits for a fixed time."""

import time


class DeadlineExceeded(AssertionError):
    """The state did not come about in time; a test that waits for it fails, it does not err."""


def wait_until(what: str, probe, seconds: float, pause: float = 0.1):
    """Calls probe() until it returns something true, and returns that.

    Raises DeadlineExceeded, naming `what` and the last thing seen, after `seconds`.
    """
    end = time.monotonic() + seconds
    while True:
        seen = probe()
        if seen:
            return seen
        if time.monotonic() > end:
            raise DeadlineExceeded(f"{what}: not within {seconds:.0f} s (last seen: {seen!r})")
        time.sleep(pause)


def holds_for(what: str, probe, seconds: float, pause: float = 0.1) -> None:
    """Asserts that probe() stays true for `seconds`: for what must NOT happen."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = probe()
        if not seen:
            raise AssertionError(f"{what}: no longer holds (seen: {seen!r})")
        time.sleep(pause)
