#include "console/live/wakeups.h"

#include <utility>
#include <vector>

namespace sekisho::console::live {

std::unique_ptr<Wakeups::Subscription> Wakeups::Subscribe(Wake wake) {
  std::lock_guard lock(mutex_);
  const std::uint64_t id = next_id_++;
  watchers_[id] = std::make_shared<Wake>(std::move(wake));
  return std::make_unique<Subscription>(*this, id);
}

void Wakeups::Notify() {
  std::vector<std::shared_ptr<Wake>> watchers;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, wake] : watchers_) watchers.push_back(wake);
  }
  for (const std::shared_ptr<Wake>& wake : watchers) (*wake)();
}

void Wakeups::Remove(std::uint64_t id) {
  std::lock_guard lock(mutex_);
  watchers_.erase(id);
}

}  // namespace sekisho::console::live
