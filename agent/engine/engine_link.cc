// Engine's side of the link process.
#include <algorithm>
#include <utility>

#include "agent/engine/engine.h"
#include "agent/engine/log.h"
#include "agent/engine/minimise.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"
#include "sekisho/version.h"

namespace sekisho::engine {
namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr int kMostOpenWays = 50;  // sekisho.v1.TerminalLogins

}  // namespace

void Engine::AttachLink(LinkPort* port) {
  uplink_.Attach(port);
  keyboard_.LinkIs(uplink_.state());
  if (port == nullptr) return enrolment_.LinkGone();
  SendConfiguration();
  unattended_.LinkAttached();
}

void Engine::OnEnrolled() {
  // In another's place: a new terminal, which begins with an empty history at the next start.
  if (origin_.IsOfAnother(*identity_.get())) {
    Log(Severity::kNotice, "enrolled anew in the place of another machine's identity: restarting");
    return seams_.loop.Stop();
  }
  origin_.Enrolled(*identity_.get());
  beacons_.Restart();
  orders_.Load();
  media_.Load(*identity_.get());
  v1::Event event = EventOf(v1::EVENT_KIND_ENROLLED);
  AddParameter(event, "terminal", identity_.get()->terminal_id());
  (void)reporter_.Record(std::move(event));
  SendConfiguration();
}

void Engine::SendConfiguration() {
  const Identity* identity = identity_.get();
  if (identity == nullptr || uplink_.port() == nullptr) return;
  v1::LinkDown down;
  v1::LinkConfiguration* configuration = down.mutable_configuration();
  configuration->set_console_address(identity->grant.console_address());
  configuration->set_terminal_id(identity->terminal_id());
  configuration->set_boot_id(seams_.clock.BootId());
  configuration->set_trust_anchor(identity->trust_anchor);
  for (const std::string& bytes : identity->earlier_anchors) {
    v1::TrustAnchor earlier;
    if (earlier.ParseFromString(bytes) &&
        earlier.ca_certificate() != identity->anchor.ca_certificate()) {
      configuration->add_earlier_authorities(earlier.ca_certificate());
    }
  }
  configuration->set_agent_version(SEKISHO_VERSION);
  *configuration->mutable_enrolment() = identity->enrolment;
  if (!uplink_.port()->Send(down).ok()) {
    Log(Severity::kWarning, "the link does not take its configuration; it will ask again");
  }
}

void Engine::FromLink(const v1::LinkUp& message) {
  switch (message.message_case()) {
    case v1::LinkUp::kState: {
      const bool connects = message.state() == v1::LINK_STATE_CONNECTED &&
                            uplink_.state() != v1::LINK_STATE_CONNECTED;
      uplink_.SetState(message.state());
      keyboard_.LinkIs(message.state());
      if (!connects) return;
      SendStatus();
      return uplink_.Send();
    }
    case v1::LinkUp::kSealed:
      downlink_.Receive(message.sealed());
      return;
    case v1::LinkUp::kTaken:
      return uplink_.Taken(message.taken().count());
    case v1::LinkUp::kEnrolment:
      return enrolment_.Answered(message.enrolment());
    case v1::LinkUp::kResync:
      uplink_.Restart();
      SendStatus();
      return uplink_.Send();
    case v1::LinkUp::kWelcome:
      return uplink_.SetWelcome(message.welcome());
    case v1::LinkUp::MESSAGE_NOT_SET:
      return;
  }
}

v1::Status Engine::MakeStatus(StatusForm form) {
  const Identity* identity = identity_.get();
  const core::Here here = Here();
  v1::Status status;
  status.set_terminal_id(identity->terminal_id());
  status.set_boot_id(here.boot_id);
  status.set_boottime_ns(static_cast<std::uint64_t>(here.now.count()));
  *status.mutable_wall_time() = contract::ToProto(seams_.clock.WallNow());
  status.set_agent_version(SEKISHO_VERSION);
  status.set_bundle_version(policies_.version());
  status.set_bundle_hash(policies_.hash());
  status.set_keyset_version(identity->keyset_version);
  for (const std::string& grant_id : grants_.RunningIds(here)) {
    status.add_running_grant_ids(grant_id);
  }
  status.mutable_probes()->Add(protections_.tried().begin(), protections_.tried().end());
  status.set_nonce(contract::RandomBytes(kNonceBytes));
  status.set_last_sequence(reporter_.last_sequence());
  status.set_spool_waiting(reporter_.waiting());
  if (form != StatusForm::kFirst) {
    status.set_mode(ToProto(mode_.mode()));
    status.set_order_version(orders_.version());
    status.set_key_protection(uplink_.welcome().key_protection());
    status.set_hardware(settings_.host.hardware);
  }
  if (form == StatusForm::kRegister || form == StatusForm::kFull) {
    status.set_register_version(media_.version());
  }
  if (form != StatusForm::kFull) return status;
  if (std::optional<v1::TerminalLogins> logins = factor_office_.Summary()) {
    *status.mutable_logins() = *std::move(logins);
    for (const std::string& way : login_ways_.OpenNames()) {
      if (status.logins().open_ways_size() == kMostOpenWays) break;
      status.mutable_logins()->add_open_ways(Bounded(way));
    }
  }
  return status;
}

void Engine::SendStatus() {
  if (identity_.get() == nullptr || uplink_.state() != v1::LINK_STATE_CONNECTED) return;
  // A console of before would refuse a status that says more than it knows.
  const auto& features = uplink_.welcome().features();
  const auto knows = [&features](std::string_view feature) {
    return std::ranges::find(features, feature) != features.end();
  };
  const StatusForm form = knows("logins")     ? StatusForm::kFull
                          : knows("register") ? StatusForm::kRegister
                          : knows("orders")   ? StatusForm::kModes
                                              : StatusForm::kFirst;
  const v1::Status status = MakeStatus(form);
  // Asked once it has left: a question nobody heard gets no answer.
  if (uplink_.SendStatus(status).ok()) {
    beacons_.Asked(status.nonce(),
                   {status.running_grant_ids().begin(), status.running_grant_ids().end()});
  }
}

}  // namespace sekisho::engine
