// Why a device is proposed for adoption, in words.
#include <map>
#include <string>

#include "agent/cli/texts.h"

namespace sekisho::cli {
namespace {

struct Words {
  const char* english;
  const char* japanese;
};

const std::map<std::string, Words>& Table() {
  // agent/engine/adoption_candidate.h
  static const auto& table = *new std::map<std::string, Words>{
      {"keyboard",
       {"a keyboard: works at every start, at the disk's passphrase too",
        "キーボード(起動時のパスフレーズ入力でも使えます)"}},
      {"pointer",
       {"something to point with: works at every start", "ポインター(起動時から使えます)"}},
      {"console-route",
       {"it carries the way to the console", "コンソールへの通信経路になっています"}},
      {"smart-card-reader", {"a smart-card reader", "IC カードリーダー"}},
      {"built-in", {"a camera that is built in", "内蔵カメラ"}},
      {"storage-besides",
       {"it is storage besides; what holds files is opened by policy or an exception",
        "記憶装置を兼ねています。ファイルを扱う機器はポリシーか例外で許可してください"}},
      {"more-besides",
       {"parts of it do something else; allow it by policy",
        "他の機能を兼ねています。ポリシーで許可してください"}},
      {"card-slot",
       {"a card slot that is built in: adopted, it would read any card for ever; allow it by "
        "policy",
        "内蔵カードスロットです。承認するとどのカードでも読めてしまうため、ポリシーで許可して"
        "ください"}},
  };
  return table;
}

}  // namespace

std::string SayAdoptionReason(Language language, const std::string& code) {
  const auto words = Table().find(code);
  if (words == Table().end()) return code;
  return language == Language::kJapanese ? words->second.japanese : words->second.english;
}

}  // namespace sekisho::cli
