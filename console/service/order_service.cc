#include "console/service/order_service.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/core/decide.h"
#include "console/log.h"
#include "console/service/groups.h"
#include "console/service/order_courier.h"
#include "console/service/subject.h"
#include "proto/contract/convert.h"
#include "proto/contract/keys.h"

namespace sekisho::console::service {
namespace {

#define SEKISHO_METHOD(name) "sekisho.v1.OrderService/" name
constexpr std::uint32_t kPage = 1000;

std::string WordsOf(const v1::SetMode& what) {
  if (what.mode() == v1::MODE_OBSERVE) return "observe";
  return what.confirmed() ? "enforce, no trial" : "enforce, after a trial";
}

absl::Status CheckAdoptable(const v1::Device& device) {
  absl::StatusOr<core::Device> read = contract::ToCore(device);
  if (!read.ok()) return read.status();
  if (core::AdoptabilityOf(*read) == core::Adoptability::kNever) {
    return absl::FailedPreconditionError(
        "a device of this kind never belongs to a terminal: open it for a while instead "
        "(sekishoctl grants create), or allow it by policy");
  }
  if (device.port_path().empty()) {
    return absl::FailedPreconditionError("the terminal has not said which port it is in");
  }
  return absl::OkStatus();
}

// One that nobody has seen may.
bool MayType(const v1::Device& device) {
  return device.classes().empty() ||
         std::ranges::find(device.classes(), v1::DEVICE_CLASS_KEYBOARD) != device.classes().end();
}

// Whether `named` is the device, in the port that it is in.
bool Names(const v1::GrantedDevice& named, const v1::Device& device) {
  return named.fingerprint() == device.fingerprint() && named.serial() == device.serial() &&
         named.port_path() == device.port_path();
}

v1::GrantedDevice NameOf(const v1::Device& device) {
  v1::GrantedDevice named;
  named.set_fingerprint(device.fingerprint());
  named.set_serial(device.serial());
  return named;
}

std::vector<std::string> BothOf(const v1::Device& device) {
  return {device.manufacturer(), device.product()};
}

std::string InWords(const v1::Device& device) {
  std::string words;
  for (const std::string& name : BothOf(device)) {
    if (!name.empty()) absl::StrAppend(&words, name, " ");
  }
  return absl::StrCat(words, device.vendor_id(), ":", device.product_id());
}

}  // namespace

absl::StatusOr<OrderService::Targets> OrderService::FindTargets(const authz::Caller& caller,
                                                                std::string_view method,
                                                                const std::string& group,
                                                                const std::string& terminal) {
  Targets targets;
  if (!terminal.empty()) {
    if (!group.empty()) {
      return absl::InvalidArgumentError("name a group or a terminal, not both");
    }
    absl::StatusOr<store::TerminalRecord> found =
        ResolveTerminal(terminals_, caller, method, terminal);
    if (!found.ok()) return found.status();
    targets.scope = {found->organisation_id, found->group_path};
    targets.name = found->name;
    targets.terminals.push_back(*std::move(found));
    return targets;
  }
  absl::StatusOr<store::Group> found = ResolveGroup(organisations_, caller, method, group);
  if (!found.ok()) return found.status();
  targets.scope = {found->organisation_id, found->path};
  targets.name = found->name;
  std::string after;
  for (;;) {
    absl::StatusOr<std::vector<store::TerminalRecord>> page =
        terminals_.ListTerminals(targets.scope, after, kPage);
    if (!page.ok()) return page.status();
    for (store::TerminalRecord& record : *page) {
      after = record.name;
      targets.terminals.push_back(std::move(record));
    }
    if (page->size() < kPage) return targets;
  }
}

absl::StatusOr<std::unique_ptr<OrderService::Known>> OrderService::Look(
    const store::TerminalRecord& terminal) {
  auto known = std::make_unique<Known>();
  known->live = registry_.Find(terminal.terminal_id);
  if (terminal.last_status_at.has_value()) known->status = terminal.last_status;
  if (known->live != nullptr) {
    known->sight.stream = OrderSight::Stream::kOpen;
    if (std::optional<live::KnownStatus> newest = known->live->status()) {
      known->status = std::move(newest->status);
    }
  }
  using Agent = OrderSight::Agent;
  if (known->live != nullptr) {
    known->sight.agent = known->live->Speaks(kOrdersFeature) ? Agent::kKnowsOrders : Agent::kTooOld;
  } else if (known->status.has_value()) {
    known->sight.agent =
        known->status->mode() == v1::MODE_UNSPECIFIED ? Agent::kTooOld : Agent::kKnowsOrders;
  }
  if (known->live != nullptr) {
    known->sight.logins =
        known->live->Speaks(kLoginsFeature) ? Agent::kKnowsOrders : Agent::kTooOld;
  } else if (known->status.has_value()) {
    known->sight.logins = known->status->has_logins() ? Agent::kKnowsOrders : Agent::kTooOld;
  }
  known->sight.state = terminal.state;
  known->sight.status = known->status.has_value() ? &*known->status : nullptr;
  absl::StatusOr<store::OrderStanding> standing =
      orders_.FindStanding(terminal.terminal_id, terminal.enrolment);
  if (!standing.ok()) return standing.status();
  known->sight.standing = *std::move(standing);
  return known;
}

absl::StatusOr<store::OrderRecord> OrderService::Draft(const authz::Caller& caller,
                                                       const store::TerminalRecord& terminal,
                                                       const Known& known, const Wish& wish) {
  absl::StatusOr<contract::PublicKey> key = contract::ParsePublicKey(terminal.report_public_key);
  if (!key.ok()) return key.status();
  const contract::KeyId key_id = contract::KeyIdOf(*key);
  store::OrderRecord draft;
  draft.organisation_id = terminal.organisation_id;
  draft.group_path = terminal.group_path;
  draft.terminal_id = terminal.terminal_id;
  draft.terminal_name = terminal.name;
  draft.enrolment = terminal.enrolment;
  draft.kind = wish.kind;
  draft.order = wish.order;
  draft.created_at = clock_.wall();
  v1::Order& order = draft.order;
  order.set_organisation_id(terminal.organisation_id);
  order.set_terminal_id(terminal.terminal_id);
  order.set_report_key_id(std::string(key_id.begin(), key_id.end()));
  *order.mutable_issued_at() = contract::ToProto(draft.created_at);
  order.set_ordered_by(caller.name);
  // A floor only; the store gives the version.
  if (known.status.has_value()) order.set_version(known.status->order_version());
  // It goes down as soon as it is stored.
  if (known.live != nullptr && known.live->Speaks(kOrdersFeature)) {
    draft.sent_at = draft.created_at;
  }
  return draft;
}

absl::StatusOr<std::vector<store::OrderRecord>> OrderService::Sign(
    std::vector<store::OrderRecord> drafts, const store::AuditEntry& audit) {
  return orders_.CreateOrders(
      std::move(drafts),
      [this](const v1::Order& order) -> absl::StatusOr<std::string> {
        absl::StatusOr<v1::Sealed> sealed =
            keyring_.Seal(v1::PURPOSE_ORDER, order.SerializeAsString());
        if (!sealed.ok()) return sealed.status();
        return sealed->SerializeAsString();
      },
      audit);
}

void OrderService::Push(const std::vector<store::OrderRecord>& orders) {
  for (const store::OrderRecord& order : orders) {
    const std::shared_ptr<live::LiveTerminal> live = registry_.Find(order.terminal_id);
    if (live == nullptr) continue;
    absl::Status sent = SendWaitingOrders(orders_, *live, clock_);
    // It goes with the next Status.
    if (!sent.ok()) Log(Severity::kError, absl::StrCat("order not sent: ", sent.message()));
  }
}

absl::StatusOr<std::vector<v1::TerminalOutcome>> OrderService::OrderAll(const authz::Caller& caller,
                                                                        const Targets& targets,
                                                                        const Wish& wish,
                                                                        const Plan& plan) {
  std::vector<v1::TerminalOutcome> outcomes;
  std::vector<store::OrderRecord> drafts;
  for (const store::TerminalRecord& terminal : targets.terminals) {
    absl::StatusOr<std::unique_ptr<Known>> known = Look(terminal);
    if (!known.ok()) return known.status();
    v1::TerminalOutcome& outcome = outcomes.emplace_back();
    outcome.set_terminal_id(terminal.terminal_id);
    outcome.set_terminal_name(terminal.name);
    const Planned planned = plan((*known)->sight);
    outcome.set_outcome(planned.outcome);
    outcome.mutable_people()->Assign(planned.people.begin(), planned.people.end());
    outcome.set_connected((*known)->live != nullptr);
    if (wish.effect == Wish::Effect::kPreview || !NeedsOrder(outcome.outcome())) continue;
    absl::StatusOr<store::OrderRecord> draft = Draft(caller, terminal, **known, wish);
    if (!draft.ok()) return draft.status();
    drafts.push_back(*std::move(draft));
  }
  if (drafts.empty()) return outcomes;
  const std::string detail = absl::StrCat(wish.detail, ", ", drafts.size(), " of ",
                                          targets.terminals.size(), ": ", wish.order.reason());
  absl::StatusOr<std::vector<store::OrderRecord>> orders =
      Sign(std::move(drafts), {.organisation_id = targets.scope.organisation_id,
                               .group_path = targets.scope.path,
                               .at = clock_.wall(),
                               .actor = caller.name,
                               .method = wish.method,
                               .target = targets.name,
                               .detail = detail});
  if (!orders.ok()) return orders.status();
  auto order = orders->begin();
  for (v1::TerminalOutcome& outcome : outcomes) {
    if (NeedsOrder(outcome.outcome())) outcome.set_version((order++)->order.version());
  }
  Push(*orders);
  return outcomes;
}

absl::StatusOr<v1::IssuedOrder> OrderService::OrderOne(const authz::Caller& caller,
                                                       const store::TerminalRecord& terminal,
                                                       const Wish& wish, const v1::Device& device,
                                                       const std::string& reference) {
  absl::StatusOr<std::unique_ptr<Known>> known = Look(terminal);
  if (!known.ok()) return known.status();
  const v1::OrderOutcome outcome = PlanOther((*known)->sight);
  if (!NeedsOrder(outcome)) return WhyNot(outcome, terminal.name, "orders");
  return Issue(caller, terminal, **known, wish, device, reference);
}

absl::StatusOr<v1::IssuedOrder> OrderService::Issue(const authz::Caller& caller,
                                                    const store::TerminalRecord& terminal,
                                                    const Known& known, const Wish& wish,
                                                    const v1::Device& device,
                                                    const std::string& reference) {
  absl::StatusOr<store::OrderRecord> draft = Draft(caller, terminal, known, wish);
  if (!draft.ok()) return draft.status();
  draft->device = device;
  draft->reference = reference;
  absl::StatusOr<std::vector<store::OrderRecord>> orders =
      Sign({*std::move(draft)}, {.organisation_id = terminal.organisation_id,
                                 .group_path = terminal.group_path,
                                 .at = clock_.wall(),
                                 .actor = caller.name,
                                 .method = wish.method,
                                 .target = terminal.name,
                                 .detail = absl::StrCat(wish.detail, ": ", wish.order.reason())});
  if (!orders.ok()) return orders.status();
  Push(*orders);
  return ViewOf(orders->front());
}

absl::StatusOr<v1::SetModeResponse> OrderService::SetMode(const authz::Caller& caller,
                                                          const v1::SetModeRequest& request) {
  absl::Status checked = CheckSetMode(request.what());
  if (checked.ok() && !request.preview()) checked = CheckReason(request.reason());
  if (!checked.ok()) return checked;
  absl::StatusOr<Targets> targets =
      FindTargets(caller, SEKISHO_METHOD("SetMode"), request.group_id(), request.terminal());
  if (!targets.ok()) return targets.status();
  Wish wish{.kind = v1::ORDER_KIND_SET_MODE,
            .method = "SetMode",
            .detail = WordsOf(request.what()),
            .effect = request.preview() ? Wish::Effect::kPreview : Wish::Effect::kOrder};
  wish.order.set_reason(request.reason());
  *wish.order.mutable_set_mode() = request.what();
  absl::StatusOr<std::vector<v1::TerminalOutcome>> outcomes = OrderAll(
      caller, *targets, wish,
      [&request](const OrderSight& sight) { return Planned{PlanMode(sight, request.what()), {}}; });
  if (!outcomes.ok()) return outcomes.status();
  v1::SetModeResponse response;
  response.mutable_terminals()->Assign(outcomes->begin(), outcomes->end());
  return response;
}

absl::StatusOr<v1::ConfirmTrialResponse> OrderService::ConfirmTrial(
    const authz::Caller& caller, const v1::ConfirmTrialRequest& request) {
  absl::StatusOr<Targets> targets =
      FindTargets(caller, SEKISHO_METHOD("ConfirmTrial"), request.group_id(), request.terminal());
  if (!targets.ok()) return targets.status();
  Wish wish{.kind = v1::ORDER_KIND_CONFIRM_TRIAL, .method = "ConfirmTrial", .detail = "confirmed"};
  wish.order.set_reason(request.reason());
  wish.order.mutable_set_mode()->set_mode(v1::MODE_ENFORCE);
  wish.order.mutable_set_mode()->set_confirmed(true);
  absl::StatusOr<std::vector<v1::TerminalOutcome>> outcomes =
      OrderAll(caller, *targets, wish,
               [](const OrderSight& sight) { return Planned{PlanConfirmation(sight), {}}; });
  if (!outcomes.ok()) return outcomes.status();
  v1::ConfirmTrialResponse response;
  response.mutable_terminals()->Assign(outcomes->begin(), outcomes->end());
  return response;
}

absl::StatusOr<v1::AdoptDeviceResponse> OrderService::AdoptDevice(
    const authz::Caller& caller, const v1::AdoptDeviceRequest& request) {
  if (absl::Status status = CheckReason(request.reason()); !status.ok()) return status;
  absl::StatusOr<Subject> subject =
      FindSubject(grants_, terminals_, caller, SEKISHO_METHOD("AdoptDevice"),
                  {request.reference(), request.terminal(), request.fingerprint()});
  if (!subject.ok()) return subject.status();
  if (absl::Status status = CheckAdoptable(subject->device); !status.ok()) return status;
  Wish wish{.kind = v1::ORDER_KIND_ADOPT_DEVICE,
            .method = "AdoptDevice",
            .detail = InWords(subject->device)};
  wish.order.set_reason(request.reason());
  v1::GrantedDevice& device = *wish.order.mutable_adopt_device()->mutable_device();
  device = NameOf(subject->device);
  device.set_port_path(subject->device.port_path());
  absl::StatusOr<v1::IssuedOrder> made =
      OrderOne(caller, subject->terminal, wish, subject->device, subject->reference);
  if (!made.ok()) return made.status();
  v1::AdoptDeviceResponse response;
  *response.mutable_order() = *std::move(made);
  return response;
}

absl::Status OrderService::CheckLeavesKeyboard(const store::TerminalRecord& terminal,
                                               const v1::GrantedDevice& abandoned) {
  absl::StatusOr<std::vector<v1::Device>> adopted = orders_.ListAdopted(terminal.terminal_id);
  if (!adopted.ok()) return adopted.status();
  absl::StatusOr<std::vector<store::OrderRecord>> waiting =
      orders_.ListWaiting(terminal.terminal_id);
  if (!waiting.ok()) return waiting.status();
  const bool leaves_one = std::ranges::any_of(*adopted, [&](const v1::Device& device) {
    return MayType(device) && !Names(abandoned, device) &&
           std::ranges::none_of(*waiting, [&](const store::OrderRecord& order) {
             return Names(order.order.abandon_device().device(), device);
           });
  });
  if (leaves_one) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "\"", terminal.name,
      "\" would have no keyboard left, and nobody could log in there: adopt its new one first "
      "(sekishoctl devices adopt), or say --even-the-last"));
}

