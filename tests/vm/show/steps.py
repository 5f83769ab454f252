"""One line a step, with its time, as it happens; long ones show that they are alive."""

import contextlib
import sys
import threading
import time


class StepFailed(Exception):
    """A step of the demo did not happen; the message says which, and what was seen instead."""


class Steps:
    """Prints the steps of a run, numbered; remembers how many there were."""

    def __init__(self):
        self._begin = time.monotonic()
        self.count = 0

    @contextlib.contextmanager
    def step(self, title: str):
        """Runs a step. Its body may call the yielded function to say what was seen."""
        self.count += 1
        begin = time.monotonic()
        seen = []
        done = threading.Event()

        def tick():
            while not done.wait(10):
                say(f"      … {time.monotonic() - begin:.0f} s  {title}")

        ticker = threading.Thread(target=tick, daemon=True)
        ticker.start()
        outcome = "FAILED"
        try:
            yield lambda text: seen.extend(str(text).rstrip().splitlines())
            outcome = "ok"
        except (KeyboardInterrupt, SystemExit):
            outcome = "left"
            raise
        except Exception as error:
            raise StepFailed(f"step {self.count}, \"{title}\": {error}") from error
        finally:
            done.set()
            ticker.join()
            took = time.monotonic() - begin
            say(f"[{self.total():5.0f} s] {outcome:6} {title}  ({took:.1f} s)")
            for line in seen:
                say(f"         {line}")

    def total(self) -> float:
        return time.monotonic() - self._begin


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
