#include "console/policy/diff.h"

#include <map>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/core/device.h"
#include "proto/contract/convert.h"

namespace sekisho::console::policy {
namespace {

std::string Words(v1::Action action) {
  const absl::StatusOr<core::Action> known = contract::ToCore(action);
  return known.ok() ? core::Name(*known) : "?";
}

std::string Hex4(std::uint32_t id) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) text += kDigits[(id >> shift) & 0xf];
  return text;
}

std::string Words(const v1::DeviceMatch& match) {
  std::vector<std::string> parts;
  if (match.classes_size() > 0) {
    std::vector<std::string> names;
    for (const int device_class : match.classes()) {
      // Same order as core's, without UNSPECIFIED.
      names.push_back(core::Name(static_cast<core::DeviceClass>(device_class - 1)));
    }
    parts.push_back(absl::StrCat("classes ", absl::StrJoin(names, ",")));
  }
  if (match.vendor_id() != 0) parts.push_back(absl::StrCat("vendor ", Hex4(match.vendor_id())));
  if (match.product_id() != 0) parts.push_back(absl::StrCat("product ", Hex4(match.product_id())));
  if (!match.serial().empty()) parts.push_back(absl::StrCat("serial ", match.serial()));
  if (!match.port_path().empty()) parts.push_back(absl::StrCat("port ", match.port_path()));
  if (!match.fingerprint().empty()) {
    parts.push_back(absl::StrCat("fingerprint ", absl::BytesToHexString(match.fingerprint())));
  }
  return parts.empty() ? "everything" : absl::StrJoin(parts, " and ");
}

std::string Words(const v1::DeviceRule& rule) {
  return absl::StrCat("rule ", rule.id(), ": ", Words(rule.action()), " ", Words(rule.match()));
}

class Changes {
 public:
  void Add(std::string line) { lines_.push_back(std::move(line)); }
  void Value(const std::string& what, const std::string& before, const std::string& after) {
    if (before != after) Add(absl::StrCat("~ ", what, " ", before, " → ", after));
  }
  std::vector<std::string> Take() { return std::move(lines_); }

 private:
  std::vector<std::string> lines_;
};

void DiffRules(const v1::Policy& before, const v1::Policy& after, Changes& changes) {
  std::map<std::string, const v1::DeviceRule*> old_rules;
  for (const v1::DeviceRule& rule : before.rules()) old_rules[rule.id()] = &rule;
  std::map<std::string, const v1::DeviceRule*> new_rules;
  for (const v1::DeviceRule& rule : after.rules()) new_rules[rule.id()] = &rule;
  for (const v1::DeviceRule& rule : before.rules()) {
    if (!new_rules.contains(rule.id())) changes.Add(absl::StrCat("- ", Words(rule)));
  }
  std::vector<std::string> kept_before;
  std::vector<std::string> kept_after;
  for (const v1::DeviceRule& rule : before.rules()) {
    if (new_rules.contains(rule.id())) kept_before.push_back(rule.id());
  }
  for (const v1::DeviceRule& rule : after.rules()) {
    const auto found = old_rules.find(rule.id());
    if (found == old_rules.end()) {
      changes.Add(absl::StrCat("+ ", Words(rule)));
      continue;
    }
    kept_after.push_back(rule.id());
    const std::string name = absl::StrCat("rule ", rule.id(), ":");
    changes.Value(absl::StrCat(name, " action"), Words(found->second->action()),
                  Words(rule.action()));
    changes.Value(absl::StrCat(name, " match"), Words(found->second->match()), Words(rule.match()));
    changes.Value(absl::StrCat(name, " description"), found->second->description(),
                  rule.description());
  }
  if (kept_before != kept_after) {
    changes.Add(absl::StrCat("~ order of rules (the first that matches wins): ",
                             absl::StrJoin(kept_after, ", ")));
  }
}

}  // namespace

std::vector<std::string> Diff(const v1::Policy& before, const v1::Policy& after) {
  Changes changes;
  changes.Value("zone", before.zone(), after.zone());
  DiffRules(before, after, changes);
  const v1::ExceptionLimits& old_limits = before.exceptions();
  const v1::ExceptionLimits& new_limits = after.exceptions();
  changes.Value("exceptions: helpdesk", absl::StrCat(old_limits.helpdesk_max_seconds(), "s"),
                absl::StrCat(new_limits.helpdesk_max_seconds(), "s"));
  changes.Value("exceptions: admin", absl::StrCat(old_limits.admin_max_seconds(), "s"),
                absl::StrCat(new_limits.admin_max_seconds(), "s"));
  changes.Value("exceptions: approvers", absl::StrCat(old_limits.approvers()),
                absl::StrCat(new_limits.approvers()));
  changes.Value("exceptions: survives_reboot", old_limits.survives_reboot() ? "true" : "false",
                new_limits.survives_reboot() ? "true" : "false");
  changes.Value("texts: blocked ja", before.texts().blocked_ja(), after.texts().blocked_ja());
  changes.Value("texts: blocked en", before.texts().blocked_en(), after.texts().blocked_en());
  changes.Value("texts: contact ja", before.texts().contact_ja(), after.texts().contact_ja());
  changes.Value("texts: contact en", before.texts().contact_en(), after.texts().contact_en());
  return changes.Take();
}

}  // namespace sekisho::console::policy
