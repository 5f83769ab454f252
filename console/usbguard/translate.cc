#include "console/usbguard/translate.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "console/usbguard/conditions.h"
#include "console/usbguard/utf8.h"

namespace sekisho::console::usbguard {
namespace {

constexpr std::size_t kMaxShownLine = 4096;
constexpr std::size_t kMaxDescription = 256;

std::string DescriptionOf(const Line& line) {
  std::string text = line.comment;
  if (line.rule->label) {
    std::string label;
    for (const std::string& each : line.rule->label->values) {
      label += (label.empty() ? "" : ", ") + each;
    }
    text = text.empty() ? label : label + " / " + text;
  }
  return Shown(text, kMaxDescription);
}

// usbN: a host controller itself.
bool IsRootHubPort(const std::string& port) {
  return port.starts_with("usb") && port.size() > 3 &&
         port.find_first_not_of("0123456789", 3) == std::string::npos;
}

bool IsRootHub(const Rule& rule) {
  return rule.via_port && rule.via_port->set_operator != SetOperator::kNoneOf &&
         std::ranges::all_of(rule.via_port->values, IsRootHubPort);
}

class LineTranslator {
 public:
  LineTranslator(const Line& line, const Options& options)
      : line_(line), rule_(*line.rule), options_(options) {}

  std::string Write();
  enum class Outcome { kCarried, kLeftOut };
  Outcome outcome() const { return outcome_; }
  std::vector<Finding>& findings() { return findings_; }

 private:
  bool opens() const { return rule_.target == Target::kAllow; }
  void Say(Note note, Effect effect, std::string what);
  void Take(const Asked& asked, const std::string& what);
  void LeaveOut(Note note, Effect effect, std::string what);
  template <typename Value, typename Make>
  void Readable(const std::optional<Values<Value>>& attribute, Rule only, Make make);
  void Attributes();
  std::string Yaml(const std::string& indent) const;
  bool Offered() const;

