"""The office sees who can show what, enforces group by group, lifts a lock; policy says what else holds."""

import unittest

from factors import Factors
from faults import FaultTest
from lab.deadline import wait_until

_POLICY = """
zone: test
rules:
  - id: keyboards
    match: {classes: [keyboard, pointer, hub]}
    action: allow
logins:
  fallbacks:
    - services: [login]
      when: [no_answer]
"""


class TheOffice(Factors, FaultTest):
    def test_who_is_missing_is_seen_a_group_is_enforced_and_a_lock_is_lifted_from_afar(self):
        self.root("pam-auth-update --enable sekisho")
        jiro = self.enrol("jiro")
        seen = self.wait_seen(lambda people: people["jiro"]["factors"])
        self.assertEqual(seen["jiro"]["factors"], ["FACTOR_TYPE_TOTP"])
        self.assertEqual(seen["hanako"]["factors"], [])
        missing = self.office.check("logins", "list", "--missing")
        self.assertIn("hanako", missing)
        self.assertNotIn("jiro", missing)

        # Nobody is locked out by accident, from afar neither: it says who would be.
        refused = self.enforce()
        self.assertIn("hanako", refused)
        self.assertEqual(self.mode(), "observe")
        self.enforce("--without", "hanako,root")
        wait_until("logins are enforced", lambda: self.mode() == "enforce", 60)
        self.assertEqual(self.factors_of("login"), "TWO")
        code, jiro = self.code_of("jiro", jiro)
        self.assertTrue(self.lets_in(self.logs_in("Code", code), "jiro"))

        # Too many wrong codes; he phones, and need not wait.
        for _ in range(6):
            self.logs_in("Code", "000000", end=("incorrect", "-"))
        self.assertIn("Too many wrong answers", self.logs_in(end=("incorrect", "-")).out)
        self.wait_seen(lambda people: people["jiro"]["lockedSeconds"] > 0)
        self.office.check("logins", "lift", self.name, "jiro", "--reason", "on the phone, by name")
        self.wait_seen(lambda people: people["jiro"]["lockedSeconds"] == 0)
        code, jiro = self.code_of("jiro", jiro)
        said = self.logs_in("Code", code)
        self.assertTrue(self.lets_in(said, "jiro"), said)
        applied = self.wait_stored("order-applied")
        self.assertIn({"key": "person", "value": "jiro"}, applied["parameters"])

        # agentd dead: nobody, until signed policy says for which service the password is then enough.
        self.kill_agent()
        said = self.logs_in(end=("incorrect", "-"))
        self.assertIn("Sekisho does not answer", said.out)
        self.start_agent()
        self.publish(_POLICY)
        code, jiro = self.code_of("jiro", jiro)
        said = self.logs_in("Code", "000000", end=("incorrect", "-"))
        self.assertFalse(self.lets_in(said, "jiro"), "agentd answers, and asks")
        self.kill_agent()
        self.assertTrue(self.lets_in(self.logs_in(), "jiro"))
        self.assertFalse(self.lets_in(self.becomes_root(), "root"), "policy named login alone")
        self.start_agent()

        # A phone is lost: nothing of it lets anybody in any more.
        self.office.check("logins", "reset", self.name, "jiro", "--reason", "phone lost", "--yes")
        self.wait_stored("factor-removed")
        code, jiro = self.code_of("jiro", jiro)
        said = self.logs_in("Code", code, end=("incorrect", "-"))
        self.assertFalse(self.lets_in(said, "jiro"), said)

        # The way back, from the office.
        self.office.check("logins", "observe", "--terminal", self.name, "--reason", "test", "--yes")
        wait_until("logins are observed", lambda: self.mode() == "observe", 60)
        self.assertTrue(self.lets_in(self.logs_in(), "jiro"))
        self.assert_history_is_whole()

    def enforce(self, *options: str) -> str:
        return self.office.check("logins", "enforce", "--terminal", self.name, "--reason", "test",
                                 "--yes", *options)

    def mode(self) -> str:
        return self.root("awk '$1 == \"mode\" {print $2}' /var/lib/sekisho/logins")

    def wait_seen(self, holds) -> dict:
        """Waits until what the office sees of the terminal's people is so; returns it by name."""
        def people() -> dict:
            terminals = self.office.ask("logins", "list", "--terminal", self.name)["terminals"]
            logins = terminals[0].get("status", {}).get("logins", {})
            seen = {each["name"]: each for each in logins.get("people", [])}
            return seen if "jiro" in seen and holds(seen) else {}

        return wait_until("the office sees it", people, 120, pause=1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
