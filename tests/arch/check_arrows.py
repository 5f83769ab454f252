#!/usr/bin/env python3
"""Reads every #include of the tree and fails on an arrow that the design forbids.

    tests/arch/check_arrows.py [ROOT]    # ROOT: a checkout; default: this one

Exit codes: 0 every arrow is allowed, 1 some are not (each is printed), 2 there is nothing to read.
The arrows are those of docs/architecture.md. A folder that is not in the table fails too: say what
it may depend on first.
"""

import pathlib
import re
import sys

# What each folder may include besides itself. "generated" is sekisho/v1/*.pb.h.
ARROWS = {
    "proto/contract": ["generated", "agent/core"],
    "agent/core": [],
    "agent/spool": ["platform/api"],
    "agent/engine": ["agent/core", "platform/api", "proto/contract", "agent/spool", "generated"],
    "agent/local": ["agent/engine", "agent/core", "platform/api", "proto/contract", "generated"],
    "agent/link": ["proto/contract", "agent/spool", "platform/api", "generated"],
    "platform/api": [],
    "platform/linux": ["platform/api"],
    "platform/usb": ["platform/api"],
    "platform/windows": ["platform/api"],
    "platform/fake": ["platform/api"],
    "console": ["agent/core"],  # console/*.h: clock, ids, log
    # Pure: what is stored and whoever verifies it, on either side of the wire, compute the same.
    "console/history": ["generated"],
    "console/store": ["console", "console/history", "proto/contract", "agent/core", "generated"],
    "console/authz": ["console", "console/store", "proto/contract", "generated"],
    "console/live": ["console", "console/store", "proto/contract", "agent/core", "generated"],
    "console/pki": ["console", "console/store", "proto/contract", "generated"],
    "console/policy": ["console", "console/live", "console/pki", "console/store", "proto/contract",
                       "agent/core", "generated"],
    # Pure: another program's rules, text to text.
    "console/usbguard": [],
    "console/grants": ["console", "console/live", "console/pki", "console/store",
                       "console/policy", "proto/contract", "agent/core", "generated"],
    # Pure: the media register as a file.
    "console/media": ["proto/contract", "agent/core", "generated"],
    "console/service": ["console", "console/authz", "console/grants", "console/policy",
                        "console/pki", "console/live", "console/store", "console/history",
                        "console/media",
                        "proto/contract", "agent/core", "generated"],
    # A door asks the table before it lets a call in, knows terminals by their certificates, and
    # holds their live streams. It reads and writes through the services alone, never the store.
    "console/rpc": ["console", "console/service", "console/authz", "console/live", "console/pki",
                    "proto/contract", "generated"],
    # Carries what the store says must not wait to whoever is to hear of it: out, and nothing in.
    "console/alarms": ["console", "console/live", "console/store", "generated"],
    # A page of numbers for Prometheus; what they mean is the program's business.
    "console/metrics": ["console"],
    "console/cli": ["console/history", "console/usbguard", "proto/contract", "generated"],
}
# What puts a program together: main.cc, and folders that are one program and nothing else. They may
# include their own root, and the platform that CMake chose. (The barrier is a Linux mechanism as a
# whole, in the initramfs before there is an engine; another platform has another one.)
PROGRAMS = {"agent/agentd", "agent/barrier", "agent/cli", "agent/medium_guard", "agent/preflight",
            "console/program"}
PROGRAMS_MAY = {"platform/api", "platform/linux", "platform/usb", "proto/contract", "agent/core",
                "generated"}
ROOTS = ["agent", "platform", "console", "proto"]

# Folders that see the standard library alone.
STANDARD_ONLY = {"agent/core", "platform/api"}
# Folders that reach the operating system only through platform/api.
NO_OS = {"agent/core", "agent/spool", "agent/engine", "agent/local", "agent/link", "platform/api",
         "proto/contract"}
# C libraries that are no operating system.
LIBRARIES = {"sodium.h", "sqlite3.h"}
# Folders that may speak gRPC; a service knows no transport, and agentd does not carry it.
GRPC = {"agent/link", "console/rpc", "console/cli", "console"}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
OS_CONDITION = re.compile(r"^\s*#\s*(?:if|ifdef|ifndef|elif)\b.*"
                          r"\b(__linux__|__linux|_WIN32|WIN32|_WIN64|__APPLE__|__FreeBSD__|"
                          r"__unix__|BOOST_OS_\w+)")


def folder_of(path: str) -> str:
    """"agent/core" of "agent/core/x/y.h"; "console" of "console/clock.h"."""
    parts = path.split("/")
    return "/".join(parts[:2]) if len(parts) > 2 else parts[0]


def target_of(include: str) -> str | None:
    """The folder of ours that an include names, if it is one of ours."""
    if include.startswith("sekisho/v1/"):
        return "generated"
    if include.split("/")[0] in ROOTS + ["tests"]:
        return folder_of(include)
    return None


def complaint(path: str, bracket: str, include: str) -> str | None:
    folder = folder_of(path)
    is_program = path.endswith("/main.cc") or folder in PROGRAMS
    if folder not in ARROWS and folder not in PROGRAMS:
        return f"{folder} is not in the table of arrows"
    target = target_of(include)
    if ("grpcpp/" in include or include.endswith(".grpc.pb.h")) and folder not in GRPC:
        return f"{folder} carries no gRPC"
    if target is None:
        return outside(folder, bracket, include, is_program)
    if target == folder or target in ARROWS.get(folder, []):
        return None
    if is_program and (target in PROGRAMS_MAY or target.split("/")[0] == path.split("/")[0]):
        return None
    return f"{folder} -> {target} is no arrow of the design"


def outside(folder: str, bracket: str, include: str, is_program: bool) -> str | None:
    if folder in STANDARD_ONLY and (bracket == '"' or "." in include or "/" in include):
        return f"{folder} sees the standard library alone"
    c_header = bracket == "<" and include.endswith(".h") and "/" not in include
    system = c_header and include not in LIBRARIES
    system = system or re.match(r"(sys|linux|asm|net|netinet|arpa|bits|systemd)/", include)
    if system and folder in NO_OS and not is_program:
        return f"{folder} reaches the operating system only through platform/api"
    return None


def check(root: pathlib.Path) -> tuple[int, list[str]]:
    files = [f for top in ROOTS for f in sorted((root / top).rglob("*"))
             if f.suffix in (".cc", ".h", ".in")]
    complaints = []
    for file in files:
        path = file.relative_to(root).as_posix()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            why = complaint(path, match[1], match[2]) if match else None
            if OS_CONDITION.match(line) and not path.startswith("platform/"):
                why = "no condition on an operating system outside platform/"
            if why:
                complaints.append(f"{path}:{number}: {line.strip()}: {why}")
    return len(files), complaints


def main() -> int:
    here = pathlib.Path(__file__).resolve().parents[2]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here
    count, complaints = check(root)
    for each in complaints:
        print(each)
    if count == 0:
        print(f"no source file below {root}: give the path of a checkout", file=sys.stderr)
        return 2
    print(f"{count} files, {len(complaints)} forbidden arrows")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
