"""A TPM 2.0 in software, for a terminal to have on its mainboard."""

import shutil
import subprocess

from . import paths
from .deadline import wait_until


class SoftTpm:
    """A swtpm process with a state of its own. Use it as a context manager.

    It ends with the machine that it is in; start() is a mainboard that is switched on again.
    """

    def __init__(self):
        self._work = paths.new_workdir("tpm")
        self._process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end()
        shutil.rmtree(self._work, ignore_errors=True)

    def start(self) -> tuple[str, ...]:
        """Switches it on; returns QEMU's options for a machine that it is in."""
        self._end()
        control = self._work / "control"
        control.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "swtpm", "socket", "--tpm2", "--tpmstate",
             f"dir={self._work}", "--ctrl", f"type=unixio,path={control}"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until("the TPM listens", control.exists, 20)
        return ("-chardev", f"socket,id=tpm,path={control}", "-tpmdev",
                "emulator,id=tpm,chardev=tpm", "-device", "tpm-tis,tpmdev=tpm")

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def board(uuid: str, serial: str) -> tuple[str, ...]:
    """QEMU's options for a mainboard that calls itself so."""
    return ("-smbios", f"type=1,uuid={uuid},serial=PC-{serial}", "-smbios",
            f"type=2,serial={serial}")

