"""Says on standard error what takes long, so that nobody wonders whether it hangs."""

import contextlib
import sys
import threading
import time


@contextlib.contextmanager
def step(title: str, expected_seconds: int):
    """Prints the title, a sign of life every 15 s, and the time taken (or that it failed).

    expected_seconds is what a 2-core machine took; it is shown, never enforced.
    """
    begin = time.monotonic()
    done = threading.Event()

    def tick():
        while not done.wait(15):
            _say(f"    … {time.monotonic() - begin:.0f} s of about {expected_seconds} s: {title}")

    _say(f"  {title} (about {expected_seconds} s)")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    except BaseException:
        _say(f"    failed after {time.monotonic() - begin:.0f} s: {title}")
        raise
    finally:
        done.set()
        ticker.join()
    _say(f"    done in {time.monotonic() - begin:.1f} s")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
