#!/usr/bin/env python3
"""./dev demo, ./dev plug and ./dev unplug. ./dev sees to what this needs, and calls it."""

import argparse
import contextlib
import difflib
import shlex
import signal
import sys

from lab import layers
from lab.machine import Machine
from lab.office import ADMIN, Office
from lab.plug import KINDS
from show import remote
from show.steps import StepFailed, Steps, complain, say
from show.story import HELPDESK, Story, introduce


def run(smoke: bool) -> int:
    """Tells the story; unless smoke, stays up until Ctrl-C. 0 when each step happened, else 1."""
    # Ctrl-C and a kill end what was started in the same way: by leaving the with blocks.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    introduce()
    steps = Steps()
    with contextlib.ExitStack() as stack:
        try:
            server = None if smoke else remote.Server()
            if server is not None:
                stack.callback(server.close)
            with contextlib.nullcontext() if server is None else server.not_yet(
                    "the demo still shows its steps: try again when it has said what to try"):
                office, machine, story = tell(steps, stack)
            if server is not None:
                invite(office, machine, story)
                server.serve(lambda request: answer(story, request), lambda: machine.running)
                complain("demo: the terminal has ended")
                return 1
            return 0
        except StepFailed as failure:
            complain(f"demo: {failure}")
            return 1
        except KeyboardInterrupt:
            say()
            say("Ending the terminal and the console.")
            return 130
        except RuntimeError as error:
            complain(f"demo: {error}")
            return 1


def tell(steps: Steps, stack: contextlib.ExitStack) -> tuple[Office, Machine, Story]:
    with steps.step("the console starts: its own CA, SQLite, a first admin with two factors") as saw:
        office = stack.enter_context(Office())
        saw(f"listening on 127.0.0.1:{office.port}")
    story = Story(steps, office)
    story.staff_the_office()
    with steps.step("a terminal with the agent's .deb, restarted through its own GRUB") as saw:
        layer = layers.installed()
        machine = stack.enter_context(layers.resume(layer, console_port=office.port))
        saw(machine.root.check("dpkg-query -W sekisho-agent; uname -sr"))
    story.use(machine)
    story.enrol()
    story.plug_in()
    story.prove_protected()
    story.ask_why()
    story.grant()
    story.copy_out()
    story.end()
    say()
    say(f"All {steps.count} steps happened, in {steps.total():.0f} s.")
    return office, machine, story


def invite(office: Office, machine: Machine, story: Story) -> None:
    """What to try now, as lines to paste."""
    def alias(name: str, who: str) -> str:
        settings = " ".join(f"{key}={shlex.quote(value)}"
                            for key, value in office.environment(who).items())
        command = f"{settings} {office.program('sekishoctl')}"
        return f"alias {name}={shlex.quote(command)}"

    work = office.workdir
    say(f"""
It stays up until you press Ctrl-C here. In another shell, try:

  ./dev plug usb-mtp                 a phone; ./dev plug lists what else there is
  ./dev unplug                       what was plugged in last

the office ({HELPDESK} is the helpdesk; the second line is for the admin):
  {alias('sekishoctl', HELPDESK)}
  {alias('sekishoctl-admin', ADMIN)}
  sekishoctl events --follow
  sekishoctl requests --blocks
  sekishoctl grants create REFERENCE --for 5m --mode read-write --reason try --ticket HD-1
  sekishoctl-admin terminals show {story.terminal}
a session ends when it is not used; sign in again with:
  sekishoctl sign-in {HELPDESK} --console 127.0.0.1:{office.port} --ca {work}/ca.pem \\
    --password-file {work}/{HELPDESK}.password --totp-secret-file {work}/{HELPDESK}.totp

the terminal's serial console, as root (Return shows the prompt; leave with Ctrl-]):
  socat -,raw,echo=0,escape=0x1d UNIX-CONNECT:{machine.workdir}/serial.sock
  sekisho status; sekisho devices; sekisho doctor
""")


def answer(story: Story, request: dict) -> str:
    """Does what ./dev plug or ./dev unplug asked of the running demo."""
    if request["do"] == "plug":
        name = story.bench.plug(request["device"])
        return f"{name} is plugged in; see: sekishoctl events --terminal {story.terminal}"
    plugged = story.bench.plugged()
    if not plugged:
        raise ValueError("nothing is plugged in: try ./dev plug usb-storage")
    name = request.get("device") or plugged[-1]
    story.bench.unplug(name)
    return f"{name} is pulled out"


def ask_running(request: dict) -> int:
    try:
        done, text = remote.ask(request)
    except remote.NoDemo as error:
        complain(f"dev: {error}")
        return 1
    if not done:
        complain(f"dev: {text}")
        return 1
    say(text)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run").add_argument("--smoke", action="store_true")
    commands.add_parser("plug").add_argument("device", nargs="?")
    commands.add_parser("unplug").add_argument("device", nargs="?")
    chosen = parser.parse_args()
    if chosen.command == "run":
        return run(chosen.smoke)
    if chosen.command == "plug" and chosen.device is None:
        say("What ./dev plug DEVICE can plug into the demo's terminal:")
        for kind, known in sorted(KINDS.items()):
            say(f"  {kind:18} {known.summary}")
        return 0
    if chosen.command == "plug" and chosen.device not in KINDS:
        near = difflib.get_close_matches(chosen.device, KINDS, 1, 0.3)
        complain(f"dev: there is no device \"{chosen.device}\"\n"
                 f"     try: ./dev plug {near[0] if near else 'usb-storage'}; "
                 "./dev plug lists them all")
        return 2
    return ask_running({"do": chosen.command, "device": chosen.device})


if __name__ == "__main__":
    sys.exit(main())
