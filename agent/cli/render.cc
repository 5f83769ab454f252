#include "agent/cli/render.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <span>
#include <vector>

#include "absl/strings/str_join.h"
#include "agent/core/grant.h"
#include "google/protobuf/util/json_util.h"
#include "proto/contract/interface_classes.h"

namespace sekisho::cli {
namespace {

std::string Hex4(std::uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof text, "%04x", value & 0xffff);
  return text;
}

std::string SayClasses(Language language, std::span<const int> device_classes) {
  std::string classes;
  for (int each : device_classes) {
    if (!classes.empty()) classes += language == Language::kJapanese ? "・" : ", ";
    classes += Say(language, static_cast<v1::DeviceClass>(each));
  }
  return classes.empty() ? Say(language, v1::DEVICE_CLASS_UNKNOWN) : classes;
}

std::string SayClasses(Language language, const v1::Device& device) {
  return SayClasses(language, std::span(device.classes().data(), device.classes().size()));
}

std::string SayShutInterfaces(Language language, const v1::LocalDevice& device) {
  std::string text;
  for (const std::uint32_t number : device.verdict().shut_interfaces()) {
    std::vector<int> classes;
    for (const v1::DeviceClass each : contract::ClassesOfInterface(device.device(), number)) {
      classes.push_back(each);
    }
    text += Say(language, Text::kWhyShutInterface,
                {{"number", std::to_string(number)}, {"classes", SayClasses(language, classes)}}) +
            "\n";
  }
  return text;
}

std::string SayAction(Language language, v1::Action action) {
  switch (static_cast<int>(action)) {
    case v1::ACTION_ALLOW:
      return Say(language, Text::kAllowed);
    case v1::ACTION_READ_ONLY:
      return Say(language, Text::kReadOnly);
    default:
      return Say(language, Text::kBlocked);
  }
}

std::string SayContact(Language language, const v1::Texts& texts) {
  const std::string& contact =
      language == Language::kJapanese ? texts.contact_ja() : texts.contact_en();
  return contact.empty() ? "" : Say(language, Text::kContact, {{"contact", contact}});
}

// What a device is by its maker's numbers; what is not USB mostly has none, and hangs on a bus that
// is worth saying.
std::string SayId(Language language, const v1::Device& device) {
  const std::string id = Hex4(device.vendor_id()) + ":" + Hex4(device.product_id());
  if (device.bus() == v1::BUS_UNSPECIFIED || device.bus() == v1::BUS_USB) return id;
  const bool numbered = device.vendor_id() != 0 || device.product_id() != 0;
  return Say(language, device.bus()) + (numbered ? " " + id : "");
}

std::string RenderDevice(Language language, const v1::LocalDevice& device, v1::Mode mode) {
  std::string state = SayAction(language, device.verdict().action());
  const bool wanted_open = device.verdict().action() != v1::ACTION_BLOCK;
  if (device.verdict().shut_interfaces_size() > 0 && mode != v1::MODE_OBSERVE) {
    state += Say(language, Text::kInPart);
  }
  if (mode == v1::MODE_OBSERVE && !wanted_open && device.authorised()) {
    state = Say(language, Text::kWouldBeBlocked);
  } else if (wanted_open != device.authorised()) {
    state += Say(language, Text::kStateDiffers);
  }
  std::string line = Say(language, Text::kDeviceLine,
                         {{"port", device.handle()},
                          {"state", state},
                          {"device", NameOf(device.device())},
                          {"id", SayId(language, device.device())},
                          {"classes", SayClasses(language, device.device())}});
  if (!device.reference().empty() && !wanted_open && mode != v1::MODE_OBSERVE) {
    line += Say(language, Text::kReference, {{"reference", device.reference()}});
  }
  return line + "\n";
}

std::string RenderGrant(Language language, const v1::RunningGrant& grant) {
  return Say(language, grant.open() ? Text::kGrant : Text::kGrantNotPlugged,
             {{"port", grant.device().port_path()},
              {"device", NameOf(grant.device())},
              {"action", SayAction(language, grant.action())},
              {"left", SayDuration(language, grant.remaining_ns())},
              {"by", grant.requested_by()},
              {"reason", grant.reason()}}) +
         "\n";
}

std::string SayLink(Language language, v1::LinkState state) {
  switch (static_cast<int>(state)) {
    case v1::LINK_STATE_CONNECTED:
      return Say(language, Text::kLinkConnected);
    case v1::LINK_STATE_CONNECTING:
      return Say(language, Text::kLinkConnecting);
    default:
      return Say(language, Text::kLinkAbsent);
  }
}

std::string RenderMode(Language language, const v1::LocalStatusReply& status) {
  std::string text;
  switch (static_cast<int>(status.mode())) {
    case v1::MODE_OBSERVE:
      text = Say(language, Text::kObserving);
      break;
    case v1::MODE_TRIAL:
      text = Say(language, Text::kTrial,
                 {{"left", SayDuration(language, status.trial_remaining_ns())}});
      break;
    case v1::MODE_RESCUE:
      text = Say(language, Text::kRescue);
      break;
    case v1::MODE_ENFORCE:
      text = Say(language, Text::kEnforcing);
      break;
    default:
      return "";  // an agentd of before
  }
  text += "\n";
  if (status.next_mode() != v1::MODE_UNSPECIFIED) {
    text += Say(language, Text::kNextMode, {{"mode", Say(language, status.next_mode())}}) + "\n";
  }
  return text;
}

std::string RenderKey(Language language, v1::KeyProtection protection) {
  switch (static_cast<int>(protection)) {
    case v1::KEY_PROTECTION_FILE:
      return Say(language, Text::kKeyInFile) + "\n";
    case v1::KEY_PROTECTION_TPM:
      return Say(language, Text::kKeyInTpm) + "\n";
    default:
      return "";
  }
}

std::string ParameterOf(const v1::Event& event, std::string_view key) {
  for (const v1::Parameter& each : event.parameters()) {
    if (each.key() == key) return each.value();
  }
  return "";
}

// What is wrong with who it is, as agentd tells it among what was tried.
std::string RenderIdentity(Language language, const v1::LocalStatusReply& status) {
  std::string text;
  for (const v1::Probe& probe : status.probes()) {
    if (probe.name() == "enrolment.token") {
      v1::LocalFailure failure;
      failure.set_code(probe.detail());
      for (const char* unknown : {"console", "detail"}) {
        v1::Parameter& parameter = *failure.add_parameters();
        parameter.set_key(unknown);
        parameter.set_value("-");
      }
      text += Say(language, Text::kTokenRefused, {{"why", SayFailure(language, failure)}}) + "\n";
    }
    if (probe.name() == "identity.hardware") text += Say(language, Text::kMoved) + "\n";
  }
  return text;
}

std::string SayLocked(Language language, std::uint64_t nanoseconds) {
  if (nanoseconds == 0) return "";
  return Say(language, Text::kFactorLocked, {{"left", SayDuration(language, nanoseconds)}});
}

std::string RenderPerson(Language language, const v1::PersonFactors& person) {
  std::string factors;
  for (const v1::EnrolledFactor& factor : person.factors()) {
    if (!factors.empty()) factors += ", ";
    factors += factor.factor_id();
    if (!factor.label().empty()) factors += " \"" + factor.label() + "\"";
    factors += SayLocked(language, factor.locked_ns());
  }
  if (person.unreadable()) {
    factors = Say(language, Text::kFactorUnreadable);
  } else if (factors.empty()) {
    factors = Say(language, Text::kFactorNone);
  }
  return Say(language, Text::kFactorPerson, {{"person", person.name()}, {"factors", factors}}) +
         SayLocked(language, person.locked_ns()) + "\n";
}

}  // namespace

