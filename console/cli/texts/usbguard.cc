#include "console/cli/texts/usbguard.h"

#include "absl/strings/str_cat.h"

namespace sekisho::console::cli {

using usbguard::Effect;
using usbguard::Fault;
using usbguard::Finding;
using usbguard::Note;

Text TextOf(Note note) {
  switch (note) {
    case Note::kHash:
      return {"USBGuard's hash is over other bytes than Sekisho's fingerprint",
              "USBGuard のハッシュは計算対象が異なり、指紋に置き換えられません"};
    case Note::kParentHash:
      return {"what a device hangs on is only asked by its port",
              "接続先の機器は、ポートでしか指定できません"};
    case Note::kConnectType:
      return {"a port's connect_type cannot be asked", "ポートの connect_type は条件にできません"};
    case Note::kEmptyText:
      return {"\"has none\" cannot be asked of a serial, name or port",
              "シリアル番号・製品名・ポートが「ない」ことは条件にできません"};
    case Note::kPattern:
      return {"here * and ? stand for any characters; there they stood for themselves",
              "* と ? はここでは任意の文字を表します（USBGuard では文字そのもの）"};
    case Note::kNotAText:
      return {"no device can say this of itself", "機器が名乗り得ない文字列です"};
    case Note::kNoneOf:
      return {"none-of holds for interfaces only", "none-of はインターフェースにのみ使えます"};
    case Note::kZeroId:
      return {"0000 cannot be asked", "0000 は条件にできません"};
    case Note::kState:
      return {
          "a rule's past, other devices and chance cannot be asked: a verdict here can always be "
          "explained",
          "過去の適用・他の機器・乱数は条件にできません（判定の理由を必ず説明できるようにするため"
          "）"};
    case Note::kEither:
      return {"only times of day can be alternatives", "one-of にできる条件は時刻だけです"};
    case Note::kOneMoment:
      return {"no whole minute fits", "1分以上の時間帯になりません"};
    case Note::kTooManyValues:
      return {"more values than one rule may hold; split it",
              "一つの規則に書ける数を超えています（規則を分けてください）"};
    case Note::kReject:
      return {"becomes block: the device stays visible, and shut",
              "block になります（機器は見えたまま、使えません）"};
    case Note::kMatchTarget:
      return {"no target of a policy; becomes block", "ポリシーの動作ではないため block にします"};
    case Note::kClock:
      return {"the terminal's own clock; USBGuard compared UTC, whatever its manual says",
              "端末の現地時刻です。USBGuard は（マニュアルと異なり）UTC で比較していました"};
    case Note::kCounts:
      return {"kinds of interfaces are compared, not how many there are of each",
              "インターフェースの種類だけを比べ、同じ種類の数は比べません"};
    case Note::kNeverMatches:
      return {"never holds, in USBGuard as here; was one-of meant?",
              "USBGuard でも決して成立しません（one-of の誤りでは？）"};
    case Note::kRootHub:
      return {"the host controllers' own hubs need no rule",
              "ホストコントローラー自身のハブに規則は不要です"};
    case Note::kAllowsAnything:
      return {"would allow every device", "すべての機器を許可することになります"};
  }
  return {"", ""};
}

Text TextOf(Effect effect) {
  switch (effect) {
    case Effect::kSame:
      return {"note", "参考"};
    case Effect::kLeftOut:
      return {"left out", "除外"};
    case Effect::kStricter:
      return {"stricter", "厳格化"};
    case Effect::kLooser:
      return {"LOOSER, as asked", "緩和（指定による）"};
  }
  return {"", ""};
}

Text TextOf(Fault fault) {
  switch (fault) {
    case Fault::kTarget:
      return {"allow, block or reject is expected", "allow、block、reject のいずれかが必要です"};
    case Fault::kAttribute:
      return {"no such attribute", "そのような属性はありません"};
    case Fault::kRepeated:
      return {"this attribute stands in the rule already", "この属性はすでに書かれています"};
    case Fault::kValue:
      return {"a value is expected", "値が必要です"};
    case Fault::kText:
      return {"a text in double quotes is expected", "二重引用符で囲んだ文字列が必要です"};
    case Fault::kUnclosed:
      return {"does not end on this line", "この行で閉じられていません"};
    case Fault::kEscape:
      return {"this cannot be escaped", "このエスケープは使えません"};
    case Fault::kDeviceId:
      return {"\"vvvv:pppp\", \"vvvv:*\" or \"*:*\" is expected",
              "「vvvv:pppp」「vvvv:*」「*:*」のいずれかが必要です"};
    case Fault::kInterfaceType:
      return {"\"cc:ss:pp\", \"cc:ss:*\" or \"cc:*:*\" is expected",
              "「cc:ss:pp」「cc:ss:*」「cc:*:*」のいずれかが必要です"};
    case Fault::kCondition:
      return {"no such condition", "そのような条件はありません"};
    case Fault::kArgument:
      return {"not what this condition takes", "この条件の引数として正しくありません"};
    case Fault::kBlank:
      return {"a blank is expected", "空白が必要です"};
    case Fault::kTooLong:
      return {"the line is too long", "行が長すぎます"};
    case Fault::kTooMany:
      return {"too many of them", "数が多すぎます"};
  }
  return {"", ""};
}

std::string Describe(const Finding& finding, Language language) {
  return absl::StrCat(std::string(TextOf(finding.effect).In(language)), ": ",
                      Printable(finding.what), ": ",
                      std::string(TextOf(finding.note).In(language)));
}

}  // namespace sekisho::console::cli
