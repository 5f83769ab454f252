// What the contract's enums are called.
#include <string>

#include "agent/cli/texts.h"

namespace sekisho::cli {

std::string Say(Language language, v1::VerdictReason reason) {
  const auto word = [&]() -> Entry {
    switch (static_cast<int>(reason)) {
      case v1::VERDICT_REASON_DEFAULT:
        return {"No rule of the policy allows it.", "ポリシーに許可する規則がありません。"};
      case v1::VERDICT_REASON_RULE:
        return {"A rule of the policy says so.", "ポリシーの規則によります。"};
      case v1::VERDICT_REASON_GRANT:
        return {"An exception was granted for it.", "例外が承認されています。"};
      case v1::VERDICT_REASON_ADOPTED:
        return {"It was adopted at installation.", "導入時に承認された機器です。"};
      case v1::VERDICT_REASON_UNREADABLE:
        return {"What it says about itself cannot be read.", "機器の自己申告を読み取れません。"};
      case v1::VERDICT_REASON_ANOTHER_INSTANCE:
        return {"Another device just like it is open under the same exception.",
                "同じ例外で、同じ識別情報の別の機器がすでに開いています。"};
      case v1::VERDICT_REASON_UNRECORDABLE:
        return {"It would be allowed, but that cannot be recorded: the disk is full or unwritable.",
                "許可できる機器ですが、記録できないため遮断しました(ディスクの空き不足など)。"};
      case v1::VERDICT_REASON_READ_ONLY_UNAVAILABLE:
        return {"It may only be read, and this version cannot hold that.",
                "読み取り専用の指定ですが、この版では保証できないため遮断しました。"};
      case v1::VERDICT_REASON_NO_POLICY:
        return {"There is no valid policy on this terminal yet.",
                "この端末に有効なポリシーがまだありません。"};
      case v1::VERDICT_REASON_RETIRED:
        return {"The site's media register says that it is lost or retired.",
                "媒体台帳で紛失または廃棄済みとされています。"};
      default:
        return {"", ""};
    }
  }();
  return Choose(language, word);
}

std::string Say(Language language, v1::DeviceClass device_class) {
  const auto word = [&]() -> Entry {
    switch (static_cast<int>(device_class)) {
      case v1::DEVICE_CLASS_STORAGE:
        return {"storage", "記憶装置"};
      case v1::DEVICE_CLASS_OPTICAL:
        return {"optical drive", "光学ドライブ"};
      case v1::DEVICE_CLASS_TAPE:
        return {"tape drive", "テープ装置"};
      case v1::DEVICE_CLASS_CARD_READER:
        return {"card reader", "カードリーダー"};
      case v1::DEVICE_CLASS_PHONE:
        return {"phone", "スマートフォン"};
      case v1::DEVICE_CLASS_CAMERA:
        return {"camera", "カメラ"};
      case v1::DEVICE_CLASS_PRINTER:
        return {"printer", "プリンター"};
      case v1::DEVICE_CLASS_NETWORK_ADAPTER:
        return {"network adapter", "ネットワークアダプター"};
      case v1::DEVICE_CLASS_WIFI:
        return {"Wi-Fi", "無線LAN"};
      case v1::DEVICE_CLASS_BLUETOOTH:
        return {"Bluetooth", "Bluetooth"};
      case v1::DEVICE_CLASS_SERIAL:
        return {"serial port", "シリアルポート"};
      case v1::DEVICE_CLASS_KEYBOARD:
        return {"keyboard", "キーボード"};
      case v1::DEVICE_CLASS_POINTER:
        return {"pointer", "マウス"};
      case v1::DEVICE_CLASS_AUDIO:
        return {"audio", "音声機器"};
      case v1::DEVICE_CLASS_VIDEO:
        return {"video", "映像機器"};
      case v1::DEVICE_CLASS_SMART_CARD_READER:
        return {"smart-card reader", "ICカードリーダー"};
      case v1::DEVICE_CLASS_SECURITY_KEY:
        return {"security key", "セキュリティキー"};
      case v1::DEVICE_CLASS_HUB:
        return {"hub", "ハブ"};
      default:
        return {"unknown kind", "種類不明"};
    }
  }();
  return Choose(language, word);
}

std::string Say(Language language, v1::Bus bus) {
  const auto word = [&]() -> Entry {
    switch (static_cast<int>(bus)) {
      case v1::BUS_USB:
        return {"USB", "USB"};
      case v1::BUS_PCI:
        return {"PCI", "PCI"};
      case v1::BUS_ATA:
        return {"SATA", "SATA"};
      case v1::BUS_SCSI:
        return {"SCSI", "SCSI"};
      case v1::BUS_MMC:
        return {"SD/MMC", "SD/MMC"};
      case v1::BUS_NVME:
        return {"NVMe", "NVMe"};
      case v1::BUS_THUNDERBOLT:
        return {"Thunderbolt", "Thunderbolt"};
      case v1::BUS_FIREWIRE:
        return {"FireWire", "FireWire"};
      case v1::BUS_BLUETOOTH:
        return {"Bluetooth", "Bluetooth"};
      case v1::BUS_VIRTUAL:
        return {"made by software", "ソフトウェアによる仮想機器"};
      default:
        return {"another bus", "その他の接続"};
    }
  }();
  return Choose(language, word);
}

std::string Say(Language language, v1::Mode mode) {
  const auto word = [&]() -> Entry {
    switch (static_cast<int>(mode)) {
      case v1::MODE_OBSERVE:
        return {"only observing", "監視のみ"};
      case v1::MODE_TRIAL:
        return {"refusing on trial", "試行(遮断)"};
      case v1::MODE_ENFORCE:
        return {"enforcing", "遮断"};
      case v1::MODE_RESCUE:
        return {"rescue", "救済起動"};
      default:
        return {"unknown", "不明"};
    }
  }();
  return Choose(language, word);
}

}  // namespace sekisho::cli