std::string NameOf(const v1::Device& device) {
  std::string name = device.manufacturer();
  if (!name.empty() && !device.product().empty()) name += " ";
  name += device.product();
  return name.empty() ? Hex4(device.vendor_id()) + ":" + Hex4(device.product_id()) : name;
}

std::string Render(Language language, const v1::LocalStatusReply& status) {
  std::string text = "Sekisho " + status.agent_version() + "\n" + RenderMode(language, status);
  if (!status.enrolled()) {
    text += Say(language, Text::kNotEnrolled) + "\n";
  } else {
    text += Say(language, Text::kEnrolled,
                {{"terminal", status.terminal_id()},
                 {"organisation", status.organisation_id()},
                 {"group", status.group_id()}}) +
            "\n";
    const std::string heard = status.has_console_time()
                                  ? Say(language, Text::kLastHeard,
                                        {{"seconds", std::to_string(status.beacon_age_seconds())}})
                                  : Say(language, Text::kNeverHeard);
    text += Say(language, Text::kConsole,
                {{"console", status.console_address()},
                 {"link", SayLink(language, status.link())},
                 {"heard", heard}}) +
            "\n" + RenderKey(language, status.key_protection());
  }
  text += RenderIdentity(language, status);
  if (status.bundle_version() == 0) {
    text += Say(language, Text::kNoPolicy) + "\n";
  } else {
    text += Say(language, Text::kPolicy,
                {{"version", std::to_string(status.bundle_version())}, {"zone", status.zone()}}) +
            "\n";
  }
  if (status.newest_bundle_version() > status.bundle_version()) {
    text += Say(language, Text::kPolicyOld,
                {{"newest", std::to_string(status.newest_bundle_version())}}) +
            "\n";
  }
  for (const v1::RunningGrant& grant : status.grants()) text += RenderGrant(language, grant);
  if (status.grants().empty()) text += Say(language, Text::kNoGrants) + "\n";
  text += Say(language, Text::kWaiting, {{"count", std::to_string(status.spool_waiting())}}) + "\n";
  const auto holds = std::ranges::count_if(status.probes(), [](const v1::Probe& probe) {
    return probe.result() == v1::PROBE_RESULT_HOLDS;
  });
  text +=
      status.probes().empty()
          ? Say(language, Text::kProbesNone) + "\n"
          : Say(language, Text::kProbes,
                {{"holds", std::to_string(holds)}, {"all", std::to_string(status.probes_size())}}) +
                "\n";
  if (status.may_leave()) text += Say(language, Text::kMayLeave) + "\n";
  const std::string contact = SayContact(language, status.texts());
  return contact.empty() ? text : text + contact + "\n";
}

