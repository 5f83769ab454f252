"""The one stick that agentd and usbguard-daemon both let in, by a rule of the same kind: ids and serial."""

from .deadline import wait_until
from .office import Office

SERIAL = "MEASURED"
GUARD_RULES = f'allow id 1d6b:0104 serial "{SERIAL}"\n'
_POLICY = f"""zone: 個人番号利用事務系
rules:
  - id: hubs
    match: {{classes: [hub]}}
    action: allow
  - id: measured
    match: {{classes: [storage], vendor: "1d6b", product: "0104", serial: "{SERIAL}"}}
    action: allow
exceptions: {{helpdesk: 15m, admin: 8h}}
"""


def allow(office: Office) -> None:
    """Publishes the policy and waits until the enrolled terminal goes by it."""
    wait_until("the terminal is connected", lambda: office.connected("terminal"), 180, 1)
    policy = office.workdir / "policy.yaml"
    policy.write_text(_POLICY)
    office.check("policy", "publish", str(policy), "--comment", "to be measured", "--yes")
    wait_until("the policy is applied",
               lambda: int(office.connected("terminal")["status"]["bundleVersion"]) > 1, 150, 1)
