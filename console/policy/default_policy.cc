#include "console/policy/default_policy.h"

namespace sekisho::console::policy {

std::string DefaultPolicyYaml() {
  return R"yaml(# 個人番号利用事務系: 端末に接続される機器は、許可がない限りすべて止める。
# Individual-number affairs: every device is stopped unless a rule or an exception opens it.
zone: 個人番号利用事務系

# First match wins; no match means block. Keyboards and pointers that were present when the agent
# was installed are adopted on the terminal itself and need no rule.
rules:
  - id: hubs
    description: USBハブ（先につながる機器は個別に判定される） / hubs; what hangs on them is decided by itself
    match: {classes: [hub]}
    action: allow
  - id: storage
    description: 外部記憶媒体の禁止 / no removable media
    match: {classes: [storage, optical, tape, card_reader]}
    action: block
  - id: phones
    description: 記録機能を有する機器の禁止 / no phones, cameras
    match: {classes: [phone, camera]}
    action: block

exceptions:
  helpdesk: 15m
  admin: 8h
  approvers: 0
  survives_reboot: false

texts:
  blocked:
    ja: この機器は許可されていないため使用できません。
    en: This device is not permitted on this terminal.
  contact:
    ja: 業務上必要な場合は、番号を控えて情報システム担当へ連絡してください。
    en: If your work needs it, note the number and call the IT help desk.
)yaml";
}

}  // namespace sekisho::console::policy
