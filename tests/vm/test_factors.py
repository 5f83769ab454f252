"""Nobody logs in on one factor: the real login and su, with and without agentd, and the way back."""

import unittest

from factors import FactorsTest
from lab.deadline import wait_until


class LoginAndSu(FactorsTest):
    def test_login_and_su_ask_for_two_factors_and_what_breaks_lets_nobody_in_and_has_a_way_back(self):
        # The control arm: installed, and nobody asks for more than a password.
        self.assertTrue(self.lets_in(self.becomes_root(), "root"))
        self.assertTrue(self.lets_in(self.logs_in(), "jiro"))

        # Switched on it only observes, and is no second factor yet, whatever stands in the files.
        self.root("pam-auth-update --enable sekisho")
        self.assertIn("pam_sekisho.so", self.root("cat /etc/pam.d/common-auth"))
        self.assertTrue(self.lets_in(self.becomes_root(), "root"))
        self.assertTrue(self.lets_in(self.logs_in(), "jiro"))
        self.assertEqual(self.factors_of("su"), "ONE")

        # Nobody is locked out by accident.
        refused = self.machine.root.run("sekisho login enforce")
        self.assertEqual(refused.status, 6, refused)
        for person in ("root", "hanako", "jiro"):
            self.assertIn(person, refused.err)
        hanako, jiro = self.enrol("hanako"), self.enrol("jiro")
        refused = self.machine.root.run("sekisho login enforce")
        self.assertIn("--force root", refused.err)
        self.root("sekisho login enforce --force root")
        self.assertEqual(self.factors_of("su"), "TWO")
        self.assertEqual(self.factors_of("login"), "TWO")

        # The password alone is not enough, the code is, once; of su it is the caller's.
        self.assertFalse(self.lets_in(self.becomes_root("Code", ""), "root"))
        self.assertFalse(self.lets_in(self.logs_in("Code", "000000", end=("incorrect", "-")), "jiro"))
        code, jiro = self.code_of("jiro", jiro)
        said = self.logs_in("Code", code)
        self.assertTrue(self.lets_in(said, "jiro"), said)
        said = self.logs_in("Code", code, end=("incorrect", "-"))
        self.assertEqual(said.status, 125, said)
        code, hanako = self.code_of("hanako", hanako)
        said = self.becomes_root("Code", code)
        self.assertTrue(self.lets_in(said, "root"), said)

        # Root is in already; what logs nobody in goes on.
        self.assertEqual(self.root("su - jiro -c 'id -un'"), "jiro")
        self.root("systemctl start user@1001 && systemctl stop user@1001", 120)

        # Guesses lock for a while, by whichever door; a restart does not clear it, and others get in.
        for _ in range(6):
            self.assertFalse(self.seat("sekisho factor add --code 000000").ok)
        code, _ = self.code_of("hanako", hanako)
        said = self.becomes_root()
        self.assertIn("Too many wrong answers", said.out)
        self.root("systemctl restart sekisho-agentd", 120)
        said = self.becomes_root()
        self.assertIn("Too many wrong answers", said.out)

        # agentd dead: nobody, at once and in so many words; a root shell is the way back.
        self.root("""systemctl mask --runtime --quiet sekisho-agentd
            kill -KILL $(systemctl show -p MainPID --value sekisho-agentd)""")
        wait_until("agentd is dead", lambda: self.root("pgrep -cx sekisho-agentd || true") == "0", 20)
        said = self.logs_in(end=("incorrect", "-"))
        self.assertIn("Sekisho does not answer", said.out)
        self.assertFalse(self.lets_in(said, "jiro"))
        self.root("systemctl start user@1001 && systemctl stop user@1001", 120)
        self.root("systemctl unmask --runtime --quiet sekisho-agentd; systemctl start sekisho-agentd",
                  120)
        code, jiro = self.code_of("jiro", jiro)
        said = self.logs_in("Code", code)
        self.assertTrue(self.lets_in(said, "jiro"), said)

        # What dpkg does first of all when the package is removed.
        self.root("/var/lib/dpkg/info/sekisho-agent.prerm remove", 120)
        self.assertNotIn("pam_sekisho.so", self.root("cat /etc/pam.d/common-*"))
        self.assertTrue(self.lets_in(self.becomes_root(), "root"))
        self.assertTrue(self.lets_in(self.logs_in(), "jiro"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
