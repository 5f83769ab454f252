"""A stick that policy allows is swapped, on its port, for one that it does not, again and again.

The window is between the decision and the authorisation. The control arm is a decider that reads
and writes by path, as a udev rule or a script would: it lets the wrong stick in.
"""

import os
import unittest

from faults import FaultTest
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_PORTS = 8
_SWAPS = int(os.environ.get("SEKISHO_VM_SWAPS", "1000"))

_POLICY = """zone: 個人番号利用事務系
rules:
  - id: hubs
    match: {classes: [hub]}
    action: allow
  - id: ours
    match: {classes: [storage], vendor: "1d6b", product: "0104", serial: "OURS"}
    action: allow
exceptions: {helpdesk: 15m, admin: 8h}
"""

# The kernel has the good one (its serial can be read) for a random moment; then it is the other.
_SWAP_ROUNDS = """
swapper() {{ # PORT TIMES
  local time at
  for ((time = 0; time < $2; time++)); do
    gadget plug good$1 $1
    for ((at = 0; at < 400; at++)); do [ -n "$(gadget path $1)" ] && break; sleep 0.02; done
    sleep 0.0$((RANDOM % 10))
    gadget unplug good$1
    gadget plug evil$1 $1
    sleep 0.$((RANDOM % 5))
    gadget unplug evil$1
  done
}}
for port in {ports}; do swapper $port {each} & swappers="$swappers $!"; done
wait $swappers
"""


def swap(machine, swaps: int) -> int:
    """Swaps that often over all the ports; returns how often it did."""
    gadgets = Gadgets(machine, _PORTS)
    for port in range(_PORTS):
        gadgets.make_stick(f"good{port}", "OURS", PRODUCT="Stick")
        gadgets.make_stick(f"evil{port}", "THEIRS", PRODUCT="Stick")
    each = -(-swaps // _PORTS)
    ports = " ".join(str(port) for port in range(_PORTS))
    machine.root.check(_SWAP_ROUNDS.format(ports=ports, each=each), 120 + 12 * each)
    return each * _PORTS


def taken(machine, name: str) -> int:
    """How often a driver took one of the sticks with that name."""
    return int(machine.root.check(f"journalctl --sync; journalctl -b -k | "
                                  f"grep -c 'Direct-Access *{name}' || true"))


class ByPath(TerminalTest):
    """Without Sekisho, with the deny on: the control arm."""

    def test_a_decider_that_goes_by_path_lets_the_wrong_stick_in(self):
        self.root("""echo 0 >/sys/module/usbcore/parameters/authorized_default
            for hub in /sys/bus/usb/devices/usb*; do echo 0 >$hub/authorized_default; done
            # Decides within milliseconds, acts half a second later, by the path that it decided on.
            setsid bash -c 'declare -A decided
              while :; do
                for device in /sys/bus/usb/devices/[0-9]*-[0-9]*; do
                  { read -r number <$device/devnum && read -r serial <$device/serial &&
                    read -r authorized <$device/authorized; } 2>/dev/null || continue
                  if [ $authorized$serial = 0OURS ] && [ "${decided[$device]}" != $number ]; then
                    decided[$device]=$number
                    { sleep 0.5; echo 1 >$device/authorized; } 2>/dev/null &
                  fi
                done
                sleep 0.02
              done' >/dev/null 2>&1 </dev/null &""")
        swap(self.machine, 80)
        self.assertGreater(taken(self.machine, "evil"), 0)


class Guarded(FaultTest):
    def test_no_wrong_stick_is_ever_let_in(self):
        policy = self.office.workdir / "policy.yaml"
        policy.write_text(_POLICY)
        self.office.check("policy", "publish", str(policy), "--comment", "our stick", "--yes")
        applied = self.wait_stored("bundle-applied")
        self.assertTrue(applied)
        gadgets = swap(self.machine, _SWAPS)
        print(f"({gadgets} swaps, {taken(self.machine, 'good')} allowed) ", end="", flush=True)
        self.assertEqual(taken(self.machine, "evil"), 0)
        self.assertGreater(taken(self.machine, "good"), 0, "nothing was allowed: nothing was shown")
        self.assert_history_is_whole(300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
