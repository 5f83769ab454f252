#ifndef SEKISHO_AGENT_ENGINE_SESSION_WATCH_H_
#define SEKISHO_AGENT_ENGINE_SESSION_WATCH_H_

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/engine/logins_mode.h"
#include "agent/engine/reporter.h"
#include "platform/api/clock.h"
#include "platform/api/event_loop.h"
#include "platform/api/files.h"
#include "platform/api/login_sessions.h"
#include "platform/api/logins.h"

namespace sekisho::engine {

// Tells of each session that the login hook has not let in: whoever came by a way that does not ask
// it. Only while a second factor is asked for; who was in before that stays unremarked.
class SessionWatch {
 public:
  // All outlive this; `sessions` or `logins` null: nothing is told. `file`: which sessions were
  // seen, kept over a restart of agentd and gone with the boot.
  SessionWatch(platform::EventLoop& loop, const platform::Clock& clock, platform::Files& files,
               platform::LoginSessions* sessions, platform::Logins* logins, const LoginsMode& mode,
               Reporter& reporter, std::string file)
      : loop_(loop),
        clock_(clock),
        files_(files),
        sessions_(sessions),
        logins_(logins),
        mode_(mode),
        reporter_(reporter),
        file_(std::move(file)) {}
  // After LoginsMode::Load.
  void Start();
  // The hook lets this process open a session, or does not ask its kind.
  void LetIn(int pid);

 private:
  void Look();
  // Those that came a while ago.
  void Judge();
  // Whether somebody was let in whom logind has in no session yet.
  bool SomebodyIsOnTheWay();
  void Tell(const platform::LoginSession& session);
  bool WasLetIn(const platform::LoginSession& session);
  void Keep(std::set<std::string> seen);

  platform::EventLoop& loop_;
  const platform::Clock& clock_;
  platform::Files& files_;
  platform::LoginSessions* const sessions_;
  platform::Logins* const logins_;
  const LoginsMode& mode_;
  Reporter& reporter_;
  const std::string file_;
  std::deque<platform::RunningProcess> let_in_;
  std::set<std::string> seen_;  // ids
  // Those that are nobody's so far: the hook may still be asked, or logind still be at it.
  struct Come {
    platform::LoginSession session;
    int looks = 0;
  };
  std::map<std::string, Come> come_;  // by id
  std::unique_ptr<platform::EventLoop::Handle> watching_;
  std::unique_ptr<platform::EventLoop::Handle> alarm_;
};

}  // namespace sekisho::engine

#endif  // SEKISHO_AGENT_ENGINE_SESSION_WATCH_H_
