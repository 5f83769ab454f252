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
                print(f"      … {time.monotonic() - begin:.0f} s  {title}", flush=True)

        ticker = threading.Thread(target=tick, daemon=True)
        ticker.start()
        try:
            yield lambda text: seen.extend(str(text).rstrip().splitlines())
        except Exception as error:
            done.set()
            ticker.join()
            self._line("FAILED", begin, title)
            for line in seen:
                print(f"         {line}", flush=True)
            raise StepFailed(f"step {self.count}, \"{title}\": {error}") from error
        done.set()
        ticker.join()
        self._line("ok", begin, title)
        for line in seen:
            print(f"         {line}", flush=True)

    def total(self) -> float:
        return time.monotonic() - self._begin

    def _line(self, outcome: str, begin: float, title: str) -> None:
        took = time.monotonic() - begin
        print(f"[{self.total():5.0f} s] {outcome:6} {title}  ({took:.1f} s)", flush=True)


def say(text: str = "") -> None:
    print(text, flush=True)


def complain(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