std::string Render(Language language, const v1::LocalDevicesReply& devices, v1::Mode mode) {
  if (devices.devices().empty()) return Say(language, Text::kNoDevices) + "\n";
  std::string text;
  for (const v1::LocalDevice& device : devices.devices())
    text += RenderDevice(language, device, mode);
  return text;
}

std::string Render(Language language, const v1::LocalWhyReply& why, v1::Mode mode) {
  const v1::Verdict& verdict = why.device().verdict();
  std::string text = RenderDevice(language, why.device(), mode);
  text += "  " + Say(language, verdict.reason()) + "\n";
  if (!why.rule_description().empty()) {
    text += Say(language, Text::kWhyRule,
                {{"rule", verdict.rule_id()}, {"description", why.rule_description()}}) +
            "\n";
  }
  if (mode != v1::MODE_OBSERVE) text += SayShutInterfaces(language, why.device());
  if (verdict.policy_version() != 0) {
    text += Say(language, Text::kWhyPolicyVersion,
                {{"version", std::to_string(verdict.policy_version())}}) +
            "\n";
  }
  if (!verdict.runner_up_rule_id().empty()) {
    text += Say(language, Text::kWhyRunnerUp,
                {{"rule", verdict.runner_up_rule_id()},
                 {"condition", SayCondition(language, verdict.runner_up_condition())}}) +
            "\n";
  }
  if (!verdict.audited_rule_id().empty()) {
    text += Say(language, Text::kWhyAudited,
                {{"rule", verdict.audited_rule_id()},
                 {"action", SayAction(language, verdict.audited_action())}}) +
            "\n";
  }
  if (verdict.action() == v1::ACTION_BLOCK && mode != v1::MODE_OBSERVE) {
    text += Say(language, Text::kWhyNext, {{"port", why.device().handle()}}) + "\n";
  }
  return text;
}

std::string Render(Language language, const v1::LocalDoctorReply& doctor, v1::Mode mode) {
  std::string text;
  bool open = false, untried = false;
  for (const v1::Probe& probe : doctor.probes()) {
    Text line = Text::kProbeUntried;
    if (probe.result() == v1::PROBE_RESULT_HOLDS) line = Text::kProbeHolds;
    if (probe.result() == v1::PROBE_RESULT_OPEN) line = Text::kProbeOpen;
    open |= line == Text::kProbeOpen;
    untried |= line == Text::kProbeUntried;
    text += Say(language, line, {{"name", probe.name()}, {"detail", probe.detail()}}) + "\n";
  }
  if (mode == v1::MODE_OBSERVE) return text + Say(language, Text::kDoctorObserving) + "\n";
  if (open) return text + Say(language, Text::kDoctorOpen) + "\n";
  if (untried || doctor.probes().empty()) return text + Say(language, Text::kDoctorUntried) + "\n";
  return text + Say(language, Text::kDoctorAllHold) + "\n";
}

std::string Render(Language language, const v1::LoginWays& logins) {
  std::string text;
  int one = 0;
  bool unknown = false;
  for (const v1::LoginWay& way : logins.ways()) {
    Text line = Text::kLoginUnknown;
    if (way.factors() == v1::LOGIN_FACTORS_REFUSES) line = Text::kLoginRefuses;
    if (way.factors() == v1::LOGIN_FACTORS_TWO) line = Text::kLoginTwo;
    if (way.factors() == v1::LOGIN_FACTORS_ONE) line = Text::kLoginOne;
    if (way.factors() == v1::LOGIN_FACTORS_NO_LOGIN) line = Text::kLoginNone;
    one += line == Text::kLoginOne ? 1 : 0;
    unknown |= line == Text::kLoginUnknown;
    text += Say(language, line,
                {{"name", way.name()}, {"enough", absl::StrJoin(way.enough(), " + ")}}) +
            "\n";
  }
  if (one > 0) text += Say(language, Text::kLoginsOne, {{"count", std::to_string(one)}}) + "\n";
  if (unknown) text += Say(language, Text::kLoginsUnknown) + "\n";
  if (one == 0 && !unknown) text += Say(language, Text::kLoginsTwo) + "\n";
  return text;
}

