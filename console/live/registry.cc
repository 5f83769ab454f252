#include "console/live/registry.h"

#include <algorithm>
#include <utility>

namespace sekisho::console::live {

Outgoing MakeOutgoing(v1::Sealed sealed) {
  auto message = std::make_shared<v1::ConnectResponse>();
  *message->mutable_sealed() = std::move(sealed);
  return message;
}

absl::StatusOr<Outgoing> MakeOutgoing(const std::string& sealed_bytes) {
  v1::Sealed sealed;
  if (!sealed.ParseFromString(sealed_bytes)) {
    return absl::DataLossError("a stored sealed message does not parse");
  }
  return MakeOutgoing(std::move(sealed));
}

std::optional<KnownStatus> LiveTerminal::status() const {
  std::lock_guard lock(mutex_);
  if (status_ == nullptr) return std::nullopt;
  return *status_;
}

std::chrono::nanoseconds LiveTerminal::heard_steady() const {
  std::lock_guard lock(mutex_);
  return status_ == nullptr ? attached_steady_
                            : std::max(attached_steady_, status_->received_steady);
}

void LiveTerminal::SetStatus(KnownStatus status) {
  auto next = std::make_unique<KnownStatus>(std::move(status));
  std::lock_guard lock(mutex_);
  status_ = std::move(next);
}

std::shared_ptr<LiveTerminal> Registry::Attach(std::shared_ptr<LiveTerminal> terminal) {
  std::lock_guard lock(mutex_);
  std::shared_ptr<LiveTerminal>& slot = terminals_[terminal->terminal_id()];
  return std::exchange(slot, std::move(terminal));
}

void Registry::Detach(const LiveTerminal& terminal) {
  std::shared_ptr<LiveTerminal> dropped;
  std::lock_guard lock(mutex_);
  auto found = terminals_.find(terminal.terminal_id());
  if (found == terminals_.end() || found->second.get() != &terminal) return;
  dropped = std::move(found->second);
  terminals_.erase(found);
}

std::shared_ptr<LiveTerminal> Registry::Find(const std::string& terminal_id) const {
  std::lock_guard lock(mutex_);
  auto found = terminals_.find(terminal_id);
  return found == terminals_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<LiveTerminal>> Registry::FindIn(const std::string& organisation_id,
                                                            const std::string& group_path) const {
  std::vector<std::shared_ptr<LiveTerminal>> found;
  std::lock_guard lock(mutex_);
  for (const auto& [id, terminal] : terminals_) {
    if (terminal->organisation_id() == organisation_id &&
        terminal->group_path().rfind(group_path, 0) == 0) {
      found.push_back(terminal);
    }
  }
  return found;
}

std::vector<std::shared_ptr<LiveTerminal>> Registry::All() const {
  std::vector<std::shared_ptr<LiveTerminal>> all;
  std::lock_guard lock(mutex_);
  for (const auto& [id, terminal] : terminals_) all.push_back(terminal);
  return all;
}

std::size_t Registry::size() const {
  std::lock_guard lock(mutex_);
  return terminals_.size();
}

}  // namespace sekisho::console::live
