"""The scenarios' own small programs (tests/vm/tools): compiled here, put into a terminal."""

import functools
import subprocess
import tempfile
from pathlib import Path

from . import paths
from .machine import Machine

_TOOLS = Path(__file__).resolve().parents[1] / "tools"
_LINUX = paths.REPOSITORY / "platform" / "linux"
# What of the agent a program speaks with the kernel through, beside its own source.
_PARTS = {
    "medium_tool": [
        *(_LINUX / "medium_guard" / f"{each}.cc"
          for each in ("bpf_objects", "linux_medium_guard", "own_disks", "pins", "place")),
        *(_LINUX / f"{each}.cc" for each in ("clock", "descriptor_fd", "device_nodes", "mounts"))],
}


def put(machine: Machine, name: str) -> None:
    """Compiles tools/NAME.cc, once a run, and puts it onto the terminal's PATH."""
    machine.root.put(_compiled(name), f"/usr/local/bin/{name}")
    machine.root.check(f"chmod 755 /usr/local/bin/{name}")


@functools.cache
def _compiled(name: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sekisho-tool-") as folder:
        program = Path(folder) / name
        sources = [_TOOLS / f"{name}.cc", *_PARTS.get(name, [])]
        subprocess.run(["g++", "-std=c++20", "-O1", "-static", f"-I{paths.REPOSITORY}", "-o",
                        str(program), *map(str, sources)], check=True)
        return program.read_bytes()
