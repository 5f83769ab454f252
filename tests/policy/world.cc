#include "tests/policy/world.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "agent/core/hours.h"
#include "tests/policy/words.h"

namespace sekisho::policy_test {
namespace {

using namespace std::chrono_literals;

std::string Unclear(const std::string& what) { return "not understood: " + what; }

}  // namespace

World::World() {
  here_.organisation_id = "komae";
  here_.terminal_id = "terminal-1";
  here_.boot_id = "boot-1";
  here_.now = 1h;
  console_clock_ = std::chrono::sys_days(std::chrono::year(2026) / 4 / 1);
}

World::Complaint World::Apply(const Statement& statement) {
  using Member = Complaint (World::*)(Words&);
  static const std::map<std::string, Member> members = {
      {"policy", &World::Policy},
      {"rule", &World::Rule},
      {"device", &World::Device},
      {"adopt", &World::Adopt},
      {"plug", &World::Plug},
      {"unplug", &World::Unplug},
      {"after", &World::After},
      {"reboot", &World::Reboot},
      {"console", &World::Console},
      {"grant", &World::GrantWords},
      {"receive", &World::Receive},
      {"end", &World::End},
      {"recording", &World::RecordingWords},
      {"read_only", &World::ReadOnlyWords},
      {"interfaces", &World::InterfacesWords},
      {"person", &World::Person},
      {"calendar", &World::Calendar},
      {"register", &World::Register},
      {"expect", &World::Expect},
  };
  Words words(statement.words);
  const std::string verb = words.Next();
  const auto member = members.find(verb);
  if (member == members.end()) return Unclear(verb);
  const bool is_policy = verb == "policy" || verb == "rule";
  if (!is_policy && std::exchange(policy_changed_, false)) Settle();
  if (Complaint complaint = (this->*member->second)(words)) return complaint;
  if (!words.Done()) return Unclear("\"" + words.Next() + "\" after " + verb);
  if (is_policy) {
    policy_changed_ = true;
  } else if (verb != "expect") {
    Settle();
  }
  return std::nullopt;
}

World::Complaint World::Policy(Words& words) {
  if (words.Take("none")) {
    policy_.reset();
    return std::nullopt;
  }
  policy_.emplace();
  policy_->version = std::strtoull(words.Next().c_str(), nullptr, 10);
  if (policy_->version == 0) return "write: policy VERSION, or: policy none";
  return std::nullopt;
}

World::Complaint World::Device(Words& words) {
  const std::string name = words.Next();
  DeviceSpec spec;
  while (!words.Done()) {
    const std::string part = words.Next();
    if (part == "vendor" || part == "product") {
      const auto number = ReadHex16(words.Next());
      if (!number) return part + ": four hex digits";
      (part == "vendor" ? spec.vendor : spec.product) = *number;
    } else if (part == "serial-number") {
      spec.serial = words.Next();
    } else if (part == "called") {
      spec.product_name = words.Next();
    } else if (part == "bus") {
      const auto bus = core::ParseBus(words.Next());
      if (!bus) return "bus: usb, mmc, …";
      spec.bus = *bus;
    } else if (part == "codes") {
      const auto codes = ReadCodes(words.Next());
      if (!codes) return "codes: class/subclass/protocol, two hex digits each";
      spec.codes = *codes;
    } else if (part == "interfaces") {
      while (auto interface = ReadCodes(words.Peek())) {
        interface->number = static_cast<std::uint8_t>(spec.interfaces.size());
        spec.interfaces.push_back(*interface);
        words.Next();
      }
    } else if (part == "cut") {
      spec.cut = std::strtoul(words.Next().c_str(), nullptr, 10);
    } else {
      return Unclear(part);
    }
  }
  specs_[name] = std::move(spec);
  return std::nullopt;
}

World::Complaint World::Adopt(Words& words) {
  const auto spec = specs_.find(words.Next());
  if (spec == specs_.end()) return "adopt a device that is described";
  core::AdoptedDevice adopted;
  adopted.fingerprint = MakeRaw(spec->second, "").fingerprint;
  adopted.serial = spec->second.serial;
  if (words.Take("at")) adopted.port_path = words.Next();
  adopted_.push_back(std::move(adopted));
  return std::nullopt;
}

World::Complaint World::Plug(Words& words) {
  const auto spec = specs_.find(words.Next());
  if (spec == specs_.end() || !words.Take("at")) return "write: plug DEVICE at PORT";
  const std::string port_path = words.Next();
  auto parsed = core::ParseDevice(MakeRaw(spec->second, port_path));
  if (auto* device = std::get_if<core::Device>(&parsed)) {
    device->bus = spec->second.bus;
    device->identity = MakeIdentity(spec->second);
  }
  plugged_.push_back(
      {.port_path = port_path, .name = spec->first, .device = std::move(parsed), .verdict = {}});
  return std::nullopt;
}

World::Complaint World::Unplug(Words& words) {
  const std::string port_path = words.Next();
  const auto gone =
      std::erase_if(plugged_, [&](const Plugged& each) { return each.port_path == port_path; });
  if (gone == 0) return "nothing is plugged at " + port_path;
  for (core::Grant& grant : held_) {
    if (grant.active_port == port_path) grant.active_port.clear();
  }
  return std::nullopt;
}

World::Complaint World::After(Words& words) {
  const auto duration = ReadDuration(words.Next());
  if (!duration) return "write: after 14m59s";
  here_.now += *duration;
  calendar_ += std::chrono::floor<std::chrono::seconds>(*duration);
  console_clock_ += std::chrono::floor<std::chrono::milliseconds>(*duration);
  return std::nullopt;
}

World::Complaint World::Reboot(Words& words) {
  here_.boot_id = "boot-" + std::to_string(++boots_);
  here_.now = 20s;
  console_known_ = false;
  for (core::Grant& grant : held_) grant.active_port.clear();
  for (Plugged& each : plugged_) each.verdict = {};
  return std::nullopt;
}

World::Complaint World::Console(Words& words) {
  if (words.Take("answers")) {
    console_known_ = true;
    return std::nullopt;
  }
  if (words.Take("clock") && words.Take("moves")) {
    const auto duration = ReadDuration(words.Next());
    if (duration) {
      console_clock_ += std::chrono::floor<std::chrono::milliseconds>(*duration);
      return std::nullopt;
    }
  }
  return "write: console answers, or: console clock moves +365d";
}

World::Complaint World::GrantWords(Words& words) {
  core::GrantClaims claims;
  claims.grant_id = words.Next();
  if (!words.Take("opens")) return "write: grant NAME opens DEVICE for DURATION …";
  const auto spec = specs_.find(words.Next());
  if (spec == specs_.end()) return "grant: the device is not described";
  claims.organisation_id = here_.organisation_id;
  claims.terminal_id = here_.terminal_id;
  claims.boot_id = here_.boot_id;
  claims.device_fingerprint = MakeRaw(spec->second, "").fingerprint;
  claims.device_serial = spec->second.serial;
  claims.action = core::Action::kAllow;
  claims.issued_at = console_clock_;
  while (!words.Done()) {
    const std::string part = words.Next();
    if (part == "for") {
      const auto duration = ReadDuration(words.Next());
      if (!duration) return "for: a time such as 15m";
      claims.deadline = here_.now + *duration;
      claims.expires_at = console_clock_ + std::chrono::floor<std::chrono::milliseconds>(*duration);
    } else if (part == "at") {
      claims.port_path = words.Next();
    } else if (part == "surviving-reboots") {
      claims.reboot = core::RebootPolicy::kSurvivesReboot;
    } else if (part == "of-organisation") {
      claims.organisation_id = words.Next();
    } else if (part == "on-terminal") {
      claims.terminal_id = words.Next();
    } else if (const auto action = ReadAction(part)) {
      claims.action = *action;
    } else {
      return Unclear(part);
    }
  }
  issued_[claims.grant_id] = std::move(claims);
  return std::nullopt;
}

World::Complaint World::Receive(Words& words) {
  const auto claims = issued_.find(words.Next());
  if (claims == issued_.end()) return "receive a grant that was written";
  const auto outcome = core::Accept(claims->second, held_, here_);
  const auto* refusal = std::get_if<core::GrantRefusal>(&outcome);
  const std::string came = refusal ? std::string("refused ") + core::Name(*refusal) : "accepted";
  std::string wanted = words.Next();
  if (wanted == "refused") wanted += " " + words.Next();
  if (came != wanted) return "the grant was " + came + ", not " + wanted;
  if (!refusal) held_.push_back(std::get<core::Grant>(outcome));
  return std::nullopt;
}

World::Complaint World::End(Words& words) {
  const std::string name = words.Next();
  const std::string cause = words.Next();
  for (core::Grant& grant : held_) {
    if (grant.claims.grant_id != name) continue;
    if (cause == "returned") grant.end = core::GrantEnd::kReturned;
    if (cause == "revoked") grant.end = core::GrantEnd::kRevoked;
    if (grant.end) return std::nullopt;
  }
  return "write: end NAME returned|revoked, of a grant that was accepted";
}

World::Complaint World::RecordingWords(Words& words) {
  const std::string state = words.Next();
  if (state != "works" && state != "fails") return "write: recording works|fails";
  recording_ = state == "works" ? core::Recording::kWorks : core::Recording::kFails;
  return std::nullopt;
}

World::Complaint World::ReadOnlyWords(Words& words) {
  const std::string state = words.Next();
  if (state != "held" && state != "unavailable") return "write: read_only held|unavailable";
  read_only_ = state == "held" ? core::ReadOnlySupport::kHeld : core::ReadOnlySupport::kUnavailable;
  return std::nullopt;
}

void World::Settle() {
  here_.console_time.reset();
  if (console_known_) here_.console_time = console_clock_;
  for (core::Grant& grant : held_) {
    if (const auto end = core::DueEnd(grant, here_)) grant.end = *end;
    if (const auto claims = core::Resume(grant, here_)) grant.claims = *claims;
  }
  for (Plugged& each : plugged_) DecideOn(each);
}

void World::DecideOn(Plugged& plugged) {
  const auto* device = std::get_if<core::Device>(&plugged.device);
  if (device == nullptr) {
    plugged.verdict = {};
    plugged.verdict.reason = core::VerdictReason::kUnreadable;
    return;
  }
  const core::Verdict before = plugged.verdict;
  core::Situation situation;
  situation.policy = policy_ ? &*policy_ : nullptr;
  situation.grants = held_;
  situation.adopted = adopted_;
  situation.here = here_;
  situation.read_only = read_only_;
  situation.recording = recording_;
  situation.interfaces = interfaces_;
  situation.surroundings.person = person_;
  const auto minute = std::chrono::floor<std::chrono::minutes>(calendar_).count();
  situation.surroundings.local_time =
      core::LocalTime{.weekday = static_cast<unsigned>(minute / core::kMinutesADay % 7),
                      .minute = static_cast<unsigned>(minute % core::kMinutesADay)};
  if (const auto medium = register_.find(plugged.name); medium != register_.end()) {
    situation.surroundings.medium = medium->second;
  }
  if (before.action != core::Action::kBlock) situation.standing = &before;
  plugged.verdict = core::Decide(*device, situation);
  if (plugged.verdict.reason != core::VerdictReason::kGrant) return;
  for (core::Grant& grant : held_) {
    if (grant.claims.grant_id == plugged.verdict.grant_id) grant.active_port = plugged.port_path;
  }
}

}  // namespace sekisho::policy_test
