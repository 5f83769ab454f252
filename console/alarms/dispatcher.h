#ifndef SEKISHO_CONSOLE_ALARMS_DISPATCHER_H_
#define SEKISHO_CONSOLE_ALARMS_DISPATCHER_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "console/alarms/channel.h"
#include "console/live/wakeups.h"
#include "console/store/backend.h"

namespace sekisho::console::alarms {

struct DispatcherOptions {
  std::string organisation_id;
  std::string organisation;
  std::vector<v1::EventKind> kinds;
  Persons persons = Persons::kLeftOut;
  // After the wake-up of an event: what comes at once goes out together.
  std::chrono::milliseconds gather = std::chrono::seconds(1);
  // Between attempts that fail, doubling.
  std::chrono::milliseconds first_retry = std::chrono::seconds(2);
  std::chrono::milliseconds last_retry = std::chrono::minutes(5);
  // Instead of the channels' own, for tests.
  std::optional<std::chrono::milliseconds> apart;
};

// Tells what happened, by each channel, from the store and from where that channel stood: at least
// once, whatever was down meanwhile. A thread for each channel, and only reads of the store but for
// the position after a delivery: a dead mail server holds up nobody else. More than a notice names
// is counted in it. A channel that was never used begins with what happens next.
class Dispatcher {
 public:
  // All outlive this.
  Dispatcher(store::EventStore& events, store::AlarmStore& positions, live::Wakeups& wakeups,
             std::vector<std::unique_ptr<Channel>> channels, DispatcherOptions options,
             const Clock& clock);
  ~Dispatcher();

 private:
  class Way;
  std::vector<std::unique_ptr<Way>> ways_;
  std::unique_ptr<live::Wakeups::Subscription> subscription_;
};

}  // namespace sekisho::console::alarms

#endif  // SEKISHO_CONSOLE_ALARMS_DISPATCHER_H_
