#ifndef SEKISHO_CONSOLE_LIVE_WAKEUPS_H_
#define SEKISHO_CONSOLE_LIVE_WAKEUPS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace sekisho::console::live {

// Tells whoever watches that the store has more. A lost or late wake-up loses nothing: watchers
// read the store from their own cursor. Thread-safe.
class Wakeups {
 public:
  using Wake = std::function<void()>;

  // Ends the watch when destroyed; a wake that has begun may still be running then.
  class Subscription {
   public:
    Subscription(Wakeups& wakeups, std::uint64_t id) : wakeups_(wakeups), id_(id) {}
    ~Subscription() { wakeups_.Remove(id_); }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    Wakeups& wakeups_;
    const std::uint64_t id_;
  };

  // `wake` runs on the notifier's thread and must not block.
  std::unique_ptr<Subscription> Subscribe(Wake wake);
  void Notify();

 private:
  void Remove(std::uint64_t id);
  std::mutex mutex_;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, std::shared_ptr<Wake>> watchers_;
};

}  // namespace sekisho::console::live

#endif  // SEKISHO_CONSOLE_LIVE_WAKEUPS_H_
