#include "console/service/register_courier.h"

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "console/log.h"
#include "proto/contract/bounds.h"
#include "sekisho/v1/register.pb.h"

namespace sekisho::console::service {
namespace {

// On its way to one terminal at once; a stream queues 64 and then drops all.
constexpr int kMessagesAhead = 8;
// Of the newest changes only a few messages are of use again; a fleet that comes back from as many
// versions as it has terminals makes each its own.
constexpr std::size_t kMaxMessagesKept = 64;
// Of one message: with it a parcel has room for the rest (contract::kMaxSealedPayload for all).
constexpr std::size_t kMaxChangesBytes = 64 * 1024;

// A group's id is the last element of its path.
std::string IdOf(const std::string& group_path) {
  if (group_path.size() < 2) return "";
  const std::size_t end = group_path.size() - 1;
  const std::size_t begin = group_path.rfind('/', end - 1);
  return group_path.substr(begin + 1, end - begin - 1);
}

std::string KeyOf(const std::string& organisation_id, const std::string& group_path) {
  return absl::StrCat(organisation_id, " ", group_path);
}

}  // namespace

absl::StatusOr<store::RegisterHead> RegisterCourier::HeadOf(const std::string& organisation_id,
                                                            const std::string& group_path) {
  const std::string key = KeyOf(organisation_id, group_path);
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    if (const auto found = heads_.find(key); found != heads_.end()) return found->second;
  }
  absl::StatusOr<store::RegisterHead> head = media_.FindHead(organisation_id, group_path);
  if (!head.ok()) return head.status();
  std::lock_guard lock(mutex_);
  if (generation == generation_) heads_[key] = *head;
  return head;
}

absl::StatusOr<RegisterCourier::Message> RegisterCourier::Make(const live::LiveTerminal& terminal,
                                                               const store::RegisterHead& head,
                                                               std::uint64_t above) {
  const bool whole = above == 0 || above < head.floor;
  for (std::uint32_t limit = contract::kMaxRegisterChanges;; limit /= 2) {
    absl::StatusOr<store::RegisterChanges> changes = media_.ListChanges(
        terminal.organisation_id(), terminal.group_path(), whole ? head.floor : above, limit);
    if (!changes.ok()) return changes.status();
    v1::RegisterUpdate update;
    update.set_organisation_id(terminal.organisation_id());
    update.set_group_id(IdOf(terminal.group_path()));
    update.set_from_version(whole ? 0 : above);
    update.set_version(changes->version);
    update.set_whole(whole);
    update.mutable_upserts()->Add(changes->upserts.begin(), changes->upserts.end());
    update.mutable_removed()->Add(changes->removed.begin(), changes->removed.end());
    std::string payload = update.SerializeAsString();
    if (payload.size() > kMaxChangesBytes && limit > 1) continue;
    absl::StatusOr<v1::Sealed> sealed = keyring_.Seal(v1::PURPOSE_REGISTER, std::move(payload));
    if (!sealed.ok()) return sealed.status();
    return Message{update.version(), live::MakeOutgoing(*std::move(sealed))};
  }
}

absl::StatusOr<RegisterCourier::Message> RegisterCourier::Next(const live::LiveTerminal& terminal,
                                                               const store::RegisterHead& head,
                                                               std::uint64_t above) {
  const std::pair<std::string, std::uint64_t> key{
      KeyOf(terminal.organisation_id(), terminal.group_path()), above};
  std::uint64_t generation = 0;
  {
    std::lock_guard lock(mutex_);
    generation = generation_;
    if (const auto found = messages_.find(key); found != messages_.end()) return found->second;
  }
  absl::StatusOr<Message> message = Make(terminal, head, above);
  if (!message.ok()) return message.status();
  std::lock_guard lock(mutex_);
  if (generation == generation_) {
    if (messages_.size() >= kMaxMessagesKept) messages_.clear();
    messages_[key] = *message;
  }
  return message;
}

absl::Status RegisterCourier::Push(live::LiveTerminal& terminal) {
  if (!terminal.Speaks(kRegisterFeature)) return absl::OkStatus();
  return terminal.media().Send(
      [&](const live::RegisterLane::Place& place) -> absl::StatusOr<live::RegisterLane::Sent> {
        absl::StatusOr<store::RegisterHead> head =
            HeadOf(terminal.organisation_id(), terminal.group_path());
        if (!head.ok()) return head.status();
        live::RegisterLane::Sent sent{place.above, 0};
        while (sent.version < head->newest &&
               place.messages_ahead + sent.messages < kMessagesAhead) {
          absl::StatusOr<Message> message = Next(terminal, *head, sent.version);
          if (!message.ok()) return message.status();
          // Nothing of it concerns the terminal any more: it is told with what does.
          if (message->version <= sent.version) break;
          terminal.link().Send(message->outgoing);
          sent.version = message->version;
          ++sent.messages;
        }
        return sent;
      });
}

absl::Status RegisterCourier::SendMissing(live::LiveTerminal& terminal, std::uint64_t held) {
  terminal.media().NoteStatus(held);
  return Push(terminal);
}

void RegisterCourier::Changed(const std::string& organisation_id) {
  {
    std::lock_guard lock(mutex_);
    ++generation_;
    heads_.clear();
    messages_.clear();
  }
  for (const std::shared_ptr<live::LiveTerminal>& terminal :
       registry_.FindIn(organisation_id, "")) {
    absl::Status pushed = Push(*terminal);
    if (!pushed.ok()) {
      Log(Severity::kError, absl::StrCat("media register not sent: ", pushed.message()));
    }
  }
}

}  // namespace sekisho::console::service
