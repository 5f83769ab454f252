#include "proto/contract/condition_names.h"

#include <map>

namespace sekisho::contract {

const ConditionName* FindConditionName(std::string_view condition) {
  static const auto* const names = new std::map<std::string_view, ConditionName>{
      {"classes", {"the kind of device", "機器の種類"}},
      {"vendor_id", {"the vendor", "ベンダーID"}},
      {"product_id", {"the product", "製品ID"}},
      {"ids", {"the vendor and product", "ベンダーID・製品ID"}},
      {"serial", {"the serial number", "シリアル番号"}},
      {"serials", {"the serial number", "シリアル番号"}},
      {"products", {"the product's name", "製品名"}},
      {"port_path", {"the port", "接続ポート"}},
      {"ports", {"the port", "接続ポート"}},
      {"fingerprint", {"the fingerprint", "フィンガープリント"}},
      {"identity", {"the identity", "識別情報"}},
      {"buses", {"the kind of connection", "接続方式"}},
      {"interfaces", {"the interfaces", "インターフェース"}},
      {"only_interfaces",
       {"interfaces that cannot be kept shut here, or of which none would be open",
        "一部だけを開けるインターフェース"}},
      {"registered", {"being in the media register", "媒体台帳への登録"}},
      {"encryption", {"being registered as encrypted", "暗号化の登録"}},
      {"users", {"the person at the terminal", "利用者"}},
      {"user_groups", {"the person's groups", "利用者の所属グループ"}},
      {"hours", {"the hours", "時間帯"}},
  };
  const auto found = names->find(condition);
  return found == names->end() ? nullptr : &found->second;
}

}  // namespace sekisho::contract
