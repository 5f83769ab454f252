"""A stick that policy allows is swapped, on its port, for one that it does not, again and again.

Every swap falls between the decision and the authorisation: the deciding process is held up there,
by a disk that does not take its record of the allow, until the other stick sits in the port. The
control arm is a decider that reads and writes by path, as a udev rule or a script would: it lets
the wrong stick in.
"""

import collections
import os
import unittest

from faults import FaultTest, wait_until
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_PORTS = 16
_SWAPS = int(os.environ.get("SEKISHO_VM_SWAPS", "1000"))
_STATE = "/var/lib/sekisho/agentd"

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

# Decides on what it finds at a path, records that, and then acts by that path.
_BY_PATH = r"""
exec {never}<> <(:)  # nothing is ever written to it: reading it sleeps without a process
by_path() { # HUB
  local device=/sys/bus/usb/devices/$1-1 number serial authorized decided= nothing
  while :; do
    read -r -t 0.05 -u $never nothing || true
    { read -r number <$device/devnum && read -r serial <$device/serial &&
      read -r authorized <$device/authorized; } 2>/dev/null || continue
    if [ $authorized$serial = 0OURS ] && [ "$decided" != $number ]; then
      decided=$number
      echo "allow $number" >>$STATE/record
      { echo 1 >$device/authorized; } 2>/dev/null
    fi
  done
}
for hub in $HUBS; do
  by_path $hub >/dev/null 2>&1 </dev/null &
  disown; echo $!
done
"""

# Environment: STATE, the directory of the deciders' records, a file system of its own; DECIDERS,
# their process ids; HUBS, the USB buses, one for each port.
_ROUNDS = r"""
set -eu
configfs=/sys/kernel/config/usb_gadget
exec {never}<> <(:)  # nothing is ever written to it: reading it sleeps without a process
pause() { read -r -t 0.02 -u $never || true; }
fail() { fsfreeze -u $STATE 2>/dev/null; echo "$*" >&2; exit 1; }

plug() { echo dummy_udc.$2 >$configfs/$1$2/UDC; }
unplug() { echo >$configfs/$1$2/UDC; }
until_in() { # HUB FILE TEXT: until the file of the device there begins with it ("": no device)
  local text tries
  for ((tries = 0; tries < 1500; tries++)); do
    text=
    { read -r text </sys/bus/usb/devices/$1-1/$2; } 2>/dev/null || true
    [ "$text" = "$3" ] && return
    pause
  done
  fail "$2 at $1-1 is not '$3' but '$text'"
}
in_all() { local hub; for hub in $HUBS; do until_in $hub "$1" "$2"; done; }
deciders_stay() { # STATE: until each has been seen in it three times in a row; see proc(5)
  local pid state times tries
  for pid in $DECIDERS; do
    times=0
    for ((tries = 0; times < 3; tries++)); do
      [ $tries -lt 1500 ] || fail "decider $pid is in state $state, not $1"
      read -r _ _ state _ </proc/$pid/stat
      if [ $state = $1 ]; then times=$((times + 1)); else times=0; fi
      pause
    done
  done
}

round() { # swap|keep
  local port
  deciders_stay S
  kill -STOP $DECIDERS  # so that all the ports are decided on at once
  for port in $PORTS; do plug good $port; done
  in_all serial OURS
  fsfreeze -f $STATE
  kill -CONT $DECIDERS
  deciders_stay D       # decided; the record of it waits for the disk
  if [ $1 = swap ]; then
    for port in $PORTS; do unplug good $port; plug evil $port; done
    in_all serial THEIRS
    fsfreeze -u $STATE
    deciders_stay S
    for port in $PORTS; do unplug evil $port; done
  else
    fsfreeze -u $STATE
    in_all authorized 1
    for port in $PORTS; do unplug good $port; done
  fi
  in_all serial ""
}

for ((time = 0; time < ROUNDS; time++)); do round $WHAT; done
"""

# Each record's number follows the one before, or some were overwritten before they were read.
_KERNEL_SAID = r"""
echo 'that was all' >/dev/kmsg
for ((tries = 0; tries < 100; tries++)); do
  grep -q 'that was all' /root/kmsg && break
  sleep 0.1
done
awk -F '[,;]' '/^ / { next }
               last && $2 != last + 1 { print "lost after " last }
               { last = $2 }' /root/kmsg
grep -oE 'usb [0-9.-]+: (SerialNumber: .*|authorized to connect)|that was all' /root/kmsg
"""


