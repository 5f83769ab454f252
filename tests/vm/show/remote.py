"""How ./dev plug reaches the running demo: a unix socket, one JSON line each way."""

import contextlib
import json
import os
import select
import socket
import threading
from collections.abc import Callable
from pathlib import Path


class NoDemo(Exception):
    """No demo is running."""


def _directory() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR") or (
        "/run" if os.access("/run", os.W_OK) else os.path.expanduser("~/.cache"))
    return Path(base) / "sekisho-demo"


class Server:
    """The running demo's end; there is at most one a user."""

    def __init__(self):
        self._path = _directory() / "control.sock"
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_running():
            raise RuntimeError("a demo is already running: end it with Ctrl-C where it was started")
        self._path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.bind(str(self._path))
        self._socket.listen(4)

    @contextlib.contextmanager
    def not_yet(self, why: str):
        """Answers whoever asks meanwhile that it cannot be done yet: a person would wait in vain."""
        def refuse(_: dict) -> str:
            raise RuntimeError(why)

        over = threading.Event()
        thread = threading.Thread(target=self.serve, args=(refuse, lambda: not over.is_set()))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def serve(self, answer: Callable[[dict], str], alive: Callable[[], bool]) -> None:
        """Answers until alive() says no: that the terminal still runs, looked at each second."""
        while alive():
            if select.select([self._socket], [], [], 1)[0]:
                # Whoever asked may be gone by now, which is no reason to end the demo.
                with contextlib.suppress(OSError):
                    client, _ = self._socket.accept()
                    with client:
                        client.settimeout(5)
                        self._serve_one(client, answer)

    @staticmethod
    def _serve_one(client: socket.socket, answer: Callable[[dict], str]) -> None:
        with client.makefile("r") as stream:
            line = stream.readline(10_000)
        try:
            reply = {"ok": True, "text": answer(json.loads(line))}
        except (ValueError, KeyError, OSError, AssertionError, RuntimeError) as error:
            reply = {"ok": False, "text": str(error)}
        client.sendall(json.dumps(reply).encode() + b"\n")

    def close(self) -> None:
        self._socket.close()
        self._path.unlink(missing_ok=True)


def ask(request: dict) -> tuple[bool, str]:
    """Sends one request to the running demo: whether it was done, and what was said. Or NoDemo."""
    try:
        with _connect() as client, client.makefile("rw") as stream:
            stream.write(json.dumps(request) + "\n")
            stream.flush()
            reply = json.loads(stream.readline())
            return reply["ok"], reply["text"]
    except (OSError, ValueError):
        return False, "the demo gave no answer: it has ended, or its terminal hangs"


def is_running() -> bool:
    try:
        _connect().close()
        return True
    except NoDemo:
        return False


def _connect() -> socket.socket:
    client = socket.socket(socket.AF_UNIX)
    client.settimeout(60)
    try:
        client.connect(str(_directory() / "control.sock"))
    except (FileNotFoundError, ConnectionRefusedError):
        client.close()
        raise NoDemo("no demo is running: start one with ./dev demo") from None
    return client