std::string Render(Language language, const v1::LocalFactorsReply& factors) {
  std::string text;
  for (const v1::PersonFactors& person : factors.people()) {
    text += RenderPerson(language, person);
  }
  return text;
}

std::string Render(Language language, const v1::LocalLoginsReply& logins) {
  std::string text =
      Say(language, logins.mode() == v1::LOGINS_MODE_ENFORCE ? Text::kLoginsEnforcing
                                                             : Text::kLoginsObserving) +
      "\n";
  for (const v1::PersonFactors& person : logins.people()) text += RenderPerson(language, person);
  return text;
}

std::string Render(Language language, const v1::LocalLeaveReply& leave) {
  const Text about = leave.released() ? Text::kReleased : Text::kUnreleased;
  const Text told = leave.reported() ? Text::kLeavingReported : Text::kLeavingUnreported;
  return Say(language, about) + "\n" + Say(language, told) + "\n";
}

std::string RenderProposals(Language language, const v1::LocalAdoptReply& reply) {
  if (reply.proposals().empty()) return Say(language, Text::kNoProposals) + "\n";
  std::string text;
  for (const v1::AdoptionProposal& proposal : reply.proposals()) {
    text += Say(language, Text::kProposal,
                {{"port", proposal.handle()},
                 {"device", NameOf(proposal.device())},
                 {"classes", SayClasses(language, proposal.device())}});
    if (proposal.already()) text += Say(language, Text::kProposalAlready);
    text += "\n";
    if (!proposal.reason().empty()) {
      text += Say(language, proposal.not_adoptable() ? Text::kProposalNot : Text::kProposalWhy,
                  {{"reason", SayAdoptionReason(language, proposal.reason())}}) +
              "\n";
    }
    std::string hubs;
    for (const std::string& hub : proposal.hubs()) hubs += hubs.empty() ? hub : ", " + hub;
    if (!hubs.empty()) text += Say(language, Text::kProposalHubs, {{"hubs", hubs}}) + "\n";
  }
  return text;
}

Notice Render(Language language, const v1::LocalNotice& notice) {
  const v1::Event& event = notice.event();
  const std::string device = NameOf(event.device());
  switch (static_cast<int>(event.kind())) {
    case v1::EVENT_KIND_DEVICE_BLOCKED: {
      const std::string& words = language == Language::kJapanese ? notice.texts().blocked_ja()
                                                                 : notice.texts().blocked_en();
      return {Say(language, Text::kNoticeBlocked, {{"device", device}}),
              Say(language, Text::kNoticeBlockedBody,
                  {{"reference", event.reference()},
                   {"why", words.empty() ? Say(language, event.verdict().reason()) : words},
                   {"contact", SayContact(language, notice.texts())}})};
    }
    case v1::EVENT_KIND_DEVICE_ALLOWED:
      return {Say(language,
                  event.verdict().action() == v1::ACTION_READ_ONLY ? Text::kNoticeReadable
                                                                   : Text::kNoticeAllowed,
                  {{"device", device}}),
              Say(language, Text::kNoticeAllowedBody, {{"rule", event.verdict().rule_id()}})};
    case v1::EVENT_KIND_GRANT_OPENED:
      return {
          Say(language, Text::kNoticeOpened,
              {{"device", device}, {"left", SayDuration(language, notice.grant().remaining_ns())}}),
          Say(language, Text::kNoticeRunning, {{"port", event.device().port_path()}})};
    case v1::EVENT_KIND_GRANT_ENDED:
      if (ParameterOf(event, "cause") == core::Name(core::GrantEnd::kVolume)) {
        return {Say(language, Text::kNoticeUsedUp), Say(language, Text::kNoticeUsedUpBody)};
      }
      return {Say(language, Text::kNoticeEnded), ""};
    case v1::EVENT_KIND_HOLDER_ENDED:
      return {Say(language, Text::kNoticeHolder,
                  {{"program", ParameterOf(event, "program")}, {"pid", ParameterOf(event, "pid")}}),
              ""};
    case v1::EVENT_KIND_MEDIUM_CLOSED: {
      const Text text = ParameterOf(event, "deauthorised") != "yes" ? Text::kNoticeStillOpen
                        : ParameterOf(event, "flushed") != "yes"    ? Text::kNoticeClosedUnflushed
                                                                    : Text::kNoticeClosed;
      return {Say(language, text, {{"device", device}}), ""};
    }
    default:
      return {};
  }
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(message, &json, options).ok()) return "{}\n";
  return json;
}

}  // namespace sekisho::cli
