#ifndef SEKISHO_PLATFORM_FAKE_LOGIN_SESSIONS_H_
#define SEKISHO_PLATFORM_FAKE_LOGIN_SESSIONS_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/api/login_sessions.h"
#include "platform/fake/signal_flag.h"

namespace sekisho::platform::fake {

// The sessions that a test says there are.
class FakeLoginSessions : public LoginSessions {
 public:
  Waitable Readable() const override { return changed_.Readable(); }
  void TakeChanges() override { changed_.Lower(); }
  Result<std::vector<LoginSession>> Present() override {
    if (failure_) return *failure_;
    return sessions_;
  }

  Result<std::string> Of(int pid) override {
    const auto found = leaders_.find(pid);
    if (found == leaders_.end()) {
      return Failure{std::make_error_code(std::errc::no_message_available), "session of"};
    }
    return found->second;
  }

  // `leader`: the process that logs them in.
  void Come(LoginSession session, int leader) {
    leaders_[leader] = session.id;
    sessions_.push_back(std::move(session));
    changed_.Raise();
  }
  void Move(int pid, const std::string& id) { leaders_[pid] = id; }
  void Go(const std::string& id) {
    std::erase_if(sessions_, [&](const LoginSession& each) { return each.id == id; });
    changed_.Raise();
  }
  void FailWith(std::optional<Failure> failure) { failure_ = std::move(failure); }

 private:
  SignalFlag changed_;
  std::vector<LoginSession> sessions_;
  std::map<int, std::string> leaders_;
  std::optional<Failure> failure_;
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_LOGIN_SESSIONS_H_
