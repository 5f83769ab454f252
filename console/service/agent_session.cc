#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "absl/strings/str_cat.h"
#include "console/history/chain.h"
#include "console/ids.h"
#include "console/service/agent_service.h"
#include "console/service/order_courier.h"
#include "proto/contract/bounds.h"
#include "proto/contract/convert.h"
#include "sekisho/version.h"

namespace sekisho::console::service {
namespace {

// A terminal has at most contract::kMaxBatchesInFlight unacknowledged; one more may cross an
// acknowledgement on the way.
constexpr int kMaxInFlight = static_cast<int>(contract::kMaxBatchesInFlight) + 1;
// Sequences stay within what every database's integers hold.
constexpr std::uint64_t kMaxSequence = std::uint64_t{1} << 62;
constexpr std::size_t kMaxGrantsSent = 256;
constexpr std::chrono::seconds kPushOnItsWay{10};

bool Has(const google::protobuf::RepeatedPtrField<std::string>& list, const std::string& item) {
  return std::ranges::find(list, item) != list.end();
}

}  // namespace

AgentSession::AgentSession(AgentService& service, store::TerminalRecord terminal,
                           contract::KeyRing ring, std::shared_ptr<live::TerminalLink> link,
                           Carrier carrier)
    : service_(service),
      terminal_(std::move(terminal)),
      ring_(std::move(ring)),
      live_(std::make_shared<live::LiveTerminal>(terminal_.organisation_id, terminal_.terminal_id,
                                                 terminal_.group_path, std::move(link),
                                                 service.clock_.steady())),
      carrier_(carrier),
      greeted_at_(service.clock_.wall()) {}

absl::Status AgentSession::Greet(const v1::Hello& hello) {
  if (absl::Status status = contract::CheckBounds(hello); !status.ok()) return status;
  const std::uint32_t protocol = std::min(hello.newest_protocol(), kNewestProtocol);
  if (protocol < std::max(hello.oldest_protocol(), kOldestProtocol)) {
    return absl::UnimplementedError(
        absl::StrCat("this console speaks protocol ", kOldestProtocol, " to ", kNewestProtocol,
                     ", the agent ", hello.oldest_protocol(), " to ", hello.newest_protocol()));
  }
  auto response = std::make_shared<v1::ConnectResponse>();
  v1::Welcome& welcome = *response->mutable_welcome();
  welcome.set_protocol(protocol);
  welcome.set_console_version(SEKISHO_VERSION);
  welcome.set_terminal_id(terminal_.terminal_id);
  for (const std::string_view feature : contract::Features()) {
    if (Has(hello.features(), std::string(feature))) {
      welcome.add_features(std::string(feature));
    }
  }
  live_->SetFeatures({welcome.features().begin(), welcome.features().end()});
  // Before it is attached: what is pushed from then on comes after the welcome.
  live_->link().Send(std::move(response));
  std::shared_ptr<live::LiveTerminal> before = service_.registry_.Attach(live_);
  if (before != nullptr) {
    if (std::optional<live::KnownStatus> known = before->status()) {
      live_->SetStatus(*std::move(known));
    }
    before->link().Close(absl::AbortedError("the terminal has opened a newer stream"));
  }
  // Whoever revokes or enrols it from here on finds this stream and ends it; whoever did since the
  // stream was opened did not.
  return service_
      .CheckMayConnect({terminal_.organisation_id, terminal_.terminal_id, terminal_.enrolment})
      .status();
}

void AgentSession::Resume() {
  const std::shared_ptr<live::LiveTerminal> stream = service_.registry_.Find(terminal_.terminal_id);
  if (std::optional<live::KnownStatus> known = stream ? stream->status() : std::nullopt) {
    live_->SetStatus(*std::move(known));
  } else if (terminal_.last_status_at.has_value()) {
    live_->SetStatus({terminal_.last_status, *terminal_.last_status_at, service_.clock_.steady()});
  }
  // An agent that writes parcels knows all that this console does, but for what came later than
  // parcels: that shows in what it said last.
  const std::span<const std::string_view> all = contract::Features();
  std::set<std::string> features(all.begin(), all.end());
  const std::optional<live::KnownStatus> known = live_->status();
  if (!known.has_value() || !known->status.has_logins()) features.erase(kLoginsFeature);
  live_->SetFeatures(std::move(features));
}

absl::Status AgentSession::Receive(const v1::Sealed& sealed) {
  absl::Status status;
  if (sealed.purpose() == v1::PURPOSE_REPORT) {
    status = ReceiveReport(sealed);
  } else if (sealed.purpose() == v1::PURPOSE_STATUS) {
    status = ReceiveStatus(sealed);
  } else {
    status = absl::InvalidArgumentError(
        absl::StrCat("a terminal does not send ", v1::Purpose_Name(sealed.purpose())));
  }
  if (absl::IsPermissionDenied(status) || absl::IsInvalidArgument(status) ||
      absl::IsFailedPrecondition(status)) {
    service_.NoteRefused(terminal_, status);
  }
  return status;
}

absl::StatusOr<store::ReportedBatch> AgentSession::CheckBatch(const v1::ReportBatch& batch) const {
  if (batch.terminal_id() != terminal_.terminal_id) {
    return absl::PermissionDeniedError("the report names another terminal");
  }
  if (batch.records().empty()) return absl::InvalidArgumentError("an empty report");
  store::ReportedBatch reported;
  reported.organisation_id = terminal_.organisation_id;
  reported.terminal_id = terminal_.terminal_id;
  reported.group_path = terminal_.group_path;
  reported.boot_id = batch.boot_id();
  reported.received_at = service_.clock_.wall();
  if (batch.boot_id().empty() || batch.boot_id() == "console") {
    return absl::InvalidArgumentError("a report without a boot id");
  }
  std::uint64_t last = 0;
  for (const std::string& record : batch.records()) {
    store::NewEvent& entry = reported.records.emplace_back();
    // Records loosen nothing, so a newer agent's additional fields are kept as they are, instead of
    // being refused: no event is lost for being new.
    if (!entry.event.ParseFromString(record)) {
      return absl::InvalidArgumentError("a record does not parse");
    }
    if (absl::Status status = contract::CheckBounds(entry.event); !status.ok()) return status;
    const std::uint64_t sequence = entry.event.sequence();
    if (entry.event.boot_id() != batch.boot_id() || sequence <= last || sequence >= kMaxSequence) {
      return absl::InvalidArgumentError("records of a report are out of order");
    }
    last = sequence;
    entry.record = record;
    entry.record_hash = Sha256Of(record);
    entry.chained_as = history::EntryOfEvent(
        reported.organisation_id, reported.group_path, reported.terminal_id, reported.boot_id,
        sequence, reported.received_at.time_since_epoch().count(), entry.record_hash);
  }
  return reported;
}

absl::Status AgentSession::ReceiveReport(const v1::Sealed& sealed) {
  absl::StatusOr<v1::ReportBatch> batch =
      contract::OpenAndParse<v1::ReportBatch>(ring_, sealed, v1::PURPOSE_REPORT);
  if (!batch.ok()) return batch.status();
  absl::StatusOr<store::ReportedBatch> reported = CheckBatch(*batch);
  if (!reported.ok()) return reported.status();
  if (in_flight_.fetch_add(1) >= kMaxInFlight) {
    in_flight_.fetch_sub(1);
    return absl::ResourceExhaustedError(absl::StrCat("more than ", contract::kMaxBatchesInFlight,
                                                     " reports wait for their acknowledgement"));
  }
  absl::Status submitted = service_.ingest_.Submit(
      *std::move(reported), [self = shared_from_this(), boot_id = batch->boot_id()](
                                const absl::StatusOr<store::AppendedBatch>& result) {
        self->Acknowledge(boot_id, result);
      });
  if (!submitted.ok()) {
    in_flight_.fetch_sub(1);
    return absl::UnavailableError(std::string(submitted.message()));
  }
  return absl::OkStatus();
}

void AgentSession::Acknowledge(const std::string& boot_id,
                               const absl::StatusOr<store::AppendedBatch>& result) {
  in_flight_.fetch_sub(1);
  if (!result.ok()) {
    live_->link().Close(absl::UnavailableError("the console cannot store reports now"));
    return;
  }
  if (result->disputed > 0) service_.NoteTwin(terminal_, TwinSign::kRecord, "boot " + boot_id);
  v1::Acknowledgement acknowledgement;
  acknowledgement.set_terminal_id(terminal_.terminal_id);
  acknowledgement.set_boot_id(boot_id);
  acknowledgement.set_sequence(result->last_sequence);
  acknowledgement.set_record_hash(result->last_record_hash);
  absl::Status sent = SendSealed(v1::PURPOSE_ACKNOWLEDGEMENT, acknowledgement.SerializeAsString());
  if (!sent.ok()) live_->link().Close(sent);
}

absl::Status AgentSession::SendSealed(v1::Purpose purpose, std::string payload) {
  absl::StatusOr<v1::Sealed> sealed = service_.keyring_.Seal(purpose, std::move(payload));
  if (!sealed.ok()) return sealed.status();
  live_->link().Send(live::MakeOutgoing(*std::move(sealed)));
  return absl::OkStatus();
}

absl::Status AgentSession::ReceiveStatus(const v1::Sealed& sealed) {
  absl::StatusOr<v1::Status> status =
      contract::OpenAndParse<v1::Status>(ring_, sealed, v1::PURPOSE_STATUS);
  if (!status.ok()) return status.status();
  if (status->terminal_id() != terminal_.terminal_id) {
    return absl::PermissionDeniedError("the status names another terminal");
  }
  const WallTime now = service_.clock_.wall();
  // Not newer than what is known of the same boot: repeated by the link, by mistake or to turn the
  // clock back that deadlines are computed with. It changes nothing and is not answered.
  const std::optional<live::KnownStatus> known = live_->status();
  if (known.has_value() && known->status.boot_id() == status->boot_id() &&
      known->status.boottime_ns() >= status->boottime_ns()) {
    // A parcel may well come twice, to fetch what there is by now.
    return carrier_ == Carrier::kParcel ? SendMissing(*status) : absl::OkStatus();
  }
  if (carrier_ == Carrier::kParcel && known.has_value() &&
      contract::ToCore(known->status.wall_time()) > contract::ToCore(status->wall_time())) {
    // Of an earlier boot, carried late.
    return SendMissing(*status);
  }
  live_->SetStatus({*status, now, service_.clock_.steady()});
  const store::ReportedStatus reported{terminal_.terminal_id, *status, now, terminal_.enrolment};
  if (carrier_ == Carrier::kParcel) {
    // Stored before it is answered: no stream remembers it for the next parcel, nor for whoever
    // grants by its clock.
    absl::StatusOr<store::AppendResult> stored =
        service_.events_.Append({}, std::span<const store::ReportedStatus>(&reported, 1));
    if (!stored.ok()) return absl::UnavailableError(stored.status().message());
    return SendMissing(*status);
  }
  service_.ingest_.SubmitStatus(reported);
  const std::optional<TwinSign> twin =
      service_.twins_.Look(terminal_, *status, service_.clock_.steady());
  if (twin.has_value()) {
    service_.NoteTwin(terminal_, *twin, absl::StrCat("boot ", status->boot_id()));
  }
  return SendMissing(*status);
}

absl::Status AgentSession::SendMissing(const v1::Status& status) {
  const WallTime now = service_.clock_.wall();
  absl::StatusOr<policy::CurrentBundle> bundle =
      service_.publisher_.Current(terminal_.organisation_id, terminal_.group_path);
  if (!bundle.ok()) return bundle.status();
  absl::StatusOr<std::vector<store::GrantRecord>> grants =
      service_.grants_.ListUnexpired(terminal_.terminal_id, now);
  if (!grants.ok()) return grants.status();
  // Before anything that they verify.
  SendKeys(status.keyset_version());
  v1::Beacon beacon;
  beacon.set_terminal_id(terminal_.terminal_id);
  *beacon.mutable_console_time() = contract::ToProto(now);
  beacon.set_newest_bundle_version(bundle->version);
  beacon.set_newest_keyset_version(service_.keyring_.key_set_version());
  beacon.set_nonce(status.nonce());
  for (const store::GrantRecord& grant : *grants) {
    const bool live =
        grant.state == v1::GRANT_STATE_ISSUED || grant.state == v1::GRANT_STATE_RUNNING;
    if (live) beacon.add_live_grant_ids(grant.claims.grant_id());
  }
  absl::Status sent = SendSealed(v1::PURPOSE_BEACON, beacon.SerializeAsString());
  if (!sent.ok()) return sent;
  if (status.bundle_version() < bundle->version) live_->link().Send(bundle->message);
  live_->orders().NoteStatus(status.order_version());
  sent = SendWaitingOrders(service_.orders_, *live_, service_.clock_);
  if (sent.ok()) sent = SendGrants(status, *grants);
  if (!sent.ok()) return sent;
  return service_.media_.SendMissing(*live_, status.register_version());
}

void AgentSession::SendKeys(std::uint64_t known_version) {
  if (known_version >= service_.keyring_.key_set_version()) return;
  // A root that it does not know yet is vouched for by the one before.
  for (const pki::AnchorLink& link : service_.keyring_.anchor_links()) {
    if (known_version < link.key_set_version) live_->link().Send(live::MakeOutgoing(link.sealed));
  }
  live_->link().Send(live::MakeOutgoing(service_.keyring_.key_set()));
}

absl::Status AgentSession::SendGrants(const v1::Status& status,
                                      const std::vector<store::GrantRecord>& grants) {
  if (grant_sent_.size() > kMaxGrantsSent) grant_sent_.clear();
  for (auto& [id, statuses_ago] : grant_sent_) ++statuses_ago;
  for (const store::GrantRecord& grant : grants) {
    const bool runs_there = Has(status.running_grant_ids(), grant.claims.grant_id());
    absl::Status sent = SendGrant(status, grant, runs_there);
    if (!sent.ok()) return sent;
  }
  return absl::OkStatus();
}

absl::Status AgentSession::SendGrant(const v1::Status& status, const store::GrantRecord& grant,
                                     bool runs_there) {
  const std::string& id = grant.claims.grant_id();
  std::string wanted;
  if (grant.state == v1::GRANT_STATE_ISSUED && !runs_there) {
    if (grant.claims.boot_id() != status.boot_id() && !grant.claims.survives_reboot()) {
      // Its clock is gone: the terminal would only refuse it.
      store::GrantRecord dead = grant;
      dead.state = v1::GRANT_STATE_EXPIRED;
      dead.cause = "rebooted";
      dead.ended_at = service_.clock_.wall();
      absl::Status changed = service_.grants_.ChangeGrant(
          dead, grant.state,
          {.organisation_id = grant.organisation_id,
           .group_path = grant.group_path,
           .at = *dead.ended_at,
           .actor = "console",
           .method = "Status",
           .target = id,
           .detail = "the terminal rebooted before the grant reached it"});
      return absl::IsAborted(changed) ? absl::OkStatus() : changed;
    }
    wanted = grant.sealed;
  } else if (grant.state == v1::GRANT_STATE_REVOKED && runs_there) {
    wanted = grant.revocation;
  }
  if (wanted.empty()) return absl::OkStatus();
  // Pushed on this stream a moment ago, or sent in answer to the Status before: it may still be on
  // its way, and a second copy would be refused as a replay.
  const auto before = grant_sent_.find(id);
  if (before != grant_sent_.end() && before->second < 2) return absl::OkStatus();
  const WallTime issued = contract::ToCore(grant.claims.issued_at());
  if (carrier_ == Carrier::kStream && grant.state == v1::GRANT_STATE_ISSUED &&
      issued >= greeted_at_ && service_.clock_.wall() - issued < kPushOnItsWay) {
    return absl::OkStatus();
  }
  absl::StatusOr<live::Outgoing> message = live::MakeOutgoing(wanted);
  if (!message.ok()) return message.status();
  live_->link().Send(*message);
  grant_sent_[id] = 0;
  return absl::OkStatus();
}

void AgentSession::End() { service_.registry_.Detach(*live_); }

}  // namespace sekisho::console::service