  const Line& line_;
  const Rule& rule_;
  const Options& options_;
  Outcome outcome_ = Outcome::kCarried;
  std::vector<Finding> findings_;
  std::vector<std::pair<std::string, std::string>> match_;
};

// An attribute as USBGuard writes it: `only` has nothing besides.
std::string Attribute(const Rule& only) {
  const std::string text = usbguard::Write(only);
  const std::size_t target = std::string_view(Name(only.target)).size() + 1;
  return Shown(std::string_view(text).substr(std::min(text.size(), target)), kMaxDescription);
}

void LineTranslator::Say(Note note, Effect effect, std::string what) {
  findings_.push_back({line_.number, note, effect, std::move(what)});
}

void LineTranslator::LeaveOut(Note note, Effect effect, std::string what) {
  outcome_ = Outcome::kLeftOut;
  Say(note, effect, std::move(what));
}

void LineTranslator::Take(const Asked& asked, const std::string& what) {
  switch (asked.carried) {
    case Carried::kAlways:
      return;
    case Carried::kNever:
      return LeaveOut(Note::kNeverMatches, Effect::kSame, what);
    case Carried::kLines:
      match_.emplace_back(asked.key, asked.value);
      if (asked.remark) Say(*asked.remark, Effect::kSame, what);
      return;
    case Carried::kLost:
      break;
  }
  if (!opens()) {
    if (!asked.wider.empty()) match_.emplace_back(asked.key, asked.wider);
    return Say(asked.note, Effect::kStricter, what);
  }
  if (options_.let_go.contains(asked.note)) return Say(asked.note, Effect::kLooser, what);
  LeaveOut(asked.note, Effect::kLeftOut, what);
}

template <typename Value, typename Make>
void LineTranslator::Readable(const std::optional<Values<Value>>& attribute, Rule only, Make make) {
  if (attribute) Take(make(*attribute), Attribute(only));
}

void LineTranslator::Attributes() {
  const auto lost = [](Note note) {
    return [note](const auto&) { return Asked{.carried = Carried::kLost, .note = note}; };
  };
  const auto texts = [](const char* one, const char* many) {
    return [=](const Values<std::string>& each) { return AskTexts(each, one, many); };
  };
  Readable(rule_.id, {.id = rule_.id}, [](const auto& each) { return Ask(each); });
  Readable(rule_.serial, {.serial = rule_.serial}, texts("serial", "serials"));
  Readable(rule_.name, {.name = rule_.name}, texts("", "products"));
  Readable(rule_.hash, {.hash = rule_.hash}, lost(Note::kHash));
  Readable(rule_.parent_hash, {.parent_hash = rule_.parent_hash}, lost(Note::kParentHash));
  Readable(rule_.via_port, {.via_port = rule_.via_port}, texts("port", "ports"));
  Readable(rule_.with_interface, {.with_interface = rule_.with_interface},
           [](const auto& each) { return Ask(each); });
  Readable(rule_.with_connect_type, {.with_connect_type = rule_.with_connect_type},
           lost(Note::kConnectType));
  // An allow holds for no second that it did not hold for, a block for all that it did.
  const Rounding rounding = opens() ? Rounding::kInward : Rounding::kOutward;
  Readable(rule_.conditions, {.conditions = rule_.conditions},
           [rounding](const auto& each) { return Ask(each, rounding); });
}

std::string LineTranslator::Yaml(const std::string& indent) const {
  std::string text = indent + "- id: usbguard-" + std::to_string(line_.number) + "\n";
  const std::string description = DescriptionOf(line_);
  if (!description.empty()) text += indent + "  description: " + Quoted(description) + "\n";
  if (match_.empty()) {
    text += indent + "  match: {}\n";
  } else {
    text += indent + "  match:\n";
    for (const auto& [key, value] : match_) text += indent + "    " + key + ": " + value + "\n";
  }
  return text + indent + "  action: " + (opens() ? "allow" : "block") + "\n";
}

bool LineTranslator::Offered() const {
  return match_.size() > 1 && std::ranges::all_of(findings_, [](const Finding& each) {
           return each.note != Note::kNeverMatches && each.note != Note::kRootHub;
         });
}

std::string LineTranslator::Write() {
  if (IsRootHub(rule_)) {
    LeaveOut(Note::kRootHub, Effect::kSame, Attribute({.via_port = rule_.via_port}));
  } else {
    Attributes();
    if (opens() && match_.empty()) {
      LeaveOut(Note::kAllowsAnything, Effect::kLeftOut, Name(rule_.target));
    }
    // Nothing but USB came before USBGuard: what it let in there says nothing of a disk elsewhere.
    if (opens()) match_.emplace(match_.begin(), "bus", "[usb]");
  }
  if (rule_.target == Target::kReject) Say(Note::kReject, Effect::kSame, "reject");
  if (rule_.target == Target::kMatch || rule_.target == Target::kDevice) {
    Say(Note::kMatchTarget, Effect::kSame, Name(rule_.target));
  }
  std::string text = "  # " + Shown(options_.file_name, kMaxDescription) + ":" +
                     std::to_string(line_.number) + ": " + Shown(line_.text, kMaxShownLine) + "\n";
  if (outcome_ == Outcome::kCarried) return text + Yaml("  ");
  for (const Finding& finding : findings_) text += "  #   " + options_.words(finding) + "\n";
  // What a person may take over after all. Not one that asks nothing but the bus, or not all that
  // keeps it from ever holding.
  return Offered() ? text + Yaml("  # ") : text;
}

}  // namespace

Translation Translate(const std::vector<Line>& lines, const Options& options) {
  Translation translation;
  std::string rules;
  for (const Line& line : lines) {
    if (!line.rule) {
      if (!line.comment.empty()) rules += "  # " + Shown(line.comment, kMaxShownLine) + "\n";
      continue;
    }
    LineTranslator translator(line, options);
    rules += translator.Write();
    const bool carried = translator.outcome() == LineTranslator::Outcome::kCarried;
    ++(carried ? translation.carried : translation.left_out);
    std::ranges::move(translator.findings(), std::back_inserter(translation.findings));
  }
  translation.yaml = "zone: " + Quoted(options.zone) + "\n\n";
  translation.yaml += translation.carried == 0 ? "rules: []\n" : "rules:\n";
  translation.yaml += rules;
  return translation;
}

}  // namespace sekisho::console::usbguard
