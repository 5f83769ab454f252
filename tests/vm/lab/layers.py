"""Boot once, test many times: frozen terminals in the cache.

A layer is a directory with disk.qcow2 (an overlay of the image below it) and memory (the running
terminal, frozen). Both never change once written: each test runs on an overlay of its own, which
is why a power cut or a reboot in one test is nothing to the next, and why two terminals can run
from one layer at the same time.
"""

import contextlib
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from . import accelerator, disks, encrypted, image, packages, paths, progress
from .machine import Machine, Shape
from .office import Office

_CACHED = ["sekisho-layer-format-1"]  # changes with what a layer consists of


def stock(shape: Shape = Shape(), extra: frozenset[str] = frozenset()) -> Path:
    """A running terminal without Sekisho: the control arm of every claim."""
    base = _base(shape, extra)
    return _layer("stock", base, base.name, shape, prepare=None, seconds=50)


def installed(shape: Shape = Shape(), extra: frozenset[str] = frozenset()) -> Path:
    """A running terminal with the newest sekisho-agent package, restarted through its own GRUB."""
    deb = agent_deb()
    base = _base(shape, extra)
    content = hashlib.sha256(deb.read_bytes()).hexdigest()

    def install_and_restart(machine: Machine) -> None:
        install(machine, deb)
        machine.reboot()

    below = stock(shape, extra)
    return _layer("installed", below, f"{base.name} {content}", shape, install_and_restart,
                  seconds=200)


def agent_deb() -> Path:
    """The sekisho-agent package that was built."""
    deb = packages.newest_deb("sekisho-agent")
    if deb is None:
        raise FileNotFoundError("there is no sekisho-agent package: run ./dev package first")
    return deb


def enrolled(shape: Shape = Shape()) -> Path:
    """As installed(), and enrolled: Office(saved=layer / "office") is the console that knows it.

    The link finds that its connection has gone when the snapshot is resumed, and connects again.
    """
    below = installed(shape)
    console = packages.newest_deb("sekisho-console")
    if console is None:
        raise FileNotFoundError("there is no sekisho-console package: run ./dev package first")
    content = hashlib.sha256(console.read_bytes()).hexdigest()
    target = _target("enrolled", below, f"{below.name} {content}", shape)
    with paths.locked(_family("enrolled", shape)):
        if not target.exists():
            _freeze_enrolled(below, shape, target)
            paths.prune(f"{_family('enrolled', shape)}-*[0-9a-f]", keep=3)
    os.utime(target)
    return target


def _freeze_enrolled(below: Path, shape: Shape, target: Path) -> None:
    work = _fresh(target)
    disks.make_overlay(below / "disk.qcow2", work / "disk.qcow2")
    with progress.step("enrolling the terminal, to be kept as the snapshot \"enrolled\"", 40):
        with Office() as office:
            with Machine(work / "disk.qcow2", shape, office.port, work / "serial.log") as machine:
                machine.start(resume_from=below / "memory")
                office.enrol(machine)
                machine.freeze(work / "memory")
            office.save(work / "office")
    work.rename(target)


def install(machine: Machine, deb: Path, seconds: float = 1500, mode: str = "enforce") -> str:
    """Installs a package the way an installer does, without a network; returns what dpkg said.

    What refuses is proven on a terminal that refuses: a fresh installation would only observe.
    """
    machine.root.put(deb.read_bytes(), f"/root/{deb.name}")
    machine.root.check(f"echo sekisho-agent sekisho-agent/mode select {mode} | "
                       "debconf-set-selections")
    return machine.root.check(f"DEBIAN_FRONTEND=noninteractive dpkg -i --force-confold /root/{deb.name} 2>&1",
                              seconds)


@contextlib.contextmanager
def resume(layer: Path, shape: Shape = Shape(), console_port: int | None = None,
           serve_on: int | None = None):
    """A terminal that goes on where the layer was frozen, with its clock set."""
    with on_overlay(layer / "disk.qcow2", shape, console_port, serve_on) as machine:
        machine.start(resume_from=layer / "memory")
        machine.seat.connect(60)
        yield machine


@contextlib.contextmanager
def boot(layer: Path, extra: tuple[str, ...], shape: Shape = Shape(),
         console_port: int | None = None):
    """The same terminal with more hardware in it: off when it was frozen, switched on again."""
    with on_overlay(layer / "disk.qcow2", shape, console_port, extra=extra) as machine:
        machine.start()
        machine.wait_until_up()
        yield machine


@contextlib.contextmanager
def on_overlay(disk: Path, shape: Shape, console_port: int | None = None,
               serve_on: int | None = None, extra: tuple[str, ...] = ()):
    """A terminal that is off, on a disk of its own over the given one."""
    overlay_dir = paths.new_workdir("disk")
    try:
        overlay = overlay_dir / "disk.qcow2"
        disks.make_overlay(disk, overlay)
        with Machine(overlay, shape, console_port, serve_on=serve_on, extra=extra) as machine:
            yield machine
    finally:
        shutil.rmtree(overlay_dir, ignore_errors=True)


def _base(shape: Shape, extra: frozenset[str]) -> Path:
    if not shape.encrypted:
        return image.base(extra)
    if extra:
        raise ValueError("the terminal with the encrypted disk has one set of packages")
    return encrypted.disk()


def _layer(name: str, below: Path, content: str, shape: Shape,
           prepare: Callable[[Machine], None] | None, seconds: int) -> Path:
    target = _target(name, below, content, shape)
    with paths.locked(_family(name, shape)):
        if not (target / "memory").exists():
            _freeze_new(name, below, shape, prepare, target, seconds)
            paths.prune(f"{_family(name, shape)}-*[0-9a-f]", keep=3)
    os.utime(target)
    return target


def _target(name: str, below: Path, content: str, shape: Shape) -> Path:
    parts = [*_CACHED, content, shape.key, accelerator.name(), _qemu_version(),
             str(below / "disk.qcow2")]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    return paths.cache() / f"{_family(name, shape)}-{digest}"


def _family(name: str, shape: Shape) -> str:
    return f"encrypted-{name}" if shape.encrypted else name


def _fresh(target: Path) -> Path:
    """A directory to work in that becomes the target once it is whole."""
    work = target.with_name(f"{target.name}.partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    return work


def _freeze_new(name: str, below: Path, shape: Shape, prepare, target: Path, seconds: int) -> None:
    work = _fresh(target)
    disks.make_overlay(below / "disk.qcow2", work / "disk.qcow2")
    memory = below / "memory"
    doing = "booting the terminal" if prepare is None else "installing the agent in the terminal"
    with progress.step(f"{doing}, to be kept as the snapshot \"{name}\"", seconds):
        with Machine(work / "disk.qcow2", shape, log=work / "serial.log") as machine:
            machine.start(resume_from=memory if memory.exists() else None)
            machine.wait_until_up()
            if prepare is not None:
                prepare(machine)
            settle(machine)
            machine.freeze(work / "memory")
    work.rename(target)


def settle(machine: Machine) -> None:
    """Waits until the start is over, so that no test begins in the middle of it."""
    machine.root.run("systemctl is-system-running --wait; udevadm settle", 300)


def _qemu_version() -> str:
    return subprocess.run(["qemu-system-x86_64", "--version"], check=True, capture_output=True,
                          text=True).stdout.split("\n")[0]
