"""One running terminal: a QEMU process, its control socket and its two command channels."""

import dataclasses
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import accelerator, passphrase, paths
from .channel import Channel
from .deadline import wait_until
from .qmp import Qmp, QmpError


@dataclasses.dataclass(frozen=True)
class Shape:
    """What is built into the terminal. A snapshot can only be resumed in the shape it was made.

    The keyboard and the mouse are USB by default and PS/2 is absent, as on the desktops that
    Sekisho runs on: QEMU's PS/2 keyboard would hide every lock-out.
    """

    memory_mib: int = 1024
    i8042: bool = False
    keyboard_port: str | None = "1"  # "1", or "3.1" behind the hub on port 3; None: no keyboard
    mouse_port: str | None = "2"
    encrypted: bool = False  # the disk: each boot asks for its passphrase, on the screen

    @property
    def key(self) -> str:
        parts = [self.memory_mib, self.i8042, self.keyboard_port, self.mouse_port]
        return "-".join(map(str, parts)) + ("-encrypted" if self.encrypted else "")


class MachineError(RuntimeError):
    """QEMU did not do what it was told."""


class Machine:
    """Owns a QEMU process and a work directory; use it as a context manager.

    console_port: the loopback port on this host that the terminal reaches as 10.0.2.100:7443,
    and the only thing it can reach. None: it reaches nothing.
    serve_on: the loopback port on this host behind which its own port 7443 is.
    extra: more of QEMU's options, for a machine that no snapshot is resumed in.
    """

    def __init__(self, disk: Path, shape: Shape, console_port: int | None = None,
                 log: Path | None = None, serve_on: int | None = None,
                 extra: tuple[str, ...] = ()):
        self._disk = disk
        self._serve_on = serve_on
        self._extra = extra
        self._shape = shape
        self._console_port = console_port
        self._process = None
        self._qmp = None
        self._boot_began = 0  # in the serial log
        self._locked = False  # an encrypted disk that nobody opened yet in this boot
        self.workdir = paths.new_workdir("vm")
        self.serial_log = log or self.workdir / "serial.log"
        self.root = Channel(self.workdir / "root.sock", "root")
        self.seat = Channel(self.workdir / "seat.sock", "person at the seat")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # --- life ---------------------------------------------------------------------------------

    def start(self, resume_from: Path | None = None) -> None:
        """Starts QEMU: through BIOS and GRUB, or from the memory of a snapshot."""
        command = self._command_line()
        if resume_from is not None:
            command += ["-incoming", f"exec:cat {resume_from}"]
        errors = self.workdir / "qemu.log"
        with open(errors, "ab") as handle:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=handle,
                                             stderr=handle, start_new_session=True)
        try:
            self._qmp = Qmp(self.workdir / "qmp.sock", 60)
            if resume_from is not None:
                self._finish_resuming()
            else:
                self._begin_boot()
        except Exception as error:
            raise MachineError(f"QEMU did not start: {errors.read_text()}") from error

    def _finish_resuming(self) -> None:
        wait_until("the snapshot is loaded", self._incoming_done, 120, pause=0.05)
        self._qmp.command("cont")
        self.root.connect(60)
        # The guest's clock stands where the snapshot was taken.
        self.root.check(f"date -s @{time.time():.0f}")

    def _incoming_done(self) -> bool:
        status = self._qmp.command("query-migrate").get("status")
        if status == "failed":
            raise MachineError("the snapshot does not load into this QEMU")
        return self._qmp.command("query-status")["status"] in ("paused", "running")

    def wait_until_up(self, seconds: float = 400) -> None:
        """Waits until root and the person at the seat both have a shell that answers.

        On an encrypted disk somebody has to type the passphrase for that; unlock() unless done.
        """
        end = time.monotonic() + seconds
        if self._locked:
            self.unlock()
        self.root.connect(seconds)
        self.seat.connect(max(1.0, end - time.monotonic()))

    def unlock(self) -> None:
        """Types the disk's passphrase when it is asked for; returns once the disk is open."""
        passphrase.unlock(self)
        self._locked = False

    def reboot(self, seconds: float = 400) -> None:
        """An orderly restart, through BIOS, GRUB and the terminal's own initramfs, until it is up."""
        before = self.root.check("cat /proc/sys/kernel/random/boot_id")
        self.begin_reboot(seconds)
        self.wait_until_up(seconds)
        after = self.root.check("cat /proc/sys/kernel/random/boot_id")
        if before == after:
            raise MachineError("the terminal did not restart")

    def begin_reboot(self, seconds: float = 120) -> None:
        """An orderly restart up to the BIOS; wait_until_up() follows."""
        self._qmp.forget_events()
        self.root.order("systemctl reboot --no-block")
        self._qmp.wait_event("RESET", seconds, guest=True)
        self._begin_boot()

    def reset(self) -> None:
        """The reset button: what is plugged in stays plugged in; wait_until_up() follows."""
        self.qmp.command("system_reset")
        self._begin_boot()

    def said(self) -> str:
        """What the serial line has shown since this boot began."""
        with open(self.serial_log, "rb") as log:
            log.seek(self._boot_began)
            return log.read().decode(errors="replace")

    def _begin_boot(self) -> None:
        self._boot_began = self.serial_log.stat().st_size
        self._locked = self._shape.encrypted

    def shut_down(self, seconds: float = 120) -> None:
        """An orderly power-off; returns when QEMU has ended."""
        self.root.order("systemctl poweroff --no-block")
        self._wait_ended(seconds)

    def cut_power(self) -> None:
        """QEMU killed on the spot: what the terminal had not flushed may be gone.

        start() then boots the same disk again.
        """
        if self._process.poll() is None:
            os.kill(self._process.pid, signal.SIGKILL)
        self._wait_ended(30)

    def close(self) -> None:
        """Ends QEMU, if it still runs, and removes the work directory."""
        if self._process is not None and self._process.poll() is None:
            self.cut_power()
        self._disconnect()
        shutil.rmtree(self.workdir, ignore_errors=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _wait_ended(self, seconds: float) -> None:
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise MachineError(f"the terminal did not power off in {seconds:.0f} s") from None
        self._disconnect()

    def _disconnect(self) -> None:
        self.root.close()
        self.seat.close()
        if self._qmp is not None:
            self._qmp.close()
            self._qmp = None

    # --- hardware -----------------------------------------------------------------------------

    @property
    def qmp(self) -> Qmp:
        if self._qmp is None:
            raise MachineError("the terminal is not running")
        return self._qmp

    def freeze(self, memory: Path) -> None:
        """Writes the running terminal's memory to a file and ends QEMU.

        The disk must not be written to any more: further terminals run on overlays of it.
        """
        self.qmp.command("stop")
        self.qmp.command("migrate-set-parameters", **{"max-bandwidth": 0})
        self.qmp.command("migrate", uri=f"exec:cat > {memory}")
        wait_until("the snapshot is written", self._migrated, 300, pause=0.1)
        self.qmp.command("quit")
        self._wait_ended(60)

    def _migrated(self) -> bool:
        status = self.qmp.command("query-migrate").get("status")
        if status == "failed":
            raise MachineError("QEMU could not write the snapshot")
        return status == "completed"

    def other_disks(self) -> set[str]:
        """The names of the whole disks that the terminal has, other than the one it runs on."""
        # One may go away while they are looked at.
        found = self.root.check('cd /sys/block; for each in *; do [ ! -e "$each/device" ] || '
                                'echo "$each"; done')
        return set(found.split()) - {"vda"}

    def screenshot(self, png: Path) -> None:
        """What the terminal's screen shows now."""
        self.qmp.command("screendump", filename=str(png), format="png")

    def _command_line(self) -> list[str]:
        shape, work = self._shape, self.workdir
        command = [
            # Ends with the process that started it, even if that is killed.
            "setpriv", "--pdeathsig", "KILL",
            "qemu-system-x86_64", "-name", "sekisho-terminal", "-display", "none", "-no-user-config",
            "-nodefaults", *accelerator.options(),
            "-machine", f"q35,i8042={'on' if shape.i8042 else 'off'}",
            "-m", str(shape.memory_mib), "-smp", "2", "-vga", "std",
            "-qmp", f"unix:{work}/qmp.sock,server=on,wait=off",
            "-drive", f"file={self._disk},if=none,id=disk,format=qcow2,discard=unmap",
            "-device", "virtio-blk-pci,drive=disk,bootindex=1",
            "-device", "virtio-rng-pci",
            "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=root,path={work}/root.sock,server=on,wait=off",
            "-device", "virtserialport,chardev=root,name=lab.root",
            "-chardev", f"socket,id=seat,path={work}/seat.sock,server=on,wait=off",
            "-device", "virtserialport,chardev=seat,name=lab.seat",
            "-chardev", f"socket,id=tty,path={work}/serial.sock,server=on,wait=off,"
                        f"logfile={self.serial_log},logappend=on",
            "-serial", "chardev:tty",
            "-nic", self._network(),
            "-audiodev", "none,id=silent",
            "-device", "qemu-xhci,id=xhci,p2=8,p3=8",
            "-device", "pcie-root-port,id=slot1,chassis=1", "-device",
            "pcie-root-port,id=slot2,chassis=2",
        ]
        command += self._extra
        ports = [port for port in (shape.keyboard_port, shape.mouse_port) if port]
        for hub in sorted({port.split(".")[0] for port in ports if "." in port}):
            command += ["-device", f"usb-hub,id=hub{hub},bus=xhci.0,port={hub}"]
        if shape.keyboard_port:
            command += ["-device", f"usb-kbd,id=keyboard,bus=xhci.0,port={shape.keyboard_port}"]
        if shape.mouse_port:
            command += ["-device", f"usb-mouse,id=mouse,bus=xhci.0,port={shape.mouse_port}"]
        return command

    def _network(self) -> str:
        card = "user,id=net,model=virtio-net-pci,restrict=on"
        if self._serve_on is not None:
            card += f",hostfwd=tcp:127.0.0.1:{self._serve_on}-:7443"
        if self._console_port is None:
            return card
        relay = f"socat - TCP:127.0.0.1:{self._console_port}"
        return f"{card},guestfwd=tcp:10.0.2.100:7443-cmd:{relay}"
