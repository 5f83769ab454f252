"""The same terminal with an encrypted disk: GRUB in the boot record, /boot in the clear, root in LUKS.

Made as an installer would: the plain terminal boots with an empty second disk, partitions it, copies
itself over and installs its own GRUB there. Nothing is needed on this host but QEMU.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from . import disks, image, packages, passphrase, paths, progress
from .machine import Machine, Shape

# The one keyboard is behind a hub, as on a desk with a monitor's hub or a dock.
SHAPE = Shape(encrypted=True, keyboard_port="3.1")

_DISK_BYTES = 6 << 30
_GUEST = Path(__file__).with_name("guest-encrypted")

# 1,000 rounds are LUKS' least: what they cost a thief is not what is tried here, and each boot pays.
_COPY = f"""set -eu
target=$(readlink -f /dev/disk/by-id/virtio-encrypted)
sfdisk --quiet "$target" <<'END'
label: dos
start=2048, size=160M, type=83, bootable
type=83
END
udevadm settle
mke2fs -q -t ext4 -O ^metadata_csum_seed,^orphan_file "${{target}}1"
printf %s '{passphrase.PASSPHRASE}' >/run/passphrase
cryptsetup luksFormat --batch-mode --type luks2 --pbkdf pbkdf2 --pbkdf-force-iterations 1000 \\
  --key-file /run/passphrase "${{target}}2"
cryptsetup open --key-file /run/passphrase "${{target}}2" {passphrase.MAPPING}
mke2fs -q -t ext4 /dev/mapper/{passphrase.MAPPING}
root=/mnt
mount /dev/mapper/{passphrase.MAPPING} $root
mkdir $root/boot
mount "${{target}}1" $root/boot
cp -ax /. $root
tar -xf /run/guest-encrypted.tar -C $root --no-overwrite-dir
printf '%s UUID=%s none luks,discard\\n' {passphrase.MAPPING} \\
  "$(blkid -o value -s UUID "${{target}}2")" >$root/etc/crypttab
printf '%s / ext4 errors=remount-ro 0 1\\nUUID=%s /boot ext4 defaults 0 2\\n' \\
  /dev/mapper/{passphrase.MAPPING} "$(blkid -o value -s UUID "${{target}}1")" >$root/etc/fstab
for each in dev proc sys run; do mount --rbind /$each $root/$each; done
chroot $root sh -euc "update-initramfs -u -k all; grub-install --target=i386-pc $target; update-grub"
lsinitramfs $root/boot/initrd.img-* | grep -q cryptroot/crypttab
sync
"""


def disk() -> Path:
    """The directory of the finished disk (disk.qcow2 in it); makes it when missing."""
    plain = image.base(frozenset(packages.section("terminal-encrypted")))
    target = paths.cache() / f"encrypted-disk-{_key(plain)}"
    with paths.locked("encrypted-disk"):
        if not target.exists():
            _make(plain / "disk.qcow2", target)
            paths.prune("encrypted-disk-*[0-9a-f]", keep=3)
    os.utime(target)
    return target


def _key(plain: Path) -> str:
    digest = hashlib.sha256(f"{plain.name} {_DISK_BYTES}\n{_COPY}".encode())
    for path in sorted(path for path in _GUEST.rglob("*") if path.is_file()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _make(plain: Path, target: Path) -> None:
    work = target.with_name(f"{target.name}.partial")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    disks.make_overlay(plain, work / "plain.qcow2")
    disks.make_empty(work / "disk.qcow2", _DISK_BYTES)
    with progress.step("copying the terminal to an encrypted disk", 240):
        with Machine(work / "plain.qcow2", Shape(), log=work / "copy.log") as machine:
            machine.start()
            machine.root.connect(400)
            machine.qmp.command("blockdev-add", **{
                "driver": "qcow2", "node-name": "encrypted", "discard": "unmap",
                "file": {"driver": "file", "filename": str(work / "disk.qcow2")}})
            machine.qmp.command("device_add", driver="virtio-blk-pci", drive="encrypted",
                                serial="encrypted", bus="slot1")
            machine.root.check("until [ -e /dev/disk/by-id/virtio-encrypted ]; do sleep 1; done", 60)
            machine.root.put(_guest_files(), "/run/guest-encrypted.tar")
            machine.root.check(_COPY, 1500)
            machine.shut_down(120)
    (work / "plain.qcow2").unlink()
    work.rename(target)


def _guest_files() -> bytes:
    return subprocess.run(["tar", "-C", str(_GUEST), "--owner=0", "--group=0", "-c", "."],
                          check=True, capture_output=True).stdout
