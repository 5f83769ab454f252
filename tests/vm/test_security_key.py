"""A security key is told from a keyboard by its report descriptor, before any driver has it.

Actors: a person with a key that the policy names; a passer-by with a device that looks the same from
outside and types.
"""

import unittest

from faults import FaultTest, wait_until
from lab.gadget import Gadgets
from lab.testcase import TerminalTest

_POLICY = """
zone: test
rules:
  - id: keys
    match: {classes: [security_key]}
    action: allow
"""


class OnAStockTerminal(TerminalTest):
    def test_both_are_let_in_and_one_of_them_types(self):
        gadgets = Gadgets(self.machine, 2)
        gadgets.make_security_key("key", "KEY-1")
        gadgets.make_typing_hid("types", "TYPES-1")
        gadgets.plug("key", 0)
        gadgets.plug("types", 1)
        for port, inputs in ((0, "0"), (1, "1")):
            at = gadgets.path(port)
            wait_until("a HID driver has it", lambda: count(self, at, "hidraw") == "1", 60)
            self.assertEqual(count(self, at, "event"), inputs)


class OnAGuardedTerminal(FaultTest):
    def test_where_a_rule_names_it_the_key_is_let_in_and_what_types_is_not(self):
        self.gadgets = Gadgets(self.machine, 2)
        self.gadgets.make_security_key("key", "KEY-1")
        self.gadgets.make_typing_hid("types", "TYPES-1")
        self.watch_input()
        # Nobody has named it: shut, and not touched.
        self.gadgets.plug("key", 0)
        blocked = self.wait_stored("device-blocked", "KEY-1")
        self.assertEqual(blocked["device"]["classes"], ["DEVICE_CLASS_UNKNOWN"])
        self.assertEqual(self.root(f"cat {self.gadgets.path(0)}/authorized"), "0")
        # Named, while it is plugged in.
        self.publish(_POLICY)
        allowed = self.wait_stored("device-allowed", "KEY-1")
        self.assertEqual(allowed["device"]["classes"], ["DEVICE_CLASS_SECURITY_KEY"])
        self.assertEqual(allowed["verdict"]["ruleId"], "keys")
        self.wait_usable(0)
        # What looks the same from outside, and types.
        self.gadgets.plug("types", 1)
        blocked = self.wait_stored("device-blocked", "TYPES-1")
        self.assertEqual(blocked["device"]["classes"], ["DEVICE_CLASS_UNKNOWN"])
        self.assertEqual(self.root(f"cat {self.gadgets.path(1)}/authorized"), "0")
        # Known again after a restart, without a second question; and from the start.
        self.kill_agent()
        self.start_agent()
        self.wait_usable(0)
        self.gadgets.unplug("key")
        self.gadgets.plug("key", 0)
        self.wait_usable(0)
        self.assertEqual(self.root("cat /run/inputs"), "", "nothing typed at any time")
        self.assertEqual(self.root("sekisho doctor >/dev/null; echo $?"), "0")
        self.assert_said()
        self.assert_history_is_whole()

    def wait_usable(self, port: int):
        """Its hidraw is there, which is all that libfido2 asks for."""
        wait_until("the key can be used",
                   lambda: count(self, self.gadgets.path(port), "hidraw") == "1", 60)

    def watch_input(self):
        """Writes down each input device of the gadgets' that the kernel makes, however short."""
        self.root("""udevadm settle
            (udevadm monitor --kernel --subsystem-match=input --property |
                grep --line-buffered '^DEVPATH=.*dummy_hcd' >/run/inputs) >/dev/null 2>&1 & disown""")

    def assert_said(self):
        port = self.gadgets.path(0).rsplit("/", 1)[1]
        self.assertIn("security key", self.root(f"LC_ALL=C.UTF-8 sekisho why {port}"))
        self.assertIn("セキュリティキー", self.root(f"LC_ALL=ja_JP.UTF-8 sekisho why {port}"))


def count(case: TerminalTest, at: str, what: str) -> str:
    """How many nodes of that name (hidraw0, event3) hang below a device of sysfs."""
    return case.root(f"find {at}/ -type d -name '{what}[0-9]*' | wc -l")


if __name__ == "__main__":
    unittest.main(verbosity=2)
