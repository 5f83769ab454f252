"""agentd, the link and the console killed at random moments while devices come and go."""

import os
import unittest

from faults import FaultTest, chance, wait_until
from lab.gadget import Gadgets

_PORTS = 8
_ROUNDS = int(os.environ.get("SEKISHO_VM_ROUNDS", "200"))

# Every stick has its round's serial: whichever becomes a disk is known. Waits until the kernel has
# each before it goes again, and not for a moment longer than a random one.
_PLUG_ROUNDS = """
plugger() {{ # PORT FIRST LAST
  local round at
  for ((round = $2; round <= $3; round++)); do
    echo "ROUND-$round" >/sys/kernel/config/usb_gadget/stick$1/strings/0x409/serialnumber
    gadget plug stick$1 $1
    for ((at = 0; at < 200; at++)); do [ -n "$(gadget path $1)" ] && break; sleep 0.05; done
    sleep 0.$((RANDOM % 10))
    gadget unplug stick$1
  done
}}
killer() {{
  local kills=0 pid
  while :; do
    sleep $((RANDOM % 3)).$((RANDOM % 10))
    pid=$(systemctl show -p MainPID --value {victim})
    [ "$pid" != 0 ] && kill -KILL "$pid" 2>/dev/null && echo $((++kills)) >/run/kills
  done
}}
RANDOM={seed}
killer & killing=$!
for port in {ports}; do
  plugger $port $((port * {each} + 1)) $(((port + 1) * {each})) & pluggers="$pluggers $!"
done
wait $pluggers
kill $killing
"""


class Killed(FaultTest):
    def test_agentd_killed_at_random_moments_lets_no_disk_appear_and_no_event_be_lost(self):
        kills = self.rounds_with_kills("sekisho-agentd")
        wait_until("agentd runs", lambda: self.root(
            "systemctl is-active sekisho-agentd || true") == "active", 60)
        self.assertEqual(self.disks_ever(), [])
        self.assert_history_is_whole(300)
        self.assertGreaterEqual(len(self.stored("agent-started")), min(kills, 2))
        self.assertGreater(len(self.stored("device-blocked")), 0)

    def test_the_link_killed_at_random_moments_loses_nothing(self):
        self.rounds_with_kills("sekisho-link", _ROUNDS // 5)
        self.assert_history_is_whole(300)

    def rounds_with_kills(self, victim: str, rounds: int = _ROUNDS) -> int:
        gadgets = Gadgets(self.machine, _PORTS)
        for port in range(_PORTS):
            gadgets.make_stick(f"stick{port}", "first")
        each = -(-rounds // _PORTS)
        ports = " ".join(str(port) for port in range(_PORTS))
        script = _PLUG_ROUNDS.format(victim=victim, ports=ports, each=each,
                                     seed=chance().randrange(32768))
        self.root(script, 60 + 12 * each)
        kills = int(self.root("cat /run/kills"))
        print(f"({each * _PORTS} rounds, {kills} kills) ", end="", flush=True)
        self.assertGreater(kills, 0)
        return kills

    def test_a_stick_plugged_while_agentd_is_dead_is_refused_and_told_afterwards(self):
        self.kill_agent()
        self.bench.plug("usb-storage", serial="DEAD-1")
        self.wait_for_usb("DEAD-1")
        self.assert_no_disk_appears(10)
        self.start_agent()
        self.wait_stored("device-blocked", "DEAD-1", 120)
        self.assertEqual(self.disks_ever(), [])
        self.assert_history_is_whole()

    def test_the_console_killed_in_mid_stream_loses_nothing_that_it_acknowledged(self):
        for number in range(4):
            name = self.bench.plug("usb-storage", serial=f"CONSOLE-{number}")
            self.wait_for_usb(f"CONSOLE-{number}")
            if number == 1:
                self.office.kill()
            self.bench.unplug(name)
        self.office.start()
        for number in range(4):
            self.wait_stored("device-blocked", f"CONSOLE-{number}", 360)
        self.assert_history_is_whole(300)


if __name__ == "__main__":
    unittest.main(verbosity=2)
