"""Builds the terminal's disk: a stock Debian 12 that boots through its own GRUB.

No loop device is needed: mmdebstrap fills a directory (and there the kernel's package makes its
initramfs), mke2fs turns it into a file system inside the disk file, and a first boot in QEMU runs
the terminal's own grub-install and update-grub, as an installer would on real hardware.
"""

import hashlib
import os
import shutil
import struct
import subprocess
import uuid
from pathlib import Path

from . import packages, paths, progress

_GUEST = Path(__file__).with_name("guest")
_DISK_BYTES = 6 << 30
_PARTITION_START = 1 << 20  # leaves room for GRUB's core image behind the boot sector
_SECTOR = 512
_GRUB_MODULES = ["biosdisk", "part_msdos", "ext2", "normal", "linux", "search",
                 "search_fs_uuid", "configfile", "serial", "terminal", "echo", "boot"]

# With Debian's own choice of modules update-initramfs takes over five minutes under emulation. Everything that could let a device in early is on it: the USB controllers, HID
# and storage; so the deny in the initramfs has something to deny.
_INITRAMFS = """set -eu
mkdir -p "$1/etc/initramfs-tools/conf.d" "$1/usr/share/initramfs-tools/modules.d"
printf 'MODULES=list\\nCOMPRESS=zstd\\nCOMPRESSLEVEL=1\\n' >"$1/etc/initramfs-tools/conf.d/lab"
printf '%s\\n' virtio_pci virtio_blk ext4 xhci_pci ehci_pci uhci_hcd usbhid hid_generic \\
  usb_storage uas sd_mod nvme >"$1/usr/share/initramfs-tools/modules.d/lab"
"""


class ImageError(RuntimeError):
    """The image cannot be built; the message says what to do."""


def base(extra: frozenset[str] = frozenset()) -> Path:
    """The directory of the finished image (its disk is disk.qcow2); builds it when missing.

    extra: packages on top of the list's [terminal]; each set is an image of its own.
    """
    wanted = sorted(_wanted_packages() | extra)
    key = _key(wanted)
    target = paths.cache() / f"terminal-{key}"
    with paths.locked("terminal"):
        if not (target / "disk.qcow2").exists():
            _build(wanted, target)
            paths.prune("terminal-*", keep=3)
    os.utime(target)
    return target


def _wanted_packages() -> set[str]:
    """The list's, and what our own packages depend on: a terminal has no network to get them by.

    The office's too, so that a guest can be the office's server.
    """
    wanted = set(packages.section("terminal"))
    for package in ("sekisho-agent", "sekisho-console", "sekisho-ctl"):
        deb = packages.newest_deb(package)
        if deb is not None:
            wanted |= packages.dependencies(deb)
    return wanted


