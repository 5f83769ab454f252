"""The office for one scenario: a console and sekishoctl, out of the .debs that were built.

The packages are unpacked, not installed: nothing of the machine that runs the tests changes.
"""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import packages, paths
from .deadline import wait_until
from .machine import Machine

ORGANISATION = "狛江市"
ADMIN = "admin"
_PASSWORD = "a lab password, not a secret"


class OfficeError(AssertionError):
    """A program of the office did not do what it had to."""


@dataclasses.dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str


class Office:
    """A running console with a signed-in admin. Use it as a context manager.

    port: where it listens on 127.0.0.1; give it to a Machine as console_port.
    saved: what save() wrote, to go on from there instead of with a new organisation.
    deb: which package of a name; those that were built, unless another release is wanted.
    """

    def __init__(self, port: int = 0, saved: Path | None = None,
                 deb: Callable[[str], Path | None] = packages.newest_deb):
        self.workdir = paths.new_workdir("office")
        self.port = port
        self._saved = saved
        self._deb = deb
        self.data = self.workdir / "data"
        self._console = None
        self._unpacked = self.workdir / "root"

    def __enter__(self):
        try:
            self._unpack()
            if self._saved is None:
                self._init()
            else:
                shutil.copytree(self._saved, self.workdir, dirs_exist_ok=True)
            self.start()
            self.sign_in_anew()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    # --- the console --------------------------------------------------------------------------

    def start(self) -> None:
        """Serves, on the same port as before if it served already."""
        log = open(self.workdir / "console.log", "ab")
        with log:
            begin = log.tell()
            self._console = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", self.program("sekisho-console"), "serve",
                 "--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(ADMIN))
        line = wait_until("the console listens", lambda: self._listening(begin), 60)
        self.port = int(line.rsplit(" ", 1)[1])

    def stop(self) -> None:
        """An orderly end: SIGTERM, waited for."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """As a crash would: SIGKILL."""
        self._end(signal.SIGKILL)

    def rotate(self, *keys: str) -> None:
        """sekisho-console keys rotate, and sekishoctl told of the authority that there is now."""
        self._manage("keys", "rotate", *keys)
        self._take_authority()

    def backup(self) -> Path:
        """sekisho-console backup; returns the file."""
        made = self.workdir / "backup.tar"
        self._manage("backup", str(made))
        return made

    def restore(self, made: Path) -> None:
        """The console that is stopped was lost; what serves next comes out of a backup."""
        shutil.rmtree(self.data)
        self._manage("restore", str(made))
        self._take_authority()

    def reload(self) -> None:
        """What `systemctl reload sekisho-console` does."""
        self._console.send_signal(signal.SIGHUP)

    def save(self, target: Path) -> None:
        """Stops the console and keeps it, with its admin, for an Office(saved=target)."""
        self.stop()
        target.mkdir()
        shutil.copytree(self.data, target / "data")
        for name in ("ca.pem", "admin.totp"):
            shutil.copy2(self.workdir / name, target / name)

    def log(self) -> str:
        return (self.workdir / "console.log").read_text(errors="replace")

    def close(self) -> None:
        if self._console is not None and self._console.poll() is None:
            self.kill()
        shutil.rmtree(self.workdir, ignore_errors=True)

    # --- operators ----------------------------------------------------------------------------

    def sign_in(self, name: str, totp_secret: Path, password: str = _PASSWORD) -> None:
        """Signs an operator in; ctl(who=name) then works under that session."""
        secret = self.workdir / f"{name}.password"
        secret.write_text(f"{password}\n")
        secret.chmod(0o600)
        self.check("sign-in", name, "--console", f"127.0.0.1:{self.port}", "--ca",
                   str(self.workdir / "ca.pem"), "--password-file", str(secret),
                   "--totp-secret-file", str(totp_secret), who=name)

    def sign_in_anew(self) -> None:
        """The admin, by the authority that ca.pem holds."""
        self.sign_in(ADMIN, self.workdir / "admin.totp")

    def ctl(self, *arguments: str, who: str = ADMIN, seconds: float = 60) -> Ran:
        """Runs sekishoctl, in English."""
        done = subprocess.run([self.program("sekishoctl"), *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=seconds,
                              env=self._environment(who), check=False)
        return Ran(done.returncode, done.stdout, done.stderr)

    def check(self, *arguments: str, who: str = ADMIN, seconds: float = 60) -> str:
        """Runs sekishoctl, which must succeed; returns what it printed, stripped."""
        ran = self.ctl(*arguments, who=who, seconds=seconds)
        if ran.status != 0:
            raise OfficeError(f"sekishoctl {' '.join(arguments)} ended with {ran.status}: "
                              f"{ran.err}{ran.out}")
        return ran.out.strip()

    def ask(self, *arguments: str, who: str = ADMIN) -> dict:
        """Runs sekishoctl with --output json; returns the document."""
        return json.loads(self.check(*arguments, "--output", "json", who=who))

    def events(self, terminal: str, kind: str | None = None) -> list[dict]:
        """What the console stored of a terminal, newest first; kind as in "device-blocked"."""
        chosen = ["--kind", kind] if kind else []
        page = self.ask("events", "--terminal", terminal, "--last", "1000", *chosen)
        return page.get("events", [])

    def every_event(self, terminal: str, kind: str | None = None) -> list[dict]:
        """All that the console stored of a terminal, oldest first, however much that is."""
        chosen = ["--kind", kind] if kind else []
        found, cursor = [], "0"
        while True:
            page = self.ask("events", "--terminal", terminal, "--after", cursor, *chosen)
            if not page.get("events"):
                return found
            found += page["events"]
            cursor = page["nextCursor"]

    def environment(self, who: str = ADMIN) -> dict[str, str]:
        """What a shell needs in order to work as that operator (beside sekishoctl's path)."""
        return {"XDG_CONFIG_HOME": str(self.workdir / f"config-{who}")}

    def program(self, name: str) -> str:
        """The path of one of the office's programs."""
        found = [path for folder in ("bin", "sbin")
                 if (path := self._unpacked / "usr" / folder / name).exists()]
        if not found:
            raise OfficeError(f"no {name} in the packages: run ./dev package first")
        return str(found[0])

    # --- terminals ----------------------------------------------------------------------------

    def terminal(self, name: str) -> dict | None:
        """What the console knows of a terminal, or None."""
        known = self.ask("terminals").get("terminals") or []
        return next((entry for entry in known if entry["name"] == name), None)

    def enrol(self, machine: Machine, seconds: float = 180) -> str:
        """Enrols a running terminal with a fresh token; returns its name once it is connected."""
        token = self.check("tokens", "create", "--group", ORGANISATION, "--uses", "1", "--for", "1h")
        machine.root.put(token.encode(), "/run/token")
        machine.root.check("sekisho enrol --token-file /run/token && rm /run/token", 120)
        name = machine.root.check("hostname")
        wait_until(f"{name} is connected, with its policy", lambda: self.connected(name), seconds, 1)
        return name

    def connected(self, name: str) -> dict | None:
        """The terminal, if it is connected and has applied a policy."""
        known = self.terminal(name)
        applied = int(((known or {}).get("status") or {}).get("bundleVersion", 0)) > 0
        return known if known and known["connected"] and applied else None

    # --- inside -------------------------------------------------------------------------------

    def _unpack(self) -> None:
        for package in ("sekisho-console", "sekisho-ctl"):
            deb = self._deb(package)
            if deb is None:
                raise OfficeError(f"there is no {package} package: run ./dev package first")
            subprocess.run(["dpkg-deb", "-x", str(deb), str(self._unpacked)], check=True)

    def _init(self) -> None:
        secret = self.workdir / "admin.password"
        secret.write_text(f"{_PASSWORD}\n")
        secret.chmod(0o600)
        # Terminals come through the relay, as 10.0.2.100; sekishoctl from this machine.
        self._manage("init", "--organisation", ORGANISATION, "--name", "10.0.2.100:7443",
                     "--also-name", "127.0.0.1", "--admin", ADMIN,
                     "--admin-password-file", str(secret),
                     "--totp-secret-out", str(self.workdir / "admin.totp"),
                     "--ca-out", str(self.workdir / "ca.pem"))

    def _manage(self, *arguments: str) -> None:
        ran = subprocess.run(
            [self.program("sekisho-console"), *arguments, "--data", str(self.data)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if ran.returncode != 0:
            raise OfficeError(f"sekisho-console {' '.join(arguments)} ended with {ran.returncode}: "
                              f"{ran.stderr}{ran.stdout}")

    def _take_authority(self) -> None:
        shutil.copy2(self.data / "keys" / "ca.pem", self.workdir / "ca.pem")

    def _listening(self, begin: int) -> str | None:
        if self._console.poll() is not None:
            raise OfficeError(f"sekisho-console serve ended: {self.log()}")
        with open(self.workdir / "console.log", encoding="utf-8", errors="replace") as log:
            log.seek(begin)
            lines = [line.strip() for line in log if line.startswith("listening on port ")]
        return lines[-1] if lines else None

    def _end(self, how: signal.Signals) -> None:
        self._console.send_signal(how)
        self._console.wait(30)

    def _environment(self, who: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items()
                if not name.startswith(("SEKISHO_", "LC_", "LANG"))}
        return kept | self.environment(who) | {"LANG": "C.UTF-8"}
