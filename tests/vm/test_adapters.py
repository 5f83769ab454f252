"""Network cards, Wi-Fi and Bluetooth that are not on USB: from the slot to the office and back.

Actors: a passer-by with a network card for a slot that is open while the terminal runs; root, who can
make a Wi-Fi or Bluetooth controller out of software. Each is first tried on the stock terminal, where
it comes up and carries data.
"""

import base64
import subprocess
import unittest
from pathlib import Path

from faults import FaultTest, holds_for, wait_until
from lab import paths
from lab.testcase import TerminalTest

_TOOLS = Path(__file__).with_name("tools")
_CARD = "52:54:00:c0:ff:ee"
_OWN = "10.0.2.2"
_RULES = "/lib/udev/rules.d/60-sekisho-adapters.rules"


class Adapters:
    """A card in a slot, a radio and a Bluetooth controller made of software."""

    def put_tool(self) -> None:
        tool = paths.new_workdir("tool") / "hci_tool"
        subprocess.run(["g++", "-std=c++20", "-O2", "-static", "-o", str(tool),
                        str(_TOOLS / "hci_tool.cc")], check=True)
        self.machine.root.put(tool.read_bytes(), "/usr/local/bin/hci_tool")
        self.root("chmod 755 /usr/local/bin/hci_tool")

    # --- a passer-by with a network card ---------------------------------------------------------

    def plug_card(self, driver: str = "e1000e") -> None:
        """Into a slot that is open; its cable leads to a network of its own (10.9.9.0/24)."""
        qmp = self.machine.qmp
        qmp.command("netdev_add", type="user", id="elsewhere", net="10.9.9.0/24", restrict=True)
        qmp.command("device_add", driver=driver, id="card", bus="slot1", netdev="elsewhere",
                    mac=_CARD)
        wait_until("the card is in its slot", self.slot_of_card, 60)

    def unplug_card(self) -> None:
        qmp = self.machine.qmp
        qmp.command("device_del", id="card")
        qmp.wait_event("DEVICE_DELETED", 60, device="card")
        qmp.command("netdev_del", id="elsewhere")
        wait_until("the slot is empty", lambda: not self.slot_of_card(), 60)

    def slot_of_card(self) -> str:
        """The function's name in sysfs, or an empty string: the only network card behind a bridge."""
        return self.root("""for each in /sys/devices/pci*/*/*:*.0/class
            do case $(cat $each 2>/dev/null) in 0x0200*) each=${each%/class}; echo ${each##*/};; esac
            done""")

    def interface_of_card(self) -> str:
        return self.root(f"""for each in /sys/class/net/*
            do [ "$(cat $each/address)" != {_CARD} ] || echo ${{each##*/}}; done""")

    def card_carries(self) -> bool:
        """Whether the other end of its cable has answered, when root sends something there."""
        name = self.interface_of_card()
        return bool(name) and self.machine.root.run(f"""ip link set {name} up || exit 1
            ip address replace 10.9.9.15/24 dev {name} || exit 1
            echo x >/dev/udp/10.9.9.2/9
            ip neighbour show 10.9.9.2 dev {name} | grep -q lladdr""", 30).ok

    def own_card_carries(self) -> bool:
        return self.machine.root.run(f"""ip neighbour flush {_OWN}
            echo x >/dev/udp/{_OWN}/9; sleep 0.2
            ip neighbour show {_OWN} | grep -q lladdr""", 30).ok

    # --- root, with controllers made of software ---------------------------------------------------

    def make_radio(self) -> None:
        self.root("modprobe mac80211_hwsim radios=1")
        wait_until("it is a radio", self.interface_of_radio, 60)

    def interface_of_radio(self) -> str:
        return self.root("ls /sys/devices/virtual/mac80211_hwsim/hwsim0/net 2>/dev/null || true")

    def radio_comes_up(self) -> bool:
        name = self.interface_of_radio()
        return self.machine.root.run(f"ip link set {name} up", 30).ok

    def make_bluetooth(self) -> None:
        self.root("modprobe hci_vhci; nohup hci_tool serve >/run/hci 2>&1 &")
        wait_until("it is a controller", lambda: self.root("ls /sys/class/bluetooth"), 60)
        wait_until("it has its switch", lambda: self.root("ls -d /sys/class/bluetooth/hci0/rfkill*"
                                                          " 2>/dev/null || true"), 60)

    def bluetooth_carries(self) -> bool:
        sent = self.machine.root.run("hci_tool send 0", 30).ok
        return sent and "carried" in self.root("cat /run/hci")


class OnAStockTerminal(Adapters, TerminalTest):
    def test_each_comes_up_and_carries_data(self):
        self.put_tool()
        self.plug_card()
        wait_until("the card carries data", self.card_carries, 60, 1)
        self.unplug_card()
        self.plug_card("virtio-net-pci")
        wait_until("the other card carries data", self.card_carries, 60, 1)
        self.make_radio()
        wait_until("the radio comes up", self.radio_comes_up, 30, 1)
        self.make_bluetooth()
        wait_until("the controller carries data", self.bluetooth_carries, 30, 1)