def _key(wanted: list[str]) -> str:
    digest = hashlib.sha256("\n".join(wanted).encode())
    for path in [Path(__file__), *sorted(p for p in _GUEST.rglob("*") if p.is_file())]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _build(wanted: list[str], target: Path) -> None:
    if os.geteuid() != 0:
        raise ImageError(
            "building the terminal's image needs root (mmdebstrap sets file owners): "
            "run the same command with sudo, once; later runs use the cached image"
        )
    work = target.with_name(f"{target.name}.partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    filesystem = str(uuid.uuid4())
    log = work / "build.log"
    try:
        with progress.step("filling the terminal with Debian packages", 60):
            _fill(wanted, work / "root", filesystem, log)
        with progress.step("writing the terminal's disk", 10):
            _write_disk(work, filesystem, log)
        with progress.step("first boot of the terminal, which installs its own GRUB", 80):
            _first_boot(work)
    except subprocess.CalledProcessError as error:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise ImageError(f"{error.cmd[0]} failed; the end of {log}:\n{tail}") from error
    shutil.rmtree(work / "root")
    (work / "disk.raw").unlink()
    work.rename(target)


def _fill(wanted: list[str], root: Path, filesystem: str, log: Path) -> None:
    customise = f"""set -eu
cp -rT --no-preserve=ownership {_GUEST} "$1"
echo terminal >"$1/etc/hostname"
printf '127.0.0.1 localhost terminal\\n10.0.2.100 console\\n' >"$1/etc/hosts"
printf 'UUID={filesystem} / ext4 errors=remount-ro 0 1\\n' >"$1/etc/fstab"
rm -f "$1/etc/machine-id"; : >"$1/etc/machine-id"
chroot "$1" useradd --create-home --shell /bin/bash --comment 'Hanako Komae' hanako
chroot "$1" chown -R hanako:hanako /home/hanako
chroot "$1" systemctl enable --quiet lab-channel.service systemd-networkd.service
chroot "$1" systemctl disable --quiet ssh.service
chroot "$1" systemctl mask --quiet systemd-networkd-wait-online.service apt-daily.timer \\
  apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer
# Only until the first boot has made the real one.
mkdir -p "$1/boot/grub"
cat >"$1/boot/grub/grub.cfg" <<'END'
search --no-floppy --fs-uuid --set=root {filesystem}
linux /vmlinuz root=UUID={filesystem} ro console=ttyS0
initrd /initrd.img
boot
END
"""
    hook = root.with_name("customise.sh")
    hook.write_text(customise)
    early = root.with_name("initramfs.sh")
    early.write_text(_INITRAMFS)
    command = ["mmdebstrap", "--variant=minbase", "--mode=root", "--format=directory",
               f"--include={','.join(wanted)}", *_apt_options(),
               f"--essential-hook=sh {early} \"$1\"",
               f"--customize-hook=sh {hook} \"$1\"", "bookworm", str(root), *_apt_sources()]
    _run(command, log)


def _apt_sources() -> list[str]:
    """The host's own sources for Debian 12, or mmdebstrap's default when it has none."""
    etc = Path("/etc/apt")
    files = [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*.list")),
             *sorted((etc / "sources.list.d").glob("*.sources"))]
    return [str(path) for path in files if path.is_file() and "bookworm" in path.read_text()]


def _apt_options() -> list[str]:
    """How the host reaches its sources holds for the image too."""
    keys = ("Acquire::Check-Valid-Until", "Acquire::Check-Date", "Acquire::http::Proxy")
    dump = subprocess.run(["apt-config", "dump", *keys], check=True, capture_output=True, text=True)
    options = (line.strip() for line in dump.stdout.splitlines() if '""' not in line)
    return [f"--aptopt={line}" for line in options if line]


def _write_disk(work: Path, filesystem: str, log: Path) -> None:
    """MBR, GRUB's core image behind it, and one ext4 partition; all without a loop device."""
    disk = work / "disk.raw"
    with open(disk, "wb") as handle:
        handle.truncate(_DISK_BYTES)
    # GRUB 2.06 does not read file systems with these two newer features.
    _run(["mke2fs", "-q", "-t", "ext4", "-O", "^metadata_csum_seed,^orphan_file", "-U", filesystem,
          "-d", str(work / "root"), "-E", f"offset={_PARTITION_START}", str(disk),
          f"{(_DISK_BYTES - _PARTITION_START) // 1024}k"], log)
    core = work / "core.img"
    _run(["grub-mkimage", "-O", "i386-pc", "-o", str(core), "-p", "(hd0,msdos1)/boot/grub",
          *_GRUB_MODULES], log)
    boot = Path("/usr/lib/grub/i386-pc/boot.img").read_bytes()
    first = _PARTITION_START // _SECTOR
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff", first,
                        _DISK_BYTES // _SECTOR - first)
    if core.stat().st_size > _PARTITION_START - _SECTOR:
        raise ImageError("GRUB's core image does not fit before the partition")
    with open(disk, "r+b") as handle:
        handle.write(boot[:440] + os.urandom(4) + b"\0\0" + entry + bytes(48) + b"\x55\xaa")
        handle.write(core.read_bytes())
    _run(["qemu-img", "convert", "-O", "qcow2", str(disk), str(work / "disk.qcow2")], log)


def _first_boot(work: Path) -> None:
    from .machine import Machine, Shape  # the machine knows images; only this step runs one

    with Machine(work / "disk.qcow2", Shape(), log=work / "first-boot.log") as machine:
        machine.start()
        machine.root.connect(400)
        machine.root.check("grub-install --target=i386-pc /dev/vda && update-grub", 200)
        machine.shut_down(120)


def _run(command: list[str], log: Path) -> None:
    with open(log, "a") as handle:
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=handle,
                       stderr=subprocess.STDOUT)
