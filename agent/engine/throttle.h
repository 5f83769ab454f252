#ifndef SEKISHO_AGENT_ENGINE_THROTTLE_H_
#define SEKISHO_AGENT_ENGINE_THROTTLE_H_

#include <cstdint>
#include <map>
#include <string>

#include "agent/engine/reporter.h"
#include "platform/api/clock.h"

namespace sekisho::engine {

// Refusals, said once: the first of its kind and cause at once, the rest of that minute as one
// count. Whoever floods us fills neither the log nor the spool.
class Throttle {
 public:
  // Both outlive this.
  Throttle(Reporter& reporter, platform::Clock& clock) : reporter_(reporter), clock_(clock) {}
  // `event` carries a "cause" parameter or another that tells it apart; `key` names what is alike.
  void Report(const std::string& key, v1::Event event);
  // On the tick: reports what was counted in a minute that is over.
  void Flush();

 private:
  // Different keys from one hostile source are alike beyond this many.
  static constexpr std::size_t kMaxKeys = 64;
  struct Counted {
    platform::BootTime reported{};
    std::uint64_t more = 0;
    v1::Event latest;
  };
  Reporter& reporter_;
  platform::Clock& clock_;
  std::map<std::string, Counted> counted_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_THROTTLE_H_
