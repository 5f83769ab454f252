"""Whose identity a terminal has: made without a person, in the TPM, and worth nothing elsewhere."""

import shutil
import unittest

from lab import disks, layers, paths, tpm
from lab.deadline import wait_until
from lab.machine import Machine, Shape
from lab.office import ORGANISATION, Office

_BOARD = tpm.board("6f1c2d3e-0001-4a5b-8c7d-9e0f1a2b3c4d", "BOARD-7F3A-1")
_OTHER_BOARD = tpm.board("6f1c2d3e-0002-4a5b-8c7d-9e0f1a2b3c4d", "BOARD-7F3A-2")
_TOKEN_FILE = "/etc/sekisho/enrol.token"


class IdentityInTheTpm(unittest.TestCase):
    def test_it_enrols_by_a_file_with_a_key_in_the_tpm_and_its_disk_is_no_terminal_elsewhere(self):
        layer = layers.installed()
        office = self.enterContext(Office())
        own = self.enterContext(tpm.SoftTpm())
        other = self.enterContext(tpm.SoftTpm())
        folder = paths.new_workdir("identity")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        disk = folder / "disk.qcow2"
        disks.make_overlay(layer / "disk.qcow2", disk)

        with Machine(disk, Shape(), office.port, extra=own.start() + _BOARD) as machine:
            machine.start()
            machine.wait_until_up()
            self.assertEqual(machine.root.check("stat -c '%U:%G %a' /dev/tpmrm0"), "root:tss 660")
            name = machine.root.check("hostname")
            self.leave_token(office, machine)
            first = self.wait_connected(office, name)
            self.assertEqual(first["status"]["keyProtection"], "KEY_PROTECTION_TPM")
            self.assertEqual(machine.root.check(f"ls {_TOKEN_FILE} 2>/dev/null || true"), "")
            key = "/var/lib/sekisho/link/identity.pem"
            self.assertIn("SEKISHO TPM KEY", machine.root.check(f"head -n 1 {key}"))
            # Nothing else in /dev is the link's.
            link = "nsenter -t $(pgrep -x sekisho-link) -m ls /dev"
            self.assertNotIn("vda", machine.root.check(link).split())
            # A restart: the key is where it was.
            machine.root.check("systemctl restart sekisho-link")
            self.wait_connected(office, name)
            machine.shut_down()

        with Machine(disk, Shape(), office.port, extra=other.start() + _OTHER_BOARD) as copy:
            copy.start()
            copy.wait_until_up()
            wait_until("the link says why", lambda: "not in this machine's TPM" in copy.root.check(
                "journalctl -b -u sekisho-link --no-pager"), 60, pause=1)
            self.assertIn("made on other hardware", copy.root.check(
                "journalctl -b -u sekisho-agentd --no-pager"))
            self.assertIsNone(office.connected(name))
            # With a token of its own it becomes a terminal of its own.
            self.leave_token(office, copy)
            second = self.wait_connected(office, f"{name}-2")
            self.assertNotEqual(second["terminalId"], first["terminalId"])
            self.assertEqual(office.events(f"{name}-2", "chain-broken"), [])

    def leave_token(self, office: Office, machine: Machine) -> None:
        token = office.check("tokens", "create", "--group", ORGANISATION, "--uses", "1", "--for",
                             "1h")
        machine.root.put(f"{token}\n".encode(), f"{_TOKEN_FILE}.new")
        machine.root.check(f"chmod 600 {_TOKEN_FILE}.new && mv {_TOKEN_FILE}.new {_TOKEN_FILE}")

    def wait_connected(self, office: Office, name: str) -> dict:
        return wait_until(f"{name} is connected", lambda: office.connected(name), 180, pause=1)


if __name__ == "__main__":
    unittest.main()
