"""The lab's end of a command channel: see guest/usr/local/sbin/lab-channel for the protocol."""

import base64
import dataclasses
import secrets
import socket
import time
from pathlib import Path

from .deadline import DeadlineExceeded


@dataclasses.dataclass(frozen=True)
class Result:
    """What a command in the terminal did. Status 124 is its own deadline, as in timeout(1)."""

    status: int
    out: str
    err: str

    @property
    def ok(self) -> bool:
        return self.status == 0

    def __bool__(self) -> bool:
        """Whether it went well: so that whoever waits for that is shown the last thing it said."""
        return self.ok


class CommandFailed(AssertionError):
    """A command that had to succeed in the terminal did not."""


class Channel:
    """Runs commands in the terminal, one at a time, each with a deadline."""

    def __init__(self, path: Path, whose: str):
        self._path = path
        self._whose = whose
        self._socket = None
        self._buffer = b""
        self._next_id = 1

    def connect(self, seconds: float) -> None:
        """Waits until the terminal's end answers: it has booted, or the person has logged in."""
        end = time.monotonic() + seconds
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.connect(str(self._path))
        self._buffer = b""
        # What is sent while the guest restarts may be lost or may wait in the socket, hence again,
        # but seldom: a terminal that takes long to start would fill the socket.
        patience = 1.0
        asked = set()
        while time.monotonic() < end:
            token = secrets.token_hex(8)
            asked.add(f"SYNCED {token}")
            try:
                self._socket.settimeout(1)
                self._socket.sendall(f"\nSYNC {token}\n".encode())
            except TimeoutError:
                pass  # full: then an earlier one still waits in it
            attempt = min(end, time.monotonic() + patience)
            patience = min(patience * 1.5, 15)
            while (line := self._line(attempt)) is not None:
                if line in asked:  # an answer from before a restart says nothing
                    return
        raise DeadlineExceeded(f"the terminal's {self._whose} did not answer in {seconds:.0f} s")

    def run(self, script: str, seconds: float = 60) -> Result:
        """Runs a bash script and returns its result, whatever its status."""
        payload = base64.b64encode(script.encode()).decode()
        return self._request(f"RUN {{id}} {seconds:g} {payload}\n".encode(), b"", seconds, script)

    def check(self, script: str, seconds: float = 60) -> str:
        """Runs a bash script that must succeed; returns what it printed, stripped."""
        result = self.run(script, seconds)
        if not result.ok:
            raise CommandFailed(
                f"{self._whose}: `{script}` ended with {result.status}\n{result.out}{result.err}"
            )
        return result.out.strip()

    def order(self, script: str) -> None:
        """Has a bash script run and awaits no answer: it may end the terminal before it could."""
        payload = base64.b64encode(script.encode()).decode()
        self._send(f"RUN {{id}} 60 {payload}\n".encode(), b"", 60)

    def put(self, data: bytes, path: str, seconds: float = 120) -> None:
        """Writes a file in the terminal."""
        name = base64.b64encode(path.encode()).decode()
        header = f"PUT {{id}} {len(data)} {name}\n".encode()
        result = self._request(header, data, seconds, f"put {path}")
        if not result.ok:
            raise CommandFailed(f"{self._whose}: cannot write {path}: {result.err}")

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _request(self, header: bytes, data: bytes, seconds: float, what: str) -> Result:
        # The terminal ends the command itself; the margin is for a slow machine's answer.
        end = time.monotonic() + seconds + 30
        number = self._send(header, data, seconds + 30)
        while (line := self._line(end)) is not None:
            fields = line.split(" ")
            if fields[0] == "DONE" and len(fields) == 5 and fields[1] == str(number):
                return Result(int(fields[2]), _decoded(fields[3]), _decoded(fields[4]))
        raise DeadlineExceeded(f"the terminal's {self._whose} gave no answer to `{what}`")

    def _send(self, header: bytes, data: bytes, seconds: float) -> int:
        """Sends a request; returns its number, with which the answer begins."""
        if self._socket is None:
            raise RuntimeError(f"the channel of the terminal's {self._whose} is not connected")
        number, self._next_id = self._next_id, self._next_id + 1
        self._socket.settimeout(seconds)
        self._socket.sendall(header.replace(b"{id}", str(number).encode(), 1) + data)
        return number

    def _line(self, end: float) -> str | None:
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(1 << 20)
            except TimeoutError:
                return None
            if not data:
                raise DeadlineExceeded(f"the terminal ended while its {self._whose} was asked")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.decode(errors="replace").strip("\r")


def _decoded(field: str) -> str:
    return "" if field == "-" else base64.b64decode(field).decode(errors="replace")