absl::StatusOr<v1::AbandonDeviceResponse> OrderService::AbandonDevice(
    const authz::Caller& caller, const v1::AbandonDeviceRequest& request) {
  if (absl::Status status = CheckReason(request.reason()); !status.ok()) return status;
  absl::StatusOr<Subject> subject =
      FindSubject(grants_, terminals_, caller, SEKISHO_METHOD("AbandonDevice"),
                  {"", request.terminal(), request.fingerprint()});
  if (!subject.ok()) return subject.status();
  Wish wish{.kind = v1::ORDER_KIND_ABANDON_DEVICE,
            .method = "AbandonDevice",
            .detail = InWords(subject->device)};
  wish.order.set_reason(request.reason());
  v1::AbandonDevice& abandon = *wish.order.mutable_abandon_device();
  v1::GrantedDevice& device = *abandon.mutable_device();
  device = NameOf(subject->device);
  device.set_port_path(request.port_path().empty() ? subject->device.port_path()
                                                   : request.port_path());
  // The fingerprint is of what says whether it types: the terminal need not doubt it.
  abandon.set_even_the_last(request.even_the_last() || !MayType(subject->device));
  if (!abandon.even_the_last()) {
    absl::Status checked = CheckLeavesKeyboard(subject->terminal, device);
    if (!checked.ok()) return checked;
  }
  absl::StatusOr<v1::IssuedOrder> made =
      OrderOne(caller, subject->terminal, wish, subject->device, "");
  if (!made.ok()) return made.status();
  v1::AbandonDeviceResponse response;
  *response.mutable_order() = *std::move(made);
  return response;
}

absl::StatusOr<v1::ReleaseTerminalResponse> OrderService::ReleaseTerminal(
    const authz::Caller& caller, const v1::ReleaseTerminalRequest& request) {
  if (absl::Status status = CheckReason(request.reason()); !status.ok()) return status;
  absl::StatusOr<store::TerminalRecord> terminal =
      ResolveTerminal(terminals_, caller, SEKISHO_METHOD("ReleaseTerminal"), request.terminal());
  if (!terminal.ok()) return terminal.status();
  Wish wish{.kind = v1::ORDER_KIND_RELEASE, .method = "ReleaseTerminal", .detail = "may leave"};
  wish.order.set_reason(request.reason());
  wish.order.mutable_leave();
  absl::StatusOr<v1::IssuedOrder> made = OrderOne(caller, *terminal, wish, v1::Device(), "");
  if (!made.ok()) return made.status();
  v1::ReleaseTerminalResponse response;
  *response.mutable_order() = *std::move(made);
  return response;
}

#undef SEKISHO_METHOD

}  // namespace sekisho::console::service
