"""A client for QEMU's machine protocol (docs/interop/qmp-spec): JSON lines on a unix socket."""

import json
import socket
import time
from pathlib import Path

from .deadline import DeadlineExceeded


class QmpError(RuntimeError):
    """QEMU refused a command."""


class Qmp:
    def __init__(self, path: Path, seconds: float):
        self._events = []
        self._buffer = b""
        self._socket = _connect(path, seconds)
        self._read(time.monotonic() + seconds)  # the greeting
        self.command("qmp_capabilities")

    def command(self, name: str, seconds: float = 60, **arguments):
        """Runs one command; returns what it returned, raises QmpError when QEMU refuses."""
        request = {"execute": name}
        if arguments:
            request["arguments"] = arguments
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        end = time.monotonic() + seconds
        while True:
            message = self._read(end)
            if "event" in message:
                self._events.append(message)
            elif "error" in message:
                raise QmpError(f"{name}: {message['error']['desc']}")
            else:
                return message["return"]

    def monitor(self, line: str) -> str:
        """Runs a line of the human monitor, for the few things QMP itself lacks."""
        return self.command("human-monitor-command", **{"command-line": line})

    def wait_event(self, name: str, seconds: float, **data):
        """Waits for an event whose data contains `data`; earlier unclaimed ones count."""
        end = time.monotonic() + seconds
        while True:
            for event in self._events:
                if event["event"] == name and data.items() <= event.get("data", {}).items():
                    self._events.remove(event)
                    return event
            message = self._read(end)
            if "event" in message:
                self._events.append(message)

    def forget_events(self) -> None:
        self._events.clear()

    def close(self) -> None:
        self._socket.close()

    def _read(self, end: float):
        while b"\n" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0:
                raise DeadlineExceeded("QEMU did not answer in time")
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            if not data:
                raise QmpError("QEMU closed its control socket (it has ended)")
            self._buffer += data
        line, self._buffer = self._buffer.split(b"\n", 1)
        return json.loads(line)


def _connect(path: Path, seconds: float) -> socket.socket:
    end = time.monotonic() + seconds
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(str(path))
            return client
        except (FileNotFoundError, ConnectionRefusedError):
            client.close()
            if time.monotonic() > end:
                raise DeadlineExceeded(f"QEMU did not open {path} in time") from None
            time.sleep(0.02)
