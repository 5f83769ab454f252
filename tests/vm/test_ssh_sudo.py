"""Nobody gets in on one factor by the real sshd, with a password or a key, nor past the real sudo."""

import unittest

from factors import PASSWORD, FactorsTest
from lab.deadline import wait_until

# What the guide has an installer write: sshd's own password method can ask for nothing besides.
_SSHD = "/etc/ssh/sshd_config.d/sekisho.conf"
_PASSWORD_AND_CODE = """KbdInteractiveAuthentication yes
PasswordAuthentication no
"""
_KEY_PASSWORD_AND_CODE = _PASSWORD_AND_CODE + "AuthenticationMethods publickey,keyboard-interactive\n"


class SshAndSudo(FactorsTest):
    def setUp(self):
        super().setUp()
        self.root("systemctl start ssh", 120)
        self.seat("""mkdir -m 700 ~/.ssh
            ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519
            ssh-keyscan 127.0.0.1 >~/.ssh/known_hosts 2>/dev/null""")
        self.root("""install -d -o jiro -m 700 ~jiro/.ssh
            install -o jiro -m 600 ~hanako/.ssh/id_ed25519.pub ~jiro/.ssh/authorized_keys
            echo 'hanako ALL=(ALL) ALL' >/etc/sudoers.d/hanako
            printf 'Defaults timestamp_timeout=0\nDefaults passwd_tries=1\n' >/etc/sudoers.d/sekisho""")

    def configure_sshd(self, text: str):
        self.root(f"printf '%s' '{text}' >{_SSHD}; systemctl reload ssh")

    def by_ssh(self, *turns: str, key: bool = False):
        """hanako's ssh to jiro's account; without `key` she keeps hers to herself."""
        keys = "" if key else "-o PubkeyAuthentication=no"
        return self.talk(*turns, who=self.machine.seat,
                         program=f"ssh -o NumberOfPasswordPrompts=1 {keys} jiro@127.0.0.1 "
                                 "'echo in as $(id -un)'")

    def by_sudo(self, *turns: str):
        return self.talk("assword", PASSWORD, *turns, who=self.machine.seat,
                         program="sudo sh -c 'echo in as $(id -un)'")

    def assert_in(self, said, who: str = "jiro"):
        self.assertTrue(self.lets_in(said, who), said)

    def assert_out(self, said):
        self.assertNotEqual(said.status, 0, said)
        self.assertNotIn("in as", said.out)

    def test_password_key_and_sudo_each_need_a_second_factor_of_another_kind(self):
        # The control arm: installed, and one factor is enough.
        self.assert_in(self.by_ssh("assword:", PASSWORD))
        self.assert_in(self.by_ssh(key=True))
        self.assert_in(self.by_sudo(), "root")

        hanako, jiro = self.enrol("hanako"), self.enrol("jiro")
        self.root("pam-auth-update --enable sekisho; sekisho login enforce --force root")
        self.assertEqual(self.factors_of("sshd"), "TWO")
        self.assertEqual(self.factors_of("sshd publickey"), "ONE")
        self.assertEqual(self.factors_of("sudo"), "TWO")

        # A key alone: sshd lets it in, the account's ticket is missing.
        self.assert_out(self.by_ssh(key=True))

        self.configure_sshd(_PASSWORD_AND_CODE)
        self.assert_out(self.by_ssh("assword:", PASSWORD, "Code", "000000"))
        code, jiro = self.code_of("jiro", jiro)
        self.assert_in(self.by_ssh("assword:", PASSWORD, "Code", code))
        self.assert_out(self.by_ssh("assword:", PASSWORD, "Code", code))
        self.assert_out(self.by_ssh(key=True))

        self.configure_sshd(_KEY_PASSWORD_AND_CODE)
        self.assertEqual(self.factors_of("sshd publickey,keyboard-interactive"), "TWO")
        code, jiro = self.code_of("jiro", jiro)
        self.assert_in(self.by_ssh("assword:", PASSWORD, "Code", code, key=True))
        self.assert_out(self.by_ssh(key=False))

        # sudo: hanako's own password and code, each time anew.
        self.assert_out(self.by_sudo("Code", "000000"))
        code, hanako = self.code_of("hanako", hanako)
        self.assert_in(self.by_sudo("Code", code), "root")
        self.assert_out(self.by_sudo("Code", code))

        # agentd dead: nobody, by any of them.
        self.root("""systemctl mask --runtime --quiet sekisho-agentd
            kill -KILL $(systemctl show -p MainPID --value sekisho-agentd)""")
        wait_until("agentd is dead", lambda: self.root("pgrep -cx sekisho-agentd || true") == "0", 20)
        self.assert_out(self.by_ssh("assword:", PASSWORD, key=True))
        self.assert_out(self.by_sudo())


if __name__ == "__main__":
    unittest.main(verbosity=2)