class OnAGuardedTerminal(Adapters, FaultTest):
    def test_each_is_refused_told_opened_by_a_grant_and_shut_again(self):
        self.put_tool()
        with self.subTest("a card in a slot"):
            self.plug_card()
            block = self.wait_blocked("DEVICE_CLASS_NETWORK_ADAPTER")
            self.assertEqual((block["bus"], block["vendorId"], block["productId"]),
                             ("BUS_PCI", 0x8086, 0x10d3))
            self.assertTrue(block["serial"], "its serial number is read from its configuration space")
            self.try_by_grant(block, self.card_carries, "the card")
            self.assertEqual(self.interface_of_card(), "")
            self.bind_by_sysfs()
            self.unplug_card()
        with self.subTest("Wi-Fi"):
            self.make_radio()
            block = self.wait_blocked("DEVICE_CLASS_WIFI")
            self.assertEqual(block["bus"], "BUS_VIRTUAL")
            self.try_by_grant(block, self.radio_comes_up, "the radio")
            self.unblock("/sys/devices/virtual/mac80211_hwsim/hwsim0/ieee80211/*")
            wait_until("it is shut again", lambda: not self.radio_comes_up(), 30, 1)
        with self.subTest("Bluetooth"):
            self.make_bluetooth()
            block = self.wait_blocked("DEVICE_CLASS_BLUETOOTH")
            self.assertEqual(block["bus"], "BUS_VIRTUAL")
            self.try_by_grant(block, self.bluetooth_carries, "the controller")
        self.assertTrue(self.own_card_carries())
        self.assertNotIn("pci-0000:00:", str(self.stored("device-blocked")), "the own one is no device")
        self.assert_history_is_whole()

    def test_with_agentd_dead_a_card_gets_no_interface(self):
        self.kill_agent()
        self.plug_card()
        slot = self.slot_of_card()
        wait_until("its driver has found it", lambda: self.root(
            "dmesg | grep 'e1000e.*Network Connection' || true"), 60, 1)
        wait_until("it is taken from its driver", lambda: not self.has_driver(slot), 60, 1)
        holds_for("it has no interface", lambda: not self.interface_of_card(), 3)
        self.make_radio()
        wait_until("the radio stays down", lambda: not self.radio_comes_up(), 30, 1)
        self.assertTrue(self.own_card_carries())
        self.start_agent()
        self.wait_blocked("DEVICE_CLASS_NETWORK_ADAPTER")
        self.wait_blocked("DEVICE_CLASS_WIFI")
        # What stands when agentd is dead is udev's rule: without it the same card comes up.
        self.unplug_card()
        self.kill_agent()
        self.root(f"rm {_RULES}; udevadm control --reload")
        self.plug_card()
        wait_until("without the rule it carries data", self.card_carries, 60, 1)
        self.start_agent()
        wait_until("agentd shuts what it finds", lambda: not self.interface_of_card(), 60, 1)

    # --- how --------------------------------------------------------------------------------------

    def wait_blocked(self, device_class: str) -> dict:
        def found() -> list[dict]:
            return [event["device"] for event in self.stored("device-blocked")
                    if device_class in event["device"]["classes"]]
        return wait_until(f"the office knows of {device_class}", found, 90, 1)[0]

    def try_by_grant(self, device: dict, works, what: str) -> None:
        wait_until(f"{what} is shut", lambda: not works(), 60, 1)
        holds_for(f"{what} stays shut", lambda: not works(), 3)
        fingerprint = base64.b64decode(device["fingerprint"]).hex()
        self.office.check("grants", "create", "--terminal", self.name, "--device", fingerprint,
                          "--for", "600s", "--mode", "read-write",
                          "--reason", "test", "--ticket", "T-1")
        wait_until(f"{what} works", works, 60, 1)
        grant = [event for event in self.stored("grant-opened")
                 if event["device"]["fingerprint"] == device["fingerprint"]][0]["grantId"]
        self.office.check("grants", "revoke", grant, "--reason", "test")
        wait_until(f"{what} is shut again", lambda: not works(), 60, 1)

    def has_driver(self, slot: str) -> bool:
        return self.machine.root.run(f"test -e /sys/bus/pci/devices/{slot}/driver", 30).ok

    def bind_by_sysfs(self) -> None:
        """Root can; it is shut again and told."""
        slot = self.slot_of_card()
        self.root(f"echo {slot} >/sys/bus/pci/drivers/e1000e/bind")
        self.wait_stored("barrier-loose")
        wait_until("it is shut again", lambda: not self.has_driver(slot), 30, 1)

    def unblock(self, radio: str) -> None:
        before = len(self.stored("barrier-loose"))
        self.root(f"echo 0 >$(ls -d {radio}/rfkill*)/soft")
        wait_until("the office knows who unblocked it",
                   lambda: len(self.stored("barrier-loose")) > before, 60, 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