class Swapper:
    """Two sticks for each port of a terminal, and the kernel's own record of which it let in."""

    def __init__(self, machine, state: str):
        self._root = machine.root
        self._state = state
        gadgets = Gadgets(machine, _PORTS)
        # Nobody reads what is on them: no file system.
        self._root.check(f"truncate -s 1M /run/gadget-{{good,evil}}{{0..{_PORTS - 1}}}.img")
        for port in range(_PORTS):
            gadgets.make_stick(f"good{port}", "OURS", PRODUCT="Stick")
            gadgets.make_stick(f"evil{port}", "THEIRS", PRODUCT="Stick")
        found = self._root.check(f"""for port in {{0..{_PORTS - 1}}}
            do ls -d /sys/devices/platform/dummy_hcd.$port/usb*; done""")
        numbers = [line.rsplit("usb", 1)[1] for line in found.splitlines()]
        self.hubs = " ".join(numbers)
        self._ports = {f"{number}-1" for number in numbers}
        # Not to the serial line as well: an emulated one takes longer than the swap.
        self._root.check("dmesg -n 1; cat /dev/kmsg >/root/kmsg 2>/dev/null </dev/null & disown")

    def run(self, deciders: str, what: str, rounds: int) -> None:
        """All the ports at once, that often: "swap", or "keep" the stick that was decided on."""
        ports = " ".join(str(port) for port in range(_PORTS))
        self._root.check(f"STATE='{self._state}' DECIDERS='{deciders}' HUBS='{self.hubs}' "
                         f"PORTS='{ports}' WHAT={what} ROUNDS={rounds}\n{_ROUNDS}",
                         240 + 20 * rounds)

    def let_in(self) -> tuple[collections.Counter, collections.Counter]:
        """By serial, how often the kernel read it, and how often it authorised that device."""
        seen, let_in, sits_at = collections.Counter(), collections.Counter(), {}
        lines = self._root.check(_KERNEL_SAID, 120).splitlines()
        if lines[-1] != "that was all" or any(line.startswith("lost") for line in lines):
            raise AssertionError(f"the kernel's log is not whole: {lines[-3:]}")
        for line in lines[:-1]:
            port, said = line.removeprefix("usb ").split(": ", 1)
            if port not in self._ports:
                continue
            if said == "authorized to connect":
                let_in[sits_at[port]] += 1
            else:
                sits_at[port] = said.removeprefix("SerialNumber: ")
                seen[sits_at[port]] += 1
        return seen, let_in


class ByPath(TerminalTest):
    """Without Sekisho, with the deny on: the control arm."""

    def test_a_decider_that_goes_by_path_lets_the_wrong_stick_in(self):
        state = "/root/state"
        self.root("""echo 0 >/sys/module/usbcore/parameters/authorized_default
            for hub in /sys/bus/usb/devices/usb*; do echo 0 >$hub/authorized_default; done""")
        self.root(own_disk(f"mkdir {state}", state))
        swapper = Swapper(self.machine, state)
        deciders = self.root(f"STATE='{state}' HUBS='{swapper.hubs}'\n{_BY_PATH}").split()
        swapper.run(" ".join(deciders), "swap", 1)
        _, let_in = swapper.let_in()
        self.assertEqual(let_in, {"THEIRS": _PORTS})


class Guarded(FaultTest):
    def test_no_wrong_stick_is_ever_let_in(self):
        self.publish(_POLICY)
        self.root("systemctl stop sekisho-agentd\n" + own_disk("true", _STATE) +
                  "\nsystemctl start sekisho-agentd", 120)
        agentd = self.root("systemctl show -p MainPID --value sekisho-agentd")
        swapper = Swapper(self.machine, _STATE)
        swapper.run(agentd, "keep", 1)
        swapper.run(agentd, "swap", 1)
        # It has no part in this, and takes more of an emulated processor than all the rest.
        self.root("systemctl stop systemd-udevd-kernel.socket systemd-udevd-control.socket "
                  "systemd-udevd")
        rounds, caught = 1, self.caught()
        # Now and then a round finds agentd at other work: those swaps came before the decision.
        while caught < _SWAPS:
            more = -(-(_SWAPS - caught) // _PORTS)
            self.assertLess(rounds + more, 2 * _SWAPS / _PORTS + 3, "most swaps miss the moment")
            swapper.run(agentd, "swap", more)
            rounds, caught = rounds + more, self.caught()
        swapper.run(agentd, "keep", 1)
        seen, let_in = swapper.let_in()
        self.assertEqual(seen["THEIRS"], rounds * _PORTS)
        self.assertEqual(let_in["THEIRS"], 0)
        self.assertEqual(let_in["OURS"], 2 * _PORTS, "what is allowed is let in, where it stays")
        self.assertEqual(agentd, self.root("systemctl show -p MainPID --value sekisho-agentd"))
        self.assert_history_is_whole(300)
        print(f"({rounds * _PORTS} swaps, {caught} of them after the decision) ", end="",
              flush=True)

    def caught(self) -> int:
        """How often agentd came to authorise a stick that it had allowed and that had gone."""
        wait_until("nothing waits in the spool", self._nothing_waits, 300, 1)
        return len(self.office.every_event(self.name, "enforcement-failed"))


def own_disk(before: str, directory: str) -> str:
    """A script that puts a directory and what is in it on a file system of its own.

    In memory: how long a flush takes is nothing to the window, which is held open by freezing it.
    """
    return f"""set -e
        {before}
        truncate -s 64M /dev/shm/own.img && mkfs.ext4 -q -m 0 /dev/shm/own.img
        cp -a {directory} /root/was && mount -o loop /dev/shm/own.img {directory}
        cp -a /root/was/. {directory}/ && chmod 700 {directory}"""


if __name__ == "__main__":
    unittest.main(verbosity=2)
