#!/usr/bin/env python3
"""sekisho-preflight as it is run: what it prints, and that it can change nothing.

    program_test.py PROGRAM FOLDER    # FOLDER: agent/preflight
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

import jsonschema

PROGRAM, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])


def run(*arguments, **options):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False,
                          timeout=30, **options)


def tree(root):
    """Every path below, with what a change would change."""
    return {path: (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            for path in pathlib.Path(root).rglob("*")
            for status in [path.lstat()]}


class Program(unittest.TestCase):
    def test_prints_json_after_its_schema_on_this_machine(self):
        schema = json.loads((FOLDER / "preflight.schema.json").read_text("utf-8"))
        for language in ("C", "ja_JP.UTF-8"):
            done = run("--output", "json", env={"LC_ALL": language})
            printed = json.loads(done.stdout)
            jsonschema.validate(printed, schema)
            self.assertEqual(done.returncode, printed["exit_status"])

    def test_looks_at_a_machine_that_has_nothing_of_ours(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(f"{root}/boot/grub")
            pathlib.Path(f"{root}/boot/grub/grub.cfg").write_text("menuentry x {\n}\n")
            before = tree(root)
            done = run("--root", root, "--output", "json")
            self.assertEqual(done.returncode, 4, done.stderr)
            found = [each["id"] for each in json.loads(done.stdout)["findings"]]
            self.assertIn("keyboard-none", found)
            self.assertIn("boot-loader-password", found)
            self.assertEqual(tree(root), before)

    def test_asks_the_kernel_for_nothing_that_changes_anything(self):
        with tempfile.NamedTemporaryFile() as trace:
            subprocess.run(["strace", "-f", "-o", trace.name, PROGRAM], capture_output=True,
                           check=False, timeout=60)
            lines = trace.read().decode("utf-8", "replace").splitlines()
        at = next(i for i, line in enumerate(lines) if "SECCOMP_MODE_FILTER" in line)
        looking = lines[at + 1:]
        self.assertGreater(len(looking), 50)
        for line in looking:
            self.assertNotRegex(line, r"EPERM")
            call = re.sub(r"^\d+ +", "", line)
            if call.startswith("open"):
                self.assertRegex(call, r"O_RDONLY")
                self.assertNotRegex(call, r"O_(CREAT|TRUNC|APPEND|WRONLY|RDWR)")
            elif call.startswith("write"):
                self.assertRegex(call, r"^writev?\([12],")
            else:
                self.assertNotRegex(call, r"^(unlink|rename|mkdir|chmod|chown|socket|exec|kill|"
                                          r"mount|mknod|ioctl|fork|vfork|clone)")

    def test_wants_to_be_called_rightly(self):
        self.assertEqual(run("--output", "yaml").returncode, 2)
        self.assertEqual(run("--console", "no.such.host.invalid").returncode, 2)
        self.assertIn("Exit status", run("--help").stdout)

    def test_stands_whole_in_its_manual(self):
        source = (FOLDER / "catalogue.cc").read_text("utf-8")
        manual = (FOLDER / "man" / "sekisho-preflight.8").read_text("utf-8")
        codes = re.findall(r'FindingId::k\w+,\s+"([a-z-]+)"', source)
        self.assertGreater(len(codes), 25)
        for code in codes:
            self.assertRegex(manual, rf"(?m)^\.(It )?Cm .*\b{code}\b|^\.Cm.*{code} ")

    def test_needs_no_library_that_a_bare_debian_lacks(self):
        needed = re.findall(r"NEEDED +(\S+)", subprocess.run(
            ["objdump", "-p", PROGRAM], capture_output=True, text=True, check=True).stdout)
        bare = {"libc.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libm.so.6", "libmd.so.0",
                "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"}
        self.assertLessEqual(set(needed), bare)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
