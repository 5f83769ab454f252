#include "console/cli/render/describe.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "console/cli/render/table.h"
#include "console/cli/texts/conditions.h"
#include "console/cli/texts/events.h"
#include "console/cli/texts/names.h"
#include "console/cli/time_span.h"
#include "proto/contract/interface_classes.h"

namespace sekisho::console::cli {
namespace {

constexpr absl::Duration kLate = absl::Minutes(2);
constexpr int kWidestKind = 20;  // of the labels of EventKind in either language

constexpr Text kNobody{"nobody signed in", "未ログイン"};
constexpr Text kBrief{"[[{name} ]]{id}[[ ({classes})]]", "[[{name} ]]{id}[[（{classes}）]]"};
constexpr Text kFull{"[[{name} ]]{id}[[ ({classes})]][[, serial {serial}]][[, at port {port}]]",
                     "[[{name} ]]{id}[[（{classes}）]][[、シリアル {serial}]][[、ポート {port}]]"};
constexpr Text kVerdict{
    "{reason}[[ (policy {version})]][[; nearest: rule \"{rule}\"]][[, not matched on {condition}]]"
    "[[; audited: rule \"{audited}\"]][[ would have decided {would}]][[; kept shut: {shut}]]",
    "{reason}[[（ポリシー第{version}版）]][[。最も近い規則「{rule}」]][[（{condition}"
    "が不一致）]][[。試行中の規則「{audited}」]][[なら「{would}」]][[。閉じたまま: {shut}]]"};
constexpr Text kInterface{"interface {number}[[ ({classes})]]",
                          "インターフェース {number}[[（{classes}）]]"};
constexpr Text kArrived{"{when} (arrived {arrived})", "{when}（受信 {arrived}）"};

// What a device is by its maker's numbers; what is not USB mostly has none, and hangs on a bus that
// is worth saying.
std::string IdOf(const v1::Device& device, Language language) {
  const std::string id = absl::StrFormat("%04x:%04x", device.vendor_id(), device.product_id());
  if (device.bus() == v1::BUS_UNSPECIFIED || device.bus() == v1::BUS_USB) return id;
  const bool numbered = device.vendor_id() != 0 || device.product_id() != 0;
  return absl::StrCat(NameOf(device.bus(), language), numbered ? " " : "", numbered ? id : "");
}

template <typename Classes>
std::string NamesOf(const Classes& classes, Language language) {
  std::vector<std::string> names;
  for (const int each : classes) {
    names.push_back(NameOf(static_cast<v1::DeviceClass>(each), language));
  }
  return absl::StrJoin(names, CommaOf(language));
}

// "interface 1 (storage), …"
std::string ShutInterfacesOf(const v1::Verdict& verdict, const v1::Device& device,
                             Language language) {
  std::vector<std::string> shut;
  for (const std::uint32_t number : verdict.shut_interfaces()) {
    shut.push_back(
        Fill(kInterface.In(language),
             {{"number", absl::StrCat(number)},
              {"classes", NamesOf(contract::ClassesOfInterface(device, number), language)}}));
  }
  return absl::StrJoin(shut, CommaOf(language));
}

std::string Fields(const v1::Device& device, Language language, const Text& pattern) {
  std::vector<std::string> names;
  for (const std::string& name : {device.manufacturer(), device.product()}) {
    if (!name.empty()) names.push_back(name);
  }
  return Fill(pattern.In(language), {{"name", absl::StrJoin(names, " ")},
                                     {"id", IdOf(device, language)},
                                     {"classes", NamesOf(device.classes(), language)},
                                     {"serial", device.serial()},
                                     {"port", device.port_path()}});
}

std::string ParametersOf(const v1::Event& event) {
  return absl::StrJoin(event.parameters(), ", ",
                       [](std::string* out, const v1::Parameter& parameter) {
                         absl::StrAppend(out, parameter.key(), "=", parameter.value());
                       });
}

// Whether a parameter's value is a code of the catalogue, and not a name or somebody's words.
bool IsCoded(v1::EventKind kind, std::string_view name) {
  if (kind == v1::EVENT_KIND_MODE_CHANGED && (name == "before" || name == "after")) return true;
  if (kind == v1::EVENT_KIND_ORDER_APPLIED && name == "what") return true;
  const bool about_factor =
      kind == v1::EVENT_KIND_FACTOR_ADDED || kind == v1::EVENT_KIND_FACTOR_REMOVED;
  if (about_factor && name == "by") return true;
  if (kind == v1::EVENT_KIND_TRIAL_UNDONE && name == "where") return true;
  return name == "cause" || name == "flushed" || name == "unmounted" || name == "deauthorised";
}

}  // namespace

std::string ShortFingerprint(std::string_view fingerprint) {
  return absl::BytesToHexString(std::string(fingerprint.substr(0, 4)));
}

std::string ShortId(std::string_view id) { return std::string(id.substr(0, 8)); }

std::string DescribeDevice(const v1::Device& device, Language language) {
  return Fields(device, language, kFull);
}

std::string DescribeDeviceBriefly(const v1::Device& device, Language language) {
  return Fields(device, language, kBrief);
}

std::string DescribeVerdict(const v1::Verdict& verdict, const v1::Device& device,
                            Language language) {
  const std::string reason =
      Fill(NameOf(verdict.reason(), language),
           {{"rule", verdict.rule_id()}, {"grant", ShortId(verdict.grant_id())}});
  return Fill(
      kVerdict.In(language),
      {{"reason", reason},
       {"version", verdict.policy_version() == 0 ? "" : absl::StrCat(verdict.policy_version())},
       {"rule", verdict.runner_up_rule_id()},
       {"condition", ConditionName(verdict.runner_up_condition(), language)},
       {"audited", verdict.audited_rule_id()},
       {"would",
        verdict.audited_rule_id().empty() ? "" : NameOf(verdict.audited_action(), language)},
       {"shut", ShutInterfacesOf(verdict, device, language)}});
}

std::string DescribePerson(const v1::Person& person) {
  const std::string name =
      person.name().empty() ? absl::StrCat("uid ", person.uid()) : person.name();
  return Printable(person.staff_id().empty() ? name
                                             : absl::StrCat(name, " (", person.staff_id(), ")"));
}

std::string DescribeEvent(const v1::Event& event, Language language) {
  const auto value = [&event, language](std::string_view name) -> std::string {
    if (name == "who") {
      return event.has_person() ? DescribePerson(event.person())
                                : std::string(kNobody.In(language));
    }
    if (name == "device") return event.has_device() ? DescribeDevice(event.device(), language) : "";
    if (name == "why") return DescribeVerdict(event.verdict(), event.device(), language);
    if (name == "action") return NameOf(event.verdict().action(), language);
    if (name == "grant") return ShortId(event.grant_id());
    if (name == "reference") return event.reference();
    if (name == "parameters") return ParametersOf(event);
    for (const v1::Parameter& parameter : event.parameters()) {
      if (parameter.key() == name) {
        return IsCoded(event.kind(), name) ? CauseName(parameter.value(), language)
                                           : parameter.value();
      }
    }
    return "";
  };
  return Fill(EventSentence(event.kind()).In(language), value);
}

EventLine DescribeStoredEvent(const v1::StoredEvent& stored, Language language,
                              absl::TimeZone zone) {
  const v1::Event& event = stored.event();
  // The console's own events have no terminal clock.
  const bool has_wall_time = event.has_wall_time() && event.wall_time().seconds() != 0;
  EventLine line;
  line.when = WriteMoment(has_wall_time ? event.wall_time() : stored.received_at(), zone);
  if (has_wall_time && stored.has_received_at() &&
      absl::AbsDuration(FromProto(stored.received_at()) - FromProto(event.wall_time())) > kLate) {
    line.when = Fill(kArrived.In(language),
                     {{"when", line.when}, {"arrived", WriteMoment(stored.received_at(), zone)}});
  }
  line.where =
      Printable(stored.terminal_name().empty() ? stored.terminal_id() : stored.terminal_name());
  line.kind = NameOf(event.kind(), language);
  line.what = DescribeEvent(event, language);
  return line;
}

std::string WriteEventLine(const EventLine& line, int where_columns) {
  return absl::StrCat(line.when, "  ", PadTo(line.where, where_columns), "  ",
                      PadTo(line.kind, kWidestKind), "  ", line.what, "\n");
}

}  // namespace sekisho::console::cli
