#ifndef SEKISHO_AGENT_ENGINE_LOGIN_WAYS_WATCH_H_
#define SEKISHO_AGENT_ENGINE_LOGIN_WAYS_WATCH_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/engine/logins_mode.h"
#include "agent/engine/look_timer.h"
#include "agent/engine/reporter.h"
#include "platform/api/login_ways.h"
#include "platform/api/probes.h"

namespace sekisho::engine {

// Tells of each way in on which one factor is enough, within seconds of its coming, and of its
// going. Only while a second factor is asked for: before that every way is one. Told anew at each
// start, for as long as it stands.
class LoginWaysWatch {
 public:
  // All outlive this. Without a watch there is nothing to tell.
  LoginWaysWatch(platform::EventLoop& loop, const platform::Clock& clock,
                 platform::LoginWatch* watch, const LoginsMode& mode, Reporter& reporter)
      : loop_(loop), clock_(clock), watch_(watch), mode_(mode), reporter_(reporter) {}
  // After LoginsMode::Load.
  void Start();
  // People are asked for a second factor from now on, or are not.
  void ModeChanged();
  // "logins.two-factors": whether every way in asks for two; none while nobody is asked for them.
  std::optional<platform::ProbeAttempt> Attempt() const;
  // The names of the ways that are open, as far as they were looked at.
  std::vector<std::string> OpenNames() const;

 private:
  void Look();
  void Seen(const std::vector<platform::LoginWay>& ways);

  platform::EventLoop& loop_;
  const platform::Clock& clock_;
  platform::LoginWatch* const watch_;
  const LoginsMode& mode_;
  Reporter& reporter_;
  std::optional<LookTimer> timer_;
  // What is enough, by way; none before the first look.
  using OpenWays = std::map<std::string, std::string>;
  std::optional<OpenWays> open_;
  std::string failure_;  // of the newest look
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_LOGIN_WAYS_WATCH_H_
